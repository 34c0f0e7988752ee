"""Fine-tune the embedded encoder so that plain words find official ones.

    python -m training.encoder --shared ../shared --cache DIR --out DIR

Contrastive (InfoNCE) over a step's passages, for the vectors of whole passages and for late interaction of
tokens (MaxSim) alike. A step takes questions of several reports, so that a question is weighed against other
passages of its own report; some more are mined by their words. What the model
knew is kept by paragraphs of CMRC and DRCD beside them: contrastive too, and held to the similarities that
the model begun from gave (Kullback-Leibler). Word embeddings and the lower layers stay as they are.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.bert import Bert, half_precision
from training.data import TRAINED_READINGS, Corpus, Passage, Question, arguments, halves, load
from training.steps import Checkpoint, descend, learning_rate
from training.terms import Terms

TEMPERATURE = 0.03
QUESTIONS_A_STEP = 24
"""Of each report."""
MINED = 5
"""Mined passages for each report's questions."""
NEAREST = 8
"""Mined are those this near by their words."""
READINGS = 8
"""Paragraphs of CMRC and DRCD in a step of two reports."""
LATE_WEIGHT, KEEP_WEIGHT, READING_WEIGHT = 0.5, 1.0, 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A question of CMRC or DRCD and the stretch of its paragraph around the answer."""

    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """``mined``: rows of the corpus beside those that answer."""

    questions: tuple[Question, ...]
    mined: tuple[int, ...]
    readings: tuple[Reading, ...]


def readings(corpus: Corpus, seed: int) -> list[Reading]:
    """Two questions a paragraph of every other one of CMRC and DRCD, its text cut to 100 to 300 characters."""
    rng = random.Random(seed)
    found = []
    for name in TRAINED_READINGS:
        for reading in halves(corpus.readings[name])[0]:
            for question, at, _ in rng.sample(reading.questions, min(2, len(reading.questions))):
                size = rng.randint(100, 300)
                start = max(0, min(at - rng.randint(0, size - 50), len(reading.context) - size))
                found.append(Reading(question, reading.context[start : start + size]))
    rng.shuffle(found)
    return found


def mined(corpus: Corpus) -> dict[Question, list[int]]:
    """For each question, rows that speak of the same in their words and do not answer it.

    Of its own report those nearest to the question and to the right passage; where a year is pinned, also
    those nearest to the right passage in other reports.
    """
    terms = Terms([p.context + p.text for p in corpus.passages])
    trained = np.array([row for r, rows in corpus.rows.items() if r not in corpus.held_out for row in rows])
    found = {}
    for question in corpus.asked(held_out=False):
        rows = np.array(corpus.rows[question.report])
        right = corpus.passages[question.places[0].row].text
        near = [row for text in (question.text, right) for row in terms.nearest(text, rows, NEAREST)]
        if question.kind == "year" or re.search(r"20\d\d", question.text):
            others = terms.nearest(right, trained, 3 * NEAREST)
            near += [row for row in others if row not in rows][: NEAREST // 2]
        found[question] = [row for row in dict.fromkeys(near) if _wrong(corpus, question, row)]
    return found


def _wrong(corpus: Corpus, question: Question, row: int) -> bool:
    """Neither the evidence nor where the same figure stands again, which may answer as well."""
    again = re.search(r"\d", question.answer) and question.answer in corpus.passages[row].text
    return row not in question.rows and not again


def plan(
    corpus: Corpus,
    near: dict[Question, list[int]],
    others: Sequence[Reading],
    steps: int,
    seed: int,
    reports: int,
) -> list[Step]:
    """What each step sees; depends on nothing but its arguments."""
    rng = random.Random(seed)
    chunks: list[list[Question]] = []
    found: list[Step] = []
    at = 0
    while len(found) < steps:
        taken_chunks: list[list[Question]] = []
        while len(taken_chunks) < reports:
            if len(chunks) < reports:
                chunks += _chunks(corpus.asked(held_out=False), rng)
            seen = {chunk[0].report for chunk in taken_chunks}
            fit = next((c for c in reversed(chunks) if c[0].report not in seen), chunks[-1])
            chunks.remove(fit)
            taken_chunks.append(fit)
        beside: list[int] = []
        for chunk in taken_chunks:
            right = {row for q in chunk for row in q.rows}
            pool = [row for q in chunk for row in near[q] if row not in right]
            beside += rng.sample(list(dict.fromkeys(pool)), min(MINED, len(set(pool))))
        held = [others[(at + i) % len(others)] for i in range(READINGS * reports // 2)]
        at += len(held)
        asked = tuple(question for chunk in taken_chunks for question in chunk)
        found.append(Step(asked, tuple(dict.fromkeys(beside)), tuple(held)))
    return found


def _chunks(questions: Sequence[Question], rng: random.Random) -> list[list[Question]]:
    """An epoch: each report's questions shuffled and cut evenly, in mixed order."""
    by_report: dict[str, list[Question]] = {}
    for question in questions:
        by_report.setdefault(question.report, []).append(question)
    found = []
    for own in by_report.values():
        rng.shuffle(own)
        parts = max(1, round(len(own) / QUESTIONS_A_STEP))
        found += [own[i::parts] for i in range(parts)]
    rng.shuffle(found)
    return found


