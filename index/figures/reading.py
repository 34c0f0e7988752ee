"""One sentence to the figures it states: each quantity with its name, measure and period."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from index.figures import clauses
from index.figures.clauses import Context
from index.figures.names import known_indicators, normalize_indicator
from index.figures.period_cues import Period
from index.figures.phrases import is_generic, is_name, is_verb, is_whole, told_together
from index.figures.quantities import Quantity, find_quantities
from index.figures.subjects import Subject, Subjects
from index.figures.timing import Timing
from index.figures.types import Measure
from index.text import CLAUSE_MARKS, HAN_NUMERAL, to_int

_RANK = re.compile(
    r"(?:(?:总量|数量|规模|增速)?(?:排名?|位居|位列|位次|名列|居|列|跃居|稳居|高居|跃[升至]到?|[上升]升[至到]|升至)"
    r"|(?:总量|数量|规模|增速))"
    rf"(?P<scope>[^，。；、第\d]{{0,8}})第(?P<place>[{HAN_NUMERAL}]{{1,3}}|\d{{1,3}})(?:位|名)?(?=[，。；、）)！]|$)"
)
"""居全省第三位; not 第三产业."""
_SCOPES = re.compile(
    "全国|全省|全市|全区|全县|全州|世界|全球|同类城市|中西部|西部|东部|中部|[^居列第在全]{2}(?<!大)省|内陆"
)
"""全省; not 学校."""
_COUNTER_HEAD = re.compile(r"\s*(?:[、，和与及或（(]|[^、]*$)")  # else a unit unknown to quantities.py
"""Else a unit unknown to quantities.py: 、, 和; not 座、."""
_AFTER_SHARE = re.compile(
    r"的(?:目标|水平|较低水平|速度|增长)|是|安排|的?左右|、|和|与|[（(）)”]|以上|以内|并|，"
)
"""的目标; not 教育."""
_GOAL = re.compile(r"的?([^，。；的]{2,14}?)(?:增长|涨幅|增速)的?(?:预期)?(?:目标|速度)")
"""生产总值增长目标; not 生产总值."""
_RATE_WORD = re.compile("(?:总?量|总?额|总?数|规模|数量|涨幅|增幅|增速|其中|人均|产量|面积|金额|收入)?")
"""增速; not 学校."""
_AND = re.compile(r"\s*[、和与及,]\s*")
"""和, 、; not 同."""
_VERB_END = re.compile(
    "(?:增长|上涨|提高|上升|增加|下降|减少|降低|回落|达到?|完成|实现|超过|突破|为)(?:了|至|到)?(?:约|近|超过?)?\\s*$"
)
"""增长到; not 教育."""
# 和增加; not 和教育
_AND_VERB = re.compile(rf"\s*(?:、|和|与|及|以及)\s*(?:{_VERB_END.pattern.rstrip('$')})")
"""As in 分别增长5.6%和增加3.2亿元: 和增加; not 和教育."""
_ATTRIBUTE = re.compile(r"\s*[^的]{2}的")
"""What is counted only describes another thing: 69万|群众的殷切期盼, 16个|小区的管线改造; not 163个|重点项目."""
_MOST = 100
"""Quantities in a sentence; what holds more is a table run together."""
_LONGEST_WHOLE = 28
"""Characters of a name with the noun behind its number; with more the noun says it: 项目."""
_FAR = 24
"""Characters between a quantity and the one whose noun it leads to, in another clause; farther off it is another's."""


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """A figure as read; offsets are within the sentence, ``start`` is where its statement opens."""

    quantity: Quantity
    name: str
    measure: Measure
    period: Period
    start: int
    end: int


