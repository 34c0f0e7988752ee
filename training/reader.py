"""Train the reader: does a passage answer a question, and which of its tokens say so.

    python -m training.reader --shared ../shared --cache DIR --encoder DIR --out DIR

A few layers that read a question together with a passage, over what the library holds of the passage anyway:
the vectors the encoder gives its tokens (as MORES and PreTTR do), so that a candidate costs a quarter of what
a cross-encoder over its text would. The layers begin as the encoder's last ones. Besides the vectors each
token brings its word embedding, which the encoder's last layer has forgotten (digits above all), and before
the passage stand the years, the mode and the last heading of its section as word embeddings alone.

Trained listwise (one right passage among wrong ones) and absolutely (near misses have no right one), and on
the tokens of the evidence. See ``candidates`` for what stands against the right passage.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from training.bert import Bert
from training.data import Corpus, Passage, Question, arguments, batches, load
from training.texts import Asked, Encoded, Texts

RATE = 1.5e-4
LAYERS = 3
QUESTIONS_A_STEP = 12
WRONG = 4
"""Wrong passages beside the right one."""
NEAR = 10
"""Wrong ones are drawn from those the encoder ranks this high in the report."""
CLAUSE_WEIGHT, LIST_WEIGHT, JUDGE_WEIGHT = 1.0, 1.0, 1.0
TOKENS_AT_ONCE = 6000
SAVE_SECONDS = 180
_STANCES = {"review": "回顾", "plan": "计划", "": ""}


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with a passage; ``right``: it answers, in characters ``span`` of the passage."""

    question: str
    passage: Passage
    right: bool
    span: tuple[int, int] = (0, 0)


class Reader(nn.Module):
    """``[mark] question [mark] years, mode, heading [mark] passage`` → a score, and one a passage token.

    The score is the logit of "it answers"; a token's is that of "it is of the clause that answers".
    """

    def __init__(self, bert: Bert) -> None:
        super().__init__()
        size = bert.embeddings.word_embeddings.embedding_dim
        self.words = bert.embeddings.word_embeddings.requires_grad_(False)
        self.body = bert
        self.layers = bert.layers[-LAYERS:].requires_grad_(True)
        self.first = len(bert.layers) - LAYERS
        self.state_norm, self.word_norm = nn.LayerNorm(size), nn.LayerNorm(size)
        nn.init.constant_(self.state_norm.weight, 0.27)
        nn.init.constant_(self.word_norm.weight, 0.1)
        self.kinds = nn.Embedding(4, size)
        nn.init.normal_(self.kinds.weight, std=0.02)
        self.judge = nn.Sequential(nn.Linear(2 * size, size), nn.GELU(), nn.Linear(size, 1))
        self.clause = nn.Linear(size, 1)

    def trained(self) -> dict[str, Tensor]:
        """The weights that are the reader's own, by name."""
        found = {f"layers.{name}": p for name, p in self.layers.named_parameters()}
        for name in ("state_norm", "word_norm", "kinds", "judge", "clause"):
            found |= {f"{name}.{key}": p for key, p in getattr(self, name).named_parameters()}
        return found

    def forward(
        self, asked: Sequence[Asked], heads: Sequence[Tensor], told: Sequence[Encoded]
    ) -> tuple[Tensor, list[Tensor]]:
        """Scores (n,), and of each passage the scores of its tokens."""
        sizes = [3 + len(q.ids) + len(h) + len(p.ids) for q, h, p in zip(asked, heads, told, strict=True)]
        scores: dict[int, Tensor] = {}
        clauses: dict[int, Tensor] = {}
        for rows in batches(sizes, TOKENS_AT_ONCE):
            parts = [self._input(asked[r], heads[r], told[r]) for r in rows]
            hidden = nn.utils.rnn.pad_sequence(parts, batch_first=True)
            lengths = [sizes[r] for r in rows]
            hidden = self.body.run(hidden, lengths, self.first, self.first + LAYERS)
            for i, r in enumerate(rows):
                own = hidden[i, lengths[i] - len(told[r].ids) : lengths[i]]
                clauses[r] = self.clause(own)[:, 0]
                # What answers weighs most: the passage as its own clause scores see it, and the first mark.
                weight = clauses[r].softmax(0) if len(own) else clauses[r]
                seen = weight @ own if len(own) else hidden[i, 0] * 0
                scores[r] = self.judge(torch.cat([hidden[i, 0], seen]))[0]
        return torch.stack([scores[r] for r in range(len(told))]), [clauses[r] for r in range(len(told))]

    def _input(self, asked: Asked, head: Tensor, told: Encoded) -> Tensor:
        kinds = self.kinds.weight
        marks = self.word_norm(self.words(torch.tensor([0, 2, 2]))) + kinds[0]
        question = self.state_norm(asked.tokens) + self.word_norm(self.words(asked.ids.long())) + kinds[1]
        heading = self.word_norm(self.words(head)) + kinds[2]
        passage = self.state_norm(told.tokens()) + self.word_norm(self.words(told.ids.long())) + kinds[3]
        return torch.cat([marks[:1], question, marks[1:2], heading, marks[2:], passage])

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        save_file(
            {n: p.detach().contiguous() for n, p in self.trained().items()}, folder / "model.safetensors"
        )
        (folder / "config.json").write_text(json.dumps({"layers": LAYERS, "heads": self.body.heads}), "utf-8")


