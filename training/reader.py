"""Train the reader: a cross-encoder that says whether a passage answers a question, and where.

    python -m training.reader --shared ../shared --cache DIR --encoder DIR --out DIR

Question and passage (behind the title and section path of the passage, its years and mode) are read together
by layers that begin as the fine-tuned encoder's; word embeddings stay as they are, so that both models share
them. One score for the pair ("it answers"), and two for every token of the passage: of the clauses that
answer, and of the answer itself. Trained listwise (a right passage among wrong ones) and absolutely (near
misses have no right one). ``candidates`` and ``group`` say what stands against the right passage.

A reader of few layers is trained to say what one of all layers says (``--teacher``); one that is trained already
goes on (``--begin``).
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from training.bert import LONGEST, PAD, Bert, budget, half_precision, through
from training.data import TRAINED_READINGS, Corpus, Question, arguments, batches, halves, load, plain
from training.steps import Checkpoint, descend, learning_rate
from training.texts import Texts, standard

WRONG = 5
"""Wrong passages beside the right one."""
NEAR = 12
"""Wrong ones are drawn from those the encoder ranks this high in the report."""
READINGS = 1 / 6
"""Share of a step's questions that are of CMRC and DRCD."""
OFF_TOPIC = 0.25
"""How many questions of CMRC and DRCD are put to a report's passages, for one question of a report."""
LIST_WEIGHT, JUDGE_WEIGHT, CLAUSE_WEIGHT, ANSWER_WEIGHT, TEACHER_WEIGHT = 1.0, 1.0, 1.0, 0.5, 1.0
LONGEST_QUESTION, LONGEST_CONTEXT = 64, 72
DROPOUT = 0.1
_CLAUSE_END = "，。；！？,;!?\n"


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with a passage; ``right``: it answers, in characters ``span``, the answer itself in ``answer``."""

    question: str
    context: str
    text: str
    right: bool
    span: tuple[int, int] = (0, 0)
    answer: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Read:
    """``scores`` (pairs,); ``marks`` (pairs, tokens, 2) of the passages' tokens: clause and answer; ``own``
    (pairs, tokens) which of these there are."""

    scores: Tensor
    marks: Tensor
    own: Tensor


class Reader(nn.Module):
    """``[mark] question [mark] context passage [mark]``; all scores are logits.

    ``layers`` are those of ``bert`` that it begins with.
    """

    def __init__(self, bert: Bert, layers: Sequence[int]) -> None:
        super().__init__()
        size = bert.embeddings.word_embeddings.embedding_dim
        self.bert = bert
        self.layers = nn.ModuleList(copy.deepcopy(bert.layers[i]) for i in layers).requires_grad_(True)
        self.judge = nn.Sequential(nn.Linear(2 * size, size), nn.GELU(), nn.Linear(size, 1))
        self.clause = nn.Linear(size, 2)
        self._tokens: dict[tuple[str, str], tuple[list[int], int, Tensor]] = {}

    def trained(self) -> dict[str, Tensor]:
        """The weights that are the reader's own, by name."""
        parts = {"layers": self.layers, "judge": self.judge, "clause": self.clause}
        return {f"{name}.{key}": p for name, part in parts.items() for key, p in part.named_parameters()}

    def _tokenize(self, pairs: Sequence[Pair]) -> list[tuple[list[int], int, Tensor]]:
        """Of each passage: token numbers without marks, where those of its own text begin, and the
        characters ``[start, end)`` of these (n, 2), on the cpu."""
        new = list({(p.context, p.text) for p in pairs} - self._tokens.keys())
        heads = self.bert.tokenizer.encode_batch([context for context, _ in new])
        bodies = self.bert.tokenizer.encode_batch(["\n" + text for _, text in new])
        for key, head, body in zip(new, heads, bodies, strict=True):
            before = head.ids[1:-1][:LONGEST_CONTEXT]
            room = LONGEST - LONGEST_QUESTION - 3 - len(before)
            offsets = torch.tensor(body.offsets[1:-1][:room], device="cpu").reshape(-1, 2) - 1
            self._tokens[key] = before + body.ids[1:-1][:room], len(before), offsets.clamp(min=0)
        return [self._tokens[p.context, p.text] for p in pairs]

    def forward(self, pairs: Sequence[Pair]) -> Read:
        questions = self.bert.tokenizer.encode_batch([pair.question for pair in pairs])
        asked = [question.ids[1:-1][:LONGEST_QUESTION] for question in questions]
        told = self._tokenize(pairs)
        ids = [[0, *q, 2, *t, 2] for q, (t, _, _) in zip(asked, told, strict=True)]
        order = batches([len(each) for each in ids], budget())
        starts = [len(q) + 2 + start for q, (_, start, _) in zip(asked, told, strict=True)]
        sizes = [len(offsets) for _, _, offsets in told]
        parts = [
            self._read([ids[row] for row in rows], [starts[row] for row in rows], max(sizes))
            for rows in order
        ]
        back = torch.tensor([row for rows in order for row in rows]).argsort()
        own = torch.arange(max(sizes)) < torch.tensor(sizes)[:, None]
        scores, marks = (torch.cat(each)[back] for each in zip(*parts, strict=True))
        return Read(scores, marks, own)

    def _read(self, ids: Sequence[list[int]], starts: Sequence[int], size: int) -> tuple[Tensor, Tensor]:
        lengths = [len(own) for own in ids]
        padded = torch.tensor([own + [PAD] * (max(lengths) - len(own)) for own in ids])
        dropout = DROPOUT if self.training else 0.0
        hidden = through(self.layers, self.bert.heads, self.bert.embed(padded), lengths, dropout)
        # A passage's own tokens stand between its context and the last mark; brought to the front.
        first, last = torch.tensor(starts)[:, None], torch.tensor(lengths)[:, None] - 1
        at = first + torch.arange(size)
        own = at < last
        told = hidden.gather(1, at.clamp(max=hidden.shape[1] - 1)[..., None].expand(-1, -1, hidden.shape[2]))
        marks = self.clause(told).float()
        # What answers weighs most: the passage as its own clause scores see it, and the first mark.
        weight = marks[..., 0].masked_fill(~own, -1e4).softmax(-1).to(told.dtype)
        seen = (weight[:, None] @ told)[:, 0]
        return self.judge(torch.cat([hidden[:, 0], seen], -1))[:, 0].float(), marks

    def characters(self, pair: Pair) -> Tensor:
        """Of each token of the passage its characters ``[start, end)``, (n, 2)."""
        return self._tokenize([pair])[0][2]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        weights = {name: p.detach().contiguous() for name, p in self.trained().items()}
        save_file(weights, folder / "model.safetensors")
        config = {"layers": len(self.layers), "heads": self.bert.heads}
        (folder / "config.json").write_text(json.dumps(config), "utf-8")

    @torch.no_grad()
    def set(self, weights: dict[str, Tensor]) -> None:
        for name, value in self.trained().items():
            value.copy_(weights[name])


