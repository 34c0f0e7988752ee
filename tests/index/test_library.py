"""The library from outside: what add, remove, rebuild and their errors do to it and to its readers."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from index import (
    Encoder,
    Library,
    LibraryDamaged,
    LibraryError,
    LibraryMismatch,
    LibraryNotFound,
    QuestionError,
    SourceError,
    StorageError,
    UnknownReport,
    WenbaoError,
)
from index.store import builder
from tests.conftest import SAMPLE, FakeEncoder
from tests.index.states import write_report

REPORT = """政府工作报告
——2024年1月10日在示例市第一届人民代表大会第一次会议上
一、2023年工作回顾
经济运行平稳。地区生产总值增长6.1%，城镇新增就业3.2万人，财政收入稳步增长，市场主体持续壮大。
民生持续改善。新建学校12所，改造老旧小区30个，群众获得感不断增强，社会大局保持稳定。
二、2024年工作安排
地区生产总值增长5.5%左右，城镇新增就业3万人以上，居民收入增长与经济增长基本同步。
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "示例市2024.txt"
    path.write_text(REPORT, encoding="utf-8")
    return path


@pytest.fixture
def library(tmp_path: Path, fake_encoder: Encoder) -> Library:
    return Library.open(tmp_path / "library", encoder=fake_encoder)


class CountingEncoder(FakeEncoder):
    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode_passages(self, texts, progress=None):  # type: ignore[no-untyped-def]
        self.texts.extend(texts)
        return super().encode_passages(texts, progress)


def files(path: Path) -> set[Path]:
    return {p.relative_to(path) for p in path.rglob("*") if p.is_file() and p.name != ".lock"}


def test_an_absent_library_is_made_or_reported(tmp_path: Path) -> None:
    assert Library.open(tmp_path / "new").reports() == []
    with pytest.raises(LibraryNotFound, match="wenbao add"):
        Library.open(tmp_path / "none", create=False)
    assert not (tmp_path / "none").exists()


def test_every_passage_is_a_slice_of_the_clean_text(library: Library) -> None:
    (info,) = library.add([SAMPLE])
    snapshot = library.snapshot()
    found = snapshot.passages(snapshot.rows(info.id))
    assert info.id == "tianqiao-2025"
    assert len(found) == info.passages == snapshot.size
    assert all(library.text(info.id)[p.start : p.end] == p.text for p in found)
    assert {page for p in found for page in (p.page, p.last_page)} == set(range(1, 27))
    assert info.pages == 26
    assert sum(map(len, (p.text for p in found))) / len(found) <= 250


def test_the_original_is_kept_and_given_back(library: Library, report: Path) -> None:
    (info,) = library.add([report])
    snapshot, data = library.snapshot(), report.read_bytes()
    report.unlink()
    assert snapshot.original(info.id) == data
    size, added = snapshot.original_facts(info.id)
    assert size == len(data)
    assert abs(added - time.time()) < 600
    (library.path / "sources" / info.sha256).write_bytes(b"else")
    with pytest.raises(LibraryDamaged, match="原文件"):
        snapshot.original(info.id)


def test_the_same_answers_come_back_after_reopening(library: Library, report: Path) -> None:
    library.add([report])
    query = library.encoder.encode_queries(["新建学校"])[0]
    again = Library.open(library.path, encoder=library.encoder).snapshot()
    assert again.search_dense(query, 5) == library.snapshot().search_dense(query, 5)
    assert again.search_lexical("新建学校", 5) == library.snapshot().search_lexical("新建学校", 5) != []
    rows = [row for row, _ in again.search_lexical("新建学校", 5)]
    assert "新建学校12所" in again.passages(rows)[0].text


def test_adding_embeds_only_what_is_new(tmp_path: Path, report: Path) -> None:
    encoder = CountingEncoder()
    library = Library.open(tmp_path / "library", encoder=encoder)
    library.add([SAMPLE])
    before = len(encoder.texts)
    library.add([SAMPLE, report])
    assert 0 < len(encoder.texts) - before < 40
    after = files(library.path)
    library.add([SAMPLE, report])
    assert files(library.path) == after