class States:
    """What the lower layers make of each text, computed once; and where a passage's own tokens begin."""

    def __init__(self, bert: Bert) -> None:
        self.bert = bert
        self._held: dict[tuple[str, str], tuple[Tensor, int]] = {}

    def queries(self, texts: Sequence[str]) -> list[tuple[Tensor, int]]:
        return self._get([("query: ", text) for text in texts])

    def passages(self, passages: Sequence[Passage]) -> list[tuple[Tensor, int]]:
        return self._get([("passage: " + p.context, p.text) for p in passages])

    def plain(self, texts: Sequence[str]) -> list[tuple[Tensor, int]]:
        return self._get([("passage: ", text) for text in texts])

    def _get(self, parts: Sequence[tuple[str, str]]) -> list[tuple[Tensor, int]]:
        new = [part for part in dict.fromkeys(parts) if part not in self._held]
        states = self.bert.lower([self.bert.tokens(head + body) for head, body in new])
        for (head, body), state in zip(new, states, strict=True):
            self._held[head, body] = (state, self.bert.size(head))
        return [self._held[part] for part in parts]


def pooled(tokens: Sequence[Tensor]) -> Tensor:
    """Unit vectors of whole texts ``(n, H)``: the mean of all tokens, marks too."""
    return functional.normalize(torch.stack([own.mean(0) for own in tokens]), dim=-1)


def late(queries: Sequence[Tensor], passages: Sequence[Tensor]) -> Tensor:
    """MaxSim ``(questions, passages)``: the mean over a question's tokens of its nearest in the passage."""
    asked = functional.normalize(torch.cat(list(queries)), dim=-1)
    told = functional.normalize(nn.utils.rnn.pad_sequence(list(passages), batch_first=True), dim=-1)
    best = torch.einsum("qh,pth->qpt", asked, told)
    sizes = torch.tensor([len(own) for own in passages])
    outside = torch.arange(told.shape[1]) >= sizes[:, None]
    nearest = best.masked_fill(outside, -1.0).amax(-1)
    return torch.stack([own.mean(0) for own in torch.split(nearest, [len(own) for own in queries])])


def contrast(similarity: Tensor, right: Tensor, ignored: Tensor) -> Tensor:
    """InfoNCE over each row: all ``right`` passages against those that are neither right nor ignored."""
    scores = (similarity / TEMPERATURE).masked_fill(ignored & ~right, -torch.inf)
    return (scores.logsumexp(-1) - scores.masked_fill(~right, -torch.inf).logsumexp(-1)).mean()


