"""The period of one figure: from its clause, else from what stands around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.figures.clauses import Context, is_reached
from index.figures.period_cues import Cue, Period, period_of
from index.figures.types import Measure
from index.text import PLACE_LEVELS, YEAR

_FLOW = re.compile(
    "新增|累计|完成|改造|建成|建设|新建|减少|解决|转移|投入|取消|减税|减轻|发放|引进|培训|培育|退出|淘汰|压减|化解|脱贫|搬迁|"
    "落实|实施|拆除|整治|处置|支出|出台|修订|制定|清理|查处|新开工|下放|修复|治理|安置|资助|增长|下降|(?<!公)共|总计|合计|五年|安排|投资"
)
"""新增, 共建成; not 现有, 公共预算收入."""
_PLANNED = re.compile(f"预期目标|目标[为是]|的目标|没有|未能|年初确定|力争|拟安排|(?:^|，)到{YEAR}年")
"""力争; not 建成."""
_BUDGETED = re.compile("预算(?:数|总额)?(?:为|安排)?\\s*$")
"""What stands before 9101万元: 支出预算, 支出预算数为; not 完成预算的."""
_PAST = re.compile(
    r"已经|已(?![启开建批纳知])|(?:实现|取得|完成|达到|超过|突破|建成|增加|下降|提高)了|连续|曾|目前|现有|原有|原来"
)
"""已经; not 已启动."""
_INTENT = re.compile("要|将|拟|力争|确保|安排|控制在|目标|预期|保持|左右|以上|以内|争取|计划|新增|再")
"""力争; not 建成."""
# 预计全年; not 预计收入
_YEAR_EXPECTED = re.compile(
    f"(?:^|[，。])预计，?(?=全[年{PLACE_LEVELS}]|今年|当年|{YEAR}年)|^(?:初步)?预计，"
)
"""All that the sentence lists: 预计全年地区生产总值; not 预计收入."""
_NO_SUBJECT = re.compile(r"(?:同比|[比较]上年|分别|实际|名义|可比价)*(?:增长|下降|增加|减少)")
"""The growth is expected too (生产总值预计完成55亿元，增长10%左右): 增长10%, 比上年增长; not 财政收入增长."""
_COMPARED_LATER = re.compile(rf"[\d.、和与万亿元人户\s]*[，,]?\s*[比较]\s*{YEAR}\s*年")
"""The amount is the last year's (五年来…零售总额完成44.9亿元，比2011年增长84.5%): ，比2011年; not ，增长84.5%."""
_TOLD_SPAN = re.compile("年(?:累计|共)")
"""五年累计; not 五年来."""
_IN_ALL = re.compile(r"[、，]?(?:总数|总量)?(?:已?累计|总数|总量)已?达到?\s*$")
"""What there is at the end (新增总部119家、累计达477家): 、累计达; not 累计完成."""
_CHANGES = ("growth", "decline", "rise", "fall")
_AVERAGES = ("average_growth", "average_decline", "average_amount")


