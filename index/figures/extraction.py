"""The figures of a report, clause by clause.

A figure is kept only where its name, measure and period are all said by the text; otherwise it is
left out and counted.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from index.numerals import to_int
from index.types import Section

from . import clauses, periods
from .clauses import Context
from .names import known_indicators, normalize_indicator
from .periods import Cue, Period
from .quantities import Quantity, find_quantities, plain
from .types import Extraction, Figure, Measure

_RANK = re.compile(
    r"(?:(?P<bare>总量|数量|规模|增速)?(?:排名?|位居|位列|位次|名列|居|列|跃居|稳居|高居|跃[升至]到?|[上升]升[至到]|升至)"
    r"|(?:总量|数量|规模|增速))"
    r"(?P<scope>[^，。；、第\d]{0,8})第(?P<place>[一二三四五六七八九十]{1,3}|\d{1,3})(?:位|名)?(?=[，。；、）)！]|$)"
)
_SCOPES = re.compile(
    "全国|全省|全市|全区|全县|全州|世界|全球|同类城市|中西部|西部|东部|中部|[^居列第在全]{2}省|内陆"
)
_GENERIC = re.compile(
    "^(?:总?(?:量|额|数|产量|规模|面积|投资|金额|建筑面积|收入|成本|余额)|总投资额?|计划总投资|数量|规模|金额|资金|资金额度|占地"
    "|占地面积|面积|产量|涨幅|增幅|增速|项目总投资|投资|投资总?额|年产值|年产量|总产值|产值|其中|人数|户数|人均)$"
)
_BAD_NAME = re.compile(
    r"这|^[那其该它他她此您]|[？?！。；：:]|^第|^[\d\W]+$|^(?:以上|以下|左右|工作|方面|情况|问题|的|们|等|一|不|没有|只|达标|其他|重大|"
    r"上|中|下|左|右|年|月|日|个|次)$|每|连续|^比|^较|^对于|^各$|不到$|高于$|倍$|将|拟$|占$|^“?十.?五|实现目标$|(?:计划|任务|目标)的$|"
    r"^(?:各级|中央|地方|国家|省级?|市级?|全国)?(?:财政|政府|国家|中央|公共财政)?(?:拿出|安排|投入|支出|补助|下拨|筹集|出资)?(?:专项)?(?:资金|支出)?$|"
    r"^(?:参保|受益|获奖|就业|脱贫|摘帽|入选|上市)$"
)
_VERB_ONLY = re.compile(
    r"^(?:新开工|开工|在建|建成|竣工|新建|改造|建成交付|基本建成|新增|交付|改扩建|修建|新开工建设|惠及|涉及|共拆除|拆除|"
    r"签约|引进|清退|整治|培育|完成|销售|解决|处置|新投放|投放|新改建|续建|引导|促进|支持|帮助|带动|组织|培训|资助|救助|转移|安置|吸纳)(?:了)?$"
)
_FLOW = re.compile(
    "新增|累计|完成|改造|建成|建设|新建|减少|解决|转移|投入|取消|减税|减轻|发放|引进|培训|培育|退出|淘汰|压减|化解|脱贫|搬迁|"
    "落实|实施|拆除|整治|处置|支出|出台|修订|制定|清理|查处|新开工|下放|修复|治理|安置|资助|增长|下降|共|总计|合计|五年|安排|投资"
)
_PLANNED = re.compile("预期目标|目标[为是]|的目标|没有|未能|年初确定|力争|拟安排|(?:^|，)到20\\d\\d年")
_PAST = re.compile(
    r"已经|已(?![启开建批纳知])|(?:实现|取得|完成|达到|超过|突破|建成|增加|下降|提高)了|连续|曾|目前|现有|原有|原来"
)
_INTENT = re.compile("要|将|拟|力争|确保|安排|控制在|目标|预期|保持|左右|以上|以内|争取|计划|新增|再")


@dataclass(slots=True)
class _State:
    """What earlier sentences said of the time of those that follow."""

    chapter: tuple[str, ...] = ()
    announced: Period | None = None
    paragraph: Period | None = None
    doubtful: bool = False
    """A sentence on the past stands before, in a paragraph that plans."""


@dataclass(slots=True)
class _Walk:
    """One pass over a report; the only state is what sentences say for those after them."""

    text: str
    source: str
    sections: Sequence[Section]
    report: str
    year: int | None
    starts: list[int]
    state: _State = field(default_factory=_State)
    figures: list[Figure] = field(default_factory=list)
    skipped: int = 0

    def section_at(self, offset: int) -> Section | None:
        index = bisect_right(self.starts, offset) - 1
        while index >= 0 and not self.sections[index].start <= offset < self.sections[index].end:
            index -= 1
        return self.sections[index] if index >= 0 else None


def extract(text: str, sections: Sequence[Section], report: str, report_year: int | None) -> Extraction:
    """The figures of the clean text ``text`` of ``report``, given in ``report_year``; raises nothing.

    ``sections`` tell the period where a clause does not; without them and without ``report_year`` only
    what a clause dates itself is found.
    """
    ordered = sorted(sections, key=lambda s: (s.start, s.level))
    walk = _Walk(plain(text), text, ordered, report, report_year, [s.start for s in ordered])
    start = 0
    for paragraph in walk.text.split("\n"):
        _paragraph(walk, start, start + len(paragraph))
        start += len(paragraph) + 1
    return Extraction(tuple(walk.figures), walk.skipped)


def _paragraph(walk: _Walk, start: int, end: int) -> None:
    walk.state.paragraph, walk.state.doubtful = None, False
    for first, last in periods.sentences(walk.text, start, end):
        sentence = walk.text[first:last]
        section = walk.section_at(first)
        chapter = section.path[:1] if section else ()
        if chapter != walk.state.chapter:
            walk.state.chapter, walk.state.announced = chapter, None
        base = periods.section_period(section)
        announced = periods.announced(sentence, walk.year)
        if announced and not (base and base.kind != "target" and announced.kind == "target"):
            walk.state.announced, walk.state.paragraph, walk.state.doubtful = announced, None, False
        around = walk.state.paragraph or walk.state.announced or base
        cues = periods.find_cues(sentence, walk.year)
        _Sentence(walk, sentence, first, section, around, cues).read()
        _remember(walk, sentence, cues, around)


def _remember(walk: _Walk, sentence: str, cues: Sequence[Cue], around: Period | None) -> None:
    """Let the head of a sentence date the rest of its paragraph, where it clearly does."""
    cue = next((c for c in cues if c.opens and c.start < 12 and c.years), None)
    if cue is None or cue.years is None or walk.year is None:
        return
    head = sentence[: cue.end + 2]
    last_year = (walk.year - 1, walk.year - 1)
    spanning = cue.years[1] - cue.years[0] > 0
    said = re.search("过去的?一年|一年来|刚刚过去", head)
    if spanning or said or (cue.years == last_year and around is None):
        walk.state.paragraph = periods.period_of(cue, around, walk.year)
        walk.state.doubtful = False
    elif cue.years == (walk.year, walk.year):
        walk.state.doubtful = False
        if around is None or around.kind == "target":
            walk.state.paragraph = Period(walk.year, walk.year, "target")
    elif cue.years[1] < walk.year and around is not None and around.kind == "target":
        walk.state.doubtful = True


@dataclass(slots=True)
class _Subject:
    """The figure before, whose name ``增长6.5%`` or ``排名全市第二`` takes up."""

    name: str
    start: int
    segment: int


@dataclass(slots=True)
class _Sentence:
    walk: _Walk
    text: str
    offset: int
    section: Section | None
    around: Period | None
    cues: list[Cue]
    subject: _Subject | None = None
    told: list[_Subject] = field(default_factory=list)

    def read(self) -> None:
        quantities = [q for q in find_quantities(self.text) if not clauses.is_threshold(self.text, q)]
        ranks = [(m.start(), m) for m in _RANK.finditer(self.text)]
        around = clauses.contexts(self.text, quantities)
        following = [*around[1:], None]
        pending = 0
        for group in _groups(self.text, around):
            while pending < len(ranks) and ranks[pending][0] < group[0].quantity.start:
                self._rank(ranks[pending][1])
                pending += 1
            after = following[around.index(group[-1])]
            self._group(group, after, around)
        for _, match in ranks[pending:]:
            self._rank(match)

    def _group(self, group: list[Context], after: Context | None, around: list[Context]) -> None:
        context = group[0]
        if re.search(r"每\s*$|每隔$", context.left):
            return
        if len(group) > 1:
            self._list(group)
            return
        if clauses.from_to(context, after):
            self.walk.skipped += 1
            return
        if not self._single(context, around):
            self.walk.skipped += 1

    def _single(self, context: Context, around: list[Context]) -> bool:
        quantity = context.quantity
        if not quantity.unit or re.match("的.", context.left):
            return False
        left_start = quantity.start - len(context.left)
        left = clauses.without(context.left, left_start, self.cues)
        if self._before(context, around) == left_start and not _COUNTER_HEAD.match(left):
            left = left[left.find("、") + 1 :]
        reading = clauses.read_left(left, quantity.unit)
        measure = reading.measure
        if clauses.is_level(left, reading):
            measure = "share" if quantity.unit == "%" else "amount"
            name = self._level_name(context, clauses.before_level(left))
        else:
            name = clauses.left_name(reading.rest)
        period = self._period(context, measure)
        if period is None:
            return False
        named = self._named(context, name, measure, around, left)
        if named is None:
            return False
        name, measure, start = named
        self._keep(context, name, measure, period, start)
        return True

    def _level_name(self, context: Context, rest: str) -> str:
        """The name before 从 or 由 of the same clause, else the words left."""
        clause = self.text[context.clause_start : context.quantity.start]
        match = clauses._FROM.search(clause)
        if match:
            start = context.clause_start
            rest = clauses.without(clause[: match.start(1)], start, self.cues)
            return clauses.left_name(rest)
        return clauses.left_name(rest)

    def _named(
        self, context: Context, name: str, measure: Measure | None, around: list[Context], left: str
    ) -> tuple[str, Measure, int] | None:
        """The name of a figure, its measure and where its statement starts."""
        quantity, right = context.quantity, context.right.strip()
        start = context.clause_start
        if measure is None or quantity.unit == "%" or measure in ("rise", "fall"):
            return self._rate_name(context, name, measure)
        attribute = right.startswith("的")
        bounded = not right or right[0] in "、（(）)”"
        if attribute or (not bounded and not clauses._VERB_RIGHT.match(right)):
            named = self._noun_name(context, name, around)
            return (named, measure, start) if named else None
        if not name or _VERB_ONLY.match(name) or _GENERIC.match(name):
            if _GENERIC.match(name) and right.startswith("、"):
                later = self._later_noun(context, around)
                if later:
                    return later + name, measure, start
            taken = self._taken_up(context, name)
            return (taken[0], measure, taken[1]) if taken else None
        return (name, measure, start) if _good(name) else None

    def _rate_name(
        self, context: Context, name: str, measure: Measure | None
    ) -> tuple[str, Measure, int] | None:
        right, start = context.right.strip(), context.clause_start
        goal = re.match(r"的?([^，。；的]{2,14}?)(增长|涨幅|增速)(?:的)?(?:预期)?(?:目标|速度)", right)
        if goal and not name:
            return goal[1], "growth", start
        if (
            right
            and not re.match(
                r"(?:的(?:目标|水平|较低水平|速度|增长)|是|安排|的?左右|、|和|与|[（(）)”]|以上|以内|并|，)",
                right,
            )
            and measure == "share"
        ):
            return None
        if measure is None:
            return None
        if name.startswith("占"):
            if self.subject is None:
                return None
            return self.subject.name + name, "share", self.subject.start
        if name and not _GENERIC.match(name):
            return (name, measure, start) if _good(name) else None
        taken = None if name and measure in ("rise", "fall") else self._taken_up(context, "")
        if taken is None or measure == "share":
            return None
        return taken[0], measure, taken[1]

    def _noun_name(self, context: Context, name: str, around: list[Context]) -> str:
        right = context.right
        noun = clauses.right_name(right)
        if right.strip().startswith("的"):
            if not noun:
                noun = self._later_noun(context, around)
            if re.search(r"(?:上|中|下|基础|背景|情况|前提|条件)$", noun) or not noun:
                return ""
            if not _good(noun):
                return ""
            if name in ("涉及", "惠及"):
                return f"{noun}{name}{context.quantity.unit[-1]}数"
            return noun + name if name and not _VERB_ONLY.match(name) else noun
        name = "" if len(name) < 2 or re.search("资金(?:支持|用于|补助)?$", name) else name
        if _GENERIC.match(right.strip()):
            noun = self._later_noun(context, around)
        money = context.quantity.unit.endswith("元")
        left = context.left.rstrip()
        follows = context.quantity.start - len(context.left) == self._before(context, around)
        if left.endswith(("、", "和")) or (follows and not name.startswith(("新", "改", "建"))):
            name = ""
        if left.endswith("等"):
            last = re.split("[、，和]", clauses.left_name(left[:-1]))[-1]
            return f"{last}等{noun}" if len(noun) <= 2 else noun
        if re.search("(?:获得|争取)\s*$", context.left):
            return noun if _good(noun) else ""
        if money and name and not _VERB_ONLY.match(name):
            return name if _good(name) else ""
        if name and len(name) + len(noun) <= 28 and not name.endswith(("的", "等")):
            return name + noun if _good(noun) else ""
        return noun if _good(noun) else ""

    def _before(self, context: Context, around: list[Context]) -> int:
        at = around.index(context)
        return around[at - 1].quantity.end if at else -1

    def _later_noun(self, context: Context, around: list[Context]) -> str:
        """The noun that a chain of attributes leads to: ``总投资1490亿元的163个重点项目``."""
        at = around.index(context)
        for later in around[at + 1 : at + 4]:
            if (
                later.clause_start != context.clause_start
                and later.quantity.start - context.quantity.end > 24
            ):
                break
            noun = clauses.right_name(later.right)
            if len(noun) >= 2:
                return noun
        return ""

    def _taken_up(self, context: Context, name: str) -> tuple[str, int] | None:
        """The subject of the figure before it in the same sentence, or of the clause before it."""
        if self.subject and self.subject.segment == self._segment(context.quantity.start):
            base = self.subject.name
            if name in ("总量", "总数", "总户数") or (not name and "累计" in context.left):
                return _NEWLY.sub("", base), self.subject.start
            if not name or name in ("数量", "规模", "增速"):
                return base, self.subject.start
            return _joined(base, name), self.subject.start
        before = self.text[: context.clause_start].rstrip("，,：:")
        break_at = max(before.rfind(mark) for mark in "，；：。")
        topic = clauses.left_name(
            re.split("连续|再|又|已|在(?!建)|继续|稳定|屡|获得|喜获|增产", before[break_at + 1 :])[0]
        )
        if not 2 <= len(topic) <= 12 or not _good(topic) or re.search(r"\d", topic):
            return None
        if not name and normalize_indicator(topic) not in known_indicators():
            return None
        return _joined(topic, name), break_at + 1

    def _segment(self, position: int) -> int:
        return max(self.text.rfind(mark, 0, position) for mark in "；。;")

    def _list(self, group: list[Context]) -> None:
        """``A和B分别增长X%和Y%``."""
        context = group[0]
        left = clauses.without(context.left, context.quantity.start - len(context.left), self.cues)
        reading = clauses.read_left(left, context.quantity.unit)
        levelled = clauses.is_level(left, reading)
        rest = clauses.before_level(left) if levelled else reading.rest
        measure: Measure | None = reading.measure
        if levelled:
            measure = "share" if context.quantity.unit == "%" else "amount"
        names, start = _told_together(clauses.left_name(rest)), context.clause_start
        if not any(names):
            names, start = self._last_told(len(group), context, "分别" in left)
        period = self._period(context, measure)
        unknown = measure is None or not context.quantity.unit
        if (
            unknown
            or measure is None
            or period is None
            or len(names) != len(group)
            or not all(map(_full, names))
        ):
            self.walk.skipped += len(group)
            return
        for name, item in zip(names, group, strict=True):
            self._keep(item, name, measure, period, start)

    def _last_told(self, count: int, context: Context, each: bool) -> tuple[list[str], int]:
        """The names of the ``count`` figures before, which ``分别增长`` takes up in their order."""
        segment = self._segment(context.quantity.start)
        told = [s for s in self.told if s.segment == segment]
        told = told[-count:] if each or len(told) == count else []
        return [s.name for s in told], told[0].start if told else context.clause_start

    def _period(self, context: Context, measure: Measure | None) -> Period | None:
        clause = self.text[context.clause_start : context.clause_end]
        cue = self._cue(context)
        if cue is not None:
            period = periods.period_of(cue, self.around, self.walk.year)
        else:
            period = self.around
            if (
                period
                and period.kind == "target"
                and (_PAST.search(clause) or (self.walk.state.doubtful and not _INTENT.search(clause)))
            ):
                return None
        if period is None:
            return None
        if period.kind == "result" and _PLANNED.search(clause):
            return None
        period = self._spanning(context, measure, period, cue)
        if period and period.kind in ("result", "target") and self._expected(context):
            period = replace(period, kind="expected")
        return period

    def _cue(self, context: Context) -> Cue | None:
        before = [c for c in self.cues if c.end <= context.quantity.start]
        for cue in reversed(before):
            between = self.text[cue.end : context.quantity.start]
            if cue.opens or not re.search("[，；。：,;]", between):
                return cue
        return None

    def _spanning(
        self, context: Context, measure: Measure | None, period: Period, cue: Cue | None
    ) -> Period | None:
        """Tell what holds at the end of several years from what happened over them."""
        left = self.text[context.clause_start : context.quantity.start]
        base = re.search(r"[比与较]\s*((?:19|20)\d\d)\s*年", self.text[: context.quantity.start])
        if base and measure in ("growth", "decline", "rise", "fall") and int(base[1]) < period.last - 1:
            first = int(base[1]) + 1
            return replace(period, first=first, kind="cumulative" if period.kind == "result" else period.kind)
        if measure in ("average_growth", "average_decline", "average_amount"):
            if period.first != period.last:
                return period
            if self.around and self.around.first != self.around.last == period.last:
                return self.around
            return period if measure == "average_amount" and "每年" in left and "平均" not in left else None
        if period.first == period.last:
            return period
        if measure in ("growth", "decline", "rise", "fall"):
            return period
        end = replace(
            period, first=period.last, kind="result" if period.kind == "cumulative" else period.kind
        )
        flow = _FLOW.search(left) or (cue is not None and cue.years and cue.years[0] != cue.years[1])
        told = any(c.length > 1 or (c.opens and c.years and c.years[0] < c.years[1]) for c in self.cues)
        if told and re.search(r"(?:达到?|超过|突破)\s*$", left) and not _FLOW.search(left):
            return None
        if re.search("新增|累计|共", left) or (
            _FLOW.search(left) and not re.search("[到达至]|年末|年底", left)
        ):
            return period
        if clauses.is_reached(left) or measure == "share":
            return end if clauses.is_reached(left) else None if period.kind == "cumulative" else period
        return period if flow or period.kind == "target" else None

    def _expected(self, context: Context) -> bool:
        segment = self._segment(context.quantity.start) + 1
        for match in re.finditer("预计", self.text[segment : context.quantity.start]):
            at = segment + match.start()
            opens = at == 0 or self.text[at - 1] in "，；。：、"
            if opens or at >= context.clause_start:
                return True
        return False

    def _rank(self, match: re.Match[str]) -> None:
        left_start = max(self.text.rfind(mark, 0, match.start()) for mark in _BREAKS) + 1
        left = self.text[left_start : match.start()]
        scope = _SCOPES.search(match["scope"]) or _SCOPES.search(left)
        quantity = Quantity(
            float(to_int(match["place"]) or 0),
            None,
            "位",
            scope[0] if scope else "",
            match.start(),
            match.end(),
            match.start(),
        )
        context = Context(quantity, left, "", left_start, match.end())
        if re.search("第.{1,3}位", left):
            left = ""
        name = clauses.left_name(re.sub(r"中$|上$", "", re.sub(r"\d.*$", "", left)))
        if scope:
            name = name.replace(scope[0], "")
        start = left_start
        taken = (
            self.subject if self.subject and self.subject.segment == self._segment(match.start()) else None
        )
        if (not name or _GENERIC.match(name) or re.search(r"\d", left)) and taken:
            name, start = taken.name, taken.start
        period = self._period(context, "rank")
        if not scope or period is None or not _good(name):
            self.walk.skipped += 1
            return
        self._emit(context, name, "rank", period, start)

    def _keep(self, context: Context, name: str, measure: Measure, period: Period, start: int) -> None:
        parts = [p for p in re.split("[和与、]", name) if p]
        shared = len(parts) > 1 and measure in ("growth", "average_growth")
        if shared and any(normalize_indicator(p) in known_indicators() for p in parts):
            for part in parts:
                if _full(part):
                    self._emit(context, part, measure, period, start)
        else:
            self._emit(context, name, measure, period, start)
        subject = _Subject(name, start, self._segment(context.quantity.start))
        if not (self.subject and self.subject.segment == subject.segment and _VERB_END.search(name)):
            self.subject = subject
        if all(s.name != name for s in self.told):
            self.told.append(subject)

    def _emit(self, context: Context, name: str, measure: Measure, period: Period, start: int) -> None:
        quantity, offset = context.quantity, self.offset
        value, high, unit = quantity.value, quantity.high, quantity.unit
        if unit == "倍" and measure in ("growth", "average_growth"):
            value, high, unit = value * 100, high and high * 100, "%"
        if measure == "amount" and unit in _COUNTED:
            measure = "count"
        indicator = normalize_indicator(name)
        if indicator == "经济" and measure in ("growth", "average_growth"):
            indicator = "生产总值"
        source = self.walk.source
        begin = offset + start
        while source[begin].isspace():
            begin += 1
        self.walk.figures.append(
            Figure(
                report=self.walk.report,
                indicator=indicator,
                name=name,
                measure=measure,
                kind=period.kind,
                first_year=period.first,
                last_year=period.last,
                months=period.months,
                value=value,
                high=high,
                unit=unit,
                qualifier=quantity.qualifier,
                written=source[offset + quantity.opens : offset + quantity.end].strip(),
                start=begin,
                end=offset + max(context.clause_end, quantity.end),
                value_start=offset + quantity.opens,
                value_end=offset + quantity.end,
                section=self.section.path if self.section else (),
            )
        )


_SHARED_END = re.compile(
    "(?:排放(?:总?量)?|[^、]{0,2}面积|收入|支出|投资|人数|产量|产能|增加值|比重|占比|里程|标准|覆盖率|参保率)$"
)
_COUNTER_HEAD = re.compile(r"\s*(?:[、，和与及或（(]|[^、]*$)")  # else a unit unknown to quantities.py
_VERB_END = re.compile("(?<=..)(?:基本建成|新开工建设|新开工|建成交付|建成|开工|在建|竣工)$")
_TWO_IN_ONE = (("城乡居民", ("城镇居民", "农村居民")), ("存贷款", ("存款", "贷款")))
_NEWLY = re.compile("^(?:新增|净增|新认定|新培育|新引进|新)(?=..)")
_BEGUN = re.compile("^(?:新开工|续建|在建|开工|竣工|新建|完成)(?=..)")
_POLLUTANT = re.compile("(?:化学需氧量|COD|二氧化硫|氮氧化物|氨氮|二氧化碳|烟尘|粉尘)$")
_BREAKS = "，；：。！？"
_COUNTED = frozenset(
    "个家项件处条场次所座名位种类台辆艘架列部份册起宗张篇支款间栋幢株头只枚组门口盏对趟例"
) | {"场次", "班次", "批次"}


def _good(name: str) -> bool:
    if _BAD_NAME.search(name) or clauses.is_common(name):
        return False
    return 2 <= len(name) <= 30 and bool(re.search("[一-鿿]|GDP|CPI", name))


def _full(name: str) -> bool:
    """Whole enough to stand alone in an enumeration: ``城镇`` of ``城镇和农村居民收入`` is not."""
    return len(name) >= 3 and _good(name)


def _told_together(names: str) -> list[str]:
    """``二氧化硫、氮氧化物排放量`` → 二氧化硫排放量, 氮氧化物排放量; ``城乡居民收入`` → 城镇…, 农村…."""
    for both, each in _TWO_IN_ONE:
        if both in names:
            return [names.replace(both, one) for one in each]
    parts = [clauses.left_name(part) for part in re.split("[、和与及]", names)]
    last = parts[-1]
    unit = re.match("单位(?:国内|地区)生产总值|单位GDP", parts[0])
    if unit:
        return [part if part.startswith("单位") else unit[0] + part for part in parts]
    return [_completed(part, last) for part in parts[:-1]] + [last]


def _completed(part: str, last: str) -> str:
    """``part`` of an enumeration with the end it shares with the ``last``."""
    shared = _SHARED_END.search(last)
    if shared is None or _SHARED_END.search(part):
        return part
    if shared[0].startswith("排放"):
        return part + shared[0] if _POLLUTANT.search(part) else part
    if part in ("城镇", "农村", "城市") and last.startswith(("城镇", "农村", "城市")):
        return part + last[2:]
    at = last.find(part[-2:])
    if at >= 0:
        return part + last[at + 2 :]
    return part if re.search("[数量率额值入重]$", part) else part + shared[0]


def _joined(subject: str, name: str) -> str:
    if _VERB_ONLY.match(name):
        subject = _BEGUN.sub("", _VERB_END.sub("", subject))
    if name.startswith("总") and subject.endswith(name[1:]):
        return subject
    for tail in ("产量", "面积", "收入"):
        if name.endswith(tail) and subject.endswith(tail):
            return subject
    return subject + name.removeprefix("总") if name == "总产量" else subject + name


def _groups(sentence: str, found: list[Context]) -> Iterator[list[Context]]:
    """Quantities of one unit with nothing between them but 和 or 、 are told together."""
    group: list[Context] = []
    for context in found:
        if group:
            previous = group[-1].quantity
            between = sentence[previous.end : context.quantity.start]
            if previous.unit == context.quantity.unit and re.fullmatch(r"\s*[、和与及,]\s*", between):
                group.append(context)
                continue
            yield group
        group = [context]
    if group:
        yield group
