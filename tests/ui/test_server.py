"""The server without a browser: named endpoints, MCP, password, uploads, jobs, a port in use."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client

from index import Library, WenbaoError
from index.readers import PlacedCharacter, characters_in_worker
from qa import Answer, Assistant
from tests.conftest import FakeEncoder
from tests.index.samples import a_pdf
from tests.ui.conftest import call, free_port
from ui import feedback
from ui import server as server_module
from ui.jobs import Jobs
from ui.server import start

QUESTION = "2024年社会消费品零售总额是多少？"


def test_gradio_client_gets_the_contract(server: str) -> None:
    client = Client(server, verbose=False)
    answer = client.predict(QUESTION, api_name="/ask")
    assert answer["answered"]
    assert "464亿元" in answer["citations"][0]["quote"]
    assert answer["citations"][0]["section"][-1] == "经济运行稳中向好"
    found = client.predict("城市更新", 3, ["tianqiao-2025"], api_name="/search")
    assert [c["report"] for c in found] == ["tianqiao-2025"] * 3
    reports = client.predict(api_name="/list_reports")
    assert {r["id"] for r in reports} == {"tianqiao-2025", "槐山2023", "hostile"}


def test_plain_http_answers_and_errors_are_one_sentence(server: str) -> None:
    assert json.loads(called(server, "ask", [QUESTION]))[0]["answered"] is True
    for data, said in [
        ([" "], "问题"),
        ([None], "一段文字"),
        ([QUESTION, 0], "top_k"),
        ([QUESTION, 101], "top_k"),
        ([QUESTION, "5"], "top_k"),
        ([QUESTION, 5, "tianqiao-2025"], "列表"),
        ([QUESTION, 5, ["no-such-report"]], "no-such-report"),
    ]:
        error = json.loads(called(server, "ask", data))["error"]
        assert said in error
        assert "Traceback" not in error


def called(server: str, name: str, data: list[Any]) -> str:
    """The data of the last event of ``/gradio_api/call/name``."""
    base = f"{server}gradio_api/call/{name}"
    event = httpx.post(base, json={"data": data}).json()["event_id"]
    return httpx.get(f"{base}/{event}", timeout=30).text.strip().rpartition("data: ")[2]


def test_what_visitors_leave_behind_is_bounded(library_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "SESSIONS", 3)
    monkeypatch.setattr(server_module, "WAITING", 2)
    running = start(library_dir, port=free_port())
    try:
        for _ in range(12):
            said = called(running.local_url, "ask", ["共有几份报告？"])
            assert "answered" in said
        assert len(running._page.app.state_holder.session_data) <= 3
        queue = running._page._queue
        assert 0 < len(queue.event_analytics) <= 3
        assert queue.cached_event_analytics_summary == {"functions": {}}  # never gone through
        assert 0 < len(queue.pending_event_ids_session) <= 3
        assert 0 < len(queue.pending_messages_per_session) <= 5
    finally:
        running.close()


def test_nothing_else_is_exposed(server: str) -> None:
    info = httpx.get(f"{server}gradio_api/info").json()
    assert set(info["named_endpoints"]) == {"/ask", "/search", "/list_reports"}
    assert info["unnamed_endpoints"] == {}


def test_a_port_in_use_is_one_sentence(library_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(WenbaoError, match=f"端口 {port} 已被占用"):
            start(library_dir, port=port)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("no-such-host.invalid", "找不到主机“no-such-host.invalid”"),
        ("a..b", "找不到主机"),
        ("192.0.2.7", "不是这台机器的地址"),
    ],
)
def test_a_host_that_cannot_be_is_no_port_in_use(library_dir: Path, host: str, said: str) -> None:
    with pytest.raises(WenbaoError, match=said):
        start(library_dir, host=host)


SERVE = [sys.executable, "-c", "from ui.cli import main; main()", "serve", "--library"]


@pytest.mark.parametrize("attempt", range(3))
def test_a_port_in_use_ends_a_process_with_one_sentence(library_dir: Path, attempt: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [*SERVE, str(library_dir), "--port", str(taken.getsockname()[1])]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "已被占用" in ended.stderr


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_server_told_to_end_lets_go_of_its_job_and_ends_with_status_0(
    library_dir: Path, tmp_path: Path, sent: signal.Signals
) -> None:
    library, port = shutil.copytree(library_dir, tmp_path / "library"), free_port()
    before = [report.id for report in Library.open(library).reports()]
    with subprocess.Popen(
        [*SERVE, str(library), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in its background makes them, and what they start, ignore SIGINT.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "问报已启动" in process.stdout.readline()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/", timeout=60) as visitor:
            assert "error" not in call(visitor, "rebuild")
            process.send_signal(sent)
        try:
            assert process.wait(60) == 0
        finally:
            process.kill()
        assert process.stderr.read() == ""
    assert [report.id for report in Library.open(library).reports()] == before
    assert not list(library.rglob(".tmp-*"))


def test_an_ending_job_is_let_go_at_its_next_step_and_none_is_begun() -> None:
    jobs, begun, go, done = Jobs(), threading.Event(), threading.Event(), threading.Event()

    def long(progress: Any) -> None:
        begun.set()
        go.wait(10)
        progress(1, 2, "编码")
        done.set()

    jobs.submit("重建", long)
    jobs.submit("添加", lambda _progress: done.set())
    assert begun.wait(5)
    assert not jobs.stop(0.05)
    go.set()
    assert jobs.stop(10)
    assert not done.is_set()
    assert "没有做完" in jobs.status()["outcomes"][-1]["reason"]


BROAD, PARTS, YEARLY = "招商引资", f"{QUESTION}月球基地什么时候建成？", "天桥区历年地区生产总值增速"


def test_an_mcp_client_finds_and_calls_the_three_tools(
    library_dir: Path, start_server: Callable[..., str]
) -> None:
    """Groups, the parts not answered and tables reach it as they reach Python, JSON that reads back as the answer."""
    pytest.importorskip("mcp", reason="the mcp extra is not installed")
    address = f"{start_server(library_dir, mcp=True)}gradio_api/mcp/"
    with ThreadPoolExecutor() as apart:  # Playwright keeps an event loop in the main thread
        calls = [
            *(("ask", {"question": question}) for question in (QUESTION, BROAD, PARTS, YEARLY)),
            ("search", {"query": "城市更新", "top_k": 3}),
            ("list_reports", {}),
            ("ask", {"question": " "}),
        ]
        tools, told = apart.submit(asyncio.run, _mcp_calls(address, calls)).result()
    assert set(tools) == {"ask", "search", "list_reports"}
    assert "政府工作报告" in tools["ask"]
    fact, broad, parts, yearly, found, reports, wrong = told
    asked = Assistant.open(library_dir)
    for said, question in zip(told, (QUESTION, BROAD, PARTS, YEARLY), strict=False):
        assert Answer.from_dict(json.loads(said)) == asked.ask(question)
    assert "464亿元" in json.loads(fact)["citations"][0]["quote"]
    assert len(json.loads(broad)["groups"]) >= 2
    assert all(group["title"] and group["citations"] for group in json.loads(broad)["groups"])
    assert json.loads(parts)["unanswered"] == ["月球基地什么时候建成"]
    assert [row["year"] for row in json.loads(yearly)["table"]["rows"]] == [2024, 2025]
    assert len(json.loads(found)) == 3
    assert {report["id"] for report in json.loads(reports)} == {"tianqiao-2025", "槐山2023", "hostile"}
    assert "问题是空的" in wrong


async def _mcp_calls(
    address: str, calls: Sequence[tuple[str, dict[str, Any]]]
) -> tuple[dict[str, str], list[str]]:
    """The tools' descriptions by name, and the text that each of ``calls`` is answered with."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async with streamable_http_client(address) as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()
        tools = {tool.name: tool.description or "" for tool in (await session.list_tools()).tools}
        results = [await session.call_tool(name, given) for name, given in calls]
        return tools, [result.content[0].text for result in results]  # type: ignore[union-attr]


