"""What the numbers that are set by hand are worth: each halved and doubled, and how many answers change.

Every twelfth question of ``benchmarks/questions`` is asked of the sample report and of the city's. What is fitted (weights.toml,
topic.toml) has its own commands: ``benchmarks.fit``, ``benchmarks.topics``; what joins rows ``benchmarks.rejoin``.

    python -m benchmarks.sensitivity               # writes benchmarks/SENSITIVITY.md; needs some minutes
    python -m benchmarks.sensitivity FAR KEPT      # only these, printed
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.common import ROOT, SAMPLE, table
from index import Library
from qa import Assistant
from qa.evaluation import load_questions, run, tabulate

PAGE = ROOT / "benchmarks" / "SENSITIVITY.md"
EVERY = 12
REPORTS = {"sample": SAMPLE, "city": ROOT / "benchmarks" / "questions" / "city.txt"}
NUMBERS = (
    "qa.reading.answerability._ABOUT",
    "qa.retrieval.retriever.YEAR_AMONG",
    "qa.retrieval.retriever.YEAR_WRITTEN",
    "qa.retrieval.retriever.YEAR_NEAR",
    "qa.retrieval.retriever._RANK_OFFSET",
    "qa.reading.quotes.FAR",
    "qa.answers.coverage.CLOSE",
    "qa.answers.coverage.NEAR",
)
"""Of a tuple the first number is changed."""


@contextmanager
def changed(name: str, by: float) -> Iterator[Any]:
    """The number ``name`` multiplied ``by`` so much, in every module that has imported it; yields its new value."""
    home, _, own = name.rpartition(".")
    value = getattr(import_module(home), own)
    known = [module for at, module in list(sys.modules.items()) if at.startswith("qa.")]
    holders = [module for module in known if getattr(module, own, None) is value]
    new = (value[0] * by, *value[1:]) if isinstance(value, tuple) else type(value)(value * by)
    try:
        for module in holders:
            setattr(module, own, new)
        yield new
    finally:
        for module in holders:
            setattr(module, own, value)


def asked(assistants: dict[str, Assistant]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The questions, and what each gave."""
    questions: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for name, assistant in assistants.items():
        own = load_questions(ROOT / "benchmarks" / "questions" / f"{name}.jsonl")[::EVERY]
        questions += own
        results += run(assistant, own)
    return questions, results


def line(name: str, value: Any, found: Sequence[Any], base: Sequence[Any]) -> list[str]:
    """A row of the table: how many answers differ from the ``base``'s, and what is right of them."""
    questions, results = found
    differ = sum(one["text"] != other["text"] for one, other in zip(results, base[1], strict=True))
    told = tabulate(questions, results)["ALL"]
    right = [f"{told[column] or 0:.3f}" for column in ("top1", "hl", "abst")]
    first = value[0] if isinstance(value, tuple) else value
    return [name, f"{first:g}" if first is not None else "", f"{differ} of {len(results)}", *right]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", help="only the numbers of these names, printed")
    names = parser.parse_args().names
    with tempfile.TemporaryDirectory() as folder:
        assistants = {}
        for name, report in REPORTS.items():
            library = Library.open(Path(folder) / name)
            library.add([report])
            assistants[name] = Assistant(library)
        base = asked(assistants)
        rows = [line("as set", None, base, base)]
        for number in NUMBERS:
            own = number.rpartition(".")[2]
            for by in (0.5, 2.0) if not names or own in names else ():
                with changed(number, by) as value:
                    rows.append(line(number.removeprefix("qa."), value, asked(assistants), base))
                print(*rows[-1], flush=True)
    heads = ["number", "as", "answers that change", "first passage right", "quote right", "refused wrongly"]
    if not names:
        PAGE.write_text(f"{INTRODUCTION}\n{table(heads, rows)}\n", encoding="utf-8")


INTRODUCTION = """# Numbers set by hand

Written by `python -m benchmarks.sensitivity`: each number is halved and doubled, and every twelfth question of
`benchmarks/questions` asked again of the sample report and the city's. Where an answer changes, the other columns
tell whether it is for the better. Fitted weights have commands of their own (`benchmarks.fit`, `benchmarks.topics`),
the costs of joining rows `benchmarks.rejoin --sensitivity`. Each report is a library of its own, so that what
chooses between reports of several years shows little here.
"""


if __name__ == "__main__":
    main()
