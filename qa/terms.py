"""The words of a question worth looking for, with the official terms they may stand for."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from index.folding import tokenize

# Words that carry the question, not its topic; longer ones first where they overlap.
_FRAME = re.compile(
    r"分别|一共|总共|合计|加起来|到底|请问|具体|是不是|有没有|能不能|会不会|多少|百分之几|几成|多[大长高久重远]|哪一?[天年日]|哪[些几个家位座里儿年天]?|"
    r"什么时[候间]|啥时候|什么|怎么样?|怎样|如何|为什么|为何|何时|谁|几[个家件处条座所项场次套辆台张位种类名]?(?=[^十百千万]|$)|吗|呢|啊|呀|吧|嘛|"
    r"(?<=[一-鿿])了(?!解)|的|是|有(?![力效序机])|在(?!职|校|建)|把|被|给(?!予)|从|跟|和(?!谐|平)|与|及|以及|又|还|都(?!市)|就(?!业)|也|[这那]份|这|那|"
    r"去年|今年|明年|前年|上一?年|新的?一年|(?:19|20)?\d\d年(?:底|初|度)?|(?:19|20)\d\d|"
    r"政府工作报告|报告里|报告|目标|计划|打算|预计|预期|实际|最终|最后|完成数|准备|目前|现在|截至|今后|接下来|"
    r"说|想|要(?![求素点])|能(?![力源耗])|可以|一下|情况|咱|我们|我"
)  # fmt: skip


_WEAK = frozenset("了台亿万元个件家户处条座做到干打得着过给一二三四五六七八九十来去出上下里中其")


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing to look for: any of ``alternatives`` will do, each a tuple of search terms."""

    alternatives: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Glossary:
    """``same``: term → its equals, ``spoken``: everyday words → official terms."""

    same: dict[str, tuple[str, ...]]
    spoken: dict[str, tuple[str, ...]]
    official: dict[str, str]
    pattern: re.Pattern[str]


@cache
def glossary() -> Glossary:
    with (files("qa") / "glossary.toml").open("rb") as file:
        data = tomllib.load(file)
    same: dict[str, tuple[str, ...]] = {}
    official: dict[str, str] = {}
    for row in data["same"]:
        terms = [term.lower() for term in row]
        official[terms[0]] = terms[1]
        for term in terms:
            same[term] = tuple(terms)
    spoken = {key: tuple(terms) for keys, terms in data["spoken"].items() for key in keys.lower().split("|")}
    official |= {key: terms[0] for key, terms in spoken.items()}
    keys = sorted(same | spoken, key=len, reverse=True)
    return Glossary(same, spoken, official, re.compile("|".join(map(re.escape, keys))))


def rewritten(text: str) -> str:
    """Folded ``text`` with everyday words and shorthands replaced by official terms."""
    words = glossary()
    return words.pattern.sub(lambda m: words.official.get(m[0], m[0]), text)


def concepts(text: str) -> list[Concept]:
    """What folded ``text`` speaks of: glossary terms with their equals, then every other bigram."""
    words = glossary()
    found: list[Concept] = []
    at = 0
    for m in words.pattern.finditer(text):
        found += _plain(text[at : m.start()])
        equals = (m[0], *words.same.get(m[0], ()), *words.spoken.get(m[0], ()))
        found.append(Concept(tuple(dict.fromkeys(tuple(tokenize(e)) for e in equals))))
        at = m.end()
    return list(dict.fromkeys(found + _plain(text[at:])))


def searched(text: str) -> str:
    """``text`` with all equals of its terms, for candidate search."""
    words = glossary()
    more = [
        e for m in words.pattern.finditer(text) for e in words.same.get(m[0], ()) + words.spoken.get(m[0], ())
    ]
    return " ".join([_FRAME.sub(" ", text), *dict.fromkeys(more)])


def _plain(text: str) -> list[Concept]:
    return [Concept(((term,),)) for term in tokenize(_FRAME.sub(" ", text)) if term not in _WEAK]