def heading(bert: Bert, passage: Passage) -> Tensor:
    """Years, mode and last heading of its section as token numbers (n,)."""
    years = " ".join(f"{year}年" for year in passage.years[-3:])
    last = passage.section[-1][:16] if passage.section else ""
    ids = bert.tokenizer.encode(f"{years} {_STANCES[passage.stance]} {last}".strip()).ids[1:-1]
    return torch.tensor(ids, dtype=torch.long)


_CLAUSE_END = "，。；！？,;!?\n"


def without(passage: Passage, start: int, end: int, answer: str) -> Passage | None:
    """The passage with the clauses of ``[start, end)`` cut out; None where little or the answer is left."""
    text = passage.text
    while start and text[start - 1] not in _CLAUSE_END:
        start -= 1
    while end < len(text) and text[end - 1] not in _CLAUSE_END:
        end += 1
    left = (text[:start] + text[end:]).strip()
    return replace(passage, text=left) if len(left) >= 30 and answer not in left else None


def other(question: Question, rng: random.Random) -> str:
    """The question after another year than its own, which its passage cannot answer; else nothing."""
    years = re.findall(r"20\d\d|19\d\d", question.text)
    if len(set(years)) != 1:
        return ""
    year = int(years[0])
    return question.text.replace(years[0], str(year + rng.choice([-5, -4, -3, -2, 2, 3, 4])))


def candidates(corpus: Corpus, texts: Texts, questions: Sequence[Question]) -> dict[Question, list[int]]:
    """Rows of each question's report that do not hold its evidence, nearest first by the passages' vectors."""
    found: dict[Question, list[int]] = {}
    for report in dict.fromkeys(q.report for q in questions):
        own = [q for q in questions if q.report == report]
        rows = corpus.rows[report]
        told = torch.stack([e.vector for e in texts.passages([corpus.passages[row] for row in rows])])
        scores = torch.stack([asked.vector for asked in texts.questions([q.text for q in own])]) @ told.T
        for question, each in zip(own, scores, strict=True):
            order = [rows[int(i)] for i in each.argsort(descending=True)[: NEAR + len(question.rows)]]
            found[question] = [row for row in order if row not in question.rows][:NEAR]
    return found


def pairs(
    corpus: Corpus, near: dict[Question, list[int]], question: Question, rng: random.Random
) -> list[Pair]:
    """The right passage, first, and wrong ones: mined, with its answer cut out, asked after another year.

    For a near miss all are wrong; the first is the passage that misleads.
    """
    place = question.places[0]
    passage = corpus.passages[place.row]
    again = question.answer
    wrong = [
        row for row in near[question] if not (re.search(r"\d", again) and again in corpus.passages[row].text)
    ]
    # The nearest mislead most: drawn twice as often as the rest.
    drawn = rng.sample(wrong[:4], min(2, len(wrong[:4])))
    rest = [row for row in wrong if row not in drawn]
    drawn += rng.sample(rest, min(WRONG - len(drawn), len(rest)))
    found = [Pair(question.text, passage, question.answerable, (place.start, place.end))]
    found += [Pair(question.text, corpus.passages[row], False) for row in drawn]
    if question.answerable and rng.random() < 0.6:
        cut = without(passage, place.start, place.end, question.answer)
        if cut is not None:
            found[-1] = Pair(question.text, cut, False)
    if question.answerable and rng.random() < 0.5 and (asked := other(question, rng)):
        found.append(Pair(asked, passage, False))
    return found


