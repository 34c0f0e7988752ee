"""Frozen values that ``ask`` and ``retrieve`` return; ``to_dict`` of each is JSON-ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from index.figures import Mode

REFUSAL = "报告中没有找到能回答这个问题的内容。"
"""The one refusal sentence; ``Answer.text`` is exactly this when ``answered`` is False."""

RefusalReason = Literal["", "not_covered", "not_in_library", "not_selected"]
"""Why nothing was answered: 所选报告未涉及 / 未收录该年、该地的报告 / 已收录但不在所选报告之中."""

Shape = Literal[
    "fact", "list", "compare", "table", "topic", "tasks", "problems", "summary", "several", "help"
]
"""How an answer is laid out: one place, several items, several things beside each other, a figure's years; all that is
said on a topic, the tasks, the problems, a report's outline; several questions in one; how to ask."""

Spans = tuple[tuple[int, int], ...]
"""Half-open pairs of offsets, in reading order."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage returned for a question, with the clauses in it that answer.

    ``text`` is ``library.text(report)[start:end]``; ``quote_spans`` are half-open pairs within
    ``text`` in reading order and ``quote`` is those slices joined by ``……``. ``page`` is where the
    quote stands, ``last_page`` where the passage ends; both are None where the source has no pages.
    ``score`` is higher for better and comparable only within one answer. ``ocr`` says that some of the
    passage was recognised in a picture of a page: compare it with the original before it is quoted.
    """

    text: str
    quote: str
    quote_spans: Spans
    report: str
    title: str
    section: tuple[str, ...]
    page: int | None
    last_page: int | None
    start: int
    end: int
    score: float
    ocr: bool = False

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dict."""
        return asdict(self)

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Citation:
        """The inverse of ``to_dict``, also through JSON; raises TypeError, ValueError, KeyError."""
        spans = tuple((int(start), int(end)) for start, end in value["quote_spans"])
        return cls(**{**value, "quote_spans": spans, "section": tuple(map(str, value["section"]))})


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as written, with the unit that a table's headings give; ``mark`` is the 1-based position of its citation, ``note`` what kind of
    figure it is where that needs a word (预计, 下降), never part of the quote."""

    text: str
    mark: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One year: the target its report set, the result a later one states; None where none does.

    ``place`` is set only where the table is about several.
    """

    year: int
    target: Cell | None
    actual: Cell | None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One indicator over the years, ascending, or place by place; what nobody says stays as a gap.

    ``note`` names the extremes of a table of places and the places that do not say it.
    """

    title: str
    rows: tuple[TableRow, ...]
    note: str = ""

    def grid(self) -> list[list[str]]:
        """The table as text: a heading row, then the rows; a gap is empty, a mark stands behind its figure."""
        modes = [m for m in ("target", "actual") if any(getattr(row, m) for row in self.rows)]
        named = any(row.place for row in self.rows)
        heads = [
            *(["地点"] if named else []),
            "年份",
            *({"target": "目标", "actual": "实绩"}[m] for m in modes),
        ]
        body = [
            [*([row.place] if named else []), str(row.year), *(_written(getattr(row, m)) for m in modes)]
            for row in self.rows
        ]
        return [heads, *body]

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Table:
        """The inverse of ``dataclasses.asdict``, also through JSON."""

        def row(one: Mapping[str, Any]) -> TableRow:
            cells = {key: one[key] and Cell(**one[key]) for key in ("target", "actual")}
            return TableRow(**{**one, **cells})

        return cls(value["title"], tuple(map(row, value["rows"])), str(value.get("note", "")))


def _written(cell: Cell | None) -> str:
    return f"{cell.note}{cell.text}[{cell.mark}]" if cell else ""


@dataclass(frozen=True, slots=True)
class Group:
    """Citations that belong together under ``title`` (《2025年政府工作报告》 · 2024年工作回顾).

    Each is one of ``Answer.citations`` too; those whose mark is not in ``Answer.text`` are what more there
    is to read. A group without any names a part that the reports do not speak of.
    """

    title: str
    citations: tuple[Citation, ...]

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Group:
        """The inverse of ``to_dict``, also through JSON; raises TypeError and KeyError."""
        return cls(value["title"], tuple(map(Citation.from_dict, value["citations"])))


@dataclass(frozen=True, slots=True)
class FigureLabel:
    """What a figure of an answer is: of which indicator, whose, of when, a target or a result.

    ``text`` is the figure as written, with the unit that a table's headings give, ``mark`` the 1-based position of the citation that states it.
    """

    title: str
    place: str
    period: str
    mode: Mode
    text: str
    mark: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What ``ask`` returns.

    ``text`` is made only of verbatim quotes with [1] [2] marks (1-based positions in
    ``citations``), or is ``REFUSAL``. When refused, ``citations`` is empty and ``related`` holds
    the nearest passages. ``question`` is the question as understood, after a follow-up was
    completed from the earlier questions. ``assumed_year`` is set when a relative word (去年) or
    none at all named the year; ``other_years`` are the years the reports could also answer for.
    ``table`` is set with the shape ``table`` alone; one citation stands for each cell. ``groups`` lay the
    citations of a broad answer out under titles, in the order of the lines of ``text``. ``unanswered`` are
    the parts of the question that the reports do not answer, in the asker's words. With the shape ``help``
    nothing was asked of the reports: ``text`` says how to ask. ``figures`` labels the figures of an answer
    read from them, those asked for first; the others are what the reports also say of the same indicator.
    """

    question: str
    answered: bool
    text: str
    citations: list[Citation]
    related: list[Citation] = field(default_factory=list)
    refusal_reason: RefusalReason = ""
    assumed_year: int | None = None
    other_years: tuple[int, ...] = ()
    shape: Shape = "fact"
    table: Table | None = None
    groups: tuple[Group, ...] = ()
    unanswered: tuple[str, ...] = ()
    figures: tuple[FigureLabel, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dict."""
        return asdict(self)

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Answer:
        """The inverse of ``to_dict``, also through JSON; raises TypeError, ValueError, KeyError, AttributeError."""
        table = value.get("table")
        return cls(
            **{
                **value,
                "citations": list(map(Citation.from_dict, value["citations"])),
                "related": list(map(Citation.from_dict, value.get("related", ()))),
                "other_years": tuple(value.get("other_years", ())),
                "table": None if table is None else Table.from_dict(table),
                "groups": tuple(map(Group.from_dict, value.get("groups", ()))),
                "unanswered": tuple(value.get("unanswered", ())),
                "figures": tuple(FigureLabel(**one) for one in value.get("figures", ())),
            }
        )
