"""The library in Milvus (Milvus Lite here) is the library: same states, same results."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from index import Library, LibraryDamaged, LibraryLocked, LibraryNotFound, StorageError, UnknownReport
from index.encoders import FloatArray
from index.encoders.late_interaction import pack
from index.store import lease, lock, milvus, milvus_snapshot
from index.store.lease import Lease
from index.store.milvus import MilvusWriter
from index.store.milvus_client import MilvusClient
from index.store.milvus_snapshot import MilvusSnapshot
from tests.conftest import SAMPLE, FakeEncoder
from tests.index.samples import a_pdf
from tests.index.states import QUESTION, write_report

pytest.importorskip("milvus_lite", reason="the extra wenbao[milvus] is not installed")

pytestmark = pytest.mark.timeout(300)

QUESTIONS = (
    "2024年社会消费品零售总额是多少？",
    "今年要新建多少所学校？",
    "一般公共预算收入完成多少",
    "黑虎泉怎么样了",
    "招商引资有什么成果？",
)


class OtherEncoder(FakeEncoder):
    id = "other-32"
    dimension = 32


class FakeTokenEncoder(FakeEncoder):
    """Has a vector for each pair of characters, too: equal pairs are alike, others are not."""

    id = "fake-tokens-64"

    def encode_query_tokens(self, texts: Sequence[str]) -> tuple[FloatArray, list[FloatArray]]:
        return self.encode_queries(texts), [self._tokens(text) for text in texts]

    def encode_passage_tokens(
        self, texts: Sequence[tuple[str, str]], progress: Callable[[int], None] | None = None
    ) -> tuple[FloatArray, list[bytes]]:
        vectors = self.encode_passages([context + body for context, body in texts], progress)
        return vectors, [pack(self._tokens(body)) for _, body in texts]

    def passage_token_ends(self, context: str, body: str) -> list[int]:
        return list(range(2, len(body) + 1))

    def _tokens(self, text: str) -> FloatArray:
        pairs = [zlib.crc32("".join(pair).encode()) for pair in pairwise(text)]
        vectors = np.array([np.random.default_rng(pair).normal(size=64) for pair in pairs], np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def address(tmp_path: Path) -> str:
    return str(tmp_path / "library.db")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reports").mkdir()
    for i, name in enumerate("ab"):
        write_report(tmp_path / "reports" / f"{name}.txt", f"{name}市", i + 5)
    return tmp_path / "reports"


@pytest.fixture
def library(address: str) -> Library:
    return Library.open(address, encoder=FakeEncoder())


def test_an_absent_library_is_made_or_reported(address: str) -> None:
    with pytest.raises(LibraryNotFound):
        Library.open(address, create=False)
    library = Library.open(address, encoder=FakeEncoder())
    assert isinstance(library.snapshot(), MilvusSnapshot)
    assert library.reports() == []
    assert library.snapshot().search_lexical("经济", 3) == []


def test_it_finds_and_reads_what_the_library_on_disk_does(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Library.open(tmp_path / "disk", encoder=FakeEncoder())
    for opened in (disk, library):
        opened.add([SAMPLE])
    here, there = library.snapshot(), disk.snapshot()
    assert here.reports == there.reports
    assert here.text("tianqiao-2025") == there.text("tianqiao-2025")
    assert here.outline("tianqiao-2025") == there.outline("tianqiao-2025")
    assert here.original("tianqiao-2025") == there.original("tianqiao-2025") == SAMPLE.read_bytes()
    assert here.passages(range(here.size)) == there.passages(range(there.size))
    assert here.frequencies(["经济", "就业", "无此"]) == there.frequencies(["经济", "就业", "无此"])
    terms = ["经济", "就业", "无此", "经济"]
    for mine, theirs in zip(here.rows_holding(terms) or [], there.rows_holding(terms) or [], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert [len(rows) for rows in here.rows_holding(terms) or []] == here.frequencies(terms)
    with monkeypatch.context() as patch:
        patch.setattr(milvus_snapshot, "MOST_HITS", 0)
        assert here.rows_holding(terms) is None  # more than the engine answers with
    assert here.vectors([4, 0]) == pytest.approx(there.vectors([4, 0]), abs=1e-6)
    for question in QUESTIONS:
        vector = here.encoder.encode_queries([question])[0]
        for mine, theirs in (
            (here.search_dense(vector, 10), there.search_dense(vector, 10)),
            (here.search_lexical(question, 10), there.search_lexical(question, 10)),
        ):
            assert [s for _, s in mine] == pytest.approx([s for _, s in theirs], abs=2e-3)
            assert len({row for row, _ in mine} & {row for row, _ in theirs}) >= len(theirs) - 1


def test_vectors_of_tokens_are_kept_and_compared_as_on_disk(folder: Path, address: str) -> None:
    encoder = FakeTokenEncoder()
    disk, library = (Library.open(place, encoder=encoder) for place in (folder.with_name("disk"), address))
    _, [question] = encoder.encode_query_tokens([QUESTION])
    for opened in (disk, library):
        opened.add([folder])
    here, there = library.snapshot(), disk.snapshot()
    rows = range(here.size)
    scores = here.late_interaction_scores(rows, question)
    assert scores is not None
    assert scores == pytest.approx(there.late_interaction_scores(rows, question))
    [best] = here.passages([int(scores.argmax())])
    assert "新建学校" in best.text  # as the question says
    for mine, theirs in zip(
        here.token_similarities(rows, question), there.token_similarities(rows, question), strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)
    assert here.token_ends(rows) is not None
    assert here.token_ends(rows) == there.token_ends(rows)
    library.rebuild()
    assert library.snapshot().late_interaction_scores(rows, question) == pytest.approx(scores)


def test_where_characters_stand_is_kept_and_taken_away(
    library: Library, folder: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "c.pdf").write_bytes(a_pdf())
    library.add([folder / "c.pdf"])
    disk = Library.open(folder.with_name("disk"), encoder=FakeEncoder())
    disk.add([folder / "c.pdf"])
    kept = library.snapshot().placed_characters("c", 2)
    assert kept
    assert kept == disk.snapshot().placed_characters("c", 2)
    assert library.snapshot().placed_characters("c", 3) is None
    client = MilvusClient(address)
    owner = f"placed-{library.snapshot().manifest.entries[0].segment}"
    client.delete_values(f'owner == "{owner}"')
    assert library.snapshot().placed_characters("c", 2) is None
    library.rebuild()
    assert library.snapshot().placed_characters("c", 2) == kept
    owner = f"placed-{library.snapshot().manifest.entries[0].segment}"
    assert client.owned(owner) == 2
    monkeypatch.setattr(milvus, "GRACE", 0.0)
    library.remove("c")
    library.add([folder / "a.txt"])
    assert client.owned(owner) == 0


def test_it_goes_through_the_states_of_a_library(library: Library, folder: Path, address: str) -> None:
    reader = Library.open(address, encoder=FakeEncoder())
    library.add([folder])
    assert [info.id for info in reader.reports()] == ["a", "b"]
    in_flight = reader.snapshot()
    write_report(folder / "a.txt", "甲市", 77)
    assert [info.id for info in library.sync([folder]).updated] == ["a"]
    assert "新建学校77所" in reader.text("a")
    assert "新建学校5所" in in_flight.text("a")
    assert len(in_flight.vectors(range(in_flight.size))) == in_flight.size
    library.remove("b")
    assert [info.id for info in reader.reports()] == ["a"]
    [rows] = reader.snapshot().rows_holding(["新建"]) or []
    assert {p.report for p in reader.snapshot().passages(rows.tolist())} == {"a"}
    assert len(rows) == reader.snapshot().frequencies(["新建"])[0] > 0
    found = reader.snapshot().search_lexical(QUESTION, 20)
    assert {p.report for p in reader.snapshot().passages([row for row, _ in found])} == {"a"}
    assert library.set_metadata("a", place="某市").place == "某市"
    assert reader.snapshot().search_dense(FakeEncoder().encode_queries([QUESTION])[0], 3, reports=["a"])
    with pytest.raises(UnknownReport):
        library.remove("b")


def test_what_was_taken_away_is_deleted_by_a_later_writer(
    library: Library, folder: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(milvus, "GRACE", 0.0)
    library.add([folder])
    segment = library.snapshot().manifest.entries[0].segment
    library.remove("a")
    library.set_metadata("b", place="某市")
    assert MilvusClient(address).owned(segment) == 0
    assert len(library.snapshot().search_lexical(QUESTION, 50)) <= library.snapshot().size


def test_rebuild_needs_only_the_engine_and_may_change_the_encoder(
    library: Library, folder: Path, address: str
) -> None:
    library.add([folder])
    before = state_of(library)
    (folder / "a.txt").unlink()
    library.rebuild()
    assert state_of(library) == before
    other = Library.open(address, encoder=OtherEncoder())
    other.rebuild()
    assert other.snapshot().manifest.dimension == 32
    assert other.snapshot().search_dense(other.encoder.encode_queries([QUESTION])[0], 3)


def state_of(library: Library) -> dict[str, object]:
    snapshot = library.snapshot()
    rows = range(snapshot.size)
    return {
        "passages": snapshot.passages(rows),
        "vectors": snapshot.vectors(rows).tobytes(),
        "lexical": snapshot.search_lexical(QUESTION, 5),
    }


def test_a_writer_that_died_leaves_nothing_to_see(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add([folder / "a.txt"])
    before = state_of(library)
    with monkeypatch.context() as patch:
        patch.setattr(MilvusWriter, "commit", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            library.add([folder / "b.txt"])
    assert state_of(library) == before
    library.add([folder / "b.txt"])
    snapshot = library.snapshot()
    assert snapshot.size == sum(info.passages for info in snapshot.reports)
    assert len(snapshot.search_dense(FakeEncoder().encode_queries([QUESTION])[0], 100)) == snapshot.size


def test_a_lost_value_is_said_and_rebuilt(library: Library, folder: Path, address: str) -> None:
    library.add([folder])
    segment = library.snapshot().manifest.entries[0].segment
    MilvusClient(address).delete_values(f'key == "record:{segment}:1"')
    with pytest.raises(LibraryDamaged, match="wenbao rebuild"):
        library.snapshot().passages([1])
    library.rebuild()
    assert library.snapshot().passages([1])


def test_writers_queue(library: Library, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "LOCK_SECONDS", 0.5)
    labels: list[str] = []
    with Lease(MilvusClient(address), lambda *_: None):
        with pytest.raises(LibraryLocked, match="另一个进程"):
            library.remove()
        with pytest.raises(LibraryLocked):
            library.add([], progress=lambda done, total, label: labels.append(label))
    assert "正在等待" in labels[0]
    library.remove()


def test_the_lock_of_a_writer_that_died_is_taken_over(
    library: Library, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "LEASE", 0.5)
    labels: list[str] = []
    library.reports()
    client = MilvusClient(address)
    dead = Lease(client, lambda *_: None)
    assert dead._take()  # and never renewed
    with Lease(client, lambda done, total, label: labels.append(label)) as living:
        assert labels == [lock.WAITING]
        time.sleep(2 * lease.LEASE)
        living.check()  # renewed while it is held
        with pytest.raises(LibraryLocked, match="已接管"):
            dead.check()
    assert dead._take()  # let go of at the end


def test_a_writer_that_was_taken_over_commits_nothing(library: Library, folder: Path, address: str) -> None:
    library.add([folder / "a.txt"])
    before = state_of(library)

    def take_over(*_: object) -> None:
        Lease(MilvusClient(address), lambda *_: None)._say(30.0)

    with pytest.raises(LibraryLocked, match="已接管"):
        library.add([folder / "b.txt"], progress=take_over)
    assert state_of(library) == before


def test_a_server_that_does_not_answer_is_said() -> None:
    with pytest.raises(StorageError, match="WENBAO_MILVUS_TOKEN"):
        Library.open("http://127.0.0.1:9", encoder=FakeEncoder())
