"""Questions understood: their core, their sides, their shape, and follow-ups."""

import pytest

from qa.understanding.followup import complete
from qa.understanding.places import names_of, places_named, same
from qa.understanding.question import parse


def test_greetings_and_stories_are_left_out() -> None:
    assert (
        parse("您好，我做外企咨询，请问2025年计划利用外资多少美元？").core == "2025年计划利用外资多少美元？"
    )
    assert parse("孩子作业要查：首艘航母叫什么名字？").core == "首艘航母叫什么名字？"


def test_a_story_is_kept_where_nothing_else_is_asked() -> None:
    assert "我要多少钱" in parse("我要多少钱").core


@pytest.mark.parametrize(
    ("question", "sub_questions"),
    [
        ("GDP增速，2024年完成数和2025年目标差多少，各是几个点？", [((2024,), "actual"), ((2025,), "target")]),
        ("2020年CPI目标是多少，最后实际涨了多少？", [((2020,), "target"), ((2020,), "actual")]),
        ("毕业生人数，2014年跟2020年各是多少？", [((2014,), ""), ((2020,), "")]),
    ],
)
def test_compare_questions_have_a_side_for_each_time(
    question: str, sub_questions: list[tuple[tuple[int, ...], str]]
) -> None:
    asked = parse(question)
    assert asked.shape == "compare"
    assert [
        (sub_question.when.years, sub_question.when.mode) for sub_question in asked.sub_questions
    ] == sub_questions


def test_sides_keep_the_words_they_share_and_not_each_others() -> None:
    first, second = parse("村卫生室：去年达标的有多少家，今年又要改造多少个？").sub_questions
    assert (first.when.offset, second.when.offset) == (-1, 0)
    assert "卫生室" in first.text
    assert "改造" not in first.text
    assert "卫生室" in second.text
    assert "达标" not in second.text


def test_two_subjects_of_one_time_are_two_sides() -> None:
    sub_questions = parse("2024年工业投资和技改投资哪个涨得快？").sub_questions
    assert ["工业投资" in s.text for s in sub_questions] == [True, False]
    assert ["技改投资" in s.text for s in sub_questions] == [False, True]


@pytest.mark.parametrize(
    "question", ["总投资是多少？", "新的一年，泊位还准备再加多少个？", "2024年修了几条路？"]
)
def test_other_questions_have_one_side(question: str) -> None:
    asked = parse(question)
    assert len(asked.sub_questions) == 1
    assert asked.shape == "fact"


def test_lists() -> None:
    assert parse("在哪几个城市设了联络处？").shape == "list"
    assert parse("有哪些短板？").shape == "list"
    assert parse("是哪一个行动？").shape == "fact"


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("历下区2025年GDP目标是多少", ("历下区",)),
        ("深圳南山区今年投资多少", ("深圳南山区",)),
        ("青岛今年开通几条地铁", ("青岛",)),
        ("济南高新区去年新增多少企业", ("济南高新区",)),
        ("哪个社区获奖了", ()),
        ("全区有多少个园区", ()),
        ("咱区市场主体多少户", ()),
    ],
)
def test_places(question: str, places: tuple[str, ...]) -> None:
    assert parse(question).places == places


@pytest.mark.parametrize(
    ("question", "completed"),
    [
        ("那2025年呢？", "2025年社会消费品零售总额是多少？"),
        ("增长率呢？", "2024年社会消费品零售总额的增长率是多少？"),
        ("那历下区呢？", "历下区2024年社会消费品零售总额是多少？"),
        ("2023年新增多少个停车位？", "2023年新增多少个停车位？"),
    ],
)
def test_follow_ups(question: str, completed: str) -> None:
    assert complete(question, ["2024年社会消费品零售总额是多少？"]) == completed


def test_a_follow_up_of_a_follow_up() -> None:
    history = ["2024年社会消费品零售总额是多少？", "那2025年呢？"]
    assert complete("增长率呢？", history) == "2025年社会消费品零售总额的增长率是多少？"


def test_without_history_a_question_stays() -> None:
    assert complete("那2025年呢？", []) == "那2025年呢？"


def test_two_times_without_a_mark_between_them_are_two_sides() -> None:
    for question in ("高标准农田去年建了多少今年要建多少", "锂电产业产值去年和今年目标"):
        assert [sub_question.when.offset for sub_question in parse(question).sub_questions] == [-1, 0]
    assert len(parse("2013到2017年新增就业多少人").sub_questions) == 1
    assert len(parse("今年比去年增长多少").sub_questions) == 1


def test_the_country_is_a_place_where_its_figures_are_asked_for() -> None:
    assert places_named("中国gdp增速") == ("中国",)
    assert (
        places_named("棚户区改造") == places_named("粤港澳大湾区建设") == places_named("转到市里看病") == ()
    )
    assert places_named("龙湾区gdp") == ("龙湾区",)
    assert places_named("全国社零总额") == ("全国",)
    assert places_named("首批放款居全国第几") == places_named("中国检验检测学会年会在哪开") == ()
    assert same("我国", names_of("全国")[2])


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("历年GDP增长目标是多少", "gdp增长"),
        ("2013到2017年CPI目标各是多少", "cpi"),
        ("济南市去年粮食产量是多少吨？", "粮食产量"),
        ("从2013年算起的五年新增就业分别多少", "新增就业"),
        ("今年教育方面有哪些安排", "教育"),
        ("二〇二四年全区生产总值", "生产总值"),
    ],
)
def test_the_topic_is_what_remains_without_frame_time_and_place(question: str, topic: str) -> None:
    assert parse(question).topic == topic


@pytest.mark.parametrize(
    ("question", "over_years"),
    [
        ("历年GDP增长目标是多少", True),
        ("十三五期间GDP增速各是多少", True),
        ("2016年以来GDP目标分别是多少", True),
        ("近三年来粮食产量有什么变化", True),
        ("2013到2017年一共新增就业多少人", False),
        ("今年比去年增长多少", False),
        ("2019年的报告里历年目标是多少", False),
    ],
)
def test_a_course_over_years(question: str, over_years: bool) -> None:
    assert parse(question).over_years is over_years


@pytest.mark.parametrize(
    ("question", "core"),
    [
        ("造林去年完成了174万亩，今年安排多少？", "造林，今年安排多少？"),
        ("某某列车去年开了2619列，今年底线定在几列？", "某某列车开，今年底线定在几列？"),
        ("“415X”集群去年营收约9万亿元，今年要过多少？", "“415x”集群营收，今年要过多少？"),
        ("普惠园覆盖面今年想提到多少，去年是94.9%？", "普惠园覆盖面今年想提到多少，？"),
        ("去年改造了几个小区，跟今年安排的500个比一比？", "去年改造了几个小区，跟今年安排的500个比一比？"),
        ("2014年GDP是多少，2020年呢？", "2014年gdp是多少，2020年呢？"),
        ("2024年新建学校3所，学位增加多少？", "2024年新建学校3所，学位增加多少？"),
    ],
)
def test_what_the_asker_states_of_another_year_is_not_asked(question: str, core: str) -> None:
    asked = parse(question)
    assert asked.core == core
    if core.startswith("造林"):
        assert (asked.time.offset, asked.time.mode) == (0, "target")


def test_what_is_planned_is_a_number_and_no_rank() -> None:
    """安排多少 holds 排多少."""
    assert [a.kind for a in parse("2025年财政赤字安排多少？").answer_types] == ["number"]
    assert [a.kind for a in parse("经济总量全省排多少？").answer_types] == ["rank"]
