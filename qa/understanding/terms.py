"""The words of a question worth looking for, with the official terms they may stand for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from index.text import HAN_NUMERAL, SHORT_YEAR, YEAR, everyday_words, synonym_lists, tokenize

# Words that carry the question, not its topic; longer ones first where they overlap. What follows in (?!…) makes
# another word of a particle, which is looked for: 了 but 了解; 有 but 有力, 有效, 有序, 有机; 在 but 在职, 在校, 在建; 给 but
# 给予; 和 but 和谐, 和平; 都 but 都市; 就 but 就业; 要 but 要求, 要素, 要点; 能 but 能力, 能源, 能耗.
_STOPWORDS = re.compile(
    r"分别|一共|总共|合计|加起来|到底|请问|具体|是不是|有没有|能不能|会不会|多少|百分之几|几成|多[大长高久重远]|哪一?[天年日]|哪[些几个家位座里儿年天]?|"
    r"什么时[候间]|啥时候|什么|怎么样?|怎样|如何|为什么|为何|何时|谁|几[个家件处条座所项场次套辆台张位种类名]?(?=[^十百千万]|$)|吗|呢|啊|呀|吧|嘛|"
    r"(?<=[一-鿿])了(?!解)|的|是|有(?![力效序机])|在(?!职|校|建)|把|被|给(?!予)|从|跟|和(?!谐|平)|与|及|以及|又|还|都(?!市)|就(?!业)|也|[这那]份|这|那|"
    rf"去年|今年|明年|前年|上一?年|新的?一年|{SHORT_YEAR}年(?:底|初|度)?|{YEAR}|"
    r"政府工作报告|报告里|报告|目标|计划|打算|预计|预期|实际|最终|最后|完成数|准备|目前|现在|截至|今后|接下来|"
    r"说|想|要(?![求素点])|能(?![力源耗])|可以|一下|情况|咱|我们|我"
)  # fmt: skip
"""The longer first where they overlap; what follows in (?!…) makes another word of a particle, which is looked for: 多少, 请问, 粮食的; not 有力, 和谐, 就业."""


_WEAK = frozenset(f"了台亿万元个件家户处条座做到干打得着过给{HAN_NUMERAL}来去出上下里中其")


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing to look for: any of ``alternatives`` will do, each a tuple of search terms."""

    alternatives: tuple[tuple[str, ...], ...]

    @property
    def term(self) -> str:
        """The one search term there is, else nothing."""
        return self.alternatives[0][0] if [*map(len, self.alternatives)] == [1] else ""


@dataclass(frozen=True, slots=True)
class Glossary:
    """``equals``: a term or everyday word → what it may be called; ``official``: → the best of these."""

    equals: dict[str, tuple[str, ...]]
    official: dict[str, str]
    longest: int

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Where in ``text`` which of its words stands, the longest first where they overlap."""
        at = 0
        while at < len(text):
            sizes = range(min(self.longest, len(text) - at), 1, -1)
            word = next((w for size in sizes if (w := text[at : at + size]) in self.equals), "")
            if word:
                yield at, word
            at += len(word) or 1


@cache
def glossary(everyday: bool = True) -> Glossary:
    """All words that stand for others; shorthands alone (国内生产总值 for GDP) without the ``everyday`` ones.

    Passages are searched without: the encoder and the reader learned everyday words, and with the list an answer is
    told from none less well (benchmarks/QUALITY.md). What a report says of a subject is found with it.
    """
    equals = {word: tuple(terms) for word, terms in everyday_words().items()} if everyday else {}
    official = {word: terms[0] for word, terms in equals.items()}
    for group in synonym_lists().same:
        terms = [term.lower() for term in group]
        equals |= {term: tuple(terms) for term in terms}
        official |= {term: term for term in terms[1:]} | {terms[0]: terms[1]}
    return Glossary(equals, official, max(map(len, equals)))


@cache
def _contrasts() -> list[re.Pattern[str]]:
    with (files("qa.understanding") / "contrasts.toml").open("rb") as file:
        groups: list[list[str]] = tomllib.load(file)["contrasts"]
    return [re.compile("|".join(sorted(group, key=len, reverse=True))) for group in groups]


def contradicts(asked: str, told: str) -> bool:
    """Whether normalized ``told`` speaks of the counterpart of what normalized ``asked`` names: 农村 of 城镇."""
    for group in _contrasts():
        wanted, found = set(group.findall(asked)), set(group.findall(told))
        if wanted and found and not wanted & found:
            return True
    return False


def official_wording(text: str, everyday: bool = True) -> str:
    """Normalized ``text`` with ``everyday`` words and shorthands replaced by official terms."""
    words = glossary(everyday)
    for at, word in reversed(list(words.find(text))):
        text = text[:at] + words.official[word] + text[at + len(word) :]
    return text


@lru_cache(maxsize=1024)
def concepts(text: str, everyday: bool = True) -> tuple[Concept, ...]:
    """What normalized ``text`` speaks of: glossary terms with their equals, then every other bigram."""
    words = glossary(everyday)
    found: list[Concept] = []
    end = 0
    for at, word in words.find(text):
        found += _bigrams(text[end:at])
        found.append(Concept(tuple(dict.fromkeys(tuple(tokenize(e)) for e in (word, *words.equals[word])))))
        end = at + len(word)
    return tuple(dict.fromkeys(found + _bigrams(text[end:])))


def expanded_query(text: str) -> str:
    """``text`` with all equals of its shorthands, for candidate search."""
    words = glossary(everyday=False)
    more = dict.fromkeys(term for _, word in words.find(text) for term in words.equals[word])
    return " ".join([_STOPWORDS.sub(" ", text), *more])


def _bigrams(text: str) -> list[Concept]:
    return [Concept(((term,),)) for term in tokenize(_STOPWORDS.sub(" ", text)) if term not in _WEAK]