@dataclass(frozen=True, slots=True)
class Timing:
    """What tells the time of the figures of the sentence ``text``.

    ``doubtful``: a sentence on the past stands before it, in a paragraph that plans.
    """

    text: str
    cues: list[Cue]
    around: Period | None
    doubtful: bool
    year: int | None

    def period(self, context: Context, measure: Measure | None) -> Period | None:
        """The period of a figure, None where it stays unsure."""
        clause = self.text[context.clause_start : context.clause_end]
        cue = self._cue(context)
        found = period_of(cue, self.around, self.year) if cue else self._surrounding(context, clause)
        if found is None or (found.mode == "actual" and _PLANNED.search(clause)):
            return None
        found = self._spanning(context, measure, found, cue)
        if found and found.mode == "actual" and _BUDGETED.search(context.left):
            return replace(found, mode="target")
        if found and found.mode in ("actual", "target") and self._is_expected(context):
            return replace(found, mode="expected")
        return found

    def _surrounding(self, context: Context, clause: str) -> Period | None:
        """The period around the sentence, but for what a plan says of the present or the past."""
        planned = self.around is not None and self.around.mode == "target"
        stands = _PAST.search(clause) or re.search(r"有\s*(?:近|约|超过)?$", context.left)
        doubtful = self.doubtful and not _INTENT.search(clause)
        return None if planned and (stands or doubtful) else self.around

    def _cue(self, context: Context) -> Cue | None:
        """The last expression of time before the figure that reaches as far as its clause."""
        for cue in reversed([c for c in self.cues if c.end <= context.quantity.start]):
            between = self.text[cue.end : context.quantity.start]
            if cue.months and "全年" in between:
                continue  # 上半年，…；全年实现…
            if _TOLD_SPAN.search(self.text, cue.start, cue.end) and "；" in between:
                continue  # 五年累计完成投资620亿元；零售总额58亿元
            reaches = (cue.opens or cue.length) and not cue.alone
            if reaches or not re.search("[，；。：、,;]" if cue.alone else "[，；。：,;]", between):
                return cue
        return None

    def _spanning(
        self, context: Context, measure: Measure | None, period: Period, cue: Cue | None
    ) -> Period | None:
        """Tell what holds at the end of several years from what happened over them."""
        left = self.text[context.clause_start : context.quantity.start]
        if measure == "amount" and _COMPARED_LATER.match(self.text, context.quantity.end):
            mode = "actual" if period.mode == "cumulative" else period.mode
            return replace(period, first=period.last, mode=mode)
        if measure in ("amount", "count") and _IN_ALL.match(context.left):
            mode = "actual" if period.mode == "cumulative" else period.mode
            return replace(period, first=period.last, mode=mode)
        if measure in _CHANGES:
            return self._since(context, period)
        if measure in _AVERAGES:
            return self._averaged(context, measure, period)
        if period.first == period.last:
            return self._summed(context, period)
        head = measure == "share" or "人均" in left  # of one time, however many years are told
        if not head and self._told_span() and re.search(r"(?:达到?|超过|突破)\s*$", left):
            return period if _FLOW.search(left) and measure != "share" else None
        flow = measure != "share" and _FLOW.search(left)
        if (flow and re.search("新增|累计|(?<!公)共", left)) or (
            flow and not re.search("[到达至]|年末|年底", left)
        ):
            return period
        if is_reached(left):
            mode = "actual" if period.mode == "cumulative" else period.mode
            return replace(period, first=period.last, mode=mode)
        spans = flow or (cue is not None and cue.years and cue.years[0] != cue.years[1])
        if period.mode == "cumulative" and (measure == "share" or not spans):
            return None
        return period

    def _summed(self, context: Context, period: Period) -> Period:
        """``到2026年，…，累计新增10万人``: over the years that the plan around it is for, or the review."""
        around = self.around
        if period.mode in ("target", "actual") and around and around.first < around.last == period.last:
            return around if re.search("累计(?!达)|投资累计", context.left) else period
        return period

    def _since(self, context: Context, period: Period) -> Period:
        """``比2002年增长``: a change over the years after 2002."""
        clause = self.text[context.clause_start : context.quantity.start]
        base = re.search(rf"[比较]\s*({YEAR})\s*年", clause) or re.search(
            rf"[与比]\s*({YEAR})\s*年相比", self.text[: context.quantity.start]
        )
        if base is None or int(base[1]) >= period.last - 1:
            return self._summed(context, period)
        mode = "cumulative" if period.mode == "actual" else period.mode
        return replace(period, first=int(base[1]) + 1, mode=mode)

    def _averaged(self, context: Context, measure: Measure | None, period: Period) -> Period | None:
        """A rate per year needs its years: told, around, or from the base of ``由2020年的…增加到``."""
        if period.first != period.last:
            return period
        left = self.text[context.clause_start : context.quantity.start]
        base = re.search(rf"[由从是]\s*({YEAR})\s*年(?!起)", self.text[: context.quantity.start])
        if base and int(base[1]) < period.last - 1:
            mode = "cumulative" if period.mode == "actual" else period.mode
            return replace(period, first=int(base[1]) + 1, mode=mode)
        if self.around and self.around.first != self.around.last == period.last:
            return self.around
        yearly = measure == "average_amount" and "每年" in left and "平均" not in left
        return period if yearly else None

    def _told_span(self) -> bool:
        return any(c.length > 1 or (c.opens and c.years and c.years[0] < c.years[1]) for c in self.cues)

    def _is_expected(self, context: Context) -> bool:
        """Does 预计 stand in the clause or the one that it takes its subject from, head an earlier one of its part,
        or the year of the whole sentence?"""
        if any(m.start() < context.quantity.start for m in _YEAR_EXPECTED.finditer(self.text)):
            return True
        opening = max(self.text.rfind(mark, 0, context.quantity.start) for mark in "；。;") + 1
        for match in re.finditer("预计(?!数)", self.text[opening : context.quantity.start]):
            at = opening + match.start()
            own = max(context.clause_start, opening)
            if _NO_SUBJECT.match(self.text, own):
                own = self.text.rfind("，", 0, max(own - 1, 0)) + 1
            if at >= own or at == 0 or self.text[at - 1] in "，；。：、":
                return True
        return False
