"""Quality does not fall: the questions of ``benchmarks/questions`` asked of their reports, against what was measured.

Of each set every third question is asked. A figure may be below the measured one by the noise of so many
questions (two standard errors: processors without VNNI add up int8 otherwise), not by more.
"""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import pytest

from qa import Assistant
from qa.evaluation import load_questions, run, tabulate
from tests.conftest import ROOT

EVERY = 3
# What these questions gave with the weights at hand: first passage right, quote holds the answer, refused of the
# answerable, refused of the others. The first two of the sample are from before everyday words left the search (since
# then 0.94 and 0.88).
MEASURED = {
    "sample": {"top1": 0.96, "hl": 0.90, "refused wrongly": 0.06, "refused": 0.93},
    "city": {"top1": 0.94, "hl": 0.94, "refused wrongly": 0.00, "refused": 0.71},
}


def measured(name: str, library: Path) -> dict[str, tuple[float, int]]:
    """Each figure of a set, and of how many questions it is."""
    asked = load_questions(ROOT / "benchmarks" / "questions" / f"{name}.jsonl")
    none = [question for question in asked if question["kind"] == "none"]
    some = [question for question in asked if question["kind"] != "none"][::EVERY] + none
    rows = tabulate(some, run(Assistant.open(library), some))
    told = rows["ALL"]
    counts = len(some) - len(none), len(none)
    return {
        "top1": (float(told["top1"] or 0), counts[0]),
        "hl": (float(told["hl"] or 0), counts[0]),
        "refused wrongly": (float(told["abst"] or 0), counts[0]),
        "refused": (float(rows["none"]["abst"] or 0), counts[1]),
    }


@pytest.mark.parametrize("name", ["sample", "city"])
def test_quality_is_as_measured(name: str, request: pytest.FixtureRequest) -> None:
    found = measured(name, request.getfixturevalue(f"{name}_library"))
    fallen = {}
    for figure, (value, count) in found.items():
        expected = MEASURED[name][figure]
        noise = 2 * sqrt(max(expected * (1 - expected), 0.05) / count)
        worse = value > expected + noise if figure == "refused wrongly" else value < expected - noise
        if worse:
            fallen[figure] = (value, expected)
    assert not fallen, found