def test_a_changed_file_replaces_its_old_passages(library: Library, report: Path) -> None:
    library.add([report])
    report.write_text(REPORT.replace("12所", "15所"), encoding="utf-8")
    result = library.sync([report])
    assert [info.id for info in result.updated] == ["示例市2024"]
    assert "15所" in library.text("示例市2024")
    assert "12所" not in library.text("示例市2024")
    assert len(library.reports()) == 1


def test_files_of_one_name_in_two_folders_are_two_reports(library: Library, tmp_path: Path) -> None:
    for place in ("甲区", "乙区"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "2024.txt").write_text(REPORT.replace("示例市", place), encoding="utf-8")
    library.add([tmp_path / "甲区", tmp_path / "乙区"])
    assert [info.id for info in library.reports()] == ["2024", "乙区-2024"]
    assert len(library.sync([tmp_path / "乙区"]).unchanged) == 1


def test_one_bad_file_never_stops_the_others(library: Library, report: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    result = library.sync([empty, tmp_path / "missing.txt", report])
    assert [info.id for info in result.added] == ["示例市2024"]
    assert {Path(path).name for path, _ in result.failed} == {"empty.txt", "missing.txt"}
    with pytest.raises(SourceError, match="empty"):
        library.add([empty])


def test_pruning_removes_only_what_left_the_folder(library: Library, report: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text(REPORT.replace("示例", name), encoding="utf-8")
    library.add([folder, report])
    (folder / "b.txt").unlink()
    assert [info.id for info in library.sync([folder]).removed] == []
    assert [info.id for info in library.sync([folder], prune=True).removed] == ["b"]
    assert [info.id for info in library.reports()] == ["a", "示例市2024"]


def test_removed_text_is_gone_from_answers_and_disk(library: Library, report: Path) -> None:
    library.add([SAMPLE, report])
    library.remove("tianqiao-2025")
    snapshot = library.snapshot()
    assert [info.id for info in snapshot.reports] == ["示例市2024"]
    assert all(p.report == "示例市2024" for p in snapshot.passages(range(snapshot.size)))
    assert not any("天桥".encode() in path.read_bytes() for path in library.path.rglob("*") if path.is_file())
    with pytest.raises(UnknownReport, match="wenbao reports"):
        library.remove("示例市2024", "nobody")
    assert len(library.reports()) == 1


def test_the_last_report_can_be_removed(library: Library, report: Path) -> None:
    library.add([report])
    library.remove("示例市2024")
    assert library.reports() == []
    assert library.snapshot().search_lexical("就业", 3) == []


def test_metadata_is_corrected_by_hand_and_survives_a_rebuild(library: Library, report: Path) -> None:
    library.add([report])
    assert library.set_metadata("示例市2024", place="某市", title="某市报告").title == "某市报告"
    assert library.rebuild()[0].place == "某市"
    assert library.set_metadata("示例市2024", title=None).title != "某市报告"


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"title": 5},
        {"title": "\ud800"},
        {"date": 2024},
        {"date": "昨天"},
        {"date": "2025-02-29"},
        *(
            {years: value}
            for years in ("years_reviewed", "years_planned")
            for value in (2024, "2024", ["x"], [0])
        ),
    ],
)
def test_a_correction_that_cannot_be_is_refused_with_a_sentence(
    library: Library, report: Path, wrong: dict[str, Any]
) -> None:
    library.add([report])
    before = library.reports()
    with pytest.raises(WenbaoError, match=r"。$"):
        library.set_metadata("示例市2024", **wrong)
    assert library.reports() == before


@pytest.mark.parametrize("place", ["", b"library", 5, None, ["library"], True])
def test_what_is_no_place_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LibraryError, match=r"。$"):
        Library.open(place)
    assert not list(tmp_path.iterdir())


