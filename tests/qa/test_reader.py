"""The reader, and reordering by another cross-encoder: a real one of one layer, made here."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from index import EncoderError, Library, Snapshot
from index.text.normalization import normalize
from qa import Assistant
from qa.reading.reader import (
    CLEAR_LEAD,
    CLEAR_SCORE,
    PASSAGES_READ,
    PASSAGES_REORDERED,
    SETTING,
    _cross_encoder,
    reordered,
    reread,
)
from qa.retrieval import Ranked, Search, rank, search
from qa.understanding.question import parse
from tests.conftest import save_tokenizer
from tests.test_architecture import HEAVY, loaded_after

QUESTION = "拿旧东西换新货的，政府去年一共贴了多少钱？"


def save_tiny(folder: Path, vocabulary: str, labels: int = 1, head: bool = True) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertModel

    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=save_tokenizer(folder, set(vocabulary) - {"\n", " "}),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=256,
        initializer_range=0.3,
        num_labels=labels,
    )
    (BertForSequenceClassification if head else BertModel)(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def snapshot(sample_library: Path) -> Snapshot:
    return Library.open(sample_library).snapshot()


@pytest.fixture(scope="module")
def found(snapshot: Snapshot) -> Search:
    asked = parse(QUESTION)
    return search(snapshot, snapshot.encoder, asked, asked.sub_questions[0])


@pytest.fixture(scope="module")
def ranked(found: Search) -> list[Ranked]:
    return rank(found)


@pytest.fixture(scope="module")
def level(ranked: list[Ranked]) -> list[Ranked]:
    """The same passages in the same order, none ahead of the others."""
    return [replace(one, score=-0.01 * i) for i, one in enumerate(ranked)]


@pytest.fixture
def model(ranked: list[Ranked], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = save_tiny(tmp_path / "tiny", normalize("".join(r.candidate.passage.text for r in ranked)))
    monkeypatch.setenv(SETTING, str(folder))
    return folder


def rows(ranked: list[Ranked]) -> list[int]:
    return [one.candidate.row for one in ranked]


def by_the_model(folder: Path, snapshot: Snapshot, ranked: list[Ranked]) -> list[int]:
    """The rows in the order of the model's own scores, which see title, section path and passage."""
    from sentence_transformers import CrossEncoder

    [title] = [report.title for report in snapshot.reports]
    passages = [(one.candidate.row, one.candidate.passage) for one in ranked[:PASSAGES_REORDERED]]
    pairs = [
        (normalize(QUESTION), normalize(f"{' '.join((title, *p.section))}\n{p.text}")) for _, p in passages
    ]
    scores = CrossEncoder(str(folder)).predict(pairs)
    assert len(set(scores.tolist())) == PASSAGES_REORDERED
    return [row for _, (row, _) in sorted(zip(-scores, passages, strict=True), key=lambda pair: pair[0])]


def test_the_first_passages_are_read_and_put_in_order(
    found: Search, snapshot: Snapshot, level: list[Ranked]
) -> None:
    assert len(level) > PASSAGES_READ
    read = reread(found, level, snapshot)
    assert set(rows(read[:PASSAGES_READ])) == set(rows(level[:PASSAGES_READ]))
    assert rows(read[PASSAGES_READ:]) == rows(level[PASSAGES_READ:])
    assert [one.score for one in read] == sorted((one.score for one in read), reverse=True)
    assert all((one.reading is not None) == (i < PASSAGES_READ) for i, one in enumerate(read))
    for one in read[:PASSAGES_READ]:
        assert one.reading is not None
        assert len(one.reading.clauses) == len(one.reading.answers) == len(one.candidate.clauses)
    assert reread(found, [], snapshot) == []


def test_the_readers_score_counts_as_much_as_its_weight(
    found: Search, snapshot: Snapshot, level: list[Ranked]
) -> None:
    read = [one for one in reread(found, level, snapshot) if one.reading is not None]
    alone = [one.reading.score for one in reordered(read, 1e6) if one.reading is not None]
    assert alone == sorted(alone, reverse=True)
    assert rows(reordered(read, 0.0)) == rows(sorted(read, key=lambda one: -one.score))


