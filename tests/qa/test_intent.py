"""What a question wants and is about: told of wordings that were in no training, and of any text at all."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoders import TokenOffsetEncoder, load_encoder
from index.text import normalize
from qa.understanding import INTENTS, Intent, Vectors, masked, understood
from qa.understanding.intent import viterbi

WORDED = {
    "summary": ("用大白话把这份报告捋一遍", "通篇看下来，最值得记住的是哪些内容", "给没时间看全文的人说个大概", "报告核心信息有哪些"),
    "tasks": ("新的一年政府主抓哪几块", "今年的活儿分几大类", "明年工作的着力点都放在哪", "本年度部署了哪些重头工作"),
    "problems": ("政府觉得自己哪里还不行", "眼下的难处有哪些", "报告怎么检讨自己的", "有啥没做好的地方吗，都说说"),
    "topic": ("粮食安全这件事报告怎么说", "咱们这儿养老弄得咋样", "数字经济", "在减轻学生负担上都采取了什么办法"),
    "progress": ("东环高架修到哪一步了", "旧城改造现在进行到什么阶段", "自来水进村这事办得怎样了"),
    "yes_no": ("城西的地铁今年能通车吗", "有没有提到托育", "老旧电梯更换完了没有"),
    "list": ("十件实事具体是哪十件", "去年引进了哪些大企业，列一下", "重点建设的几条高速分别叫什么"),
    "fact": ("去年财政收入多少亿", "谁作的报告", "新建学位一共几个", "居民收入涨了百分之几"),
    "help": ("谢谢啊", "你都会干些啥"),
}  # fmt: skip
"""Written after the training, by nobody who wrote its wordings."""
RIGHT = 0.85
"""The least share told right: 0.88 to 0.95 of an author's wordings whom the training left out."""
NAMED = {
    "粮食安全这件事报告怎么说": "粮食安全",
    "东环高架修到哪一步了": "东环高架",
    "在减轻学生负担上都采取了什么办法": "减轻学生负担",
    "旧城改造现在进行到什么阶段": "旧城改造",
    "新能源汽车产业去年发展得如何": "新能源汽车产业",
    "今年在托育服务方面有哪些考虑": "托育服务",
    "用几句话讲讲全文": "",
    "今年的活儿分几大类": "",
}


@pytest.fixture(scope="module")
def encoder() -> TokenOffsetEncoder:
    found = load_encoder()
    assert isinstance(found, TokenOffsetEncoder)
    return found


def _told(text: str, encoder: TokenOffsetEncoder) -> Intent:
    core = normalize(text)
    [vector], [tokens] = encoder.encode_query_tokens([core])
    return understood(core, Vectors(encoder.id, vector, tokens, encoder.passage_token_ends("", core)))


def test_intents_of_wordings_nobody_trained_on(encoder: TokenOffsetEncoder) -> None:
    asked = [(text, intent) for intent, texts in WORDED.items() for text in texts]
    wrong = [(text, told) for text, intent in asked if (told := _told(text, encoder).best) != intent]
    assert len(wrong) <= (1 - RIGHT) * len(asked), wrong


def test_subjects_of_wordings_nobody_trained_on(encoder: TokenOffsetEncoder) -> None:
    wrong = {text: told for text, own in NAMED.items() if (told := _told(text, encoder).subject) != own}
    assert len(wrong) <= 2, wrong


def test_another_encoder_is_told_by_characters_alone() -> None:
    core = "去年教育方面做了哪些工作"
    strange = Vectors("another", np.ones(8, np.float32), np.ones((3, 8), np.float32), [2, 4, 12])
    assert understood(core, strange) == understood(core)
    assert understood(core).best == "topic"
    assert understood(core).subject == "教育"


@given(st.text(max_size=40))
def test_any_text_has_an_intent_and_a_subject_of_its_words(text: str) -> None:
    core = normalize(text)
    told = understood(core)
    assert set(told.likely) == set(INTENTS)
    assert sum(told.likely.values()) == pytest.approx(1, abs=1e-4)
    assert all(piece in core for piece in told.subject.split("、"))


@given(st.text(alphabet="2024年今去北京市河北省3.5亿教育，多少？", max_size=30))
def test_a_masked_question_knows_where_its_characters_stand(text: str) -> None:
    read = masked(text)
    assert len(read.at) == len(read.text) + 1
    assert read.at[-1] == len(text)
    assert list(read.at) == sorted(set(read.at))
    kept = [(c, at) for c, at in zip(read.text, read.at, strict=False) if c not in "TPN"]
    assert all(text[at] == c for c, at in kept)


@given(st.lists(st.floats(-3, 3), max_size=7), st.floats(0, 2))
def test_viterbi_finds_the_best_run(scores: list[float], change: float) -> None:
    def worth(run: tuple[bool, ...]) -> float:
        changes = sum(a != b for a, b in itertools.pairwise(run))
        return sum(s for s, inside in zip(scores, run, strict=True) if inside) - change * changes

    best = max(map(worth, itertools.product((False, True), repeat=len(scores))))
    assert worth(tuple(viterbi(scores, change))) == pytest.approx(best, abs=1e-6)