def opened(bert: Bert, folder: Path) -> Reader:
    """A reader that ``save`` wrote; ``bert`` is the encoder it began from."""
    layers = json.loads((folder / "config.json").read_text("utf-8"))["layers"]
    reader = Reader(bert, range(layers))
    reader.set(load_file(folder / "model.safetensors"))
    return reader.eval()


def spread(layers: int, of: int = 12) -> list[int]:
    """Numbers of ``layers`` layers spread evenly, the first and the last among them."""
    return [round(i * (of - 1) / max(1, layers - 1)) for i in range(layers)]


def whole_clauses(text: str, start: int, end: int) -> tuple[int, int]:
    """The clauses that ``[start, end)`` touches, with the mark that closes them."""
    while start and text[start - 1] not in _CLAUSE_END:
        start -= 1
    while end < len(text) and text[end - 1] not in _CLAUSE_END:
        end += 1
    return start, end


def cut_out(text: str, start: int, end: int, answer: str) -> str:
    """``text`` without the clauses of ``[start, end)``; nothing where little or the answer is left."""
    start, end = whole_clauses(text, start, end)
    left = (text[:start] + text[end:]).strip()
    return left if len(left) >= 30 and answer not in left else ""


def other_year(question: str, rng: random.Random) -> str:
    """The question after another year than its own, which its passage cannot answer; else nothing."""
    years = re.findall(r"20\d\d|19\d\d", question)
    if len(set(years)) != 1:
        return ""
    return question.replace(years[0], str(int(years[0]) + rng.choice([-5, -4, -3, -2, 2, 3, 4])))


