"""The cells of tables: a figure with its row's label, its column's heading and the table's unit, or nothing.

A row is read as the readers write it: the label, then each heading with its value, parts apart by a wide
space (``汽车　单位 万辆　产量 62.1　比上年增长（%） 7.1``). Only a heading that stands above the row is one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from index.figures.names import normalize_indicator
from index.figures.period_cues import Period
from index.figures.phrases import is_generic
from index.figures.quantities import find_quantities, is_counted
from index.figures.types import Figure, Measure, Mode
from index.text import (
    CELL_GAP,
    HAN_NUMERAL,
    ITEM_NUMBER,
    MEASURES,
    MONEY,
    PART_OF_YEAR,
    PIECES,
    PLACE_LEVELS,
    PLACE_SUFFIX,
    RANGE_MARKS,
    SCALED,
    SHORT_YEAR,
    YEAR,
    bare_place,
    half_width,
    years_in,
)

PART = "："
"""Stands between what a row is a part of and the row: 居民消费价格：食品烟酒."""
_CHANGES: tuple[Measure, ...] = ("growth", "decline", "rise", "fall")
_VALUE = re.compile(r"[-+−－＋]?(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.\d+)?(?:%|％|‰)?")
"""62.1, -5.8, 91,016,775.35, 15.0%; not 1-11月, not 5.2 4.6."""
_NOTHING = frozenset(["-", "－", "—", "——", "–", "/", "／", "…", "……", "*", "×", "..."])
_PROSE = re.compile(r"[，。；][^，。；]{4,}[，。；]")
"""A row that holds sentences: ，全面完成目标，; not 1，2，3."""

_TABLE_UNITS = (
    *("千瓦小时", "千升", "升", "千米", "千克", "克", "块", "支", "双", "重量箱", "床", "张", "万吨标煤"),
    *("元/人", "元/平方米", "公斤/亩", "‰", "兆瓦", "次", "米²", "户次", "立方", "羽", "床位", "棵", "片", "根"),
)  # fmt: skip
_UNIT = "|".join(
    sorted({*MONEY, *SCALED, *MEASURES, *PIECES, *_TABLE_UNITS}, key=lambda unit: (-len(unit), unit))
)
_BRACKETED_UNIT = re.compile(
    rf"[（(]\s*(?:单位\s*[:：]\s*)?((?:万亿|亿|万|千|百万|百)?(?:{_UNIT}))\s*[)）]\s*$|(?<=[一-鿿])([%％])$"
)
"""产量（吨）, 绝对数(亿元), 比上年增长%; not 指数（上年=100）, not 手持机（手机）."""
_SAID_UNIT = re.compile(r"单\s*位\s*[:：]\s*([^\s）)，,；;。]{1,12})")
"""单位：亿元; not 单位名称."""
_UNIT_SAID = re.compile(r"\s*[（(]?单\s*位\s*[:：]\s*[^\s）)，,；;。]{1,12}[）)]?\s*$")
"""The end of 表4　居民收入情况　单位：元: 单位：元; not 单位名称."""
_BODY = re.compile(r"(?:编\s*[制报]|填\s*报|预算)(?:部门|单位|机关)\s*[:：]\s*([^\s:：]{3,30})")
"""The table is of that department, not of the place: 编制部门：上海市普陀区人民政府办公室; not 单位：元."""
_UNIT_COLUMN = re.compile(r"(?:计量)?单\s*位 ([^\s\d]{1,8})$")
"""计量单位 万吨; not 预算单位名称."""
# 制发件数; not 制发
_COUNTS = re.compile(r"(?:(?P<unit>[件人户次家个])(?:次)?数|数量|指数)$")
"""What is counted without a unit being said: 制发件数, 价格指数; not 总数."""

_GROWTH = re.compile(
    r"(?:比|较)(?:上年|去年|上年末|上年同期|去年同期|同期|年初|上期)[^\s]{0,2}?"
    r"(?P<kind>±|增[长减幅加速]|上涨|涨跌|涨|升降|提高|下降|减少)(?:率|幅度|速度)?|同比(?:增[长减速])?|增速|"
    r"(?:增长(?:率|速度|幅度)|增幅|涨幅|涨跌幅度?|升降幅度?)|(?:^|\s)(?:±|增长|上涨|增减)(?=$|\s|[（(])"
)
"""比上年增长; not 产量."""
_DOWN = re.compile(r"下降|减少")
"""比上年下降; not 比上年增长."""
_ANY_AVERAGE = re.compile(r"年均|平均每年|五年|拉动")
"""年均; not 全年."""
_OF_PLAN = re.compile(r"[完占为](?:成)?[^\s]{0,6}(?:预算|计划|目标|进度|上年|调整)[^\s]{0,6}$|完成率|进度")
"""完成预算; not 预算."""
_SHARE = re.compile("(?:构成|比重|占比|比例|份额|率|比|强度|程度|水平|指数|面)$")
"""比重; not 产量."""
_TARGET = re.compile(
    r"预算(?:数|额|表|总表)|(?:年初|本年|收支|部门)[^\s]{0,4}预算|(?:收入|支出)预算|预算安排|计划数?|目标值?|预期"
)
"""收入预算, 预算数, 2025年部门支出预算总表; not 一般公共预算收入."""
_DONE = re.compile("决算|执行|完成|实际|实绩|实现")
"""决算; not 预算."""
_EXPECTED = re.compile(rf"预计|{YEAR}E$")
"""2025年预计, 2025E; not 2025."""
_CAPTION_NUMBER = re.compile(
    rf"^(?:附?[表图]\s*[\d{HAN_NUMERAL}]*[-—.\d]*|专栏\s*[\d{HAN_NUMERAL}]*)\s*[:：、.．]?\s*"
)
"""表3：, 专栏2; not 主要指标表."""
_CAPTION_END = re.compile(
    r"(?:及其?|和)(?:增长(?:速度|情况)?|增速|增长增速|构成)$|(?:主要)?(?:情况|统计表|总表|一览表|表)$|[（(][^（()）]*[)）]$"
)
"""收入情况表; not 收入."""
# 一、财政拨款收入; not 1.5亿元
_LABEL_MARK = re.compile(rf"^(?!\d+、\d)(?:(?:\d{{1,3}} )+(?=[^\d\s])|{ITEM_NUMBER}|[（(][a-z][)）])\s*")
"""201 03 01 行政运行, 一、财政拨款收入, （1）税收收入, 2.衣着; not 1.5亿元, 1、2月合计."""
_PART_OF = re.compile(r"^(?:其\s*中\s*[:：]?|#|＃|\*|内[:：])\s*")
"""其中：住宅, #住宅; not 住宅."""
_DIVIDED = re.compile(r"^按[一-鿿]{2,8}分\s*[:：]\s*")
"""按经营地分：城镇; not 按经营地分."""
_SUM = re.compile(rf"^(?:合计|总计|小计|共计|合　计|全[国{PLACE_LEVELS}]|总\s*计|合\s*计)$")
"""合计; not 合计收入."""
_PLAIN_COLUMN = re.compile(
    r"(?:绝对[数额量值]|[总数]量|数[值额]|指标值|实[绩际]数?|完成[数额]?|累计(?:完成)?|全年|年末|年底|本年累计|本[年期]|"
    r"全[国省市县区州]|预算数|决算数|执行数|计划数|目标值?|预计|金额|合计|总计|小计|期末|末|底|年|[\d\s]|数额|数|"
    r"(?:上|去)年|AE|[AE]$|预算)+"
)
"""决算数; not 收入."""
_QUANTITY_END = re.compile(
    r"(?:[量额值率率数]|收入|支出|投资|面积|余额|存款|贷款|价格|利润|税收?|费用?|资金|经费|里程|浓度|比重|比例|占比|"
    r"人口|招生|在校生|毕业生|[出存]栏|产能|GDP|强度|收支|补贴|工资|缴费|保险)$"
)
"""A name that says what is measured: 茶叶产量, 卫生健康支出; not 茶叶, not 第二产业."""
_REDUNDANT = re.compile(
    r"^(?:产量|数量|[总数]额?|[总余]?额|产值|面积|人数|投资额?|完成投资|收入|支出|收入数|支出数|指数|消费量)$"
)
"""产量; not 粮食产量."""
_OF_CAPTION = re.compile("指数|价格")
"""A heading that the caption (居民消费价格指数) says better: 指数; not 产量."""
_PLACE = re.compile(rf"^(?![各分全本城地])[一-鿿]{{1,8}}?(?:{PLACE_SUFFIX})(?=[一-鿿])")
"""唐县居民消费价格; not 城市居民消费价格."""
_OWN_PLACE = re.compile(rf"(?![各分全本城地])[一-鿿]{{1,7}}(?:{PLACE_SUFFIX})")
"""甲县; not 全县."""
_SPARE = re.compile("^(?:全年|年末|本年度?|当年)")
"""全年收入; not 收入."""
_YEAR_LABEL = re.compile(rf"(?:年[份度]?|时间|指标)? ?({YEAR})年?")
"""2024年, 年份 2024; not 2024年1月."""
_YEAR_VALUE = re.compile(YEAR)
"""2024; not 20245."""
_MONTHS = re.compile(rf"{PART_OF_YEAR}|\d{{1,2}}月")
"""1-6月, 1–6月, 前三季度; not 六年."""
_LAST_YEAR = re.compile("^(?:上|去)年")
"""上年实绩, 去年; not 比上年."""
_LONGEST_CAPTION = 60
"""Characters of a line above a table that can be its caption; a longer one is a paragraph."""
_SHORTEST_SUBJECT = 3
"""Characters that a caption must say besides 增长速度 for that to be left out of it."""
_LONGEST_NAME = 40
"""Characters of a name put together of label, heading and caption; a longer one is no name to ask for."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a row at ``start``: its words and, where it ends in one, its value at ``[first, last)``."""

    words: str
    start: int
    value: str = ""

    @property
    def last(self) -> int:
        """Where the part ends, if it has a value."""
        return self.start + len(self.words) + bool(self.words) + len(self.value)

    @property
    def first(self) -> int:
        """Where the value begins."""
        return self.last - len(self.value)


