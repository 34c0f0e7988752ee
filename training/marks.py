"""Train the reader's eye for clauses: a last layer of its own over what the reader makes of a pair.

    python -m training.marks --shared ../shared --cache DIR --encoder DIR --reader DIR

Whether a passage answers and which of its words do are different tasks, and the second is learned from right pairs
only; so it has a layer of its own, begun as the reader's last, over the states before that one as the int8 graph
gives them. Those are computed once, and the rest is a matter of minutes on a CPU. The weights are added to the
reader's.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from training.bert import Bert, through
from training.data import Corpus, Question, arguments, batches, load, plain
from training.measure_reader import clauses
from training.reader import Pair, answer_span
from training.steps import descend, learning_rate

RATE = 1e-4
EPOCHS = 2
AT_ONCE = 16
TOKENS_AT_ONCE = 4096
ANSWER_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class State:
    """A right pair as read: states (tokens, H) in half precision, where the passage's own tokens begin, their
    characters (n, 2), and the pair."""

    hidden: Tensor
    start: int
    places: Tensor
    pair: Pair
    answer: str


class Marks(nn.Module):
    """A layer and, for every token, the logits of "it is of a clause that answers" and "of the answer"."""

    def __init__(self, layer: nn.Module, heads: int, size: int) -> None:
        super().__init__()
        self.layer, self.heads = layer, heads
        self.clause = nn.Linear(size, 2)

    def forward(self, states: Sequence[State]) -> list[Tensor]:
        """Of each state's passage the marks (n, 2)."""
        found: dict[int, Tensor] = {}
        for rows in batches([len(state.hidden) for state in states], TOKENS_AT_ONCE):
            lengths = [len(states[row].hidden) for row in rows]
            padded = nn.utils.rnn.pad_sequence([states[row].hidden.float() for row in rows], batch_first=True)
            marks = self.clause(through([self.layer], self.heads, padded, lengths))
            for i, row in enumerate(rows):
                start = states[row].start
                found[row] = marks[i, start : start + len(states[row].places)]
        return [found[row] for row in range(len(states))]


def right_pairs(corpus: Corpus, questions: Sequence[Question]) -> list[tuple[Pair, str]]:
    found = []
    for question in questions:
        place = question.places[0]
        passage = corpus.passages[place.row]
        span = answer_span(passage.text, place.start, place.end, question.answer)
        pair = Pair(question.text, passage.read_context, passage.text, True, (place.start, place.end), span)
        found.append((pair, question.answer))
    return found


def states(encoder: Path, reader: Path, pairs: Sequence[tuple[Pair, str]]) -> list[State]:
    """The states before the reader's last layer, from the graph as it is shipped."""
    from index.encoders.fast_encoder import Requests, bundled_inputs
    from index.encoders.fast_export import compile_for_cpu, quantize
    from index.encoders.loading import BUNDLED
    from index.encoders.quiet_openvino import op
    from training import export

    inputs = bundled_inputs(BUNDLED)
    architecture = export.reader_architecture(encoder, reader)
    graph = quantize(
        architecture,
        export.ReaderWeights(encoder, reader),  # type: ignore[arg-type]
        [export.pair(inputs, *texts)[0][:2] for texts in export.PAIRS],
        lambda each, mask, dense: ([], [op.multiply(each[-2], op.constant(np.float32(1)))]),
    )
    requests = Requests(compile_for_cpu(graph))
    found = []
    for n, (pair, answer) in enumerate(pairs):
        (words, mask, _), place, ends = export.pair(inputs, pair.question, pair.context, pair.text)
        [hidden] = requests.infer([words, mask])
        places = torch.tensor(np.stack([np.concatenate([[0], ends[:-1]]), ends], 1))
        own = torch.tensor(hidden[0, mask[0] > 0]).half()
        found.append(State(own, place.start, places, pair, answer))
        if n % 200 == 199:
            print(f"read {n + 1}/{len(pairs)}", flush=True)
    return found