def ranked(
    corpus: Corpus, texts: Texts, questions: Sequence[Question]
) -> dict[Question, list[tuple[int, float]]]:
    """Rows of each question's report, the best first by vector and tokens together, with these scores."""
    found: dict[Question, list[tuple[int, float]]] = {}
    for report in dict.fromkeys(q.report for q in questions):
        own = [q for q in questions if q.report == report]
        rows = corpus.rows[report]
        dense, late = texts.similarities([q.text for q in own], [corpus.passages[row] for row in rows])
        for question, scores in zip(own, standard(dense) + standard(late), strict=True):
            order = np.argsort(-scores, kind="stable")
            found[question] = [(rows[int(i)], float(scores[i])) for i in order]
    return found


def candidates(corpus: Corpus, texts: Texts, questions: Sequence[Question]) -> dict[Question, list[int]]:
    """Rows that do not hold the evidence, nearest first; for a pinned year also of the place's other reports."""
    found = {}
    vectors = torch.stack([e.vector for e in texts.passages(corpus.passages)])
    places = [re.sub(r"\d+", "", p.report) for p in corpus.passages]
    for question, order in ranked(corpus, texts, questions).items():
        near = [row for row, _ in order[: NEAR + len(question.rows)] if row not in question.rows][:NEAR]
        if re.search(r"20\d\d|19\d\d", question.text):
            at = question.places[0].row
            scores = vectors @ vectors[at]
            best = scores.topk(12).indices.tolist()
            report = corpus.passages[at].report
            near += [r for r in best if places[r] == places[at] and corpus.passages[r].report != report][:3]
        found[question] = near
    return found


def answer_span(text: str, start: int, end: int, answer: str) -> tuple[int, int]:
    """Where ``answer`` stands in ``text[start:end]``, (0, 0) where it does not."""
    told, origin = plain(text[start:end])
    wanted = plain(answer)[0]
    at = told.find(wanted) if wanted else -1
    return (start + origin[at], start + origin[at + len(wanted) - 1] + 1) if at >= 0 else (0, 0)


def group(
    corpus: Corpus, near: dict[Question, list[int]], question: Question, rng: random.Random, most: int = WRONG
) -> list[Pair]:
    """The right passage, first, and wrong ones: ``most`` that are mined, with its answer cut out, asked after
    another year.

    For a near miss all are wrong; the first is the passage that misleads.
    """

    def told(row: int) -> Pair:
        return Pair(question.text, corpus.passages[row].read_context, corpus.passages[row].text, False)

    place = question.places[0]
    right = told(place.row)
    if question.answerable:
        span = answer_span(right.text, place.start, place.end, question.answer)
        right = replace(right, right=True, span=(place.start, place.end), answer=span)
    again = question.answer
    wrong = [
        row for row in near[question] if not (re.search(r"\d", again) and again in corpus.passages[row].text)
    ]
    # The nearest mislead most: drawn twice as often as the rest.
    drawn = rng.sample(wrong[:4], min(2, len(wrong[:4])))
    rest = [row for row in wrong if row not in drawn]
    drawn += rng.sample(rest, min(most - len(drawn), len(rest)))
    found = [right, *map(told, drawn)]
    if question.answerable and rng.random() < 0.8:
        # All that answers, or the clause with the answer alone: what is left speaks of the same.
        start, end = (place.start, place.end) if rng.random() < 0.5 or not right.answer[1] else right.answer
        if left := cut_out(right.text, start, end, question.answer):
            found.append(replace(right, text=left, right=False))
    if question.answerable and rng.random() < 0.7 and (asked := other_year(question.text, rng)):
        found.append(replace(right, question=asked, right=False))
    return found


