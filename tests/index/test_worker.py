"""Files are read in a process that can be ended: time and memory have limits, and one file stops no other."""

from __future__ import annotations

import io
import os
import random
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from reportlab.pdfgen.canvas import Canvas

from index.errors import SourceError
from index.readers import read_bytes, read_in_worker, worker_process

from .samples import REPORT, make_docx, make_html, make_pdf

PDF = make_pdf(REPORT)[0]


def heard(label: str) -> None:
    """Progress that nobody follows."""


def test_a_worker_reads_what_the_process_itself_would() -> None:
    files = [(PDF, "a.pdf"), (make_docx(REPORT), "a.docx"), (make_html(REPORT).encode(), "a.html")]
    for data, name in files:
        assert read_in_worker(data, name, heard) == read_bytes(data, name)
    assert len(worker_process._workers) == 1


def test_plain_text_waits_for_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "_workers", [])
    assert read_in_worker("政府工作报告".encode(), "a.txt", heard).kind == "text"
    assert worker_process._workers == []


def test_refusals_come_through() -> None:
    with pytest.raises(SourceError, match=r"“坏.pdf”不是完整的 PDF 文件"):
        read_in_worker(b"%PDF-1.7\n" + bytes(2000), "坏.pdf", heard)
    assert read_in_worker(PDF, "a.pdf", heard).kind == "pdf"


def test_a_file_that_takes_too_long_is_refused_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read_in_worker(PDF, "a.pdf", heard)
    for limit in ("SILENCE", "LONGEST"):
        with monkeypatch.context() as patch:
            patch.setattr(worker_process, limit, 0.0)
            started = time.monotonic()
            with pytest.raises(SourceError, match="还没有读完"):
                read_in_worker(PDF, "a.pdf", heard)
            assert time.monotonic() - started < 60
    assert read_in_worker(PDF, "a.pdf", heard).kind == "pdf"


def test_a_page_that_takes_for_ever_is_given_up_and_the_next_file_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A drawing that holds another ten times, which holds another ten times, and so on: 10⁹ letters in 4 KB."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for level in range(10):
        canvas.beginForm(f"level{level}")
        for _ in range(10):
            canvas.doForm(f"level{level - 1}") if level else canvas.drawString(50, 700, "a")
        canvas.endForm()
    canvas.doForm("level9")
    canvas.save()
    read_in_worker(PDF, "a.pdf", heard)
    with monkeypatch.context() as patch:
        patch.setattr(worker_process, "SILENCE", 1.0)
        with pytest.raises(SourceError, match="还没有读完"):
            read_in_worker(buffer.getvalue(), "无尽.pdf", heard)
    assert read_in_worker(PDF, "a.pdf", heard).kind == "pdf"


def test_a_page_being_recognised_may_take_longer_than_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    answers = [("told", "正在识别“a.pdf”第 1 页（1/1）"), ("done", "read")]

    def poll(seconds: float) -> bool:
        waits.append(seconds)
        return True

    read_in_worker(PDF, "a.pdf", heard)
    worker = worker_process._workers[0]
    connection = SimpleNamespace(send=lambda request: None, poll=poll, recv=lambda: answers.pop(0))
    with monkeypatch.context() as patch:
        patch.setattr(worker, "connection", connection)
        assert worker.request(("read", PDF, "a.pdf"), heard) == "read"
    assert waits == [worker_process.SILENCE, worker_process.PAGE]


def test_a_file_that_takes_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "_workers", [])
    for limit in ("MEMORY", "MEMORY_FOR_OCR"):
        monkeypatch.setattr(worker_process, limit, 150_000_000)
    page = "<p>正文。</p>" * 600_000
    with pytest.raises(SourceError, match=r"内存超过 0\.15 GB"):
        read_in_worker(f"<html><body>{page}".encode(), "大.html", heard)
    while worker_process._workers:
        worker_process._workers.pop().end()


def test_a_worker_that_died_is_replaced() -> None:
    read_in_worker(PDF, "a.pdf", heard)
    worker_process._workers[0].process.kill()
    worker_process._workers[0].process.wait()
    assert read_in_worker(PDF, "a.pdf", heard).kind == "pdf"


def test_a_file_that_ends_the_worker_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    read_in_worker(PDF, "a.pdf", heard)
    worker = worker_process._workers[0]
    monkeypatch.setattr(worker.connection, "send", lambda request: worker.process.kill(), raising=False)
    with pytest.raises(SourceError, match="读不下去"):
        read_in_worker(PDF, "a.pdf", heard)
    assert read_in_worker(PDF, "a.pdf", heard).kind == "pdf"


def damaged(data: bytes, seed: int) -> bytes:
    """A copy with some bytes changed, in one place or many."""
    dice = random.Random(seed)
    copy = bytearray(data)
    for _ in range(dice.choice([1, 8, 64, 512])):
        copy[dice.randrange(16, len(copy))] = dice.randrange(256)
    return bytes(copy)


def test_an_archive_of_an_unknown_version_is_refused() -> None:
    data = bytearray(make_docx(REPORT))
    data[data.index(b"PK\x01\x02") + 6] = 144
    with pytest.raises(SourceError, match="已损坏"):
        read_bytes(bytes(data), "a.docx")


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("copies", [12, pytest.param(200, marks=pytest.mark.torture)])
def test_damaged_files_are_read_or_refused_within_their_limits(copies: int) -> None:
    for data, name in ((PDF, "a.pdf"), (make_docx(REPORT), "a.docx")):
        refused = 0
        for seed in range(copies):
            started = time.monotonic()
            sentence = ""
            try:
                read_in_worker(damaged(data, seed), name, heard)
            except SourceError as error:
                sentence = str(error)
            assert "程序出错" not in sentence
            assert "读不下去" not in sentence
            assert time.monotonic() - started < 60  # the machine may be busy
            refused += bool(sentence)
        print(f"{name}: {copies - refused} read, {refused} refused")


def spent() -> tuple[int, float, int]:
    """The waiting worker's process, the seconds of processor time it has taken and its most memory in MB."""
    worker = worker_process._workers[0].process.pid
    times = Path(f"/proc/{worker}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    memory = Path(f"/proc/{worker}/status").read_text(encoding="ascii").split("VmHWM:")[1].split()[0]
    return worker, (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK"), int(memory) // 1000


@pytest.mark.torture
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc for time and memory")
@pytest.mark.parametrize(
    "name", ["formats/p01*.pdf", "formats/p35*.pdf", "bulletins/成都*.pdf", "formats/d11*.docx"]
)
def test_damaged_copies_of_real_files_take_ten_seconds_at_most(shared: Path, name: str) -> None:
    """Processor time, so that a busy machine fails no copy; 60 copies a file, 240 in all."""
    path = next((shared / "data/local").glob(name))
    data = path.read_bytes()
    read_in_worker(data, path.name, heard)
    process, before, _ = spent()
    refused, slowest, most = 0, 0.0, 0
    for seed in range(60):
        sentence = ""
        try:
            read_in_worker(damaged(data, seed), path.name, heard)
        except SourceError as error:
            sentence = str(error)
        assert not any(word in sentence for word in ("程序出错", "读不下去", "还没有读完")), (seed, sentence)
        worker, seconds, memory = spent()
        took = seconds - (before if worker == process else 0.0)
        assert took < 10, seed
        assert memory < 1500, seed
        process, before = worker, seconds
        refused, slowest, most = refused + bool(sentence), max(slowest, took), max(most, memory)
    print(f"{path.name}: {60 - refused} read, {refused} refused, {slowest:.1f} s and {most} MB at most")
