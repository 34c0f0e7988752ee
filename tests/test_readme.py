"""The README is true: its example prints what it shows, its commands and links exist."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from pathlib import Path

import pytest

from ui.cli import app, run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def beside_the_sample(tmp_path: Path, sample_library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory with ``reports/`` and ``library/``, as in a checkout after ``make serve``."""
    shutil.copytree(sample_library, tmp_path / "library")
    shutil.copytree(ROOT / "reports", tmp_path / "reports")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("beside_the_sample")
def test_the_python_examples_print_what_the_readme_shows() -> None:
    names: dict[str, object] = {}
    printed = []
    for code in blocks("python"):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, "README.md", "exec"), names)
        printed.append(out.getvalue())
    assert printed == blocks("text")


@pytest.mark.usefixtures("beside_the_sample")
def test_the_questions_asked_on_the_command_line_are_answered(capsys: pytest.CaptureFixture[str]) -> None:
    questions = re.findall(r'wenbao ask "([^"…]+)"', README)
    assert questions
    assert [run(["ask", question]) for question in questions] == [0] * len(questions)


def test_every_command_and_option_exists(capsys: pytest.CaptureFixture[str]) -> None:
    used = re.findall(r"^wenbao ([a-z]+)([^#\n]*)", "".join(blocks("sh")), re.MULTILINE)
    assert used
    assert {name for name, _ in used} <= {command.name for command in app.registered_commands}
    for name, rest in used:
        run([name, "--help"])
        helped = capsys.readouterr().out
        assert [option for option in re.findall(r"--[a-z-]+", rest) if option not in helped] == []


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", README)) <= targets


def test_every_linked_file_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []
