"""The metrics agree with the development set's own scorer, figure for figure."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qa.evaluation import format_table, score, squeeze, tabulate


@pytest.fixture
def scorer(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", shared / "eval" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def results(questions: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """Rankings that are right, half right and wrong, with holes, over the questions' own evidence."""
    rng = random.Random(seed)
    texts = [(e, str(q["report"])) for q in questions for e in q["evidence"]]
    made = []
    for question in questions:
        own = [(e, str(question["report"])) for e in question["evidence"]]
        picked = rng.sample(texts, 4) + [pair for pair in own if rng.random() < 0.7]
        rng.shuffle(picked)
        made.append(
            {
                "id": question["id"],
                "passages": [{"text": "前文。" * rng.randrange(40) + t, "report": r} for t, r in picked],
                "answered": rng.random() < 0.7,
                "highlight": rng.choice([None, "", "".join(question["answers"])]),
                "seconds": rng.random(),
            }
        )
    return [result for result in made if rng.random() < 0.95]


@pytest.mark.parametrize("name", ["tianqiao_dev", "national_dev"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_tables_agree_exactly(scorer: ModuleType, shared: Path, name: str, seed: int) -> None:
    questions = scorer.load(shared / "eval" / f"{name}.jsonl")
    made = results(questions, seed)
    expected, _, _ = scorer.score(questions, made)
    table = tabulate(questions, made)
    assert table.keys() == expected.keys()
    for row, columns in expected.items():
        for column, value in columns.items():
            assert table[row][column] == (None if value is None else pytest.approx(value)), (row, column)


QUESTION = {
    "id": "q",
    "kind": "fact",
    "question": "?",
    "answers": ["464亿元"],
    "evidence": ["完成464亿元"],
    "report": "a",
}


def result(*texts: str, **more: Any) -> dict[str, Any]:
    return {"id": "q", "passages": [{"text": t, "report": "a"} for t in texts], "answered": True, **more}


def test_spaces_and_full_width_do_not_matter() -> None:
    assert squeeze("完成 ４６４亿\u3000元") == "完成464亿元"
    assert score(QUESTION, result("完成 ４６４亿元"), False)["top1"] == 1


def test_reading_costs_what_stands_before() -> None:
    row = score(QUESTION, result("前" * 294, "完成464亿元"), False)
    assert (row["top1"], row["mrr"], row["r@300"], row["r@600"]) == (0, 1 / 2, 0, 1)
    assert score(QUESTION, result("前" * 293, "完成464亿元"), False)["r@300"] == 1


def test_a_refused_answer_counts_against_top1r_only() -> None:
    row = score(QUESTION, result("完成464亿元", highlight="464亿元", answered=False), False)
    assert (row["top1"], row["top1r"], row["abst"], row["hl"]) == (1, 0, 1, 1)


def test_a_missing_result_counts_as_missed() -> None:
    assert tabulate([QUESTION], [])["ALL"]["top1"] == 0


def test_the_right_words_in_the_wrong_report_do_not_count() -> None:
    assert score({**QUESTION, "report": "b"}, result("完成464亿元"), True)["top1"] == 0


def test_the_table_is_aligned() -> None:
    lines = format_table(tabulate([QUESTION], [result("完成464亿元")]), "dev").splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[0].split()[:2] == ["dev", "n"]
    assert [line.split()[0] for line in lines[1:]] == ["fact", "ALL"]
