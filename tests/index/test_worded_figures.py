"""Figures of invented paragraphs in the wording of many provinces, prefectures, counties and the nation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.figures import Figure, extract, normalize_indicator
from index.figures.names import known_indicators
from index.text import half_width, wider_scopes
from index.types import Section

GOLD = Path(__file__).parents[1] / "gold"
MEASURES = {
    "a": ("amount", "count"), "s": ("share",), "g": ("growth",), "d": ("decline",), "r": ("rise",),
    "f": ("fall",), "ag": ("average_growth",), "aa": ("average_amount",), "k": ("rank",),
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One line of gold: 生产总值 a 突破500亿元 2025 target; what is optional need not be found."""

    names: str
    measure: str
    written: str
    period: str
    mode: str
    optional: bool

    def agrees(self, figure: Figure) -> bool:
        written = f"{figure.value:g}" if self.measure == "k" else half_width(figure.written).replace(" ", "")
        period = figure.period.replace("年", ":", 1) if figure.months else figure.period.removesuffix("年")
        if (written, period.replace("—", "-"), figure.mode) != (
            self.written,
            self.period.replace("—", "-"),
            self.mode,
        ):
            return False
        name = normalize_indicator(self.names)
        if name in known_indicators():
            return figure.indicator == name and figure.measure in MEASURES[self.measure]
        parts = map(normalize_indicator, self.names.split("+"))
        return figure.measure in MEASURES[self.measure] and all(part in figure.indicator for part in parts)


