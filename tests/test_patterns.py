"""Every pattern has its example beside it, and does what the example says; every number of ours says why."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

SOURCES = sorted(path for room in ("index", "qa", "ui") for path in (ROOT / room).rglob("*.py"))


@dataclass(frozen=True)
class Constant:
    """A module's ``name = value``, and what the string below it or the comment at it says of it."""

    path: Path
    name: str
    value: ast.expr
    said: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.value.lineno} {self.name}"


@cache
def constants() -> tuple[Constant, ...]:
    return tuple(constant for path in SOURCES for constant in _of_module(path))


def _of_module(path: Path) -> Iterator[Constant]:
    source = path.read_text(encoding="utf-8")
    lines, body = source.splitlines(), ast.parse(source).body
    for node, following in zip_longest(body, body[1:]):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        said = ""
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            said = str(following.value.value)
        above = [
            line[1:].strip() for line in _while_comment(reversed(lines[: node.lineno - 1]))
        ]  # the nearest first
        tail = lines[node.end_lineno - 1][node.end_col_offset :] if node.end_lineno else ""
        said = said or " ".join(reversed(above)) or tail.partition("#")[2].strip()
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        yield Constant(path, ast.unparse(target), node.value, said)


def _while_comment(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("#"):
            return
        yield line


def is_number(value: ast.expr) -> bool:
    """``60``, ``-0.5``, ``2 * 10**6``, ``(24, 2000)``; not ``True``."""
    if isinstance(value, ast.Constant):
        return type(value.value) in (int, float)
    if isinstance(value, ast.Tuple):
        return bool(value.elts) and all(map(is_number, value.elts))
    if isinstance(value, ast.BinOp):
        return is_number(value.left) and is_number(value.right)
    return isinstance(value, ast.UnaryOp) and is_number(value.operand)


def is_pattern(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "re.compile"


PATTERNS = [constant for constant in constants() if is_pattern(constant.value)]


def test_every_number_says_why() -> None:
    assert [str(c) for c in constants() if is_number(c.value) and not c.said] == []


def deciding(path: Path) -> Iterator[tuple[int, float]]:
    """Line and value of the numbers within a module's functions that decide something: what is compared with, or a
    factor of it, and what is no whole number.

    0, 1, 2 and a half need no reason; what is next to nothing keeps a division sound.
    """
    source = path.read_text(encoding="utf-8")
    functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.Lambda)]
    inside = list({id(node): node for function in functions for node in ast.walk(function)}.values())
    sides = [side for c in inside if isinstance(c, ast.Compare) for side in (c.left, *c.comparators)]
    compared = [number for side in sides for number in _factors(side)]
    broken = [n for n in inside if isinstance(n, ast.Constant) and type(n.value) is float]
    for number in {id(node): node for node in (*compared, *broken)}.values():
        if number.value not in (0, 0.5, 1, 2) and number.value > 1e-3:
            yield number.lineno, number.value


def _factors(side: ast.expr) -> Iterator[Any]:
    if isinstance(side, ast.Constant) and type(side.value) in (int, float):
        yield side
    elif isinstance(side, ast.UnaryOp):
        yield from _factors(side.operand)
    elif isinstance(side, ast.BinOp):
        yield from (*_factors(side.left), *_factors(side.right))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("return len(text) > 45", [45]),
        ("return 3 * part >= 0.7 * len(text)", [3, 0.7]),
        ("return 0.85 * height", [0.85]),
        ("return lambda text: len(text) < -45", [45]),
        ("return text[:45] or min(5, len(text))", []),
        ("return len(text) > 1 and 2 * part > 0.5 * len(text)", []),
    ],
)
def test_numbers_that_decide_are_found(line: str, found: list[float], tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(f"LIMIT = 45\ndef f(text, part, height):\n    {line}\n")
    assert sorted(value for _, value in deciding(tmp_path / "module.py")) == sorted(found)


def test_every_number_that_decides_says_why() -> None:
    """In ``index``: by a name, whose reason stands at it, or by a comment at its line or above."""
    silent = []
    for path in sorted((ROOT / "index").rglob("*.py")):
        lines = ["", *path.read_text(encoding="utf-8").splitlines()]
        for at, value in deciding(path):
            if "#" not in lines[at] and not lines[at - 1].strip().startswith("#"):
                silent.append(f"{path.relative_to(ROOT)}:{at} {value}")
    assert silent == []


def test_every_pattern_has_an_example() -> None:
    assert len(PATTERNS) > 300
    assert [str(constant) for constant in PATTERNS if not constant.said] == []


@pytest.mark.parametrize(
    ("spelt", "home"),
    [
        ("(?:19|20)", "index/text/time_expressions.py"),
        ("一二三四五六七八九", "index/text/numerals.py"),
        ("百千万亿", "index/text/numerals.py"),
        ("。！？", "index/text/sentences.py"),
        ("各位代表", "index/text/sentences.py"),
        ("逐年", "qa/understanding/topic.py"),
        ("①-⑳", "index/text/item_numbers.py"),
        (r"\d{1,2}[）)]", "index/text/item_numbers.py"),
        ("百零〇]{", "index/text/item_numbers.py"),
    ],
)
def test_what_patterns_are_made_of_is_spelt_in_one_place(spelt: str, home: str) -> None:
    """A year, the numerals, what ends a sentence, who is addressed and how items are numbered, in code; examples may
    have them."""
    assert {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if spelt in path.read_text(encoding="utf-8") and any(spelt in string for string in strings(path))
    } == {home}


def strings(path: Path) -> Iterator[str]:
    """The strings of a module's code, its docstrings left out."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    prose = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def examples(said: str) -> tuple[list[str], list[str]]:
    """What ``What it is for: 甲, 乙; not 丙 (why)`` says that a pattern is for, and that it is not for."""
    meant, _, other = said.partition("; not ")
    meant = meant.rpartition(": ")[2]
    other = re.split(r"\.(?: |$)|: | \(|\. *$", other, maxsplit=1)[0]
    return _split(meant), _split(other)


def _split(told: str) -> list[str]:
    return [
        one.removeprefix("``").removesuffix("``").removeprefix("not ")
        for one in re.split("(?<=[^,]), ", told)
        if one
    ]


def finds(pattern: re.Pattern[Any], used: set[str], example: str) -> bool:
    """Whether a pattern, used by its methods ``used``, finds something of an example; ``|`` marks a place it finds."""
    if "|" in example:
        text, at = example.replace("|", ""), example.index("|")
        return any(at in match.span() for match in pattern.finditer(text))
    if used and used <= {"fullmatch"}:
        return bool(pattern.fullmatch(example))
    if used and used <= {"fullmatch", "match"}:
        return bool((match := pattern.match(example)) and match[0])
    return any(match[0] for match in pattern.finditer(example))


@pytest.mark.parametrize("said", [c for c in PATTERNS if "; not " in c.said], ids=str)
def test_a_pattern_is_for_its_examples_and_not_for_the_others(said: Constant) -> None:
    module = importlib.import_module(".".join(said.path.relative_to(ROOT).with_suffix("").parts))
    pattern = getattr(module, said.name)
    if isinstance(pattern.pattern, bytes):
        pattern = re.compile(pattern.pattern.decode(), pattern.flags | re.UNICODE)
    used = set(re.findall(rf"\b{said.name}\.(\w+)", said.path.read_text(encoding="utf-8")))
    used &= {"fullmatch", "match", "search", "finditer", "findall", "sub", "split"}
    meant, other = examples(said.said)
    assert meant
    assert other
    assert [one for one in meant if not finds(pattern, used, one)] == []
    assert [one for one in other if finds(pattern, used, one)] == []