def losses(reader: Reader, texts: Texts, groups: Sequence[Sequence[Pair]]) -> dict[str, Tensor]:
    flat = [pair for group in groups for pair in group]
    asked = texts.questions([pair.question for pair in flat])
    told = texts.passages([pair.passage for pair in flat])
    scores, clauses = reader(asked, [heading(reader.body, pair.passage) for pair in flat], told)
    right = torch.tensor([float(pair.right) for pair in flat])
    listed, at = [], 0
    for group in groups:
        same = [i for i, pair in enumerate(group) if pair.question == group[0].question]
        own = scores[at : at + len(group)][same]
        if group[0].right:
            listed.append(functional.cross_entropy(own[None], torch.tensor([0])))
        at += len(group)
    # As many rights as wrongs by weight, so that a score of 0 means even odds among the trained.
    weight = torch.where(right > 0, len(right) / (2 * right.sum().clamp(min=1)), 1.0)
    weight = torch.where(right > 0, weight, len(right) / (2 * (1 - right).sum().clamp(min=1)))
    marks = [
        functional.binary_cross_entropy_with_logits(
            own, ((e.ends > pair.span[0]) & (e.starts < pair.span[1])).float()
        )
        for own, pair, e in zip(clauses, flat, told, strict=True)
        if pair.right and len(own)
    ]
    return {
        "list": LIST_WEIGHT * torch.stack(listed).mean(),
        "judge": JUDGE_WEIGHT * functional.binary_cross_entropy_with_logits(scores, right, weight=weight),
        "clause": CLAUSE_WEIGHT * torch.stack(marks).mean(),
    }


def train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    corpus = load(options.shared, options.cache, *options.questions)
    texts = Texts(options.encoder, options.cache)
    questions = corpus.asked(held_out=False) + corpus.asked(held_out=False, answerable=False)
    rng = random.Random(options.seed)
    needed = [
        corpus.passages[row] for r in dict.fromkeys(q.report for q in questions) for row in corpus.rows[r]
    ]
    texts.passages(needed, "encoding")
    near = candidates(corpus, texts, questions)
    order: list[Question] = []
    while len(order) < options.steps * QUESTIONS_A_STEP:
        order += rng.sample(questions, len(questions))
    reader = Reader(Bert(options.encoder, 0))
    weights = reader.trained()
    optimizer = torch.optim.AdamW(weights.values(), lr=RATE, weight_decay=0.01)
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint, first = options.out / "checkpoint.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        first = saved["step"]
        with torch.no_grad():
            for name, value in weights.items():
                value.copy_(saved["weights"][name])
        optimizer.load_state_dict(saved["optimizer"])
    saved_at = time.monotonic()
    for n in range(first + 1, options.steps + 1):
        begun = time.monotonic()
        own = random.Random(f"{options.seed} {n}")
        asked = order[(n - 1) * QUESTIONS_A_STEP : n * QUESTIONS_A_STEP]
        groups = [pairs(corpus, near, question, own) for question in asked]
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, n / 40, (options.steps + 1 - n) / (0.7 * options.steps))
        parts = losses(reader, texts, groups)
        torch.stack([*parts.values()]).sum().backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights.values(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        told = " ".join(f"{name} {value.item():.3f}" for name, value in parts.items())
        print(f"{n}/{options.steps} {told} {time.monotonic() - begun:.1f} s", flush=True)
        if time.monotonic() - saved_at > SAVE_SECONDS or n == options.steps:
            state = {"step": n, "weights": weights, "optimizer": optimizer.state_dict()}
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
            saved_at = time.monotonic()
    reader.save(options.out / "model")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments(parser)
    parser.add_argument("--encoder", type=Path, required=True, help="the fine-tuned encoder's folder")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint and, in model/, the result")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
