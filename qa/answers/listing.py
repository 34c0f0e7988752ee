"""All items of an enumeration, over clauses, sentences and passages; a project's progress; a yes or no.

Each begins with the passages that answer best and adds what else the report says of the same: so what the
narrow way would refuse is refused here too.
"""

from __future__ import annotations

import re
from dataclasses import replace

from qa.answers.asking import Asking
from qa.answers.fact import answer_fact
from qa.answers.groups import Part, grouped, titled
from qa.answers.outline import bare_title
from qa.answers.scope import mode_of
from qa.answers.topic import chosen, cited_statements, statements
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


def answer_list(asking: Asking) -> Answer | None:
    """Every item that the report names; None where no list is asked, or nothing answers."""
    core = asking.question.core
    if not _LIST.search(core) or len(asking.question.sub_questions) > 1:
        return None
    return _with_more(asking, "list", LIST_BUDGET)


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
    answer = grouped(asking, shape, [Part(title, made, _unseen([*extra_more, *rest], made))])
    return answer and replace(
        answer,
        assumed_year=told.assumed_year,
        other_years=told.other_years,
        shape=shape if shape != "fact" else told.shape,
    )


def _merged(lead: list[Citation], extra: list[Citation]) -> list[Citation]:
    """``lead`` first; of a passage in both, the two quotes joined."""
    from qa.answers.composer import GAP

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