@dataclass(slots=True)
class _Table:
    """What is known of the table while its rows are read.

    ``owner`` is the label of the last row that is no part of another, in ``owner_unit``; ``inside`` says
    that a row marked 其中 stands before, so that this one may be a part too, ``marked`` that it is the last.
    ``body`` is whose table it is, where it is not of the whole place: a department.
    """

    captions: list[str] = field(default_factory=list)
    body: str = ""
    headings: set[str] = field(default_factory=set)
    unit: str = ""
    begun: bool = False
    owner: str = ""
    owner_unit: str = ""
    inside: bool = False
    marked: bool = False

    @property
    def caption(self) -> str:
        """What the table is about, without its number, year and unit: 主要农产品产量."""
        told = [_UNIT_SAID.sub("", c).strip() for c in self.captions if not _BODY.search(c)]
        return next(filter(None, reversed(told)), "")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with values: its ``label``, the words ``over`` all of its values, its ``unit`` and the ``cells``."""

    label: str
    over: str
    unit: str
    cells: tuple[_Part, ...]
    start: int


@dataclass(slots=True)
class TableReader:
    """Reads the tables of ``text``; ``found`` are the figures, ``skipped`` counts the cells left out as unsure.

    ``rows`` are the offsets at which the rows begin, ``around`` tells the period and the path of the section
    at an offset, ``year`` is the one the report was given in, ``place`` whose report it is.
    """

    text: str
    rows: Collection[int]
    report: str
    year: int | None
    place: str
    around: Callable[[int], tuple[Period | None, tuple[str, ...]]]
    found: list[Figure] = field(default_factory=list)
    skipped: int = 0

    def read(self) -> set[int]:
        """Fill ``found``; returns the offsets of the rows that are read here, not as prose."""
        taken: set[int] = set()
        before: list[str] = []
        table: _Table | None = None
        start = 0
        for line in self.text.split("\n") if self.rows else ():
            if start not in self.rows or _PROSE.search(line):
                table, before = None, [*before[-2:], line]
            else:
                table = table or _begun(before, self.place)
                before = []
                taken.add(start)
                self._line(table, _parts(line, start))
            start += len(line) + 1
        self._leave_out_contradictions()
        return taken

    def _line(self, table: _Table, parts: Sequence[_Part]) -> None:
        valued = [part for part in parts if part.value]
        if not valued or all(not p.words and _YEAR_VALUE.fullmatch(p.value) for p in valued):
            _heading(table, parts)
            return
        table.begun = True
        row = _row(parts, table)
        if row is None:
            self.skipped += len(valued)
            return
        self._row(table, row)
        self.skipped += len(valued) - len(row.cells)

    def _row(self, table: _Table, row: _Row) -> None:
        bare = _LABEL_MARK.sub("", row.label)
        part = bool(_PART_OF.match(bare))
        if not part and bare != row.label:
            table.inside = False
        label = _SPARE.sub("", _bare(_LABEL_MARK.sub("", _DIVIDED.sub("", _PART_OF.sub("", bare)))))
        if _SUM.fullmatch(label) or _YEAR_LABEL.fullmatch(label):
            label = ""
        unit = row.unit or next((u for c in row.cells if (u := _heading_unit(c.words)) not in ("", "%")), "")
        if not part and table.inside and unit != table.owner_unit:
            table.inside = False
        nested, table.inside = part and table.marked, part or table.inside
        owner = table.owner if table.inside else ""
        unsure = nested and not _QUANTITY_END.search(label)  # a part of the part before, or beside it
        levels = [c.words for c in row.cells if not _GROWTH.search(half_width(f"{row.over} {c.words}"))]
        nouns = set(map(_noun, levels))
        for cell in row.cells:
            figure = None if unsure else self._cell(table, row, cell, label, owner, nouns)
            if figure is None:
                self.skipped += 1
            else:
                self.found.append(figure)
        table.marked = part
        if not part and (not table.inside or _QUANTITY_END.search(label)):
            table.owner, table.owner_unit, table.inside = label, unit, False

    def _cell(
        self, table: _Table, row: _Row, cell: _Part, label: str, owner: str, nouns: set[str]
    ) -> Figure | None:
        words = f"{row.over} {cell.words}".strip()
        measured = _measured(half_width(words), cell.value, row, table)
        around, section = self.around(row.start)
        period = _period(words, row.label, " ".join(table.captions), around, self.year)
        noun = _noun(cell.words)
        if measured is None or period is None:
            return None
        measure, unit = measured
        if not noun and measure in _CHANGES:
            if len(nouns) > 1:
                return None  # of which of them?
            noun = next(iter(nouns), "")
        noun = noun or (over if _QUANTITY_END.search(over := _noun(row.over)) and not label else "")
        levels = [level for level in map(_noun, cell.words.split(" ")) if level]
        if not label and len(levels) > 1:
            noun, owner = levels[-1], "·".join(levels[:-1])
        name = _name(label, noun, owner, _subject(table.caption), self.place)
        if name and table.body:
            name = f"{table.body}{'·' if PART in name else PART}{name}"
        if measure == "share" and not _SHARE.search(name):
            return None  # 营业收入 15.0% below 成长能力: a growth, or a part of something
        if unit is None:
            counted = _COUNTS.search(noun) or _COUNTS.search(name)
            if counted is None or measure != "amount":
                return None
            unit = counted["unit"] or ""
        found = _normal(cell.value, unit)
        if not name or found is None:
            return None
        value, normal = found
        return Figure(
            report=self.report,
            indicator=name if PART in name else normalize_indicator(name),
            name=name,
            measure="count" if measure == "amount" and is_counted(normal) else measure,
            mode=period.mode,
            first_year=period.first,
            last_year=period.last,
            months=period.months,
            value=value,
            high=None,
            unit=normal,
            qualifier="",
            written=cell.value,
            start=row.start,
            end=cell.last,
            value_start=cell.first,
            value_end=cell.last,
            section=section,
            heading_unit="" if cell.value.endswith(("%", "％", "‰")) else unit,
        )

    def _leave_out_contradictions(self) -> None:
        """Two values of one name, measure and time: the name does not say what tells them apart."""
        values: dict[tuple[object, ...], set[tuple[float, str]]] = defaultdict(set)
        for f in self.found:
            values[_kind(f)].add((f.value, f.unit))
        kept = [f for f in self.found if len(values[_kind(f)]) == 1]
        self.skipped += len(self.found) - len(kept)
        first = {_kind(f): f for f in reversed(kept)}
        self.found = [f for f in kept if first[_kind(f)] is f]


def _kind(f: Figure) -> tuple[object, ...]:
    return f.indicator, f.measure, f.mode, f.first_year, f.last_year, f.months


# ---------------------------------------------------------------- lines


def _begun(before: Sequence[str], place: str) -> _Table:
    """A table below the short lines ``before`` it: 表5 主要畜产品产量, 单位：万元."""
    captions: list[str] = []
    for line in reversed(before):
        if not line or len(line) > _LONGEST_CAPTION or "。" in line:
            break
        captions.insert(0, line.strip())
        if _CAPTION_NUMBER.match(line):
            break
    table = _Table(captions)
    for caption in captions:
        table.unit = _said_unit(caption) or table.unit
        if body := _BODY.search(caption):
            table.body = body[1].replace(place, "") if place else body[1]
    return table


def _parts(line: str, start: int) -> list[_Part]:
    found = []
    at = start
    for piece in line.split(CELL_GAP):
        words, _, last = piece.rpartition(" ")
        if _VALUE.fullmatch(last):
            found.append(_Part(words, at, last))
        elif last not in _NOTHING:
            found.append(_Part(piece, at))
        at += len(piece) + 1
    return found


def _row(parts: Sequence[_Part], table: _Table) -> _Row | None:
    """The row that ``parts``, some with values, make; None where it cannot be told what they are."""
    head, *rest = parts
    label, over, unit = "", [], ""
    if (
        head.value
        and _YEAR_VALUE.fullmatch(head.value)
        and _YEAR_LABEL.fullmatch(f"{head.words} {head.value}")
    ):
        label = head.value
    elif head.value and not _is_heading(head.words, table.headings):
        return None  # a label that ends in a number
    elif not head.value:
        label = head.words
    for part in rest if label else ():
        if part.value:
            break
        if told := _UNIT_COLUMN.fullmatch(part.words):
            unit = half_width(told[1])
        elif _is_heading(part.words, table.headings):
            over.append(part.words)
    cells = [p for p in (rest if label else parts) if p.value]
    sure = [c for c in cells if (_is_heading(c.words, table.headings) if c.words else len(cells) == 1)]
    return _Row(label, " ".join(over), unit, tuple(sure), head.start)


def _heading(table: _Table, parts: Sequence[_Part]) -> None:
    """A line without values: headings, a title on top, or the name of the rows below."""
    words = [part.words or part.value for part in parts]
    if not words:
        return
    table.headings.update(words)
    table.owner, table.inside, table.marked = "", False, False
    unit = _said_unit(words[0])
    if len(words) > 1:
        table.unit = unit or _heading_unit(words[0]) or table.unit  # over the labels: 指标（万元）
    elif table.begun:
        # The name of the rows below, which may be in another unit than those above.
        table.unit = unit or _heading_unit(words[0])
    elif unit or _CAPTION_NUMBER.match(words[0]) or not table.captions:
        table.unit = unit or table.unit
        table.captions.append(words[0])


def _is_heading(words: str, headings: Collection[str]) -> bool:
    """Whether ``words`` are made of headings alone: 行政复议 结果维持."""
    if words in headings:
        return True
    for heading in headings:
        if words.startswith(heading + " ") and _is_heading(words[len(heading) + 1 :], headings):
            return True
    return False


# ---------------------------------------------------------------- units and measures


def _said_unit(text: str) -> str:
    """``单位：万元`` → 万元."""
    told = _SAID_UNIT.search(half_width(text))
    return told[1] if told else ""


def _heading_unit(words: str) -> str:
    """The unit in brackets at the end of a heading, the last level first: 产量（吨） 2022年 → 吨."""
    for level in reversed(half_width(words).split(" ")):
        if found := _BRACKETED_UNIT.search(level):
            return found[1] or found[2]
    return ""


def _bare(words: str) -> str:
    """``words`` without the unit in brackets at their end."""
    found = _BRACKETED_UNIT.search(half_width(words))
    return words[: found.start()].rstrip() if found else words


def _measured(words: str, value: str, row: _Row, table: _Table) -> tuple[Measure, str | None] | None:
    """What a cell below ``words`` measures, and its unit (None: none is said); None where that is unsure."""
    if _ANY_AVERAGE.search(words) or _OF_PLAN.search(words):
        return None
    own, inline = _heading_unit(words), value[-1] if value[-1] in "%％‰" else ""
    growth = _GROWTH.search(words)
    if growth:
        rate = bool(inline or own == "%" or (not own and re.search("速|率|幅", growth[0])))
        if not rate and (not own or own == "‰"):
            return None
        down = bool(_DOWN.search(growth[0]))
        if rate:
            return ("decline" if down else "growth"), "%"
        return ("fall" if down else "rise"), own
    label = half_width(row.label)
    said = {unit for unit in (own, row.unit, _heading_unit(label)) if unit}
    if len(said) > 1 or (said and inline and said != {"%"}):
        return None
    unit = next(iter(said), "") or half_width(inline)
    each = table.unit != "元" and re.search("每|人均", label)  # a head's is not in 亿元
    if not unit and table.unit and not each and not re.search("率$|比$|比重|指数|[)）]$", label):
        unit = table.unit
    return ("share" if unit == "%" else "amount"), unit or None


def _normal(written: str, unit: str) -> tuple[float, str] | None:
    """The value and unit that all reports line up in."""
    number = half_width(written).replace(",", "").replace("−", "-").rstrip("%‰")
    negative = number.startswith("-")
    number = number.lstrip("-+")
    quantities = find_quantities(number + unit)
    if len(quantities) == 1 and quantities[0].end == len(number + unit) and quantities[0].unit:
        value, unit = quantities[0].value, quantities[0].unit
    else:
        value = float(Decimal(number))
    return (-value if negative else value), unit


# ---------------------------------------------------------------- time and name


def _period(words: str, label: str, caption: str, around: Period | None, year: int | None) -> Period | None:
    """When a cell holds, as its headings, its label, the caption or the section say; None where none does."""
    base = around if around is not None and around.first == around.last else None
    changes = bool(_GROWTH.search(half_width(words)))
    years = _years(words) or _years(label) or _years(caption)
    if not years and base is not None:
        years = (base.first,)
    if len(set(years)) != 1 or re.search("年均|累计", caption):
        return None
    at = years[0]
    if not changes and any(_LAST_YEAR.match(level) for level in words.split(" ")) and not _years(words):
        at -= 1
    months = _MONTHS.search(half_width(words)) or _MONTHS.search(half_width(label))
    months = months or _MONTHS.search(half_width(caption))
    mode = _mode(half_width(words), half_width(caption), at, base, year)
    return Period(at, at, mode, months[0] if months else "") if mode else None


def _years(text: str) -> tuple[int, ...]:
    bare = re.search(rf"(?<!\d)({YEAR})(?:[AE](?![A-Za-z])|$)", text)
    return (int(bare[1]),) if bare else years_in(text, None)


def _mode(words: str, caption: str, at: int, base: Period | None, year: int | None) -> Mode | None:
    """Whether it is a result or planned; None where the headings leave open what this year's figure is."""
    for said in (words, caption):
        if _EXPECTED.search(said):
            return "expected"
        if _TARGET.search(said) and not _DONE.search(said):
            return "target"
        if _DONE.search(said) and (year is None or at <= year):
            return "actual"
    if base is not None and base.first == at:
        return base.mode
    return "actual" if year is not None and at < year else None


