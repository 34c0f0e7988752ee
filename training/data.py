"""Questions with the passages that answer them, over reports read and cut as the product does.

python -m training.data --shared ../shared --cache DIR    # what there is, what was left out and why

All of it is kept as ``corpus.pickle`` in the cache, so that a machine that trains needs neither the reports
nor the product: where ``shared`` is absent, it is taken from there.
"""

from __future__ import annotations

import argparse
import bisect
import json
import pickle
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from index import Passage as Cut

SPLITS = Path(__file__).with_name("splits.toml")
OWN = Path(__file__).with_name("questions")
KINDS = ("everyday", "fact", "keyword", "year", "none")
TRAINED_READINGS = ("cmrc2018_dev", "drcd_dev")
READING_SETS = (*TRAINED_READINGS, "squad2_zh_dev")
_REPORTS = ("national/*.txt", "local/counties/*.txt", "local/provinces/*")


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage and what stands around it; ``title`` is its report's."""

    report: str
    title: str
    section: tuple[str, ...]
    text: str
    read_context: str
    """What stands before it where it is read."""

    @property
    def context(self) -> str:
        """What stands before it where it is embedded."""
        return " ".join((self.title, *self.section)) + "\n"


@dataclass(frozen=True, slots=True)
class Place:
    """Characters ``[start, end)`` of the passage in ``row`` of the corpus."""

    row: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Question:
    """``places``: where the evidence stands, the best first; of kind ``none`` it does not answer."""

    report: str
    text: str
    kind: str
    evidence: str
    answer: str
    places: tuple[Place, ...]
    held_out: bool

    @property
    def answerable(self) -> bool:
        return self.kind != "none"

    @property
    def rows(self) -> set[int]:
        return {place.row for place in self.places}


@dataclass(frozen=True, slots=True)
class Corpus:
    """All passages, one report after another, and the questions on them."""

    passages: list[Passage]
    rows: dict[str, range]
    questions: list[Question]
    held_out: frozenset[str]
    left_out: Counter[str]
    readings: dict[str, list[Reading]]
    """Of each set of reading comprehension, by the name of its file."""

    def asked(self, held_out: bool, answerable: bool = True) -> list[Question]:
        return [q for q in self.questions if q.held_out == held_out and q.answerable == answerable]


