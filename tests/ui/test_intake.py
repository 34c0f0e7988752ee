"""What comes in is bounded: uploads one by one and all together, and the size of any request."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from index import Library, SourceError, WenbaoError
from index.encoders import cache_root
from index.types import Progress
from tests.index.test_office import mixed_pdf
from tests.ui.conftest import call
from ui import intake
from ui.cards import answer_html
from ui.feedback import directory_for
from ui.intake import FULL, KEPT_S, NO_NAME, TOO_LARGE, Uploads, file_name
from ui.jobs import Jobs
from ui.messages import CANCELLED
from ui.page_api import PageApi

REPORT = "丁县2024年政府工作报告\n一、2023年工作回顾\n全县修路25公里，建成桥梁3座。\n".encode()


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_CACHE", str(tmp_path / "cache"))


def kept() -> list[Path]:
    return [path for path in (cache_root() / "uploads").rglob("*") if path.is_file()]


def receive(uploads: Uploads, name: str, *chunks: bytes) -> str:
    async def body(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    # In a thread of its own: where the browser of other tests is open, this one has a running loop.
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, uploads.receive(name, body(chunks))).result()


def send(server: str, name: str, content: bytes) -> httpx.Response:
    return httpx.post(f"{server}upload", params={"name": name}, content=content, timeout=60)


def finished(jobs: Jobs, count: int) -> list[str]:
    """The reasons of the first jobs, once so many are done."""
    deadline = time.monotonic() + 60
    while jobs.status()["finished"] < count and time.monotonic() < deadline:
        time.sleep(0.05)
    return [outcome["reason"] for outcome in jobs.status()["outcomes"]]


def test_two_uploads_of_one_content_both_work_and_no_path_is_told(tmp_path: Path) -> None:
    from qa import Assistant

    library = Library.open(tmp_path / "library")
    page = PageApi(Assistant(library), directory_for(tmp_path))
    bad = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
    contents = {
        "甲.txt": REPORT,
        "乙.txt": REPORT,
        "坏.pdf": b"%PDF-1.4 nothing",
        "图.txt": bad,
    }
    keys = [receive(page.uploads, name, content) for name, content in contents.items()]
    for key in keys:
        page.add({"file": key})
    reasons = finished(page.jobs, len(keys))
    assert reasons[0] == ""
    assert reasons[1] == "与报告《丁县2024年政府工作报告》内容相同，没有重复收录。"
    assert all(reason and "/" not in reason for reason in reasons[2:])
    assert [report.id for report in library.reports()] == ["甲"]
    assert kept() == []
    page.jobs.stop(10)


@pytest.mark.skipif(find_spec("rapidocr") is None, reason="the extra [ocr] is not installed")
def test_a_scanned_page_is_uploaded_told_while_it_is_recognised_and_cited_as_such(tmp_path: Path) -> None:
    """From the upload to the answer, once, with real parts; recognising a page and embedding take some seconds."""
    from qa import Assistant

    assistant = Assistant(Library.open(tmp_path / "library"))
    page = PageApi(assistant, directory_for(tmp_path))
    page.add({"file": receive(page.uploads, "混合.pdf", mixed_pdf())})
    told: set[str] = set()
    deadline = time.monotonic() + 120
    while page.jobs.status()["finished"] < 1 and time.monotonic() < deadline:
        told.add((page.jobs.status()["running"] or {}).get("label", ""))
        time.sleep(0.01)
    assert page.jobs.status()["outcomes"][0]["reason"] == ""
    assert "正在识别“混合.pdf”第 2 页（1/1）" in told
    scanned, printed = assistant.retrieve("一夸特小麦同别的商品交换")[0], assistant.retrieve("开局之年")[0]
    assert (scanned.page, scanned.ocr) == (2, True)
    assert (printed.page, printed.ocr) == (1, False)
    answer = assistant.ask("一夸特小麦按什么比例同别的商品交换？")
    assert answer.answered
    assert answer.to_dict()["citations"][0]["ocr"] is True
    assert "第 2 页 · OCR" in answer_html(answer, "", assistant.library.snapshot())
    page.jobs.stop(10)


def test_a_key_is_taken_once_and_nothing_else_is_a_key() -> None:
    uploads = Uploads()
    key = receive(uploads, "../../县/报告 2024.txt", b"a", b"bc")
    path = uploads.take(key)
    assert (path.name, path.read_bytes()) == ("报告 2024.txt", b"abc")
    for wrong in (key, str(path), "/etc/passwd", "../../etc/passwd", "", "."):
        with pytest.raises(SourceError, match="重新上传"):
            uploads.take(wrong)
    uploads.drop(key)
    assert kept() == []


def test_what_nobody_adds_is_swept_and_what_waits_stays() -> None:
    now = 0.0
    uploads = Uploads(lambda: now)
    receive(uploads, "忘了.txt", b"a")
    waiting = uploads.take(receive(uploads, "等着.txt", b"b"))
    now = KEPT_S + 1
    receive(uploads, "新来.txt", b"c")
    assert sorted(path.name for path in kept()) == ["新来.txt", "等着.txt"]
    assert waiting.is_file()
    uploads.close()
    assert kept() == []


def test_all_together_have_a_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "QUOTA", 10)
    monkeypatch.setattr(intake, "LARGEST_FILE", 8)
    monkeypatch.setattr(intake, "MOST_FILES", 3)
    uploads = Uploads()
    first = receive(uploads, "a.txt", b"1234", b"567")
    with pytest.raises(WenbaoError, match=FULL):
        receive(uploads, "b.txt", b"1234")
    uploads.drop(first)
    with pytest.raises(WenbaoError, match=TOO_LARGE):
        receive(uploads, "b.txt", b"12345", b"6789")
    for name in "abc":
        receive(uploads, name, b"")
    with pytest.raises(WenbaoError, match=FULL):
        receive(uploads, "d", b"")
    assert sorted(path.name for path in kept()) == ["a", "b", "c"]


def test_what_a_killed_server_left_is_removed_by_the_next() -> None:
    old = cache_root() / "uploads" / "old"
    old.mkdir(parents=True)
    (old / "a.txt").write_bytes(b"a")
    os.utime(old, (0, 0))
    young = old.with_name("young")
    young.mkdir()
    receive(Uploads(), "b.txt", b"b")
    assert not old.exists()
    assert young.exists()


def test_a_disk_that_refuses_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    with pytest.raises(WenbaoError, match="没有存下来"):
        receive(Uploads(), "a.txt", b"a")


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("../../县/报告 2024.txt", "报告 2024.txt"),
        ("C:\\报告\\天桥.pdf", "天桥.pdf"),
        ("a\n\x00b.txt", "ab.txt"),
        ("长" * 300 + ".docx", "长" * 65 + ".docx"),
        ("x." + "长" * 300, "x." + "长" * 66),
    ],
)
def test_a_file_keeps_its_name_and_drops_a_path(told: str, name: str) -> None:
    assert file_name(told) == name


@pytest.mark.parametrize("told", ["", "..", ".", "/", "县/", " \n"])
def test_a_file_without_a_name_is_refused(told: str) -> None:
    with pytest.raises(WenbaoError, match=NO_NAME):
        file_name(told)


def test_over_http(server: str) -> None:
    assert set(send(server, "县.txt", REPORT).json()) == {"key"}
    with httpx.Client(base_url=server) as visitor:
        assert "重新上传" in call(visitor, "add", file="/etc/passwd")["error"]
    for name, content, status in (("大.txt", b"a" * (intake.LARGEST_FILE + 1), 413), ("", b"a", 400)):
        said = send(server, name, content)
        assert said.status_code == status
        assert said.json()["error"].endswith("。")


def test_gradios_own_uploads_are_closed(server: str) -> None:
    for path in ("gradio_api/upload", "gradio_api/process_recording", "gradio_api/component_server/"):
        assert httpx.post(server + path, files={"files": ("a.txt", b"a")}).status_code in (403, 415)


def test_a_request_is_bounded_whatever_its_header_says(server: str) -> None:
    def endless() -> Iterable[bytes]:
        yield b'{"data": ["'
        for _ in range(30):
            yield b"a" * 1_000_000

    for content in (b"a" * (intake.LARGEST_REQUEST + 1), endless()):
        try:
            status = httpx.post(f"{server}gradio_api/call/ask", content=content, timeout=60).status_code
        except httpx.TransportError:
            continue  # the connection was cut while sending
        assert status in (400, 413)


def test_what_waits_or_runs_is_cancelled_and_its_file_goes() -> None:
    jobs, begun, go = Jobs(), threading.Event(), threading.Event()
    dropped: list[str] = []

    def long(progress: Progress) -> str:
        begun.set()
        go.wait(10)
        progress(1, 2, "下一步")
        return "收录了"

    jobs.submit("添加《甲》", long)
    jobs.submit("添加《乙》", lambda _progress: "收录了", lambda: dropped.append("乙"))
    jobs.submit("添加《丙》", lambda _progress: "收录了")
    begun.wait(10)
    running, waiting = jobs.status()["running"], jobs.status()["waiting"]
    assert [job["name"] for job in waiting] == ["添加《乙》", "添加《丙》"]
    for job in (running["id"], waiting[0]["id"], 99):
        jobs.cancel(job)
    assert [job["name"] for job in jobs.status()["waiting"]] == ["添加《丙》"]
    go.set()
    assert finished(jobs, 3) == ["", "", ""]
    assert [outcome["note"] for outcome in jobs.status()["outcomes"]] == [CANCELLED, CANCELLED, "收录了"]
    assert dropped == ["乙"]
    jobs.stop(10)