def _noun(words: str) -> str:
    """What a column's headings say is measured, or of whom: 产量, 城镇; empty for 绝对数, 2022年, 合计."""
    kept = []
    for level in words.split(" "):
        bare = _bare(level)
        bare = re.sub(rf"{YEAR}年?(?:[末底]|[AE]$)?", "", bare)
        bare = _GROWTH.sub("", half_width(bare))
        bare = re.sub("(?:预算|决算|计划|执行)数?$", "", _SPARE.sub("", bare))
        if not _PLAIN_COLUMN.fullmatch(bare):
            kept.append(bare)
    return re.sub(r"\s", "", "".join(kept))


def _subject(caption: str) -> str:
    """What a caption says its table is about: 表3主要农产品产量 → 主要农产品产量."""
    text = _CAPTION_NUMBER.sub("", caption)
    text = re.sub(rf"{YEAR}(?:[{RANGE_MARKS}]{SHORT_YEAR})?年?[末底]?", "", text)
    rate = _GROWTH.search(half_width(text))
    text = (
        text[: rate.start()]
        if rate and rate.end() == len(text) and rate.start() > _SHORTEST_SUBJECT
        else text
    )
    previous = None
    while previous != text:
        previous, text = text, _SPARE.sub("", _CAPTION_END.sub("", text.strip()))
    return re.sub(r"\s|(?<!\d)\d+万元以上", "", text)