class Trainer:
    """The model, its lower states and the similarities to keep."""

    def __init__(self, bert: Bert, corpus: Corpus) -> None:
        self.bert, self.corpus = bert, corpus
        self.states = States(bert)
        self.before = {name: value.detach().clone() for name, value in bert.trained().items()}
        """The weights begun from."""

    @torch.no_grad()
    def set(self, weights: dict[str, Tensor]) -> None:
        for name, value in self.bert.trained().items():
            value.copy_(weights[name])

    @torch.no_grad()
    def similarities_before(self, step: Step) -> Tensor:
        """Those of the model begun from, between the readings' questions and texts."""
        now = {name: value.detach().clone() for name, value in self.bert.trained().items()}
        self.set(self.before)
        asked = self.bert.upper([s for s, _ in self.states.queries([r.question for r in step.readings])])
        told = self.bert.upper([s for s, _ in self.states.plain([r.text for r in step.readings])])
        self.set(now)
        return pooled(asked) @ pooled(told).T

    def losses(self, step: Step) -> dict[str, Tensor]:
        """Each part of the loss of ``step``."""
        kept = self.similarities_before(step) / TEMPERATURE
        rows = list(dict.fromkeys([q.places[0].row for q in step.questions] + list(step.mined)))
        passages = self.states.passages([self.corpus.passages[row] for row in rows])
        plain = self.states.plain([r.text for r in step.readings])
        queries = self.states.queries([q.text for q in step.questions] + [r.question for r in step.readings])
        asked = self.bert.upper([state for state, _ in queries])
        told = self.bert.upper([state for state, _ in (*passages, *plain)])
        n, m = len(step.questions), len(rows)
        dense = pooled(asked) @ pooled(told).T
        right, ignored = self._marks(step, rows, dense[:n, :m].detach())
        asked_tokens = [own[start:-1] for own, (_, start) in zip(asked[:n], queries, strict=False)]
        told_tokens = [own[start:-1] for own, (_, start) in zip(told[:m], passages, strict=False)]
        own = torch.eye(len(step.readings), dtype=torch.bool)
        everything = torch.cat([torch.zeros(len(own), m, dtype=torch.bool), own], dim=1)
        among = dense[n:, m:] / TEMPERATURE
        return {
            "dense": contrast(dense[:n, :m], right, ignored),
            "late": LATE_WEIGHT * contrast(late(asked_tokens, told_tokens), right, ignored),
            "reading": READING_WEIGHT * contrast(dense[n:], everything, torch.zeros_like(everything)),
            "keep": KEEP_WEIGHT
            * functional.kl_div(among.log_softmax(-1), kept.softmax(-1), reduction="batchmean"),
        }

    def _marks(self, step: Step, rows: Sequence[int], similarity: Tensor) -> tuple[Tensor, Tensor]:
        """Which passages answer which questions, and which are not held against them.

        Those of another report may answer too where neither year nor place is named: they are let off
        where they are nearer than the right one.
        """
        right = torch.tensor([[row in q.rows for row in rows] for q in step.questions])
        texts = [self.corpus.passages[row] for row in rows]
        other = torch.tensor([[p.report != q.report for p in texts] for q in step.questions])
        pinned = torch.tensor([bool(re.search(r"\d{4}", q.text)) for q in step.questions])
        best = similarity.masked_fill(~right, -1.0).amax(-1, keepdim=True)
        return right, other & ~pinned[:, None] & (similarity > best)


def train(options: argparse.Namespace, corpus: Corpus, near: dict[Question, list[int]]) -> None:
    torch.manual_seed(options.seed)
    bert = Bert(options.base, options.frozen)
    trainer = Trainer(bert, corpus)
    if options.start:
        trainer.set(Bert(options.start, options.frozen).trained())
    others = readings(corpus, options.seed)
    steps = plan(corpus, near, others, options.steps, options.seed, options.reports)
    weights = bert.trained()
    optimizer = torch.optim.AdamW(weights.values(), lr=options.rate, weight_decay=0.01)
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint = Checkpoint(options.out / "checkpoint.pt")
    first = checkpoint.resume(optimizer, trainer.set)
    for n, step in enumerate(steps[first:], start=first + 1):
        begun = time.monotonic()
        with half_precision():
            losses = trainer.losses(step)
        rate = learning_rate(options.rate, n, len(steps), rise=15, fall=0.6)
        descend(optimizer, torch.stack([*losses.values()]).sum(), rate)
        told = " ".join(f"{name} {value.item():.3f}" for name, value in losses.items())
        print(f"{n}/{len(steps)} {told} {time.monotonic() - begun:.1f} s", flush=True)
        checkpoint.keep(n, weights, optimizer, last=n == len(steps))
    blend = {
        name: options.blend * value.detach() + (1 - options.blend) * trainer.before[name]
        for name, value in weights.items()
    }
    shutil.rmtree(options.out / "model", ignore_errors=True)
    bert.save(options.out / "model", blend)
    settings = {name: str(value) for name, value in vars(options).items()}
    (options.out / "settings.json").write_text(json.dumps(settings, ensure_ascii=False, indent=1), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help="checkpoint and, in model/, the result")
    parser.add_argument("--base", type=Path, help="the model to begin from (default: the embedded one)")
    parser.add_argument("--start", type=Path, help="go on from this result of an earlier run")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--reports", type=int, default=2, help="reports whose questions make up a step")
    parser.add_argument("--frozen", type=int, default=6, help="lower layers that stay as they are")
    parser.add_argument("--blend", type=float, default=1.0, help="share of the tuned weights in the result")
    parser.add_argument("--rate", type=float, default=4e-5, help="learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if options.base is None:
        from training.base_model import base_model

        options.base = base_model()
    torch.set_num_threads(options.threads)
    torch.set_default_device(options.device)
    corpus = load(options.shared, options.cache, *options.questions)
    train(options, corpus, mined(corpus))


if __name__ == "__main__":
    main()