class Readings:
    """Paragraphs of CMRC and DRCD: what reading is, and questions that no report answers."""

    def __init__(self, corpus: Corpus) -> None:
        self._all = [r for name in TRAINED_READINGS for r in halves(corpus.readings[name])[0] if r.questions]

    def question(self, rng: random.Random) -> str:
        return rng.choice(rng.choice(self._all).questions)[0]

    def group(self, rng: random.Random) -> list[Pair]:
        """A question with the stretch around its answer, without it, and with stretches of other paragraphs."""
        own = rng.choice(self._all)
        question, at, answer = rng.choice(own.questions)
        size = rng.randint(100, 300)
        start = max(0, min(at - rng.randint(0, size - 50), len(own.context) - size))
        text = own.context[start : start + size]
        at -= start
        answered = (at, at + len(answer))
        found = [Pair(question, "", text, True, whole_clauses(text, *answered), answered)]
        if left := cut_out(text, *answered, answer):
            found.append(Pair(question, "", left, False))
        for _ in range(2):
            other = rng.choice(self._all).context
            begin = rng.randint(0, max(0, len(other) - size))
            if answer not in (text := other[begin : begin + size]):
                found.append(Pair(question, "", text, False))
        return found


def losses(reader: Reader, groups: Sequence[Sequence[Pair]], teacher: Reader | None) -> dict[str, Tensor]:
    flat = [pair for each in groups for pair in each]
    read = reader(flat)
    right = torch.tensor([float(pair.right) for pair in flat])
    listed, at = [], 0
    for each in groups:
        same = [at + i for i, pair in enumerate(each) if pair.question == each[0].question]
        if each[0].right:
            listed.append(functional.cross_entropy(read.scores[same][None], torch.tensor([0])))
        at += len(each)
    # As many rights as wrongs by weight, so that a score of 0 means even odds among the trained.
    share = right.mean().clamp(0.02, 0.98)
    weight = torch.where(right > 0, 0.5 / share, 0.5 / (1 - share))
    targets = torch.zeros(*read.marks.shape, device="cpu")
    known = torch.zeros(len(flat), 2, device="cpu")
    for i, pair in enumerate(flat):
        places = reader.characters(pair)
        for kind, (start, end) in enumerate((pair.span, pair.answer) if pair.right else ()):
            if start < end:
                known[i, kind] = 1
                targets[i, : len(places), kind] = ((places[:, 1] > start) & (places[:, 0] < end)).float()
    targets, known = targets.to(right.device), known.to(right.device)
    loss = functional.binary_cross_entropy_with_logits(read.marks, targets, reduction="none")
    own = read.own.float()[..., None]
    marked = (loss * own).sum(1) / own.sum(1).clamp(min=1)
    clause, answer = (marked * known).sum(0) / known.sum(0).clamp(min=1)
    found = {
        "list": LIST_WEIGHT * torch.stack(listed).mean() if listed else read.scores.sum() * 0,
        "judge": JUDGE_WEIGHT
        * functional.binary_cross_entropy_with_logits(read.scores, right, weight=weight),
        "clause": CLAUSE_WEIGHT * clause,
        "answer": ANSWER_WEIGHT * answer,
    }
    if teacher is not None:
        with torch.no_grad():
            told = teacher(flat)
        alike = functional.binary_cross_entropy_with_logits(
            read.marks, told.marks.sigmoid(), reduction="none"
        )
        found["teacher"] = TEACHER_WEIGHT * (
            functional.binary_cross_entropy_with_logits(read.scores, told.scores.sigmoid())
            + functional.mse_loss(read.scores, told.scores) / 10
            + (alike * own).sum() / own.sum() / 2
        )
    return found


@dataclass(frozen=True, slots=True)
class Run:
    """How a reader is trained: over the questions how often, so many at a step."""

    epochs: float = 4
    at_once: int = 12
    rate: float = 1e-4
    wrong: int = WRONG
    seed: int = 1