class _NoEncoder:
    """Reading and cutting need no vectors."""

    id, dimension = "none", 8

    def encode_queries(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.ones((len(texts), self.dimension), np.float32)

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        return np.ones((len(texts), self.dimension), np.float32)


def report_files(shared: Path) -> list[Path]:
    return [file for pattern in _REPORTS for file in sorted((shared / "data").glob(pattern))]


def question_files(shared: Path, *folders: Path) -> list[Path]:
    """The files of ``shared``/train and of each folder; broad questions are another task."""
    places = [shared / "train", *folders]
    return [f for place in places for f in sorted(place.glob("*.jsonl")) if f.name != "topics.jsonl"]


def load(shared: Path, cache: Path, *folders: Path) -> Corpus:
    """Everything, with ``training/questions`` and more ``folders``; the reports' library is kept in ``cache``."""
    packed = cache / "corpus.pickle"
    if not shared.is_dir():
        packed_corpus: Corpus = pickle.loads(packed.read_bytes())
        return packed_corpus
    from index import Library
    from index.encoders import read_context

    library = Library.open(cache / "library", encoder=_NoEncoder())
    library.add(report_files(shared))
    snapshot = library.snapshot()
    rows = {report.id: snapshot.rows(report.id) for report in snapshot.reports}
    cuts = snapshot.passages(range(snapshot.size))
    titles = {report.id: report.title for report in snapshot.reports}
    passages = [
        Passage(c.report, titles[c.report], c.section, c.text, read_context(titles[c.report], c))
        for c in cuts
    ]
    finders = {report: _Finder(snapshot.text(report), [cuts[row] for row in rows[report]]) for report in rows}
    held_out = frozenset(tomllib.loads(SPLITS.read_text("utf-8"))["held_out"])
    questions, left_out = _questions(question_files(shared, OWN, *folders), rows, finders, held_out)
    readings = {name: squad_like(shared / "data" / f"{name}.json") for name in READING_SETS}
    corpus = Corpus(passages, rows, questions, held_out, left_out, readings)
    packed.write_bytes(pickle.dumps(corpus))
    return corpus


def _questions(
    files: Sequence[Path], rows: dict[str, range], finders: dict[str, _Finder], held_out: frozenset[str]
) -> tuple[list[Question], Counter[str]]:
    found: list[Question] = []
    left_out: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    for line in (line for file in files for line in file.read_text("utf-8").splitlines() if line.strip()):
        item = json.loads(line)
        if reason := _fault(item, rows, seen):
            left_out[reason] += 1
            continue
        seen.add((item["report"], item["q"]))
        report, first = item["report"], rows[item["report"]].start
        answer = item["answer"] if item["kind"] != "none" else ""
        places = tuple(
            Place(first + n, start, end) for n, start, end in finders[report].find(item["evidence"], answer)
        )
        if not places:
            left_out["evidence not in the text as read"] += 1
            continue
        found.append(
            Question(
                report, item["q"].strip(), item["kind"], item["evidence"], answer, places, report in held_out
            )
        )
    return found, left_out


def _fault(item: dict[str, Any], rows: dict[str, range], seen: set[tuple[str, str]]) -> str:
    """Why a line is of no use, else nothing."""
    if not {"report", "q", "kind", "evidence", "answer"} <= item.keys() or item["kind"] not in KINDS:
        return "not of the form"
    if item["report"] not in rows:
        return "no such report"
    if (item["report"], item["q"]) in seen:
        return "asked twice"
    if item["kind"] != "none" and plain(item["answer"])[0] not in plain(item["evidence"])[0]:
        return "answer not in the evidence"
    return ""


def plain(text: str) -> tuple[str, list[int]]:
    r"""NFKC without white space and literal ``\r`` and ``\n``, and for each character where it came from."""
    characters: list[str] = []
    origin: list[int] = []
    skip = False
    for i, character in enumerate(text):
        if skip or character.isspace() or (character == "\\" and text[i + 1 : i + 2] in ("r", "n")):
            skip = character == "\\"
            continue
        for folded in unicodedata.normalize("NFKC", character):
            if not folded.isspace():
                characters.append(folded)
                origin.append(i)
    return "".join(characters), origin


class _Finder:
    """Where evidence stands among the passages of one report."""

    def __init__(self, text: str, cuts: Sequence[Cut]) -> None:
        self._plain, self._origin = plain(text)
        self._cuts = cuts
        self._starts = [cut.start for cut in cuts]

    def find(self, evidence: str, answer: str) -> list[tuple[int, int, int]]:
        """``(passage of the report, start, end within it)``, every place; those with the answer first.

        Where a passage's end cuts the evidence, each part that holds the answer counts; without an
        answer, the longest.
        """
        wanted, told = plain(evidence)[0], plain(answer)[0]
        found: list[tuple[bool, int, tuple[int, int, int]]] = []
        at = self._plain.find(wanted) if wanted else -1
        while at >= 0:
            found += self._parts(self._origin[at], self._origin[at + len(wanted) - 1] + 1, told)
            at = self._plain.find(wanted, at + 1)
        if not found:
            return []
        holds = any(holding for holding, _, _ in found)
        longest = max(length for _, length, _ in found)
        kept = [f for f in found if (f[0] if holds else f[1] > longest // 2)]
        return [part for _, _, part in sorted(kept, key=lambda f: -f[1])]

    def _parts(self, start: int, end: int, answer: str) -> list[tuple[bool, int, tuple[int, int, int]]]:
        parts = []
        n = max(0, bisect.bisect_right(self._starts, start) - 1)
        while n < len(self._cuts) and self._cuts[n].start < end:
            cut = self._cuts[n]
            a, b = max(start, cut.start) - cut.start, min(end, cut.end) - cut.start
            if a < b:
                parts.append((bool(answer) and answer in plain(cut.text[a:b])[0], b - a, (n, a, b)))
            n += 1
        return parts


@dataclass(frozen=True, slots=True)
class Reading:
    """A paragraph of a reading-comprehension set and its questions, each with its answer's offset and text."""

    context: str
    questions: list[tuple[str, int, str]]


def squad_like(file: Path) -> list[Reading]:
    """CMRC 2018, DRCD and the translated SQuAD 2.0 share one form; unanswerable questions are left out."""
    data = json.loads(file.read_text("utf-8"))["data"]
    return [
        Reading(
            paragraph["context"],
            [
                (qa["question"], max(0, paragraph["context"].find(answer)), answer)
                for qa in paragraph["qas"]
                if qa.get("answers")
                for answer in [qa["answers"][0]["text"]]
            ],
        )
        for article in data
        for paragraph in article["paragraphs"]
    ]


def halves(readings: Sequence[Reading]) -> tuple[list[Reading], list[Reading]]:
    """Whole paragraphs: the even ones are trained on, the odd ones measured on."""
    return list(readings[::2]), list(readings[1::2])


def batches(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Row numbers by falling length, so that each batch, padded, has at most ``budget`` tokens."""
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    found: list[list[int]] = []
    for i in order:
        if not found or (len(found[-1]) + 1) * lengths[found[-1][0]] > budget:
            found.append([])
        found[-1].append(i)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    arguments(parser)
    options = parser.parse_args()
    corpus = load(options.shared, options.cache, *options.questions)
    print(len(corpus.passages), "passages of", len(corpus.rows), "reports; left out:", dict(corpus.left_out))
    for held_out in (False, True):
        kinds = Counter(q.kind for q in corpus.questions if q.held_out == held_out)
        print("held out:" if held_out else "trained on:", sum(kinds.values()), dict(kinds))
    counts = Counter(q.report for q in corpus.questions)
    print(*(f"{'*' if r in corpus.held_out else ''}{r} {n}" for r, n in sorted(counts.items())), sep=", ")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options that every recipe shares."""
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="reports and questions")
    parser.add_argument(
        "--cache", type=Path, default=Path("build/training"), help="scratch, kept between runs"
    )
    parser.add_argument("--questions", type=Path, action="append", default=[], help="more questions (folder)")
    parser.add_argument("--device", default="cpu", help="cpu, or cuda (trains in bf16)")


def spans(sizes: Sequence[int]) -> list[range]:
    """Consecutive ranges of the given sizes."""
    return [range(end - size, end) for size, end in zip(sizes, accumulate(sizes), strict=True)]


if __name__ == "__main__":
    main()
