"""What a report says of itself."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.readers import read_bytes
from index.structure.metadata import read_metadata
from index.text.layout import clean as rejoin
from index.text.numerals import to_int
from index.types import CleanText, DeclaredHeading, Metadata

ROOT = Path(__file__).parents[2]
NATIONAL = ROOT / "../shared/data/national"
LOCAL = ROOT / "../shared/data/local"


def metadata_of(*lines: str, name: str = "") -> Metadata:
    return read_metadata(CleanText("\n".join(lines)), name)


def test_the_sample() -> None:
    assert read_metadata(
        rejoin(read_bytes((ROOT / "reports/tianqiao-2025.txt").read_bytes(), "tianqiao-2025.txt")), "x"
    ) == Metadata(
        title="天桥区2025年政府工作报告",
        place="天桥区",
        issuer="天桥区人民政府",
        date="2025-01-07",
        speaker="张庆国",
        years_reviewed=(2024,),
        years_planned=(2025,),
    )


@pytest.mark.parametrize(
    ("dateline", "date", "place"),
    [
        ("——2025年 1月 7日在天桥区第十九届人民代表大会第四次会议上", "2025-01-07", "天桥区"),
        ("——二〇二三年一月十三日在山东省第十四届人民代表大会第一次会议上", "2023-01-13", "山东省"),
        ("（２０２４年２月１日在济南市第十八届人民代表大会第三次会议上）", "2024-02-01", "济南市"),
        ("2022年12月29日在某某县十八届人大二次会议上", "2022-12-29", "某某县"),
        ("——2019年3月5日在第十三届全国人民代表大会第二次会议上", "2019-03-05", "全国"),
        ("——2021年2月在市第十五届人民代表大会第七次会议上", "2021-02", ""),
    ],
)
def test_datelines(dateline: str, date: str, place: str) -> None:
    found = metadata_of("政府工作报告", dateline, "各位代表：", "现在，我代表人民政府作报告。")
    assert (found.date, found.place) == (date, place)


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (["政 府 工 作 报 告", "——2025年1月7日在天桥区第十九届人民代表大会上"], "天桥区2025年政府工作报告"),
        (["天桥区政府工作报告", "（2025年1月7日）"], "2025年天桥区政府工作报告"),
        (["2025年政府工作报告", "——2025年1月7日在天桥区第十九届人民代表大会上"], "天桥区2025年政府工作报告"),
        (["政府工作报告", "——2019年3月5日在第十三届全国人民代表大会第二次会议上"], "2019年政府工作报告"),
        (["济南市", "政府工作报告", "（2024年2月1日）"], "2024年济南市政府工作报告"),
        (
            ["2024年济南市国民经济和社会发展统计公报[1]", "济南市统计局"],
            "2024年济南市国民经济和社会发展统计公报",
        ),
        (["某某市政府工作報告", "（2022年1月10日）"], "2022年某某市政府工作報告"),
        (["这里没有标题，只有一句话。"], "stem"),
    ],
)
def test_titles(lines: list[str], title: str) -> None:
    assert metadata_of(*lines, "正文从这里开始，说明各项工作的情况。", name="stem").title == title


@pytest.mark.parametrize(
    ("line", "speaker"),
    [
        ("天桥区人民政府区长 张庆国", "张庆国"),
        ("省长　周 乃 翔", "周乃翔"),
        ("国务院总理 李克强各位代表：", "李克强"),
        ("市人民政府代市长　李 强", "李强"),
        ("市長 張三", "張三"),
        ("自治区主席 艾尔肯·吐尼亚孜", "艾尔肯·吐尼亚孜"),
        ("济南市发展和改革委员会", ""),
    ],
)
def test_speakers(line: str, speaker: str) -> None:
    assert metadata_of("政府工作报告", line, "现在，我代表市人民政府作报告。").speaker == speaker


def test_a_plan_report_reviews_one_year_and_plans_the_next() -> None:
    found = metadata_of(
        "关于济南市2024年国民经济和社会发展计划执行情况",
        "与2025年国民经济和社会发展计划草案的报告",
        "（2025年1月8日在济南市第十八届人民代表大会第四次会议上）",
        "济南市发展和改革委员会",
        "各位代表：",
    )
    assert found.title == (
        "关于济南市2024年国民经济和社会发展计划执行情况与2025年国民经济和社会发展计划草案的报告"
    )
    assert (found.place, found.issuer, found.date) == ("济南市", "济南市发展和改革委员会", "2025-01-08")
    assert (found.years_reviewed, found.years_planned) == ((2024,), (2025,))


def test_a_statistical_communique_reviews_its_year_and_plans_none() -> None:
    found = metadata_of("中华人民共和国2023年国民经济和社会发展统计公报[1]", "国家统计局", "2024年2月29日")
    assert (found.place, found.issuer, found.date) == ("全国", "国家统计局", "2024-02-29")
    assert (found.years_reviewed, found.years_planned) == ((2023,), ())


def test_a_courts_report_is_the_courts() -> None:
    found = metadata_of(
        "济南市中级人民法院工作报告",
        "——2024年2月1日在济南市第十八届人民代表大会第三次会议上",
        "济南市中级人民法院院长 刘某某",
        "各位代表：",
        "现在，我代表市中级人民法院，向大会报告工作。",
    )
    assert (found.title, found.issuer) == ("2024年济南市中级人民法院工作报告", "济南市中级人民法院")
    assert (found.years_reviewed, found.years_planned) == ((2023,), (2024,))


def test_five_years_are_reviewed_and_planned_at_a_change_of_term() -> None:
    found = metadata_of(
        "政府工作报告",
        "——2023年1月13日在山东省第十四届人民代表大会第一次会议上",
        "一、过去五年工作回顾",
        "二、今后五年的奋斗目标",
        "三、2023年重点工作",
    )
    assert found.years_reviewed == (2018, 2019, 2020, 2021, 2022)
    assert found.years_planned == (2023, 2024, 2025, 2026, 2027)


def test_the_year_comes_from_the_headings_before_the_files_name() -> None:
    lines = ["各位代表：", "现在，我代表国务院，向大会报告工作。"]
    assert metadata_of(*lines, "一、2016年工作回顾", "去年稳中有进。", name="2030").years_planned == (2017,)
    assert metadata_of(*lines, "去年，经济稳中有进。", name="2017").years_reviewed == (2016,)
    assert metadata_of("去年，经济稳中有进。").date == ""


def test_a_declared_heading_is_the_title_where_no_line_is_one() -> None:
    text = CleanText("街道概况\n正文在这里，说明情况。", (), (DeclaredHeading(0, 4, 1),))
    assert read_metadata(text, "stem").title == "街道概况"


@pytest.mark.parametrize("year", range(2003, 2022))
def test_national_reports(year: int) -> None:
    path = NATIONAL / f"{year}.txt"
    if not path.exists():
        pytest.skip("the national reports are not in this checkout")
    found = read_metadata(rejoin(read_bytes(path.read_bytes(), path.name)), "report")
    assert found.title == f"{year}年政府工作报告"
    assert (found.place, found.issuer, found.date[:4]) == ("全国", "国务院", str(year))
    assert found.years_planned[0] == year
    assert year - 1 in found.years_reviewed


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零二", 102),
        ("二〇二五", 2025),
        ("二○二五", 2025),
        ("１２", 12),
        ("", None),
        ("甲", None),
    ],
)
def test_numerals(numeral: str, value: int | None) -> None:
    assert to_int(numeral) == value


@given(st.text(max_size=300), st.text(max_size=20))
def test_any_text_has_a_title_and_sound_years(text: str, name: str) -> None:
    found = read_metadata(CleanText(text), name)
    assert found.title
    assert list(found.years_reviewed) == sorted(set(found.years_reviewed))


@pytest.mark.skipif(not LOCAL.is_dir(), reason="the reports found on the web are not here")
def test_reports_found_on_the_web_say_where_when_and_who() -> None:
    with (ROOT / "tests/gold/local_metadata.tsv").open(encoding="utf-8", newline="") as lines:
        gold = list(csv.DictReader(lines, delimiter="\t"))
    right = 0
    for row in gold:
        path = LOCAL / row["file"]
        clean = rejoin(read_bytes(path.read_bytes(), path.name))
        named, unnamed = read_metadata(clean, path.stem), read_metadata(clean)
        right += row["place"].endswith(named.place or "?") and named.date == row["date"]
        for found in (named, unnamed):  # nothing is made up, whatever the file is called
            assert row["place"].endswith(found.place), (row["file"], found.place)
            assert found.speaker in ("", row["speaker"]), (row["file"], found.speaker)
            assert row["issuer"].endswith(found.issuer), (row["file"], found.issuer)
            assert not set("】】>?？：") & set(found.title), (row["file"], found.title)
        assert (named.speaker, bool(named.issuer)) == (row["speaker"], bool(row["issuer"])), row["file"]
        if not row["file"].startswith("bulletins"):  # told apart by its title: place, year and kind
            assert named.title.endswith("政府工作报告"), (row["file"], named.title)
            assert row["date"][:4] in named.title, (row["file"], named.title)
            assert named.place[-3:] in named.title, (row["file"], named.title)
    assert right >= 0.98 * len(gold)


@pytest.mark.parametrize(
    ("lines", "place", "issuer"),
    [
        (("各位代表：", "现在，我代表柳河县第十四届人民政府，向大会报告工作。"), "柳河县", "柳河县人民政府"),
        (("2019年1月29日东山市柳河区第二届人民代表大会第三次会议",), "东山市柳河区", ""),
        (("2024年国民经济和社会发展统计公报", "东山市统计局"), "东山市", "东山市统计局"),
        (
            ("东山市柳河区2025年区级部门预算", "预算主管部门：东山市柳河区人民政府办公室"),
            "东山市柳河区",
            "东山市柳河区人民政府办公室",
        ),
        (("全面落实党中央、国务院决策部署，经济稳定增长。",), "", ""),
    ],
)
def test_a_place_said_by_the_body_that_reports(lines: tuple[str, ...], place: str, issuer: str) -> None:
    found = metadata_of(*lines)
    assert (found.place, found.issuer) == (place, issuer)


def test_a_file_name_tells_a_place_only_where_the_text_knows_it() -> None:
    lines = (
        "一、2024年工作回顾",
        "建设美丽柳河，柳河经济稳定增长。",
        "二、2025年工作安排",
        "各位代表，努力奋斗！",
    )
    assert metadata_of(*lines, name="东山市柳河县-2025").place == "东山市柳河县"
    assert metadata_of(*lines, name="东山市桥西区-2025").place == ""


def test_a_law_is_dated_by_its_last_amendment() -> None:
    found = metadata_of(
        "中华人民共和国柳河法",
        "（1993年12月29日第八届全国人民代表大会常务委员会第五次会议通过　根据1999年12月25日《关于修改〈中华人民共和国柳河法〉"
        "的决定》第一次修正　2023年12月29日第十四届全国人民代表大会常务委员会第七次会议第二次修订）",
        "目录",
        "第一章　总则",
        "第一条　为了保护柳河，制定本法。本法自2024年7月1日起施行。",
        name="x",
    )
    assert (found.title, found.place, found.date) == ("中华人民共和国柳河法", "全国", "2023-12-29")
    assert metadata_of("柳河县河道管理条例", "（2020年5月6日通过）", name="x").title == "柳河县河道管理条例"


def test_bodies_beside_each_other_and_the_body_of_an_annual_report() -> None:
    bulletin = metadata_of("2024年国民经济和社会发展统计公报", "东山市统计局  国家统计局东山调查队")
    assert bulletin.issuer == "东山市统计局、国家统计局东山调查队"
    assert metadata_of("2024年统计公报", "东 山 市 统 计 局").issuer == "东山市统计局"
    budget = metadata_of("东山市柳河区2025年部门预算", "预算主管部门：东山市柳河区人民政府办公室")
    assert budget.issuer == "东山市柳河区人民政府办公室"
    annual = metadata_of("东山市人民政府", "2024年政府信息公开工作年度报告", "一、总体情况")
    assert (annual.issuer, annual.years_reviewed) == ("东山市人民政府", (2024,))


def test_a_bulletin_whose_title_is_lost_and_a_first_line_that_is_one() -> None:
    opening = "2024年，全市上下坚持稳中求进工作总基调，经济运行总体平稳，社会大局和谐稳定，高质量发展扎实推进，民生持续改善，各项事业取得新的进步。"
    notes = ("注释：", "[1]本公报数据为初步统计数。")
    lost = metadata_of("2024 [1]", "东山市统计局", "2025年3月28日", opening, "一、综合", *notes, name="x")
    assert lost.title == "东山市2024年国民经济和社会发展统计公报"
    assert (lost.date, lost.years_reviewed) == ("2025-03-28", (2024,))
    assert (
        metadata_of("政府信息公开年报格式模板", "一、总体情况", "（文字描述）", name="x").title
        == "政府信息公开年报格式模板"
    )
    assert metadata_of("全县经济稳定增长，各项工作顺利。", "一、总体情况", name="x").title == "x"


def test_years_before_the_reports_own_are_no_plan() -> None:
    lines = (
        "柳河县2025年政府工作报告",
        "2025年1月14日",
        "一、2024年工作回顾",
        "二、2025年主要任务——决胜“十四五”",
    )
    assert metadata_of(*lines).years_planned == (2025,)


def test_a_speaker_in_the_line_below_the_office() -> None:
    assert metadata_of("政府工作报告", "柳河县人民政府县长", "王 明", "各位代表：").speaker == "王明"
    assert metadata_of("政府工作报告", "柳河县人民政府县长", "各位代表：").speaker == ""


def test_a_session_of_a_congress_is_no_five_year_plan() -> None:
    """第十五届 was once taken for the plan 十五, and the year was left out of the title."""
    found = metadata_of("甲县第十五届人大常委会工作报告", "——2024年1月9日在甲县第十五届人民代表大会上")
    assert found.title == "2024年甲县第十五届人大常委会工作报告"
    assert metadata_of("甲县“十七五”规划", "2036年2月1日").title == "甲县“十七五”规划"


@pytest.mark.parametrize("told", ["过去五年", "过去5年", "五年来"])
def test_the_years_that_the_opening_looks_back_on(told: str) -> None:
    found = metadata_of(
        "政府工作报告",
        "——2023年1月9日在甲县第十五届人民代表大会上",
        f"现在，我代表县人民政府，向大会报告{told}的工作，请予审议。",
    )
    assert found.years_reviewed == (2018, 2019, 2020, 2021, 2022)


def test_a_dear_audience_is_addressed_and_no_title() -> None:
    found = metadata_of("甲县2024年政府工作报告 尊敬的各位代表：", "现在，我代表县人民政府作报告。")
    assert found.title == "甲县2024年政府工作报告"


OPENINGS = [json.loads(line) for line in (ROOT / "tests/gold/openings.jsonl").read_text("utf-8").splitlines()]
"""Made-up texts as provinces, districts, courts, towns and offices open and close them; several answers by |."""


@pytest.mark.parametrize("case", OPENINGS, ids=[f"{n}-{case['kind']}" for n, case in enumerate(OPENINGS)])
def test_openings_and_closings_of_every_kind_of_body(case: dict[str, str]) -> None:
    found = read_metadata(rejoin(read_bytes(case["text"].encode(), f"{case['name']}.txt")), case["name"])
    assert found.place in case["place"].split("|")
    assert found.date in case["date"].split("|")
    assert any(title in found.title for title in case["title"].split("|")), found.title
    assert len(found.title) <= 70
    assert any(
        found.issuer == body or (body and found.issuer.endswith(body)) for body in case["issuer"].split("|")
    )
    assert found.speaker == case["speaker"]


def test_a_stamp_is_no_title() -> None:
    text = CleanText("仅供预览\n街道概况\n正文。", (), (DeclaredHeading(0, 4, 1), DeclaredHeading(5, 9, 2)))
    assert read_metadata(text, "stem").title == "街道概况"
    found = metadata_of("内部资料", "（征求意见稿）", "甲县2024年政府工作报告", "各位代表：")
    assert found.title == "甲县2024年政府工作报告"
