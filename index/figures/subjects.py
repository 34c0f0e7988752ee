"""The names a sentence has told, for the clauses that take one up: ``增长6.5%``, ``总量居全市第二``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from index.figures.clauses import Context, left_name
from index.figures.names import known_indicators, normalize_indicator
from index.figures.phrases import combined_name, ends_in_verb, is_name, with_verb, without_new

_TOPIC_END = re.compile(
    "首次|突破|连[跨上]|接连|迈[上入]|跨[上越]|跃[上升]|连续|再|又|已|在(?!建)|继续|稳定|屡|获得|喜获|增产"
)
"""粮食产量连续; not 在建."""
_TOTAL = re.compile("累计|^[，、]?达到?$")
"""The second is of all (新增高新技术企业70家，达420家): ，达, 累计; not 增长到."""

_OF_FIRMS = re.compile("利润(?:总额)?|利税(?:总额)?|(?:主营)?(?:业务|营业)收入|利润率|营业收入利润率")
"""利润总额; not 企业利润总额."""
_FIRMS = re.compile("[^，；]{0,12}?企业")
"""规模以上工业企业; not 工业."""
_RATE = re.compile("[率度]$|比[重例]$|占比$|份额$")
"""城镇化率, 投入强度; not 造林面积."""


_LONGEST_TOPIC = 12
"""Characters of what a clause names before the number's own: 粮食; a longer one is a statement."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The name of a figure, where its statement starts, and the part of the sentence it stands in."""

    name: str
    start: int
    segment: int
    unit: str = "%"
    """Of the figure it was told with."""

    @property
    def is_rate(self) -> bool:
        """Can it rise by 个百分点?"""
        return self.unit in ("%", "个百分点") or bool(_RATE.search(self.name))


@dataclass(slots=True)
class Subjects:
    """The subjects of the sentence ``text`` so far."""

    text: str
    last: Subject | None = None
    told: list[Subject] = field(default_factory=list)

    def keep(self, context: Context, name: str, start: int) -> None:
        """Remember ``name``; ``安置房新开工`` leaves the subject that it was made of."""
        subject = Subject(name, start, self._segment(context.quantity.start), context.quantity.unit)
        if not (self.at(context) and ends_in_verb(name)):
            self.last = subject
        if all(known.name != name for known in self.told):
            self.told.append(subject)

    def forget(self, named: bool) -> None:
        """Let no later clause take up the last subject, where a number in between has a name of its own."""
        if named:
            self.last = None

    def at(self, context: Context) -> Subject | None:
        """The subject of the figure before, if no ； parts it from this one."""
        segment = self._segment(context.quantity.start)
        return self.last if self.last and self.last.segment == segment else None

    def taken_up(self, context: Context, name: str) -> Subject | None:
        """The subject that ``name``, generic, a verb or empty, goes with; its name with it."""
        subject = self.at(context)
        if subject is None:
            return self._topic(context, name)
        base = subject.name
        if name in ("总量", "总数", "总户数") or (not name and _TOTAL.search(context.left)):
            base = without_new(base)
        elif name not in ("", "数量", "规模", "增速"):
            base = combined_name(base, name)
        return Subject(base, subject.start, subject.segment, subject.unit)

    def enumerated(self, context: Context, name: str) -> str:
        """``name`` with the verb of the enumeration it goes on: ``淘汰钢铁2700万吨、水泥4200万吨``."""
        subject = self.at(context)
        goes_on = context.left.lstrip().startswith("、") and not re.search("[，；：。]", context.left)
        return with_verb(subject.name, name) if subject and goes_on else name

    def last_told(self, count: int, context: Context, each: bool) -> tuple[list[str], int]:
        """The names of the ``count`` figures before, which ``分别增长`` takes up in their order."""
        segment = self._segment(context.quantity.start)
        told = [subject for subject in self.told if subject.segment == segment]
        told = told[-count:] if each or len(told) == count else []
        return [subject.name for subject in told], told[0].start if told else context.clause_start

    def owned(self, context: Context, name: str) -> str:
        """``name`` with whose it is, told before a ；: 规模以上工业企业营业收入100亿元；利润总额20亿元."""
        if not self.told or not _OF_FIRMS.fullmatch(name) or "；" not in self.text[: context.quantity.start]:
            return name
        owner = _FIRMS.match(self.told[-1].name)
        return owner[0] + name if owner else name

    def _topic(self, context: Context, name: str) -> Subject | None:
        """What the clause before speaks of: ``粮食连续五年增产，总产量52850万吨``."""
        before = self.text[: context.clause_start].rstrip("，,：:")
        opening = max(before.rfind(mark) for mark in "，；：。") + 1
        topic = left_name(_TOPIC_END.split(before[opening:])[0])
        if not 2 <= len(topic) <= _LONGEST_TOPIC or not is_name(topic) or re.search(r"\d", topic):
            return None
        if not name and normalize_indicator(topic) not in known_indicators():
            return None
        return Subject(combined_name(topic, name), opening, self._segment(context.quantity.start))

    def _segment(self, position: int) -> int:
        return max(self.text.rfind(mark, 0, position) for mark in "；。;")