def loss(marks: Marks, some: Sequence[State]) -> Tensor:
    total = []
    for told, state in zip(marks(some), some, strict=True):
        for kind, (start, end) in enumerate((state.pair.span, state.pair.answer)):
            if start < end and len(told):
                right = ((state.places[:, 1] > start) & (state.places[:, 0] < end)).float()
                weight = ANSWER_WEIGHT if kind else 1.0
                total.append(weight * functional.binary_cross_entropy_with_logits(told[:, kind], right))
    return torch.stack(total).sum() / len(some)


@torch.no_grad()
def measured(marks: Marks, some: Sequence[State]) -> dict[str, float]:
    """How often the clause with the greatest mark holds the answer, by either mark and by both added."""
    hits: dict[str, list[bool]] = {"clause": [], "answer": [], "both": []}
    for told, state in zip(marks(some), some, strict=True):
        text = state.pair.text
        spans = clauses(text)
        starts = state.places[:, 0]
        by_clause, by_answer = [], []
        for a, b in spans:
            own = told[(starts >= a) & (starts < b)]
            by_clause.append(float(own[:, 0].mean()) if len(own) else -9.0)
            by_answer.append(float(own[:, 1].max()) if len(own) else -9.0)
        both = np.array(by_clause) + np.array(by_answer)
        for name, values in (("clause", by_clause), ("answer", by_answer), ("both", both.tolist())):
            a, b = spans[int(np.argmax(values))]
            hits[name].append(plain(state.answer)[0] in plain(text[a:b])[0])
    return {name: round(float(np.mean(each)), 3) for name, each in hits.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments(parser)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument(
        "--reader", type=Path, required=True, help="model/ of a reader's run; it is written to"
    )
    parser.add_argument("--every", type=int, default=1, help="train on every n-th question only")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    corpus = load(options.shared, options.cache, *options.questions)
    torch.set_num_threads(2)
    torch.manual_seed(options.seed)
    held = options.cache / f"states-{options.every}.pt"
    if held.exists():
        train, test = torch.load(held, weights_only=False)
    else:
        train, test = (
            states(options.encoder, options.reader, right_pairs(corpus, questions))
            for questions in (
                corpus.asked(held_out=False)[:: options.every],
                corpus.asked(held_out=True)[::2],
            )
        )
        torch.save((train, test), held)
    weights = load_file(options.reader / "model.safetensors")
    config = json.loads((options.reader / "config.json").read_text("utf-8"))
    layer = Bert(options.encoder, 0).layers[-1]
    at = f"layers.{config['layers'] - 1}."
    layer.load_state_dict(
        {k.removeprefix(at): v for k, v in weights.items() if k.startswith(at)}, strict=False
    )
    marks = Marks(layer.requires_grad_(True), config["heads"], len(weights["clause.weight"][0]))
    optimizer = torch.optim.AdamW(marks.parameters(), lr=RATE, weight_decay=0.01)
    rng, order = random.Random(options.seed), list(train)
    steps, n = EPOCHS * len(train) // AT_ONCE, 0
    for epoch in range(EPOCHS):
        rng.shuffle(order)
        told = []
        for begin in range(0, len(order) - AT_ONCE + 1, AT_ONCE):
            n += 1
            value = loss(marks, order[begin : begin + AT_ONCE])
            descend(optimizer, value, learning_rate(RATE, n, steps, rise=30, fall=0.8))
            told.append(value.item())
        print(f"epoch {epoch + 1} loss {np.mean(told):.3f} held out {measured(marks, test)}", flush=True)
    own = {f"marks.{name}": value.detach().contiguous() for name, value in marks.named_parameters()}
    save_file(
        {k: v for k, v in weights.items() if not k.startswith("marks.")} | own,
        options.reader / "model.safetensors",
    )


if __name__ == "__main__":
    main()