def test_a_job_that_fails_does_not_hold_back_the_next() -> None:
    jobs, done = Jobs(), threading.Event()

    def bad(_progress: Any) -> None:
        raise WenbaoError("这份文件读不了，请换一份。")

    jobs.submit("添加《坏》", bad)
    jobs.submit("添加《错》", lambda _progress: 1 / 0)  # type: ignore[arg-type, return-value]
    jobs.submit("添加《好》", lambda progress: (progress(1, 2, "编码"), done.set()))  # type: ignore[arg-type, return-value]
    assert done.wait(5)
    while jobs.status()["finished"] < 3:
        pass
    reasons = [outcome["reason"] for outcome in jobs.status()["outcomes"]]
    assert reasons[0] == "这份文件读不了，请换一份。"
    assert "内部出错" in reasons[1]
    assert reasons[2] == ""


def test_a_verdict_is_cut_whatever_it_says(tmp_path: Path) -> None:
    long = "长" * 1_000_000
    endless: dict[str, Any] = dict.fromkeys(("question", "text", "more"), long)
    place = {"report": long, "start": 10**4000, "end": long, "page": [long], "text": long}
    feedback.keep(
        tmp_path,
        "有用",
        {"question": long, "answer": endless | {"citations": [place] * 1000, "answered": long}},
    )
    assert (tmp_path / feedback.FILE).stat().st_size < 20_000
    for turn in ({"question": 1, "answer": []}, {"answer": {"citations": ["x", {"report": "\ud800"}]}}):
        feedback.keep(tmp_path, "有用", turn)
    for wrong in (None, [], "x"):
        with pytest.raises(WenbaoError, match="回答"):
            feedback.keep(tmp_path, "有用", wrong)
    assert len((tmp_path / feedback.FILE).read_text("utf-8").splitlines()) == 3


