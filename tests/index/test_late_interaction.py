"""Vectors of tokens for late interaction: packed small, and of the body only."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Library, LibraryDamaged
from index.encoders import TokenEncoder, TokenOffsetEncoder, load_encoder
from index.encoders.late_interaction import max_similarities, pack
from index.store.segment import Segment, token_ends
from index.structure import context
from index.text import normalize


def _unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 90), st.integers(1, 30), st.integers(96, 256), st.integers(0, 2**16))
def test_packed_tokens_answer_as_the_vectors_do(tokens: int, queries: int, half: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    around = random.normal(size=2 * half)
    passage = _unit(around + 0.5 * random.normal(size=(tokens, 2 * half)))
    asked = _unit(around + 0.5 * random.normal(size=(queries, 2 * half)))
    found = max_similarities(asked, pack(passage))
    np.testing.assert_allclose(found, (asked @ passage.T).max(axis=1), atol=0.03)


def test_a_passage_without_tokens_is_like_nothing() -> None:
    assert pack(np.empty((0, 8), np.float32)) == b""
    assert max_similarities(np.ones((2, 8), np.float32), b"").tolist() == [0, 0]


@pytest.fixture(scope="module")
def encoder() -> TokenEncoder:
    made = load_encoder()
    assert isinstance(made, TokenEncoder)
    return made


def test_the_context_is_read_but_its_tokens_are_not_kept(encoder: TokenEncoder) -> None:
    body = "新增学位6000余个，改造老旧小区27个。"
    vectors, [alone, within] = encoder.encode_passage_tokens([("", body), ("甲区政府工作报告 民生\n", body)])
    assert len(alone) == len(within)
    assert alone != within
    np.testing.assert_allclose(
        vectors[1], encoder.encode_passages(["甲区政府工作报告 民生\n" + body])[0], atol=0.02
    )


def test_a_question_is_more_like_the_passage_that_answers(encoder: TokenEncoder) -> None:
    bodies = ["新增学位6000余个，缓解入学压力。", "拆除违法建设12万平方米，市容更整洁。"]
    _, packed = encoder.encode_passage_tokens([("", body) for body in bodies])
    _, [question] = encoder.encode_query_tokens(["增加了多少上学名额？"])
    school, demolition = (float(max_similarities(question, one).mean()) for one in packed)
    assert school > demolition


def test_where_tokens_end_is_kept_as_the_encoder_tells_it(tmp_path: Path, encoder: TokenEncoder) -> None:
    assert isinstance(encoder, TokenOffsetEncoder)
    (tmp_path / "a.txt").write_text("甲市2024年政府工作报告\n一、回顾\n新增学位6000余个。\n", "utf-8")
    library = Library.open(tmp_path / "library", encoder=encoder)
    [info] = library.add([tmp_path / "a.txt"])
    snapshot = library.snapshot()
    told = [
        encoder.passage_token_ends(normalize(context(info.title, p)), normalize(p.text))
        for p in snapshot.passages(range(snapshot.size))
    ]
    kept = snapshot.token_ends(range(snapshot.size))
    assert kept is not None
    assert [list(ends) for ends in kept] == told


def test_segments_without_the_ends_of_tokens_are_no_damaged_ones(
    tmp_path: Path, encoder: TokenEncoder
) -> None:
    (tmp_path / "a.txt").write_text("甲市2024年政府工作报告\n一、回顾\n新增学位6000余个。\n", "utf-8")
    library = Library.open(tmp_path / "library", encoder=encoder)
    library.add([tmp_path / "a.txt"])
    (sums,) = library.path.rglob("sums.json")
    told: dict[str, str] = json.loads(sums.read_text())
    new = Segment(sums.parent, told, "a")
    old = Segment(sums.parent, {name: one for name, one in told.items() if not name.startswith("ends")}, "a")
    first, second = token_ends([(old, 0), (new, 0)])
    assert first is None
    assert second


def test_damaged_tokens_are_said_when_used_and_rebuilt(tmp_path: Path, encoder: TokenEncoder) -> None:
    (tmp_path / "a.txt").write_text("甲市2024年政府工作报告\n一、回顾\n新增学位6000余个。\n", "utf-8")
    library = Library.open(tmp_path / "library", encoder=encoder)
    library.add([tmp_path / "a.txt"])
    _, [question] = encoder.encode_query_tokens(["新增多少学位？"])
    before = library.snapshot().late_interaction_scores([0], question)
    assert before is not None
    (path,) = library.path.rglob("tokens.bin")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(LibraryDamaged, match="wenbao rebuild"):
        library.snapshot().late_interaction_scores([library.snapshot().size - 1], question)
    library.rebuild()
    assert library.snapshot().late_interaction_scores([0], question) == pytest.approx(before)
