"""The command line: what it prints, where, and its exit status."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from index import Library
from qa.types import REFUSAL
from ui.cli import app, run

SAMPLE = Path(__file__).parents[2] / "reports" / "tianqiao-2025.txt"
QUESTION = "2024年社会消费品零售总额是多少？"
OFF_TOPIC = "红烧肉怎么做才好吃？"
COMMANDS = [command.name for command in app.registered_commands]

SMALL = """某县2023年政府工作报告

一、2022年工作回顾

全县地区生产总值完成512亿元，增长6.1%。新建幼儿园7所，新增学位2160个。

二、2023年工作安排

全年地区生产总值增长6.5%左右。改造老旧小区31个。
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "small.txt"
    file.write_text(SMALL, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def small_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the small report, made once; never write to it."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "small.txt").write_text(SMALL, encoding="utf-8")
    assert run(["add", str(folder / "small.txt"), "--library", str(folder / "library")]) == 0
    return folder / "library"


@pytest.fixture
def library(tmp_path: Path, small_library: Path) -> Path:
    """A copy of the small library, free to change."""
    return Path(shutil.copytree(small_library, tmp_path / "library"))


def spawn(*args: str | Path, **env: str) -> subprocess.Popen[bytes]:
    """``wenbao`` in a process of its own."""
    command = [sys.executable, "-c", "from ui.cli import main; main()", *map(str, args)]
    environment = {**os.environ, "PYTHONPATH": str(SAMPLE.parents[1]), **env}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def test_ask_prints_the_answer_and_where_it_stands(
    sample_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", QUESTION, "--library", str(sample_library)]) == 0
    out, err = capsys.readouterr()
    assert "464亿元" in re.sub(r"\s", "", out.splitlines()[0])
    assert "[1] 《" in out
    assert "第 2 页" in out
    assert err == ""


def test_ask_json_is_one_object_and_nothing_else(
    sample_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", QUESTION, "--json", "--top-k", "3", "--library", str(sample_library)]) == 0
    out, err = capsys.readouterr()
    answer = json.loads(out)
    first = answer["citations"][0]
    assert answer["answered"] is True
    assert len(answer["citations"]) <= 3
    assert "464亿元" in re.sub(r"\s", "", first["quote"])
    assert first["section"][-1].startswith("经济运行稳中向好")
    assert first["page"] == 2
    assert err == ""


def test_a_refusal_is_status_1(sample_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", OFF_TOPIC, "--library", str(sample_library)]) == 1
    assert capsys.readouterr().out.splitlines()[0] == REFUSAL


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["ask", "  "], "问题"),
        (["ask", "问" * 100_000], "问题"),
        (["ask", QUESTION, "--report", "no-such-report"], "no-such-report"),
        (["remove", "no-such-report"], "no-such-report"),
        (["add", "no-such-file.txt"], "no-such-file.txt"),
        (["eval", "no-such-file.jsonl"], "no-such-file.jsonl"),
        (["indicators", "--report", "no-such-report"], "no-such-report"),
        (["indicators", "--mode", "no-such-kind"], "no-such-kind"),
    ],
)
def test_a_user_error_is_one_chinese_sentence(
    args: list[str], said: str, library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*args, "--library", str(library)]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.endswith("。\n")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["foo"], "foo"),
        (["ask"], "QUESTION"),
        (["ask", "一", "二"], "二"),
        (["ask", "一", "--nope"], "--nope"),
        (["ask", "一", "--top-k"], "--top-k"),
        (["ask", "一", "--top-k", "0"], "--top-k"),
        (["serve", "--port", "abc"], "--port"),
    ],
)
def test_a_wrong_command_line_is_said_in_chinese(
    args: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(args) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert err.endswith("请运行 wenbao --help 查看用法。\n")
    assert out == ""


def test_an_error_of_ours_is_neither_a_traceback_nor_a_refusal(
    library: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("index.Library.reports", lambda self: 1 // 0)
    assert run(["reports", "--library", str(library)]) == 70
    err = capsys.readouterr().err
    assert "ZeroDivisionError" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", [[], *[[name] for name in COMMANDS]])
def test_help_speaks_chinese(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, "--help"]) == 0
    out = capsys.readouterr().out
    named = r"WENBAO_\w+|Milvus|Excel|--?[a-z][-a-z]*|\b[A-Z:]+\b"
    words = re.findall(r"[A-Za-z]{3,}", re.sub(named, "", out))
    assert set(words) <= {*COMMANDS, "wenbao", "library", "date"}


def test_no_library_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", QUESTION, "--library", str(tmp_path / "none")]) == 2
    assert "wenbao add" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_an_empty_name_of_a_library_is_refused(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(small.parent)
    for args in (["add", str(small)], ["ask", "问"], ["reports"], ["rebuild"]):
        assert run([*args, "--library", ""]) == 2
        assert "文库要写成" in capsys.readouterr().err
    assert list(small.parent.iterdir()) == [small]


def test_an_empty_library_says_so_and_not_that_its_reports_do_not_say(
    small_library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    emptied = str(shutil.copytree(small_library, tmp_path / "library"))
    [report] = Library.open(emptied).reports()
    assert run(["remove", report.id, "--library", emptied]) == 0
    capsys.readouterr()
    assert run(["ask", "粮食产量是多少？", "--library", emptied]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "文库中还没有报告" in told.err


def test_the_environment_names_the_library(
    small_library: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WENBAO_LIBRARY", str(small_library))
    assert run(["reports", "--json"]) == 0
    assert [report["id"] for report in json.loads(capsys.readouterr().out)["reports"]] == ["small"]


def test_one_bad_file_never_stops_the_others(
    tmp_path: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "photo.txt").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 9)
    library = ["--library", str(tmp_path / "library")]
    assert run(["add", str(tmp_path / "photo.txt"), str(small), *library]) == 2
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "新增 1 份，失败 1 份"
    assert "photo.txt" in err
    assert err.count("\n") == 1


def test_a_folder_is_kept_in_step(tmp_path: Path, small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "folder" / "deep"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text(SMALL, encoding="utf-8")
    (folder / "b.txt").write_text(SMALL.replace("512", "489"), encoding="utf-8")
    arguments = ["add", str(tmp_path / "folder"), "--prune", "--library", str(tmp_path / "library")]
    assert run(arguments) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "新增 2 份"
    (folder / "a.txt").unlink()
    assert run(arguments) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "移除 1 份，未变 1 份"


def test_remove_and_rebuild(library: Path, small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = small.with_name("other.txt")
    other.write_text(SMALL.replace("512", "489"), encoding="utf-8")  # the same text would be the same report
    assert run(["add", str(other), "--library", str(library)]) == 0
    assert run(["rebuild", "--library", str(library)]) == 0
    assert run(["remove", "small", "--library", str(library)]) == 0
    capsys.readouterr()
    assert run(["reports", "--json", "--library", str(library)]) == 0
    assert [report["id"] for report in json.loads(capsys.readouterr().out)["reports"]] == ["other"]


def test_indicators_are_listed_with_their_place(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["indicators", "GDP", "--mode", "目标", "--library", str(library)]) == 0
    _, line = capsys.readouterr().out.splitlines()
    assert {"2023年", "目标"} <= set(line.split())
    assert "6.5%" in line


def test_indicators_as_csv_and_json(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["indicators", "--csv", "--library", str(library)]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {"512", "6.1", "6.5", "31"} <= {row["数值"] for row in rows}
    assert run(["indicators", "--json", "--year", "2022", "--library", str(library)]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert {512, 6.1} <= {figure["value"] for figure in figures}
    assert {figure["period"] for figure in figures} == {"2022年"}


def test_eval_scores_a_question_file(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question = {
        "id": "1",
        "question": "2022年新建了多少所幼儿园？",
        "kind": "fact",
        "answers": ["7所"],
        "evidence": ["新建幼儿园7所"],
        "report": "small",
    }
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps(question), encoding="utf-8")
    assert run(["eval", str(file), "--library", str(library)]) == 0
    assert capsys.readouterr().out.splitlines()[0].split()[:2] == ["n", "top1"]
    assert run(["eval", str(file), "--json", "--library", str(library)]) == 0
    assert json.loads(capsys.readouterr().out)["ALL"]["top1"] == 1


@pytest.mark.parametrize("content", [b"not json", b"[]", b'{"id": 1}', b"\xff\xfe\x00"])
def test_a_wrong_question_file_is_refused(
    content: bytes, library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "questions.jsonl").write_bytes(content)
    assert run(["eval", str(tmp_path / "questions.jsonl"), "--library", str(library)]) == 2
    assert "questions.jsonl" in capsys.readouterr().err


def test_metadata_is_corrected_and_taken_back(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def told(*args: str) -> dict[str, object]:
        assert run(["reports", "--json", "--library", str(library), *args]) == 0
        report: dict[str, object] = json.loads(capsys.readouterr().out)["reports"][0]
        return report

    before = told()
    after = told("--set", "small", "years_reviewed=2021,2022")
    assert after == {**before, "years_reviewed": [2021, 2022]}
    assert told("--set", "small", "years_reviewed=") == before


@pytest.mark.parametrize(
    "pair",
    [
        "colour=red",
        "date",
        "date=yesterday",
        "date=2025-13-45",
        "date=2025-02-29",
        "date=2025-00",
        "years_planned=soon",
    ],
)
def test_a_wrong_correction_is_refused(pair: str, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["reports", "--set", "small", pair, "--library", str(library)]) == 2
    assert "写得不对" in capsys.readouterr().err


def test_a_damaged_library_is_rebuilt(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (library / "CURRENT").write_bytes(b"nonsense")
    assert run(["reports", "--library", str(library)]) == 2
    assert "wenbao rebuild" in capsys.readouterr().err
    assert run(["rebuild", "--library", str(library)]) == 0
    assert run(["reports", "--library", str(library)]) == 0


@pytest.mark.parametrize("settings", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"}])
def test_json_survives_a_terminal_without_chinese(small_library: Path, settings: dict[str, str]) -> None:
    process = spawn("reports", "--json", "--library", small_library, **settings)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert "某县" in json.dumps(json.loads(out), ensure_ascii=False)


def test_an_argument_that_is_no_text_is_refused_and_one_that_a_locale_hid_is_read(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = "\udcff2024"
    for args in (["ask", bad], ["ask", "问", "--report", bad], ["reports", "--set", "small", f"title={bad}"]):
        assert run([*args, "--library", str(library)]) == 2
        assert "UTF-8" in capsys.readouterr().err
    hidden = "2022年新建幼儿园多少所？".encode().decode("ascii", "surrogateescape")
    assert run(["ask", hidden, "--library", str(library)]) == 0
    assert "7所" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "closed", "status"),
    [("reports", ">&-", 0), ("remove none", "2>&-", 2), ("remove small", "<&- >&- 2>&-", 0)],
)
def test_closed_streams_change_no_status(library: Path, args: str, closed: str, status: int) -> None:
    shell = f'exec "$0" -c "from ui.cli import main; main()" {args} --library "$1" {closed}'
    environment = {**os.environ, "PYTHONPATH": str(SAMPLE.parents[1])}
    done = subprocess.run(
        ["sh", "-c", shell, sys.executable, str(library)], capture_output=True, env=environment, timeout=60
    )
    assert done.returncode == status
    assert done.stderr == b""
    assert run(["reports", "--library", str(library)]) == 0


@pytest.mark.parametrize(
    ("settings", "styled"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_a_terminal_that_wants_no_style_gets_none(
    sample_library: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], styled: bool
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for name, value in ({"NO_COLOR": "", "TERM": "xterm"} | settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert run(["ask", QUESTION, "--library", str(sample_library)]) == 0
    assert ("\x1b" in sys.stdout.getvalue()) == styled  # type: ignore[attr-defined]


def test_milvus_without_its_package_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    assert run(["reports", "--library", "http://milvus.example:19530"]) == 2
    assert "pip install 'wenbao[milvus]'" in capsys.readouterr().err


def test_a_library_that_cannot_be_read_is_not_called_damaged(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (library / "CURRENT").unlink()
    (library / "CURRENT").mkdir()  # what root cannot read either
    assert run(["reports", "--library", str(library)]) == 2
    said = capsys.readouterr().err
    assert "无法读取" in said
    assert "损坏" not in said


def test_a_closed_pipe_is_no_error(small_library: Path) -> None:
    process = spawn("reports", "--library", small_library)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 0
    process.stderr.close()