def test_feedback_on_a_full_file_or_with_a_made_up_verdict_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feedback.keep(tmp_path, "有用", {"question": "问", "answer": {"answered": True, "citations": []}})
    assert json.loads((tmp_path / feedback.FILE).read_text(encoding="utf-8"))["verdict"] == "有用"
    with pytest.raises(WenbaoError, match="只能是"):
        feedback.keep(tmp_path, "很好", {})
    monkeypatch.setattr(feedback, "LARGEST", 10)
    with pytest.raises(WenbaoError, match="已满"):
        feedback.keep(tmp_path, "有用", {})


@pytest.mark.parametrize("address", ["http://milvus.example:19530", "milvus://host:19530", "library.db"])
def test_feedback_on_a_library_in_milvus_is_kept_under_its_address(address: str) -> None:
    directory = feedback.directory_for(address)
    feedback.keep(directory, "有用", {"question": "问"})
    assert directory.is_relative_to(Path.home())
    assert "有用" in (directory / feedback.FILE).read_text(encoding="utf-8")
    assert directory.name != feedback.directory_for("http://other.example:19530").name


def test_feedback_on_a_library_in_a_directory_stands_in_it(tmp_path: Path) -> None:
    assert feedback.directory_for(str(tmp_path)) == tmp_path


def test_what_was_used_last_is_kept_up_to_a_weight() -> None:
    made: list[str] = []

    def take(text: str) -> str:
        return recent.get(text, lambda: made.append(text) or text)

    from ui.originals import Recent

    recent: Recent[str, str] = Recent(5, len)
    assert [take(text) for text in ("aa", "bb", "aa", "cc", "aa", "bb")] == [
        "aa",
        "bb",
        "aa",
        "cc",
        "aa",
        "bb",
    ]
    assert made == ["aa", "bb", "cc", "bb"]  # with cc it was bb's turn to go, since aa was used after it
    take("heavier")  # than all that may be kept
    assert take("aa") == "aa"
    assert made[-2:] == ["heavier", "aa"]


def test_boxes_come_from_the_places_kept_when_the_file_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui.originals import Originals

    (tmp_path / "学校.pdf").write_bytes(a_pdf())
    library = Library.open(tmp_path / "library", encoder=FakeEncoder())
    library.add([tmp_path / "学校.pdf"])
    start_of = library.text("学校").index("学位1900个")
    span = (start_of, start_of + len("学位1900个"))
    again: list[int] = []

    def read_again(sha256: str, load: Callable[[], bytes], number: int) -> list[PlacedCharacter]:
        again.append(number)
        return characters_in_worker(sha256, load, number)

    monkeypatch.setattr("ui.originals.characters_in_worker", read_again)
    first, [box] = Originals(library).areas("学校", 1, [span]), Originals(library).areas("学校", 2, [span])
    assert first == [[]]
    assert again == []
    # A library that an older program wrote has none; the file is read again.
    monkeypatch.setattr("index.Snapshot.placed_characters", lambda *_: None)
    [same] = Originals(library).areas("学校", 2, [span])
    assert again == [2]
    assert same == [pytest.approx(area, abs=1e-4) for area in box]
