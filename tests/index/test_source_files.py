"""Which files become which reports, and what is done with files that are no reports."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from index import Encoder, Library, SourceError
from index.store import builder
from tests.index.states import write_report
from ui.cli import run


@pytest.fixture
def library(tmp_path: Path, fake_encoder: Encoder) -> Library:
    return Library.open(tmp_path / "library", encoder=fake_encoder)


def upload(tmp_path: Path, folder: str, schools: int, name: str = "政府工作报告.txt") -> Path:
    """A report in a folder of its own, as an upload has it."""
    path = tmp_path / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_report(path, "甲市", schools)


def ids(library: Library) -> list[str]:
    return [info.id for info in library.reports()]


# ---------------------------------------------------------------- reports are themselves by their content


def test_the_second_file_of_a_name_is_a_second_report_also_when_the_first_is_gone(
    library: Library, tmp_path: Path
) -> None:
    first = upload(tmp_path, "0123456789abcdef", 5)
    library.add([first])
    first.unlink()
    library.add([upload(tmp_path, "fedcba9876543210", 9)])
    assert ids(library) == ["政府工作报告", "政府工作报告-2"]
    assert "新建学校5所" in library.text("政府工作报告")
    assert "新建学校9所" in library.text("政府工作报告-2")


def test_it_replaces_the_first_when_told_to(library: Library, tmp_path: Path) -> None:
    library.add([upload(tmp_path, "a", 5)])
    (info,) = library.add([upload(tmp_path, "b", 9)], replace=True)
    assert ids(library) == [info.id] == ["政府工作报告"]
    assert "新建学校9所" in library.text("政府工作报告")


def test_two_new_files_of_one_name_are_both_kept_even_when_replacing(
    library: Library, tmp_path: Path
) -> None:
    library.add([upload(tmp_path, "a", 5), upload(tmp_path, "b", 9)], replace=True)
    assert ids(library) == ["政府工作报告", "b-政府工作报告"]


def test_one_content_under_two_names_is_told_as_one_report(library: Library, tmp_path: Path) -> None:
    first, second = upload(tmp_path, "a", 5, "一.txt"), upload(tmp_path, "a", 5, "二.txt")
    result = library.sync([first, second])
    assert [info.id for info in result.added] == ["一"]
    assert result.duplicates == ((str(second), "一"),)
    again = library.sync([second])
    assert (again.added, again.duplicates) == ((), ((str(second), "一"),))
    assert [info.id for info in again.unchanged] == ids(library) == ["一"]


def test_a_file_that_moved_is_the_same_report_and_not_pruned(library: Library, tmp_path: Path) -> None:
    old = upload(tmp_path, "folder", 5, "旧.txt")
    library.add([tmp_path / "folder"])
    new = old.rename(old.with_name("新.txt"))
    result = library.sync([tmp_path / "folder"], prune=True)
    assert (result.removed, result.added) == ((), ())
    assert [(info.id, info.source) for info in library.reports()] == [("旧", "新.txt")]
    new.write_text(new.read_text("utf-8").replace("5所", "7所"), encoding="utf-8")
    assert [info.id for info in library.sync([new]).updated] == ["旧"]


def test_a_copy_of_what_a_file_was_before_it_changed_is_kept(library: Library, tmp_path: Path) -> None:
    path = upload(tmp_path, "a", 5, "一.txt")
    library.add([path])
    before = upload(tmp_path, "a", 5, "原稿.txt")
    upload(tmp_path, "a", 9, "一.txt")
    library.add([before, path])
    assert "新建学校9所" in library.text("一")
    assert "新建学校5所" in library.text("原稿")


def test_a_second_name_of_a_bad_file_fails_with_the_first(library: Library, tmp_path: Path) -> None:
    for name in ("一.txt", "二.txt"):
        pages = "\f".join(f"— {n} —\n" for n in range(1, 9))
        (tmp_path / name).write_text(pages, encoding="utf-8")
    result = library.sync([tmp_path / "一.txt", tmp_path / "二.txt"])
    assert [Path(path).name for path, _ in result.failed] == ["一.txt", "二.txt"]
    assert result.duplicates == ()


def test_the_command_line_keeps_both_or_replaces(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.library.load_encoder", lambda *_, **__: fake_encoder)
    monkeypatch.setenv("WENBAO_LIBRARY", str(tmp_path / "library"))
    first, second, third = (str(upload(tmp_path, folder, n)) for n, folder in enumerate("abc", 5))
    assert run(["add", first, second]) == 0
    assert ids(Library(tmp_path / "library")) == ["政府工作报告", "b-政府工作报告"]
    assert run(["add", third, "--replace"]) == 0
    assert ids(Library(tmp_path / "library")) == ["政府工作报告", "b-政府工作报告"]
    assert "新建学校7所" in Library(tmp_path / "library").text("政府工作报告")
    capsys.readouterr()
    assert run(["add", str(upload(tmp_path, "d", 7, "别名.txt"))]) == 0
    assert "别名.txt 与报告“政府工作报告”内容相同" in capsys.readouterr().err


# ---------------------------------------------------------------- one bad file never stops the others


def test_an_error_of_ours_in_one_file_is_told_and_the_others_are_added(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = builder.parse

    def broken(data: bytes, name: str, *rest: Any) -> Any:
        return [][1] if name == "坏.txt" else parse(data, name, *rest)

    monkeypatch.setattr(builder, "parse", broken)
    files = [upload(tmp_path, "a", n, f"{name}.txt") for n, name in enumerate(("好", "坏", "也好"), 5)]
    result = library.sync(files)
    assert [info.id for info in result.added] == ids(library) == ["好", "也好"]
    ((path, reason),) = result.failed
    assert path == str(files[1])
    assert "“坏.txt”没有收录" in reason
    assert "IndexError" in reason
    with pytest.raises(SourceError, match="内部出错"):
        library.add(files)


def test_a_file_whose_text_cannot_be_stored_is_told_and_the_others_are_added(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_json = builder.Parsed.to_json

    def broken(parsed: builder.Parsed) -> bytes:
        return "\ud800".encode() if "新建学校6所" in parsed.text else to_json(parsed)

    monkeypatch.setattr(builder.Parsed, "to_json", broken)
    result = library.sync([upload(tmp_path, "a", n, f"{n}.txt") for n in (5, 6)])
    assert [info.id for info in result.added] == ["5"]
    assert "UnicodeEncodeError" in result.failed[0][1]


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no UTF-8 exist on Linux alone")
def test_names_that_are_no_utf8_are_read_as_gb18030(library: Library, tmp_path: Path) -> None:
    source = upload(tmp_path, "a", 5)
    for name in ("甲市2024".encode("gb18030") + b".txt", b"\xff\xff.txt"):
        os.rename(source, os.path.join(os.fsencode(source.parent), name))
        (info,) = library.sync([source.parent]).added
        assert info.source.encode()
        info.id.encode()
        source = upload(tmp_path, "a", len(name))
    assert ids(library)[0] == "甲市2024"
    assert library.reports()[0].source == "甲市2024.txt"
    assert len(library.rebuild()) == 2
    assert len(library.sync([source.parent]).unchanged) == 2
    bad = os.fsdecode(os.path.join(os.fsencode(source.parent), "坏".encode("gb18030") + b".txt"))
    Path(bad).touch()
    ((path, reason),) = library.sync([bad]).failed
    assert path.endswith("坏.txt")
    assert (path + reason).encode()


# ---------------------------------------------------------------- what is no file of the folder's own


@pytest.mark.timeout(120)
def test_pipes_devices_and_sockets_are_refused_without_opening(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)  # a socket's path is short
        server.bind("socket.txt")
    result = library.sync([tmp_path / "pipe.txt", tmp_path / "socket.txt", "/dev/zero"])
    assert [Path(path).name for path, _ in result.failed] == ["pipe.txt", "socket.txt", "zero"]
    assert all("不是普通文件" in reason for _, reason in result.failed)
    in_folder = library.sync([tmp_path])
    assert {Path(path).name for path, _ in in_folder.skipped} == {"pipe.txt", "socket.txt"}
    assert in_folder.failed == ()


def test_links_out_of_a_folder_and_loops_are_told_and_not_followed(library: Library, tmp_path: Path) -> None:
    outside = upload(tmp_path, "outside", 5, "密.txt")
    inside = upload(tmp_path, "folder", 6, "公.txt")
    folder = inside.parent
    (folder / "出.txt").symlink_to(outside)
    (folder / "外").symlink_to(outside.parent)
    (folder / "回").symlink_to(folder)
    (folder / "自.txt").symlink_to(folder / "自.txt")
    (folder / "断.txt").symlink_to(folder / "没有.txt")
    (folder / "同.txt").symlink_to(inside)
    result = library.sync([folder])
    assert [info.id for info in result.added] == ["公"]
    told = {Path(path).name: reason for path, reason in result.skipped}
    assert set(told) == {"出.txt", "外", "回", "自.txt", "断.txt"}
    assert "之外" in told["出.txt"]
    assert "之外" in told["外"]
    assert "上级" in told["回"]
    assert result.failed == ()
    # What the user names is followed.
    assert [info.id for info in library.sync([folder / "出.txt"]).added] == ["出"]


def test_documents_that_cannot_be_read_are_told_and_how_to_convert_them(
    library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = upload(tmp_path, "folder", 5, "公.txt").parent
    for name in ("旧.DOC", "公文.ofd", "稿.wps", "包.zip", "数据.json", "说明", ".隐藏.doc"):
        (folder / name).write_bytes(b"x")
    kept = Library.open(folder / "文库", encoder=library.encoder)
    kept.add([folder / "公.txt"])
    result = library.sync([folder])
    assert [info.id for info in result.added] == ["公"]
    told = {Path(path).name: reason for path, reason in result.skipped}
    assert set(told) == {"旧.DOC", "公文.ofd", "稿.wps", "包.zip", "folder"}
    assert ".docx" in told["旧.DOC"]
    assert "PDF" in told["公文.ofd"]
    assert "解压" in told["包.zip"]
    assert told["folder"] == "里有 2 个文件不是能读的格式（.json、没有扩展名），没有收录。"
    assert all(reason.count("。") == 1 for reason in told.values())


def test_an_empty_name_does_not_walk_the_current_directory(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    upload(tmp_path, "here", 5)
    monkeypatch.chdir(tmp_path / "here")
    assert run(["add", "", "--library", str(library.path)]) == 2
    assert "文件名是空的" in capsys.readouterr().err
    assert ids(library) == []
    with pytest.raises(SourceError, match="文件名是空的"):
        library.add("")