def train(
    reader: Reader,
    corpus: Corpus,
    near: dict[Question, list[int]],
    run: Run,
    checkpoint: Path | None = None,
    teacher: Reader | None = None,
) -> None:
    """Train ``reader`` on the questions in ``near``; goes on from ``checkpoint`` where there is one."""
    torch.manual_seed(run.seed)
    rng = random.Random(run.seed)
    readings = Readings(corpus)
    questions, order = list(near), list[Question]()
    steps = max(1, round(run.epochs * len(questions) / run.at_once))
    while len(order) < steps * run.at_once:
        order += rng.sample(questions, len(questions))
    weights = {name: value for name, value in reader.trained().items() if value.requires_grad}
    optimizer = torch.optim.AdamW(weights.values(), lr=run.rate, weight_decay=0.01)
    kept = Checkpoint(checkpoint)
    first = kept.resume(optimizer, lambda kept_weights: reader.set(reader.trained() | kept_weights))
    begun = time.monotonic()
    reader.train()
    for n in range(first + 1, steps + 1):
        own = random.Random(f"{run.seed} {n}")
        asked = order[(n - 1) * run.at_once : n * run.at_once]
        groups = [group(corpus, near, question, own, run.wrong) for question in asked]
        groups += [readings.group(own) for _ in range(round(run.at_once * READINGS))]
        for question in own.sample(asked, round(OFF_TOPIC * run.at_once)):
            row = own.choice(near[question])
            told = Pair(
                readings.question(own), corpus.passages[row].read_context, corpus.passages[row].text, False
            )
            groups.append([told])
        with half_precision():
            parts = losses(reader, groups, teacher)
        rate = learning_rate(run.rate, n, steps, rise=0.06 * steps, fall=0.8)
        descend(optimizer, torch.stack([*parts.values()]).sum(), rate)
        if n % 20 == 0 or n == steps:
            told_losses = " ".join(f"{name} {value.item():.3f}" for name, value in parts.items())
            print(f"{n}/{steps} {told_losses} {time.monotonic() - begun:.0f} s", flush=True)
        kept.keep(n, weights, optimizer, last=n == steps)
    reader.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments(parser)
    parser.add_argument("--encoder", type=Path, required=True, help="the fine-tuned encoder's folder")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint and, in model/, the result")
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--teacher", type=Path, help="model/ of a reader of all layers, to learn from")
    parser.add_argument("--begin", type=Path, help="model/ of a reader of as many layers, to go on from")
    parser.add_argument("--frozen", type=int, default=0, help="layers from the first that stay as they are")
    parser.add_argument(
        "--wrong", type=int, default=WRONG, help="wrong passages that are mined for a question"
    )
    parser.add_argument("--epochs", type=float, default=Run().epochs)
    parser.add_argument("--rate", type=float, default=Run().rate)
    parser.add_argument("--at-once", type=int, default=Run().at_once, help="questions of a step")
    parser.add_argument("--seed", type=int, default=Run().seed)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_default_device(options.device)
    corpus = load(options.shared, options.cache, *options.questions)
    texts = Texts(options.encoder, options.cache)
    questions = corpus.asked(held_out=False) + corpus.asked(held_out=False, answerable=False)
    texts.passages(corpus.passages, "encoding")
    near = candidates(corpus, texts, questions)
    teacher = opened(Bert(options.encoder, 0), options.teacher) if options.teacher else None
    torch.manual_seed(options.seed)
    if options.begin is not None:
        reader = opened(Bert(options.encoder, 0), options.begin)
    elif teacher is None:
        reader = Reader(Bert(options.encoder, 0), spread(options.layers))
    else:
        reader = Reader(teacher.bert, spread(options.layers))
        own = spread(options.layers, len(teacher.layers))
        for layer, begun in zip(reader.layers, own, strict=True):
            layer.load_state_dict(teacher.layers[begun].state_dict())
        reader.judge.load_state_dict(teacher.judge.state_dict())
        reader.clause.load_state_dict(teacher.clause.state_dict())
    options.out.mkdir(parents=True, exist_ok=True)
    reader.layers[: options.frozen].requires_grad_(False)
    run = Run(options.epochs, options.at_once, options.rate, options.wrong, options.seed)
    train(reader, corpus, near, run, options.out / "checkpoint.pt", teacher)
    reader.save(options.out / "model")


if __name__ == "__main__":
    main()
