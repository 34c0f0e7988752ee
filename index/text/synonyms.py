"""Words that stand for one another: which, for questions and for the names of figures alike, is known here only.

``synonyms.toml`` holds the terms of statistics and official prose, ``everyday.txt`` what people say for them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Synonyms:
    """``same``: terms that stand for each other, the shorthand first (社零, 社会消费品零售总额).

    ``indicators``: the name under which figures line up → its other names (生产总值: GDP, …). ``broader``: a word
    for several indicators → these, the likeliest first (失业率: 城镇调查失业率, …).
    """

    same: Sequence[Sequence[str]]
    indicators: Mapping[str, Sequence[str]]
    broader: Mapping[str, Sequence[str]]


@cache
def synonym_lists() -> Synonyms:
    """The terms of statistics and official prose."""
    data = tomllib.loads((files("index.text") / "synonyms.toml").read_text("utf-8"))
    spoken, written = data["spoken"], data["indicators"]
    names = dict.fromkeys([*spoken, *written])
    return Synonyms(
        [*spoken.values(), *data["same"]],
        {name: [*spoken.get(name, ()), *written.get(name, ())] for name in names},
        data["broader"],
    )


@cache
def everyday_words() -> Mapping[str, Sequence[str]]:
    """Everyday words → the official terms they may stand for, the best first (拖后腿: 短板, 薄弱, …)."""
    found: dict[str, Sequence[str]] = {}
    for line in (files("index.text") / "everyday.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            words, terms = line.split(" = ")
            found |= dict.fromkeys(words.split("|"), terms.split())
    return found