def test_what_is_no_file_no_report_and_no_filter_is_refused_with_a_sentence(library: Library) -> None:
    for files in (5, None, b"a.txt", [5], [None], [b"a.txt"], [["a.txt"]]):
        for take in (library.add, library.sync):
            with pytest.raises(SourceError, match=r"。$"):
                take(files)  # type: ignore[arg-type]
    for report in (5, None, b"a", ["a"], {}, ""):
        for name in ("text", "remove", "set_metadata"):
            with pytest.raises(UnknownReport, match=r"。$"):
                getattr(library, name)(report)
    filters: tuple[dict[str, Any], ...] = (
        {"name": 5},
        {"year": "2024"},
        {"year": True},
        {"mode": "x"},
        {"mode": []},
    )
    for given in filters:
        with pytest.raises(QuestionError, match=r"。$"):
            library.indicators(**given)


def test_readers_keep_their_snapshot_and_then_see_the_new_one(library: Library, report: Path) -> None:
    library.add([report])
    reader = Library.open(library.path, encoder=library.encoder)
    old = reader.snapshot()
    library.add([SAMPLE])
    library.remove("示例市2024")
    assert "新建学校12所" in old.text("示例市2024")
    assert "经济运行平稳" in "".join(p.text for p in old.passages(range(old.size)))
    assert [info.id for info in reader.reports()] == ["tianqiao-2025"]
    del old
    library.add([report])
    assert len(list((library.path / "snapshots").iterdir())) == 2  # the reader still holds one


def test_writers_queue(tmp_path: Path, fake_encoder: Encoder) -> None:
    sources = []
    for i in range(4):
        sources.append(tmp_path / f"r{i}.txt")
        sources[-1].write_text(REPORT.replace("示例", f"第{i}"), encoding="utf-8")
    path = tmp_path / "library"
    Library.open(path)
    threads = [
        threading.Thread(target=lambda s=source: Library.open(path, encoder=fake_encoder).add([s]))
        for source in sources
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {info.id for info in Library.open(path).reports()} == {"r0", "r1", "r2", "r3"}


def test_rebuild_needs_only_the_library_and_may_change_the_encoder(library: Library, report: Path) -> None:
    class Other(FakeEncoder):
        id = "other-32"
        dimension = 32

    library.add([report])
    before = library.text("示例市2024")
    report.unlink()
    other = Library.open(library.path, encoder=Other())
    with pytest.raises(LibraryMismatch, match="wenbao rebuild"):
        other.snapshot()
    other.rebuild()
    assert other.text("示例市2024") == before
    assert other.snapshot().manifest.encoder == "other-32"
    with pytest.raises(LibraryMismatch):
        library.snapshot()


def test_progress_counts_passages(library: Library) -> None:
    calls: list[tuple[int, int, str]] = []
    (info,) = library.add([SAMPLE], progress=lambda *call: calls.append(call))
    assert calls[-1][:2] == (info.passages, info.passages)
    counted = [done for done, total, _ in calls if total == info.passages]
    assert counted == sorted(counted)


def test_progress_of_many_reports_ends_exact(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder, "_BATCH", 2)
    sources = [write_report(tmp_path / f"r{i}.txt", f"{i}市", i + 2) for i in range(5)]
    calls: list[tuple[int, int]] = []
    infos = library.add(sources, progress=lambda done, total, label: calls.append((done, total)))
    passages = sum(info.passages for info in infos)
    assert calls[-1] == (passages, passages)
    assert all(done <= total for done, total in calls)


@pytest.mark.parametrize("part", ["manifest.json", "vectors.faiss", "terms/rows.npy", "CURRENT"])
@pytest.mark.parametrize("damage", ["truncate", "flip", "delete"])
def test_damage_is_said_and_rebuild_repairs_it(
    library: Library, report: Path, fake_encoder: Encoder, part: str, damage: str
) -> None:
    library.add([report])
    (path,) = library.path.rglob(part)
    data = path.read_bytes()
    if damage == "delete":
        path.unlink()
    else:
        half = len(data) // 2
        path.write_bytes(
            data[:half] if damage == "truncate" else data[:half] + bytes([data[half] ^ 1]) + data[half + 1 :]
        )
    with pytest.raises(LibraryDamaged, match="wenbao rebuild"):
        Library.open(library.path, encoder=fake_encoder)
    Library(library.path, encoder=fake_encoder).rebuild()
    assert "新建学校12所" in Library.open(library.path).text("示例市2024")


@pytest.mark.parametrize("name", ["report.json", "records.bin", "records.npy"])
def test_a_damaged_segment_is_said_when_used_and_rebuilt(library: Library, report: Path, name: str) -> None:
    library.add([report])
    (path,) = library.path.rglob(name)
    path.write_bytes(path.read_bytes()[:-40])
    snapshot = Library.open(library.path, encoder=library.encoder).snapshot()
    with pytest.raises(LibraryDamaged, match="wenbao rebuild"):
        snapshot.passages([0, snapshot.size - 1]), snapshot.text("示例市2024")
    library.rebuild()
    assert Library.open(library.path, encoder=library.encoder).snapshot().passages([0])


def test_a_lost_source_keeps_the_report_and_a_lost_report_is_named(library: Library, report: Path) -> None:
    library.add([report, SAMPLE])
    (source,) = (p for p in (library.path / "sources").iterdir() if "示例市".encode() in p.read_bytes())
    source.unlink()
    assert len(library.rebuild()) == 2
    for path in library.path.rglob("report.json"):
        if "示例市" in path.read_text("utf-8"):
            path.write_text("{}")
    with pytest.raises(LibraryDamaged, match="示例市2024"):
        Library(library.path, encoder=library.encoder).rebuild()
    assert [info.id for info in Library.open(library.path).reports()] == ["tianqiao-2025"]


def test_a_file_in_the_librarys_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "library").write_text("not a directory")
    with pytest.raises(StorageError, match="目录"):
        Library.open(tmp_path / "library")