@dataclass(slots=True)
class Reader:
    """Reads the sentence of ``timing``; ``skipped`` counts the quantities left out as unsure.

    ``wider`` are the words for what is larger than the report's place (全国, 全省): what they say is not the place's.
    """

    timing: Timing
    subjects: Subjects
    wider: tuple[str, ...] = ()
    found: list[StatedFigure] = field(default_factory=list)
    skipped: int = 0
    around: list[Context] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.timing.text

    def read(self) -> None:
        """Fill ``found`` in the order of the text."""
        quantities = [q for q in find_quantities(self.text) if not clauses.is_threshold(self.text, q)]
        if len(quantities) > _MOST:
            self.skipped += len(quantities)
            return
        self.around = clauses.contexts(self.text, quantities)
        ranks = list(_RANK.finditer(self.text))
        for group in _groups(self.text, self.around):
            while ranks and ranks[0].start() < group[0].quantity.start:
                self._rank(ranks.pop(0))
            self._group(group)
        for match in ranks:
            self._rank(match)
        self._leave_out_contradictions()

    def _leave_out_contradictions(self) -> None:
        """Two values of one name, measure and time in a sentence: one of them is of something else, but for the
        round one before the exact one (突破4000亿元、达到4211亿元), which is left out alone."""
        told: dict[tuple[str, str, Period, str], list[Quantity]] = {}
        for one in self.found:
            told.setdefault(_kind(one), []).append(one.quantity)
        passed = {
            q.start
            for same in told.values()
            for pair in pairwise(same)
            for q, exact in (pair, pair[::-1])
            if _passed(self.text, q, exact)
        }
        found = [one for one in self.found if one.quantity.start not in passed]
        values: dict[tuple[str, str, Period, str], set[float]] = {}
        for one in found:
            values.setdefault(_kind(one), set()).add(one.quantity.value)
        kept = [one for one in found if one.measure == "rank" or len(values[_kind(one)]) == 1]
        self.skipped += len(self.found) - len(kept)
        self.found = kept

    def _group(self, group: list[Context]) -> None:
        context = group[0]
        at = self.around.index(group[-1]) + 1
        after = self.around[at] if at < len(self.around) else None
        if re.search(r"每\s*$|每隔$|就有\s*$", context.left):
            return
        if context.quantity.unit == "条" and re.search(r"[新国]\s*$", context.left):
            return  # 鼓励民间投资新36条, the name of a document
        if clauses.is_aside(context.left):
            told = False
        elif len(group) > 1:
            told = self._list(group) if _alike(self.text, group) else self._each(group)
        else:
            told = not clauses.from_to(context, after) and self._single(context)
        self.skipped += 0 if told else len(group)

    def _of_wider(self, context: Context, names: list[str]) -> bool:
        """Is it of the country or the province that the place lies in: 去年全国经济增长5%, 全省财政收入1000亿元?"""
        if not self.wider or not names:
            return False
        known = names[0] == "经济" or normalize_indicator(names[0]) in known_indicators()
        left = re.sub(r"\s", "", context.left)
        return known and any(f"{scope}{names[0]}" in left for scope in self.wider)

    def _single(self, context: Context) -> bool:
        quantity = context.quantity
        if not quantity.unit:
            self.subjects.forget(bool(clauses.left_name(self._left(context))))
            return False
        if re.match("的.", context.left) or clauses.is_size(context):
            return False
        left = self._left(context)
        reading = clauses.read_left(left, quantity.unit)
        measure = reading.measure
        name = clauses.left_name(reading.rest)
        if clauses.is_level(left, reading):
            measure = "share" if quantity.unit == "%" else "amount"
            name = self._level_name(context, clauses.before_level(left))
        name = self.subjects.owned(context, name)
        if self._of_wider(context, [name]):
            self.subjects.forget(True)
            return False
        period = self.timing.period(context, measure)
        named = self._named(context, name, measure)
        if named is None:
            self.subjects.forget("其中" in context.left)
            return False
        subject, measure = named
        if period is None:  # what the next clause takes up all the same
            self.subjects.keep(context, subject.name, subject.start)
            return False
        self._keep(context, subject.name, measure, period, subject.start)
        return True

    def _left(self, context: Context) -> str:
        start = context.quantity.start - len(context.left)
        left = clauses.without(context.left, start, self.timing.cues)
        if self._end_before(context) == start and not _COUNTER_HEAD.match(left):
            return left[left.find("、") + 1 :]
        return left

    def _level_name(self, context: Context, rest: str) -> str:
        """The name before 从 or 由 of the same clause, else the words left."""
        clause = self.text[context.clause_start : context.quantity.start]
        opening = clauses.before_from(clause)
        if opening is not None:
            start = max(context.clause_start, self._end_before_from(context, len(opening)))
            rest = clauses.without(
                self.text[start : context.clause_start + len(opening)], start, self.timing.cues
            )
            rest = rest.lstrip("、和")
        return clauses.left_name(rest)

    def _named(self, context: Context, name: str, measure: Measure | None) -> tuple[Subject, Measure] | None:
        """The name of a figure, where its statement starts, and its measure."""
        if measure is None or context.quantity.unit == "%" or measure in ("rise", "fall"):
            return self._rate_named(context, name, measure)
        if clauses.is_attribute(context.right):
            noun = self._noun_name(context, name)
            return (self._subject(context, noun), measure) if is_name(noun) else None
        if name and not is_verb(name) and not is_generic(name):
            whole = self.subjects.enumerated(context, name)
            return (self._subject(context, whole), measure) if is_name(whole) else None
        if is_generic(name) and context.right.strip().startswith("、"):
            later = self._later_noun(context)
            if later:
                return self._subject(context, later + name), measure
        if re.search(r"其中\s*$", context.left):
            return None  # a part of the number before
        taken = self.subjects.taken_up(context, name)
        return (taken, measure) if taken else None

    def _rate_named(
        self, context: Context, name: str, measure: Measure | None
    ) -> tuple[Subject, Measure] | None:
        right = context.right.strip()
        goal = _GOAL.match(right)
        if goal and not name:
            return self._subject(context, goal[1]), "growth"
        if measure is None or (measure == "share" and right and not _AFTER_SHARE.match(right)):
            return None
        if name.startswith("占"):
            if "计划" in name or re.search("合计|总计|共", context.left):
                return None  # how far a plan is fulfilled; what several told before make together
            whole = self.subjects.at(context)
            return (Subject(whole.name + name, whole.start, whole.segment), "share") if whole else None
        if name and not is_generic(name):
            return (self._subject(context, name), measure) if is_name(name) else None
        if measure == "share" or (name and measure in ("rise", "fall")):
            return None
        taken = self.subjects.taken_up(context, "" if _RATE_WORD.fullmatch(name) else name)
        if taken and context.quantity.unit == "个百分点" and not name and not taken.is_rate:
            return None
        return (taken, measure) if taken else None

    def _subject(self, context: Context, name: str) -> Subject:
        return Subject(name, context.clause_start, -1)

    def _noun_name(self, context: Context, name: str) -> str:
        """The name of a quantity that stands before what it counts; empty where unsure."""
        if _ATTRIBUTE.match(context.right):
            return ""
        noun = clauses.right_name(context.right)
        if is_generic(context.right.strip()) or not noun:
            noun = self._later_noun(context)
        if not is_name(noun):
            return self._listed(context, noun)
        if context.right.strip().startswith("的"):
            return _attributed(context, name, noun)
        left = context.left.rstrip()
        if left.endswith("等"):
            return self._listed(context, noun)
        follows = self._end_before(context) == context.quantity.start - len(context.left)
        if left.endswith(("、", "和")) or (follows and not name.startswith(("新", "改", "建"))):
            return noun
        money = context.quantity.unit.endswith("元")
        if len(name) < 2 + money or re.search("资金(?:支持|用于|补助)?$|的$|等$", name):
            return noun
        if re.search("(?:获得|争取)$", left):
            return noun
        if money and not is_verb(name):
            return name if is_name(name) else ""
        return name + noun if len(name) + len(noun) <= _LONGEST_WHOLE else noun

    def _listed(self, context: Context, noun: str) -> str:
        """``…、永昌供应链基地等5个项目``: a short noun takes the last that is listed with it."""
        left = context.left.rstrip()
        if not left.endswith("等") or not noun:
            return ""
        last = re.split("[、，和]", clauses.left_name(left[:-1]))[-1]
        return f"{last}等{noun}" if len(noun) <= 2 else noun

    def _end_before(self, context: Context) -> int:
        at = self.around.index(context)
        return self.around[at - 1].quantity.end if at else -1

    def _end_before_from(self, context: Context, length: int) -> int:
        """Where the last quantity before 从 or 由 ends, ``length`` into the clause."""
        limit = context.clause_start + length
        return max((c.quantity.end for c in self.around if c.quantity.end <= limit), default=-1)

    def _later_noun(self, context: Context) -> str:
        """The noun that a chain of attributes leads to: ``总投资1490亿元的163个重点项目``."""
        at = self.around.index(context)
        for later in self.around[at + 1 : at + 4]:
            far = later.quantity.start - context.quantity.end > _FAR
            if later.clause_start != context.clause_start and far:
                break
            noun = clauses.right_name(later.right)
            if len(noun) >= 2:
                return noun
        return ""

    def _list(self, group: list[Context]) -> bool:
        """``A和B分别增长X%和Y%``."""
        context = group[0]
        left = clauses.without(context.left, context.quantity.start - len(context.left), self.timing.cues)
        reading = clauses.read_left(left, context.quantity.unit)
        measure, rest = reading.measure, reading.rest
        if clauses.is_level(left, reading):
            measure = "share" if context.quantity.unit == "%" else "amount"
            rest = clauses.before_level(left)
        names, start = told_together(clauses.left_name(rest)), context.clause_start
        if self._of_wider(context, names):
            self.subjects.forget(True)
            return False
        if not any(names):
            names, start = self.subjects.last_told(len(group), context, "分别" in left)
        period = self.timing.period(context, measure)
        if measure is None or period is None or not context.quantity.unit:
            return False
        if len(names) != len(group) or not all(map(is_whole, names)):
            return False
        for name, item in zip(names, group, strict=True):
            self._keep(item, name, measure, period, start)
        return True

    def _each(self, group: list[Context]) -> bool:
        """``A、B分别增长X%和增加Y亿元``: each name with its own number and verb, or none of them."""
        context = group[0]
        left = clauses.without(context.left, context.quantity.start - len(context.left), self.timing.cues)
        reading = clauses.read_left(left, context.quantity.unit)
        level = clauses.is_level(left, reading)
        names = told_together(clauses.left_name(clauses.before_level(left) if level else reading.rest))
        if len(names) != len(group) or not all(map(is_whole, names)):
            return False
        found: list[tuple[Context, str, Measure, Period]] = []
        verb = ""
        for name, item in zip(names, group, strict=True):
            own = _VERB_END.search(item.left)
            verb, unit = own[0] if own else verb, item.quantity.unit
            measure = clauses.read_left(name + verb, unit).measure if unit else None
            if own is None and found and (unit == "%") != (found[-1][0].quantity.unit == "%"):
                return False  # 分别增长5.6%和3亿元
            period = self.timing.period(item, measure)
            if measure is None or period is None:
                return False
            found.append((item, name, measure, period))
        for item, name, measure, period in found:
            self._keep(item, name, measure, period, context.clause_start)
        return True

    def _rank(self, match: re.Match[str]) -> None:
        opening = max(self.text.rfind(mark, 0, match.start()) for mark in CLAUSE_MARKS) + 1
        left = self.text[opening : match.start()]
        scope = _SCOPES.search(match["scope"]) or _SCOPES.search(left)
        place, field_of = float(to_int(match["place"]) or 0), scope[0] if scope else ""
        quantity = Quantity(place, None, "位", field_of, match.start(), match.end(), match.start())
        context = Context(quantity, left, "", opening, match.end())
        own = "" if re.search("第.{1,3}位", left) else re.sub(r"\d.*$", "", left)
        name = clauses.left_name(re.sub("[中上]$", "", own))
        subject = self._subject(context, name.replace(field_of, "") if field_of else name)
        taken = self.subjects.at(context)
        if own.endswith("连续"):  # 县域竞争力连续8年居全国第四
            name = clauses.left_name(own.removesuffix("连续"))
            if is_name(name) and not is_generic(name):
                subject, taken = self._subject(context, name), None
        if taken and (not name or is_generic(name) or re.search(r"\d", left)):
            subject = taken
        period = self.timing.period(context, "rank")
        among = "强" in match["scope"]  # 居全国百强县第24位: the county, not its product
        if not scope or among or period is None or not is_name(subject.name):
            self.skipped += 1
            return
        self._add(context, subject.name, "rank", period, subject.start)

    def _keep(self, context: Context, name: str, measure: Measure, period: Period, start: int) -> None:
        parts = [part for part in re.split("[和与、]", name) if part]
        shared = len(parts) > 1 and measure in ("growth", "average_growth")
        if shared and any(normalize_indicator(part) in known_indicators() for part in parts):
            for part in filter(is_whole, parts):
                self._add(context, part, measure, period, start)
        else:
            self._add(context, name, measure, period, start)
        self.subjects.keep(context, name, start)

    def _add(self, context: Context, name: str, measure: Measure, period: Period, start: int) -> None:
        end = max(context.clause_end, context.quantity.end)
        self.found.append(StatedFigure(context.quantity, name, measure, period, start, end))