@dataclass(frozen=True)
class Paragraph:
    """``heading`` tells a review from a plan; ``text`` is one paragraph of the report of ``place`` of ``year``."""

    place: str
    year: int
    heading: str
    text: str
    told: tuple[Told, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        review = "回顾" in self.heading
        years = {
            "过去五年": range(self.year - 5, self.year), "今后五年": range(self.year, self.year + 5),
            "“十三五”": range(2016, 2021), "“十二五”": range(2011, 2016),
            "“十四五”": range(2021, 2026), "过去一年和五年": range(self.year - 5, self.year),
        }  # fmt: skip
        own = next((tuple(span) for said, span in years.items() if said in self.heading), None)
        own = own or (self.year - review,)
        section = Section(
            0, 0, len(self.text), len(self.text), 1, self.heading, (self.heading,), own,
            "actual" if review or "成就" in self.heading else "target",
        )  # fmt: skip
        return extract(self.text, (section,), "r", self.year, place=self.place).figures


def paragraphs(name: str) -> Iterator[Paragraph]:
    for block in (GOLD / name).read_text(encoding="utf-8").strip().split("\n\n"):
        head, text, *lines = block.split("\n")
        place, year, heading = head.removeprefix("# ").split(" ", 2)
        period, mode = (str(int(year) - 1), "actual") if "回顾" in heading else (year, "target")
        told = []
        for line in lines:
            names, measure, written, *when = line.removeprefix("?").split(" ")
            span, how = when or (period, mode)
            told.append(Told(names, measure, half_width(written), span, how, line.startswith("?")))
        yield Paragraph(place, int(year), heading, text, tuple(told))


def measured(name: str) -> tuple[float, float, int, list[str]]:
    """Precision, recall of what is not optional, how many paragraphs, and every error."""
    found = wrong = required = missed = count = 0
    errors: list[str] = []
    for paragraph in paragraphs(name):
        free = list(paragraph.figures)
        found, count = found + len(free), count + 1
        for one in paragraph.told:
            hit = next((figure for figure in free if one.agrees(figure)), None)
            if hit is not None:
                free.remove(hit)
            required += not one.optional
            if hit is None and not one.optional:
                missed += 1
                errors.append(f"{paragraph.place}{paragraph.year} lacks {one.names} {one.written}")
        wrong += len(free)
        errors += [
            f"{paragraph.place}{paragraph.year} has {f.indicator} {f.measure} {f.written}" for f in free
        ]
    return 1 - wrong / found, 1 - missed / required, count, errors


@pytest.mark.parametrize(("name", "least"), [("worded_figures.txt", 100), ("worded_figures_more.txt", 40)])
def test_figures_in_the_wording_of_many_places(name: str, least: int) -> None:
    precision, recall, count, errors = measured(name)
    assert count >= least
    assert precision >= 0.985, errors
    assert recall >= 0.98, errors


@pytest.mark.parametrize(
    ("place", "text", "told"),
    [
        ("甲省", "去年全国经济增长5%。我省经济增长6%。", ["6%"]),
        ("甲省", "全国地区生产总值、居民收入分别增长5%和4%，我省地区生产总值增长6%。", ["6%"]),
        ("甲省乙市", "全省生产总值增长5%，全市生产总值增长6%。", ["6%"]),
        ("乙市丙县", "全市生产总值增长5%，全县生产总值增长6%。", ["6%"]),
        ("全国", "全国财政收入增长5%。", ["5%"]),
        ("", "全国财政收入增长5%。", ["5%"]),
    ],
)
def test_what_is_said_of_the_country_is_not_the_places(place: str, text: str, told: list[str]) -> None:
    section = Section(0, 0, len(text), len(text), 1, "回顾", ("回顾",), (2024,), "actual")
    assert [f.written for f in extract(text, (section,), "r", 2025, place=place).figures] == told


def test_scopes_wider_than_a_place() -> None:
    assert wider_scopes("全国") == wider_scopes("") == ()
    assert "全省" not in wider_scopes("辽宁省")
    assert "全市" not in wider_scopes("保定市安国市")
    assert {"全国", "全省", "全市"} <= set(wider_scopes("保定市唐县"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("地区生产总值增长8.3%、两年平均增长6%；财政收入5932亿元。",
         [("生产总值", "growth", 2024, "8.3%"), ("生产总值", "average_growth", 2023, "6%"),
          ("财政收入", "amount", 2024, "5932亿元")]),
        ("上半年，接待游客80万人次；全年实现旅游收入9亿元。",
         [("接待游客", "amount", 2024, "80万人次"), ("旅游收入", "amount", 2024, "9亿元")]),
        ("经济总量迈上6万亿元台阶，地区生产总值达6.47万亿元。", [("生产总值", "amount", 2024, "6.47万亿元")]),
        ("地区生产总值连跨4个万亿元台阶，去年超过14万亿元。", [("生产总值", "amount", 2024, "超过14万亿元")]),
        ("县域竞争力连续8年位居全国第四。", [("县域竞争力", "rank", 2024, "位居全国第四")]),
        ("封山育林36万亩，比上年提高6个百分点。", [("封山育林", "amount", 2024, "36万亩")]),
        ("经营主体688万户，其中企业162万户、增长1.1倍。", [("经营主体", "amount", 2024, "688万户")]),
        ("新增总部119家；医疗费用增幅回落11%，违规经营行为20起。",
         [("新增总部", "amount", 2024, "119家"), ("违规经营行为", "amount", 2024, "20起")]),
        ("年末有普通高中18所，招生1.1万人，在校生3.2万人。",
         [("普通高中", "amount", 2024, "18所"), ("普通高中招生", "amount", 2024, "1.1万人"),
          ("普通高中在校生", "amount", 2024, "3.2万人")]),
        ("规模以上工业企业实现营业收入43亿元，增长6%；利润总额2亿元。",
         [("规模以上工业企业营业收入", "amount", 2024, "43亿元"), ("规模以上工业企业营业收入", "growth", 2024, "6%"),
          ("规模以上工业企业利润总额", "amount", 2024, "2亿元")]),
        ("“十四五”以来，地区生产总值年均增长6.3%。", [("生产总值", "average_growth", 2021, "6.3%")]),
        ("增长5.4%，位居全国百强县第24位，降幅收窄3.1个百分点。", []),
        ("认真落实鼓励民间投资新36条，成为全省7个示范县之一。", []),
        ("今明两年职业技能培训3500万人次。", []),
        ("投资3亿元的轻纺城二期、投资5亿元的产业园项目。", [("轻纺城二期投资", "amount", 2024, "3亿元")]),
        ("城市低保标准从796元/月提高至842元/月、城乡低保标准均提高。", [("城市低保标准", "amount", 2024, "842元")]),
        ("PM2.5年均浓度控制在29微克/立方米以内。", [("PM2.5平均浓度", "amount", 2024, "29微克/立方米以内")]),
        ("财政收入下降，剔除减税因素后增长6.6%。", []),
        ("预计，全年生产总值55亿元；财政收入6亿元。",
         [("生产总值", "amount", 2024, "55亿元"), ("财政收入", "amount", 2024, "6亿元")]),
    ],
)  # fmt: skip
def test_wording_that_misled(text: str, told: list[tuple[str, str, int, str]]) -> None:
    section = Section(0, 0, len(text), len(text), 1, "回顾", ("回顾",), (2024,), "actual")
    figures = extract(text, (section,), "r", 2025).figures
    assert [
        (f.indicator, f.measure.replace("count", "amount"), f.first_year, f.written) for f in figures
    ] == told