def test_a_first_passage_that_leads_and_answers_is_read_alone(
    found: Search, snapshot: Snapshot, ranked: list[Ranked]
) -> None:
    first = reread(found, ranked, snapshot)[0]
    assert first.reading is not None
    assert first.reading.score >= CLEAR_SCORE
    for lead, count in ((CLEAR_LEAD + 0.1, 1), (CLEAR_LEAD - 0.1, PASSAGES_READ)):
        ahead = [
            replace(first, score=lead),
            *(replace(one, score=0.0) for one in ranked if one.candidate.row != first.candidate.row),
        ]
        assert sum(one.reading is not None for one in reread(found, ahead, snapshot)) == count


def test_the_first_passages_follow_another_model_the_others_stay(
    model: Path, found: Search, snapshot: Snapshot, ranked: list[Ranked]
) -> None:
    expected = by_the_model(model, snapshot, ranked)
    assert expected != rows(ranked)[:PASSAGES_REORDERED]
    read = reread(found, ranked, snapshot)
    assert rows(read) == expected + rows(ranked)[PASSAGES_REORDERED:]
    assert all(one.reading is not None for one in read[:PASSAGES_READ])


def test_the_assistant_shows_the_models_first(
    model: Path, snapshot: Snapshot, ranked: list[Ranked], sample_library: Path
) -> None:
    first = snapshot.passages(by_the_model(model, snapshot, ranked)[:1])[0]
    assert Assistant.open(sample_library).retrieve(QUESTION)[0].start == first.start


def test_many_threads_load_it_once_and_agree(
    model: Path, found: Search, snapshot: Snapshot, ranked: list[Ranked]
) -> None:
    before = _cross_encoder.cache_info().misses
    with ThreadPoolExecutor(8) as pool:
        orders = list(pool.map(lambda _: rows(reread(found, ranked, snapshot)), range(16)))
    assert orders == [orders[0]] * 16
    assert _cross_encoder.cache_info().misses == before + 1


@pytest.mark.parametrize("setting", [None, ""])
def test_unset_or_empty_loads_no_heavy_library(
    setting: str | None, sample_library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if setting is not None:
        monkeypatch.setenv(SETTING, setting)
    asking = (
        f"from qa import Assistant; print(Assistant.open({str(sample_library)!r}).ask({QUESTION!r}).text)"
    )
    assert loaded_after(asking) & set(HEAVY) == set()


def _empty(folder: Path) -> str:
    folder.mkdir()
    return str(folder)


def _headless(folder: Path) -> str:
    return str(save_tiny(folder, "问文", head=False))


def _embedding(folder: Path) -> str:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    source = save_tiny(folder.with_name("source"), "问文")
    SentenceTransformer(modules=[Transformer(str(source)), Pooling(32)]).save(str(folder))
    return str(folder)


def _three_labels(folder: Path) -> str:
    return str(save_tiny(folder, "问文", labels=3))


def _truncated(folder: Path) -> str:
    weights = save_tiny(folder, "问文") / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    return str(folder)


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (str, "找不到模型目录"),
        (lambda folder: "a b", "既不是模型目录，也不是 Hugging Face 模型名"),
        (lambda folder: "nobody/nothing", "无法从 Hugging Face 下载模型"),
        (_empty, "不是 CrossEncoder"),
        (_headless, "不是 CrossEncoder"),
        (_embedding, "不是 CrossEncoder"),
        (_three_labels, "不是 CrossEncoder"),
        (_truncated, "文件已损坏"),
    ],
)
def test_what_cannot_rerank_is_said_in_one_sentence(
    bad: Callable[[Path], str],
    sentence: str,
    tmp_path: Path,
    sample_library: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SETTING, bad(tmp_path / "model"))
    with pytest.raises(EncoderError, match=sentence) as error:
        Assistant.open(sample_library).ask(QUESTION)
    assert SETTING in str(error.value)
    assert str(error.value).count("。") == 1
