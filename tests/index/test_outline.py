"""Sections: where they open and end, how they nest, what years they are about."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.readers import read_bytes
from index.structure.metadata import read_metadata
from index.structure.outline import read_outline
from index.text.layout import clean as rejoin
from index.types import CleanText, DeclaredHeading, Metadata, Section

ROOT = Path(__file__).parents[2]
NATIONAL = ROOT / "../shared/data/national"
DETAIL = (
    "聚焦重点领域和关键环节，完善工作机制，扎实开展各项工作，全年实施项目百余个，"
    "总投资超过千亿元，各类主体活力持续增强，群众获得感不断提升。"
)
REPORT = Metadata("2025年政府工作报告", date="2025-01-07", years_reviewed=(2024,), years_planned=(2025,))


def sections_of(*paragraphs: str, metadata: Metadata = REPORT) -> list[Section]:
    return list(read_outline(CleanText("\n".join(paragraphs)), metadata))


def shape(sections: list[Section]) -> list[tuple[str, ...]]:
    """The paths, each as often as it opens."""
    return [section.path for section in sections]


def headings(sections: list[Section]) -> list[str]:
    """The titles, indented by level, without what goes on after subsections."""
    return ["  " * (s.level - 1) + s.title for s in sections if s.level and not s.continued]


def assert_partition(text: str, sections: list[Section]) -> None:
    assert sections[0].start == 0
    assert sections[-1].own_end == len(text)
    for section, after in pairwise(sections):
        assert section.own_end == after.start
    for section in sections:
        assert section.start <= section.body <= section.own_end <= section.end <= len(text)
        assert section.level == len(section.path)
        assert section.title == (section.path[-1] if section.path else "")


def assert_nested(sections: list[Section]) -> None:
    """Every section lies inside a section with the path above it."""
    for position, section in enumerate(sections):
        if section.level < 2 or section.continued:
            continue
        parent = next(
            s for s in reversed(sections[:position]) if s.path == section.path[:-1] and not s.continued
        )
        assert parent.start <= section.start <= section.end <= parent.end


def test_the_sample_has_the_outline_counted_by_hand() -> None:
    text = rejoin(read_bytes((ROOT / "reports/tianqiao-2025.txt").read_bytes(), "tianqiao-2025.txt"))
    sections = list(read_outline(text, read_metadata(text)))
    assert headings(sections) == [
        "一、2024年工作回顾",
        "  （一）全力以赴抓项目、促发展，综合经济实力实现新跃升",
        "    经济运行稳中向好",
        "    项目建设提质增效",
        "    招商引资高效推进",
        "  （二）全力以赴抓转型、促创新，产业高质量发展实现新突破",
        "    工业经济加力提速",
        "    商贸转型步伐加快",
        "    服务业向新起势",
        "    科技创新保持活力",
        "  （三）全力以赴抓更新、拓空间，城市功能品质实现新提高",
        "    城市更新强力突破",
        "    城市功能不断完善",
        "    生态环境显著改善",
        "  （四）全力以赴抓民生、办实事，社会民生事业实现新发展",
        "    民生事业统筹推进",
        "    乡村振兴全面推进",
        "    社会大局安全稳定",
        "  （五）全力以赴转作风、优服务，政府自身建设实现新提升",
        "    党的建设不断深化",
        "    服务效能全面提升",
        "    营商环境持续优化",
        "二、2025年工作安排",
        "  （一）着力稳定经济增长，激活发展潜力，在提升动能上加力提效",
        "    大力推进项目建设",
        "    全力抓好招商引资",
        "    加快提振消费活力",
        "  （二）着力加快城市更新，拓展发展空间，在城市建设上加力提效",
        "    高效率推进片区开发",
        "    高标准建设配套设施",
        "    高水平保障要素供给",
        "  （三）着力推进产业升级，加快主导产业发展，在构建现代化产业体系上加力提效",
        "    以改革创新赋能产业发展",
        "    推动工业集群集聚发展",
        "    推动服务业高质量发展",
        "  （四）着力提升城市品质，抓实城市精细化管理，在增强发展软实力上加力提效",
        "    提高城市管理水平",
        "    提升生态环境品质",
        "    全面优化营商环境",
        "  （五）着力增进民生福祉，加快民生事业发展，在提高人民生活水平上加力提效",
        "    加快建设教育强区",
        "    提升健康文化品质",
        "    持续抓好乡村振兴",
        "    兜牢民生保障底线",
        "  （六）着力保障发展安全，防范化解重大风险，在筑牢发展安全屏障上加力提效",
        "    坚决有力防范风险",
        "    真抓实干保障安全",
        "    有力有效维护稳定",
        "三、全面加强政府自身建设",
        "  始终把讲政治作为第一要求，铸牢忠诚之魂",
        "  始终把重实干作为第一导向，力行成事之道",
        "  始终把守廉洁作为第一防线，恪守为政之本",
        "  始终把兴法治作为第一保障，夯实治理之基",
    ]
    assert_partition(text.text, sections)
    assert_nested(sections)
    about = {section.path[0]: (section.years, section.mode) for section in sections if section.path}
    assert about == {
        "一、2024年工作回顾": ((2024,), "actual"),
        "二、2025年工作安排": ((2025,), "target"),
        "三、全面加强政府自身建设": ((2025,), "target"),
    }


def test_the_samples_transitions_return_to_the_part_they_speak_of() -> None:
    text = rejoin(read_bytes((ROOT / "reports/tianqiao-2025.txt").read_bytes(), "tianqiao-2025.txt"))
    owner = {}
    for section in read_outline(text, read_metadata(text)):
        if section.continued:
            owner[text.text[section.start : section.start + 8]] = section.path
    assert owner == {
        "此外，积极支持工": ("一、2024年工作回顾",),
        "各位代表！民生改": ("二、2025年工作安排",),
        "各位代表！使命重": (),
    }


def test_front_matter_stands_under_no_heading() -> None:
    sections = sections_of("政府工作报告", "各位代表：", "现在，我报告工作。", "一、2024年工作回顾", DETAIL)
    assert shape(sections) == [(), ("一、2024年工作回顾",)]
    assert (sections[0].years, sections[0].mode) == ((), "")


def test_run_in_titles_need_company_and_a_body() -> None:
    titled = [f"{title}。{DETAIL}" for title in ("项目建设提质增效", "消费活力持续释放", "改革开放走深走实")]
    assert headings(sections_of("一、2024年工作回顾", *titled)) == [
        "一、2024年工作回顾",
        "  项目建设提质增效",
        "  消费活力持续释放",
        "  改革开放走深走实",
    ]
    assert headings(sections_of("一、2024年工作回顾", titled[0])) == ["一、2024年工作回顾"]
    assert headings(sections_of("一、2024年工作回顾", "项目多。", "消费旺。")) == ["一、2024年工作回顾"]


@pytest.mark.parametrize(
    "title",
    [
        "综合实力显著增强",
        "各项事业全面进步",
        "要素保障有力有效",
        "对外开放不断扩大",
        "市政设施日益完善",
        "应急管理全面加强",
        "扎实办好10件民生实事",
        "以改革创新赋能产业发展",
        "“三农”工作进一步加强",
        "在教育方面",
        "稳步推进“1+6”城市更新",
    ],
)
def test_titles_of_many_kinds(title: str) -> None:
    sections = sections_of("一、2024年工作回顾", *[f"{title}。{DETAIL}"] * 2)
    assert headings(sections) == ["一、2024年工作回顾", *[f"  {title}"] * 2]


@pytest.mark.parametrize(
    "sentence",
    [
        "教育是民族振兴的基石。",
        "我们坚持创新驱动发展。",
        "今年是关键的一年。",
        "新征程对政府工作提出了更高要求。",
        "全年新增就业2.3万人。",
        "要继续深化改革。",
        "围绕发展大局，优化营商环境。",
    ],
)
def test_ordinary_first_sentences_are_no_titles(sentence: str) -> None:
    sections = sections_of("二、2025年工作安排", *[sentence + DETAIL] * 2)
    assert headings(sections) == ["二、2025年工作安排"]


def test_a_short_opening_paragraph_leads_up_to_titled_ones() -> None:
    sections = sections_of(
        "（一）着力扩大内需",
        "千方百计挖掘内需潜力。完善政策体系，优化消费环境，促进供需两端协同发力。",
        f"积极扩大有效投资。{DETAIL}{DETAIL}",
        f"多措并举促进消费。{DETAIL}{DETAIL}",
    )
    assert headings(sections) == ["（一）着力扩大内需", "  积极扩大有效投资", "  多措并举促进消费"]


def test_an_untitled_paragraph_among_titled_ones_returns_to_their_section() -> None:
    sections = sections_of(
        "二、2025年工作安排",
        "（一）扩大内需",
        f"扩大有效投资。{DETAIL}",
        f"我国是海洋大国，要发展海洋经济，{DETAIL}",
        f"促进消费增长。{DETAIL}",
        "（二）深化改革",
        DETAIL,
    )
    inner = ("二、2025年工作安排", "（一）扩大内需")
    assert shape(sections)[2:7] == [
        inner,
        (*inner, "扩大有效投资"),
        inner,
        (*inner, "促进消费增长"),
        ("二、2025年工作安排", "（二）深化改革"),
    ]
    assert [s.continued for s in sections[2:7]] == [False, False, True, False, False]
    assert sections[2].end == sections[6].start


def test_a_numbered_paragraph_carries_its_title() -> None:
    sections = sections_of("一、大力推进项目建设。" + DETAIL, "二、全力促进消费。" + DETAIL)
    assert headings(sections) == ["一、大力推进项目建设", "二、全力促进消费"]
    assert all(section.run_in and section.body == section.start for section in sections[1:])


def test_parts_chapters_and_deeper_numbering_nest_without_every_level() -> None:
    sections = sections_of(
        "第一章 发展基础",
        "第一节 主要成就",
        DETAIL,
        "第二节 发展环境",
        "1、机遇",
        DETAIL,
        "（1）国际",
        DETAIL,
        "（2）国内",
        DETAIL,
        "2、挑战",
        DETAIL,
        "第二章 总体要求",
        "第一章所述基础上，" + DETAIL,
    )
    assert headings(sections) == [
        "第一章 发展基础",
        "  第一节 主要成就",
        "  第二节 发展环境",
        "    1、机遇",
        "      （1）国际",
        "      （2）国内",
        "    2、挑战",
        "第二章 总体要求",
    ]


def test_articles_of_a_law_are_levels_and_their_items_are_not() -> None:
    article = "第{}条　公司的经营活动应当遵守法律，不得损害国家利益和社会公共利益。"
    law = [article.format(n) for n in ("一", "二", "三", "四", "五", "六")]
    law[2] += "有下列情形之一的，不得担任公司的董事、监事："
    items = ["（一）无民事行为能力或者限制民事行为能力；", "（二）因贪污被判处刑罚，执行期满未逾五年。"]
    short = "监事会设主席一人。主席由全体监事过半数选举产生，召集和主持监事会会议，检查决议的实施情况。"
    found = sections_of(
        "公司法", "第一编 总则", "第一章 公司", *law[:3], *items, "第二章 股东", "第一节 股东会", *law[3:], short, short
    )  # fmt: skip
    assert shape(found)[1:] == [
        ("第一编 总则",),
        ("第一编 总则", "第一章 公司"),
        *(("第一编 总则", "第一章 公司", f"第{n}条") for n in "一二三"),
        ("第一编 总则", "第二章 股东"),
        ("第一编 总则", "第二章 股东", "第一节 股东会"),
        *(("第一编 总则", "第二章 股东", "第一节 股东会", f"第{n}条") for n in "四五六"),
    ]
    quoted = sections_of(
        "报告", "一、依法行政", law[0], law[1], "（一）推进公开。" + 2 * short, "（二）强化监督。" + 2 * short
    )
    assert ("一、依法行政", "（一）推进公开") in shape(quoted)
    assert not any(title.startswith("第") for path in shape(quoted) for title in path)


def test_a_table_of_contents_is_no_outline() -> None:
    body = ["第一章 发展基础", DETAIL, "第二章 总体要求", DETAIL]
    assert headings(sections_of("规划纲要", "目 录", "第一章 发展基础", "第二章 总体要求", *body)) == [
        "第一章 发展基础",
        "第二章 总体要求",
    ]
    assert headings(
        sections_of("规划纲要", "目录", "第一章 发展基础………3", "第二章 总体要求………12", *body)
    ) == ["第一章 发展基础", "第二章 总体要求"]


def test_enumerations_own_what_stands_between_their_items() -> None:
    sections = sections_of(
        "一、2024年工作回顾",
        "一是稳定经济运行。" + DETAIL,
        "我们推动政策落地见效，" + DETAIL,
        "二是深化改革开放。" + DETAIL,
        "我们推动开放向纵深拓展，" + DETAIL,
        "我们还加强对外交往，" + DETAIL,
    )
    top = "一、2024年工作回顾"
    assert shape(sections)[1:] == [(top,), (top, "一是稳定经济运行"), (top, "二是深化改革开放"), (top,)]


def test_dashes_with_titles_are_sections_and_short_ones_are_not() -> None:
    long = [f"——{title}。{DETAIL}{DETAIL}" for title in ("经济稳步增长", "民生持续改善")]
    assert headings(sections_of("一、2024年工作回顾", *long)) == [
        "一、2024年工作回顾",
        "  经济稳步增长",
        "  民生持续改善",
    ]
    short = ["——生产总值增长5%；", "——财政收入增长3%；", "——就业基本稳定。"]
    assert headings(sections_of("二、2025年工作安排", *short)) == ["二、2025年工作安排"]


def test_a_heading_printed_twice_is_one() -> None:
    sections = sections_of("一、2024年工作回顾", "一、2024年工作回顾 ", DETAIL)
    assert headings(sections) == ["一、2024年工作回顾"]
    text = "\n".join(["一、2024年工作回顾", "一、2024年工作回顾 ", DETAIL])
    assert text[sections[-1].body : sections[-1].own_end] == DETAIL


def test_prose_that_only_looks_numbered_is_no_heading() -> None:
    sections = sections_of(
        "一、综合", DETAIL, "一、二、三产业协调发展，" + DETAIL, "1.5亿元投向农村，" + DETAIL
    )
    assert headings(sections) == ["一、综合"]


def test_notes_stand_apart_without_years() -> None:
    sections = sections_of(
        "二、2025年工作安排",
        DETAIL,
        "各位代表！" + DETAIL,
        "名词解释：",
        "1.云计算：" + DETAIL,
        "2.物联网：" + DETAIL,
    )
    assert headings(sections) == ["二、2025年工作安排", "名词解释", "  1.云计算", "  2.物联网"]
    assert {(s.years, s.mode) for s in sections if s.path[:1] == ("名词解释",)} == {((), "")}


def test_notes_without_a_heading_are_no_part_of_the_plan() -> None:
    notes = [f"[{n}]“行动{n}”：指{DETAIL}" for n in range(1, 5)]
    text = ["一、2024年工作回顾", DETAIL, "二、2025年工作安排", DETAIL, DETAIL, "各位代表！" + DETAIL]
    sections = sections_of(*text, *notes)
    assert (sections[-1].path, sections[-1].years, sections[-1].mode) == ((), (), "")
    assert sections[-1].start == len("\n".join(text)) + 1
    assert sections_of(*text, *notes[:2])[-1].mode == "target"


def test_parts_without_numbers_are_headings_where_none_is_numbered() -> None:
    first = ["2025年某县政府工作报告", "2025年1月7日", "各位代表：", "2024年主要工作回顾", DETAIL]
    plan = ["2025年工作目标和主要任务", DETAIL, "（一）抓好项目。" + DETAIL, "（二）改善民生。" + DETAIL]
    last = ["全面加强政府自身建设", DETAIL, "名词解释", "〔1〕两保障：" + DETAIL]
    sections = sections_of(*first, *plan, *last)
    assert headings(sections) == [
        "2024年主要工作回顾",
        "2025年工作目标和主要任务",
        "  （一）抓好项目",
        "  （二）改善民生",
        "全面加强政府自身建设",
        "名词解释",
    ]
    assert [s.mode for s in sections if s.level == 1] == ["actual", "target", "target", ""]
    numbered = sections_of(
        "一、2024年工作", DETAIL, "2024年全县工作总体要求", DETAIL, "二、2025年工作", DETAIL
    )
    assert headings(numbered) == ["一、2024年工作", "二、2025年工作"]


def test_a_review_with_a_heading_and_a_plan_without_one() -> None:
    sections = sections_of(
        "2024年政府工作报告",
        "2024年1月",
        "各位代表：",
        "站在新起点：2024年工作回顾",
        DETAIL,
        DETAIL,
        "2025年是“十四五”规划的收官之年。" + DETAIL,
        "（一）抓好项目。" + DETAIL,
        "（二）改善民生。" + DETAIL,
    )
    assert [s.mode for s in sections if s.title.startswith("（")] == ["target", "target"]


def test_declared_headings_nest_by_their_level_and_the_report_title_is_none() -> None:
    lines = [(1, "工作总结"), (2, "工作回顾"), (3, "经济发展"), (0, DETAIL), (3, "社会事业"), (0, DETAIL)]
    lines += [(2, "2025年工作安排"), (0, "一、项目"), (0, DETAIL), (0, "二、招商"), (0, DETAIL)]
    text, marks = "", []
    for level, line in lines:
        if level:
            marks.append(DeclaredHeading(len(text), len(text) + len(line), level))
        text += line + "\n"
    sections = list(read_outline(CleanText(text, (), tuple(marks)), REPORT))
    assert headings(sections) == [
        "工作回顾",
        "  经济发展",
        "  社会事业",
        "2025年工作安排",
        "  一、项目",
        "  二、招商",
    ]


@pytest.mark.parametrize(
    ("title", "years", "mode"),
    [
        ("一、过去一年工作回顾", (2024,), "actual"),
        ("一、去年工作回顾", (2024,), "actual"),
        ("一、2024年及“十四五”以来工作回顾", (2021, 2022, 2023, 2024, 2025), "actual"),
        ("一、过去五年工作回顾", (2020, 2021, 2022, 2023, 2024), "actual"),
        ("二、今后五年的奋斗目标和主要任务", (2025, 2026, 2027, 2028, 2029), "target"),
        ("二、今年工作总体部署", (2025,), "target"),
        ("二、二〇二五年工作安排", (2025,), "target"),
        ("二、2025年經濟社會發展總體要求和工作安排", (2025,), "target"),
        ("一、2024年工作回顾和2025年工作安排", (2024, 2025), ""),
        ("一、指导思想", (), ""),
    ],
)
def test_years_and_mode_of_a_top_section(title: str, years: tuple[int, ...], mode: str) -> None:
    section = sections_of(title, DETAIL)[1]
    assert (section.years, section.mode) == (years, mode)


def test_sections_after_the_review_plan_the_reports_year() -> None:
    sections = sections_of("一、2024年工作回顾", DETAIL, "二、扩大内需", DETAIL, "（一）消费", DETAIL)
    assert [(s.years, s.mode) for s in sections[1:]] == [((2024,), "actual"), *[((2025,), "target")] * 2]


def test_a_plan_whose_heading_was_lost_is_still_a_plan() -> None:
    review, plan = ["（一）工业", DETAIL, "（二）农业", DETAIL], ["（一）投资", DETAIL, "（二）消费", DETAIL]
    sections = sections_of("一、2024年工作回顾", *review, "2025年是关键之年。" + DETAIL, *plan)
    assert [(s.title, s.mode) for s in sections if s.title and not s.continued] == [
        ("一、2024年工作回顾", "actual"),
        ("（一）工业", "actual"),
        ("（二）农业", "actual"),
        ("（一）投资", "target"),
        ("（二）消费", "target"),
    ]
    assert sections[-1].path == ("（二）消费",)


OPENERS = [
    "一、",
    "二、",
    "（一）",
    "（二）",
    "1.",
    "2、",
    "（1）",
    "①",
    "②",
    "第一章 ",
    "第二节 ",
    "一是",
    "二是",
]
OPENERS += ["——", "第一，", "各位代表！", "此外，", "目录", "注释：", "", "　　", "今年是关键之年。"]
PARAGRAPH = st.builds(
    lambda opener, title, rest: opener + title + rest,
    st.sampled_from(OPENERS),
    st.sampled_from(["", "项目建设提质增效。", "2024年工作回顾", "扩大内需", "“", "\t", "…… 3"]),
    st.sampled_from(["", DETAIL, DETAIL * 2, "；", "𠮷İ", " "]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PARAGRAPH, max_size=30), st.data())
def test_any_mix_of_numbering_is_partitioned_and_nested(paragraphs: list[str], data: st.DataObject) -> None:
    text = "\n".join(paragraphs)
    marks, at = [], 0
    for paragraph in paragraphs:
        if paragraph and data.draw(st.booleans()):
            marks.append(DeclaredHeading(at, at + len(paragraph), data.draw(st.integers(1, 4))))
        at += len(paragraph) + 1
    sections = list(read_outline(CleanText(text, (), tuple(marks)), REPORT))
    assert_partition(text, sections)
    assert_nested(sections)


@given(st.text(alphabet="一二、（）。：\n 　1.①是第章各位代表！—年2025“”aİ", max_size=200))
def test_any_text_is_partitioned(text: str) -> None:
    assert_partition(text, list(read_outline(CleanText(text), read_metadata(CleanText(text)))))


def test_time_grows_with_the_text() -> None:
    report = "\n".join(
        ["一、2024年工作回顾", *[f"项目建设提质增效。{DETAIL}", "各位代表！", "——" + DETAIL] * 30]
    )

    def seconds(times: int) -> float:
        text = CleanText("\n".join([report] * times))
        started = time.process_time()
        read_outline(text, REPORT)
        return time.process_time() - started

    seconds(1)
    assert seconds(40) < 10 * max(seconds(10), 0.05)


@pytest.mark.parametrize("year", range(2003, 2022))
def test_national_reports_review_the_past_and_plan_their_year(year: int) -> None:
    path = NATIONAL / f"{year}.txt"
    if not path.exists():
        pytest.skip("the national reports are not in this checkout")
    text = rejoin(read_bytes(path.read_bytes(), path.name))
    sections = list(read_outline(text, read_metadata(text, str(year))))
    assert_partition(text.text, sections)
    assert_nested(sections)
    told = {"actual": 0, "target": 0, "": 0}
    for section in sections:
        told[section.mode] += section.own_end - section.body
        if section.mode == "actual":
            assert min(section.years) < year
        if section.mode == "target":
            assert max(section.years) >= year
    assert told["actual"] > 0.15 * len(text.text)
    assert told["target"] > 0.25 * len(text.text)
    assert max(section.own_end - section.body for section in sections) < 4000


@pytest.mark.parametrize("mark", ["一、", "（一）"])
@pytest.mark.parametrize(
    "title",
    ["名词解释", "《政府工作报告》注释", "《政府工作报告》部分名词解释", "相关用语说明：", "有关名词注释"],
)
def test_notes_that_begin_the_numbering_anew_are_no_parts(title: str, mark: str) -> None:
    second = mark.replace("一", "二")
    body = ["2025年政府工作报告", "各位代表：", "一、2024年工作回顾", DETAIL, "二、2025年工作安排", DETAIL]
    notes = [title, f"{mark}双招双引：招商引资、招才引智。", f"{second}三个一批：签约一批、开工一批。"]
    assert headings(sections_of(*body, *notes)) == [
        "一、2024年工作回顾",
        "二、2025年工作安排",
        title.rstrip("："),
    ]
    contents = ["2025年政府工作报告", "各位代表：", "目录", "一、2024年工作回顾", "二、2025年工作安排", title]
    found = headings(sections_of(*contents, *body[2:]))
    assert found[-2:] == ["一、2024年工作回顾", "二、2025年工作安排"]


def test_an_explanation_is_no_glossary() -> None:
    lines = ["一、2024年工作回顾", DETAIL, "情况说明", DETAIL, "二、2025年工作安排", DETAIL]
    assert headings(sections_of(*lines)) == ["一、2024年工作回顾", "二、2025年工作安排"]