def _name(label: str, noun: str, owner: str, subject: str, place: str) -> str:
    """What a cell is of; empty where row, column and caption together do not say it.

    ``住宅`` below 商品房销售面积 is named with what it is a part of: 商品房销售面积：住宅.
    """
    if _OWN_PLACE.fullmatch(label):  # a table by counties: 凯里市：生产总值
        return f"{label}{PART}{noun}" if noun and _QUANTITY_END.search(noun) else ""
    whole = bool(_QUANTITY_END.search(label))
    owner += noun if owner and noun == "指数" and not owner.endswith(noun) else ""
    if noun and _QUANTITY_END.search(noun):
        if _OF_CAPTION.fullmatch(noun) and subject.endswith(noun) and not whole:
            core, whole = label, not label
            subject = subject if label else ""
            core = core or noun
        elif whole and (_REDUNDANT.match(noun) or label.endswith(noun)):
            core = label + noun if noun == "指数" and not label.endswith(noun) else label
        else:
            core, owner, whole = label + noun, "" if label else owner, True
    else:
        core = noun + label
    within = owner
    if not whole:
        said = (owner,) if _QUANTITY_END.search(owner) else (owner, subject)
        within = "·".join(dict.fromkeys(filter(None, said)))
    elif owner[-2:] == core[-2:]:
        within = ""
    within = "" if within == core else within
    if not core or (not whole and not within) or is_generic(core):
        return ""
    if within.endswith("生产总值") and core.endswith("业"):
        core, within = core + "增加值", ""
    elsewhere = _PLACE.match(subject)
    if elsewhere and bare_place(elsewhere[0]) not in place and subject not in within:
        within = "·".join(
            filter(None, (subject, within))
        )  # 凯里市居民消费价格, in a report of the prefecture
    name = f"{within}{PART}{core}" if within else core
    return name if 2 <= len(name) <= _LONGEST_NAME else ""
