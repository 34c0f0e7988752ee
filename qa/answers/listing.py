"""All items of an enumeration, over clauses, sentences and passages; a project's progress; a yes or no.

Each begins with the passages that answer best and adds what else the report says of the same: so what the
narrow way would refuse is refused here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index import Passage
from qa.answers.asking import Asking
from qa.answers.composer import GAP
from qa.answers.fact import answer_fact
from qa.answers.groups import Part, grouped, titled
from qa.answers.outline import bare_title
from qa.answers.scope import mode_of, reports_for
from qa.answers.summary import all_targets, cited
from qa.answers.tasks import title_score
from qa.answers.topic import chosen, cited_statements, statements
from qa.retrieval import clauses_of
from qa.types import Answer, Citation, Shape

LIST_BUDGET = 150
PROGRESS_BUDGET = 90
_LIST = re.compile(
    r"哪[些几]|哪[二两三四五六七八九十]+[个家所座类种处片块位项条大]|清单|名单|列[一出举表]|罗列|都有什么|逐条|一条条|分别是"
)
_PROGRESS = re.compile(
    r"进展|(?:建|修|干|推进|进行|发展|实施|搞|做|建设|治理)(?:到|得)(?:了)?(?:什么|哪|怎么样|如何|咋样)|到(?:什么|哪一?)(?:程度|步|阶段)|什么情况|(?:推进|落实|治理|建设|改革)[^，]{0,6}(?:如何|怎么样|咋样)|成效如何"
)
_YES_NO = re.compile(
    r"吗[？?]?$|是不是|是否|有没有|能不能|会不会|要不要|可不可以|([^，。]{1,2})不\1|([^，。])没\2|了没有?[？?]?$|还[^，]{1,5}不[^，]{1,5}[？?]?$"
)


_TARGETS = re.compile(r"(?:预期|主要|发展|奋斗)(?:性)?(?:的)?(?:预期)?目标")
_COUNTED = re.compile(r"[一二两三四五六七八九十\d]+(?:个|项|件|条|大|点|方面)")
LONGEST_LIST = 240


def answer_list(asking: Asking) -> Answer | None:
    """Every item that the report names; None where no list is asked, or nothing answers."""
    core = asking.question.core
    if not _LIST.search(core) or len(asking.question.sub_questions) > 1:
        return None
    for find in (_targets, _announced):
        if (told := find(asking)) is not None:
            return told
    return _with_more(asking, "list", LIST_BUDGET)


def _targets(asking: Asking) -> Answer | None:
    """All targets of the year that are set together; None where these are not asked."""
    left = _TARGETS.sub("", asking.subject).strip("、指标的经济社会发展逐条来有")
    if not _TARGETS.search(asking.question.core) or left:
        return None
    for info in reports_for(asking):
        if shown := all_targets(asking.snapshot, info, LONGEST_LIST):
            return grouped(asking, "list", [Part(titled(info, "主要预期目标"), shown)])
    return None


def _announced(asking: Asking) -> Answer | None:
    """What follows the clause that counts the items asked (今年办好12件实事：…); None where none does."""
    counted = _COUNTED.search(asking.question.core)
    if counted is None or not asking.subject:
        return None
    subject = _COUNTED.sub("", asking.subject) or asking.subject
    for info in reports_for(asking)[:4]:
        best: tuple[float, list[tuple[Passage, tuple[int, int]]]] = (0.99, [])
        passages = asking.snapshot.passages(list(asking.snapshot.rows(info.id)))
        for at, passage in enumerate(passages):
            own = clauses_of(passage.text)
            for i, clause in enumerate(own):
                text = passage.text[clause.start : clause.end]
                if not _COUNTED.search(text) or (score := title_score(subject, text)) <= best[0] - 0.2:
                    continue
                follows = list(_following(passages, at, own[i].end))
                if len(follows) > 2 and announces_items(passage.text, clause.end, follows):
                    best = score, follows
        if best[1]:
            return grouped(asking, "list", [Part(titled(info), cited(asking.snapshot, best[1]))])
    return None


def announces_items(text: str, end: int, follows: list[tuple[Passage, tuple[int, int]]]) -> bool:
    """Whether a colon comes after, or the first item is numbered."""
    first = follows[0][0].text[follows[0][1][0] : follows[0][1][1]]
    rest = text[end : end + 40]
    return "：" in rest[:12] or ":" in rest[:12] or bool(_ITEM.match(first))


_ITEM = re.compile(
    r"^\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]|[一二三四五六七八九十]是|第[一二三四五六七八九十]|[①-⑳])"
)


def _following(passages: Sequence[Passage], at: int, start: int) -> Iterator[tuple[Passage, tuple[int, int]]]:
    """The clauses after ``start`` of passage ``at``, to the end of what is counted, or as many as can be shown."""
    size = 0
    for passage in passages[at : at + 3]:
        for clause in clauses_of(passage.text):
            if passage is passages[at] and clause.start < start:
                continue
            size += clause.end - clause.start
            if size > LONGEST_LIST:
                return
            yield passage, (clause.start, clause.end)
        if passage is passages[at] and size and passage.text.rstrip()[-1:] == "。":
            return


def answer_progress(asking: Asking) -> Answer | None:
    """How far a thing has come, and what is planned next; None where that is not asked, or nothing answers."""
    if not _PROGRESS.search(asking.question.core) or not asking.subject:
        return None
    return _with_more(asking, "topic", PROGRESS_BUDGET)


def answer_yes_no(asking: Asking) -> Answer | None:
    """The clause that decides; None where no yes or no is asked."""
    if not _YES_NO.search(asking.question.core):
        return None
    return _with_more(asking, "fact", 45)


def _with_more(asking: Asking, shape: Shape, budget: int) -> Answer | None:
    """The narrow answer's quotes, and the statements on the subject beside them within ``budget`` characters."""
    told = answer_fact(asking)
    subject = asking.subject
    if not told.answered or not subject:
        return told
    lead = [c for i, c in enumerate(told.citations, 1) if f"[{i}]" in told.text]
    [report] = {c.report for c in lead[:1]}
    info = asking.snapshot.report(report)
    found = statements(asking, info, subject, mode_of(asking))
    shown, more = chosen(found, budget, -0.2)
    extra = cited_statements(asking, [*shown], lead)
    extra_more = [c for c in cited_statements(asking, more, lead) if c.start not in {e.start for e in extra}]
    rest = [c for c in told.citations if c not in lead]
    made = _merged(lead, extra)
    title = titled(info, *(bare_title(p) for p in made[0].section[:1]))
    answer = grouped(asking, shape, [Part(title, made, _unseen([*rest, *extra_more], made))])
    return answer and replace(
        answer,
        assumed_year=told.assumed_year,
        other_years=told.other_years,
        shape=shape if shape != "fact" else told.shape,
    )


def _merged(lead: list[Citation], extra: list[Citation]) -> list[Citation]:
    """``lead`` first; of a passage in both, the two quotes joined."""
    made = list(lead)
    for one in extra:
        same = next((i for i, c in enumerate(made) if (c.report, c.start) == (one.report, one.start)), None)
        if same is None:
            made.append(one)
            continue
        spans = sorted({*made[same].quote_spans, *one.quote_spans})
        joined: list[tuple[int, int]] = []
        for start, end in spans:
            if joined and start <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        text = made[same].text
        made[same] = replace(
            made[same], quote_spans=tuple(joined), quote=GAP.join(text[a:b] for a, b in joined)
        )
    return made


def _unseen(found: list[Citation], seen: list[Citation]) -> list[Citation]:
    known = {(c.report, c.start) for c in seen}
    kept = []
    for c in found:
        if (c.report, c.start) not in known:
            known.add((c.report, c.start))
            kept.append(c)
    return kept