def _kind(one: StatedFigure) -> tuple[str, str, Period, str]:
    return normalize_indicator(one.name), one.measure, one.period, one.quantity.unit


_ONTO = re.compile(r"(?:[迈跃跨站][上过入进]|跨越|冲破)\s*$")
"""总量迈上; not 完成."""
_MARK = re.compile("新?的?(?:台阶|大关|关口|门槛)")
"""What a round number is called that is passed: 台阶, 大关; not 目标."""


def _passed(text: str, quantity: Quantity, exact: Quantity) -> bool:
    """Is ``quantity`` the round number passed on the way to ``exact``: 突破4000亿元、达到4211亿元?"""
    above = (
        quantity.qualifier in ("突破", "超过", "超")
        or _ONTO.search(text, 0, quantity.start)
        or _MARK.match(text, quantity.end)
    )
    return bool(above and not exact.qualifier and quantity.value < exact.value < 2 * quantity.value)


def _attributed(context: Context, name: str, noun: str) -> str:
    """``总投资25亿元的万虹中心项目`` → 万虹中心项目总投资."""
    if re.search("(?:上|中|下|基础|背景|情况|前提|条件)$", noun):
        return ""
    if name in ("涉及", "惠及"):
        return f"{noun}{name}{context.quantity.unit[-1]}数"
    return noun + name if name and not is_verb(name) else noun


def _groups(sentence: str, found: list[Context]) -> Iterator[list[Context]]:
    """Quantities of one unit with nothing between them but 和 or 、 are told together, and so are all that a
    分别 reaches."""
    group: list[Context] = []
    for context in found:
        if group and not _continues(sentence, group, context):
            yield group
            group = []
        group.append(context)
    if group:
        yield group


def _continues(sentence: str, group: list[Context], context: Context) -> bool:
    before, quantity = group[-1].quantity, context.quantity
    between = sentence[before.end : quantity.start]
    if _AND.fullmatch(between):
        return before.unit == quantity.unit or _is_each(group)
    return _is_each(group) and bool(_AND_VERB.fullmatch(between))


def _is_each(group: list[Context]) -> bool:
    return bool(re.search("分别(?!是由)[^，；。、]{0,8}$", group[0].left))


def _alike(sentence: str, group: list[Context]) -> bool:
    """Whether the numbers of ``group`` are of one unit, under one verb."""
    return len({c.quantity.unit for c in group}) == 1 and all(
        _AND.fullmatch(sentence[a.quantity.end : b.quantity.start]) for a, b in pairwise(group)
    )