def test_figures_are_kept_with_their_place(library: Library, report: Path) -> None:
    library.add([report, SAMPLE])
    text = library.text("示例市2024")
    found = library.indicators("GDP", report="示例市2024")
    assert [(f.first_year, f.mode, f.value, f.unit) for f in found] == [
        (2023, "actual", 6.1, "%"),
        (2024, "target", 5.5, "%"),
    ]
    assert all(text[f.value_start : f.value_end] == f.written and f.title for f in found)
    again = Library.open(library.path).indicators("GDP")
    assert [f.report for f in again] == ["示例市2024", "示例市2024", "tianqiao-2025", "tianqiao-2025"]
    assert again[-1].page == 14
    assert library.indicators(report="示例市2024", year=2023, mode="target") == []
    with pytest.raises(UnknownReport):
        library.indicators(report="nobody")


def test_a_file_of_page_numbers_alone_is_refused(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "pages.txt"
    path.write_text("\f".join(f"— {n} —\n" for n in range(1, 9)), encoding="utf-8")
    ((_, reason),) = library.sync([path]).failed
    assert "没有正文" in reason


def test_what_is_written_can_be_read_by_other_users(library: Library, report: Path) -> None:
    library.add([report])
    rights = {path.name: path.stat().st_mode & 0o444 for path in library.path.rglob("*")}
    assert {name for name, bits in rights.items() if bits != 0o444} == set()


def test_a_copy_of_a_held_file_is_the_same_report(library: Library, report: Path, tmp_path: Path) -> None:
    library.add([report])
    (tmp_path / "copy").mkdir()
    copy = tmp_path / "copy" / report.name
    copy.write_bytes(report.read_bytes())
    assert [info.id for info in library.sync([copy]).unchanged] == ["示例市2024"]
    copy.write_text(REPORT.replace("12所", "15所"), encoding="utf-8")
    assert [info.id for info in library.sync([copy]).added] == ["copy-示例市2024"]


def test_uploads_of_one_name_are_numbered(library: Library, tmp_path: Path) -> None:
    for place, folder in (("甲区", "0123456789abcdef"), ("乙区", "fedcba9876543210")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "2024.txt").write_text(REPORT.replace("示例市", place), encoding="utf-8")
        library.add([tmp_path / folder / "2024.txt"])
    assert [info.id for info in library.reports()] == ["2024", "2024-2"]
