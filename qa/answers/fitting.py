"""Which of an indicator's figures is the one a question asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from index import Figure, ReportInfo
from index.text import report_year
from qa.understanding import FigureQuestion, When

_BOUNDS = ("以内", "以下", "不超过", "不高于")
"""``失业率控制在5.5%以内`` says what it did not exceed, not what it was."""


def newest_years(reports: Iterable[ReportInfo]) -> dict[str, int]:
    """The year of the newest report of each place that has one with a year."""
    found: dict[str, int] = {}
    for report in reports:
        if year := report_year(report):
            found[report.place] = max(found.get(report.place, 0), year)
    return found


def best_fit(
    told: Sequence[Figure],
    wanted: FigureQuestion,
    when: When,
    infos: Mapping[str, ReportInfo],
    newest: Mapping[str, int],
) -> Figure | None:
    """The one of the figures ``told`` that fits best; None where none does, or two that fit as well differ.

    ``newest`` are the ``newest_years`` of the reports ``infos``.
    """
    ranked = []
    for f in told:
        report = infos[f.report]
        rank = _rank(f, wanted, when, report, newest.get(report.place) if when.offset is not None else None)
        ranked += [] if rank is None else [(rank, f)]
    least = min((rank for rank, _ in ranked), default=None)
    best = [f for rank, f in ranked if rank == least]
    return best[0] if len({(f.value, f.high, f.unit) for f in best}) == 1 else None


def _rank(
    figure: Figure, wanted: FigureQuestion, when: When, report: ReportInfo, newest_year: int | None
) -> tuple[int, ...] | None:
    """How well the figure of a ``report`` fits, smaller is better; None where it does not.

    A question without a year means the newest report: its plan, and the year before in review; 去年 is the year
    before ``newest_year``, in which the place's newest report was given.
    """
    measure = wanted.measures(figure)
    one_year = figure.first_year == figure.last_year
    is_target = figure.mode == "target"
    if measure is None or (when.strong and (when.mode == "target") != is_target):
        return None
    if when.strong and not is_target and figure.qualifier in _BOUNDS:
        return None
    if is_target and not when.mode and (when.offset or 0) < 0:
        return None  # what was planned for last year is not what became of it
    own = report_year(report)
    years = when.years_for(newest_year)
    if wanted.span is not None:
        fits = wanted.span == (figure.first_year, figure.last_year)
        fits = fits or (is_target and one_year and when.plan_years[-1:] == (figure.last_year,))
    elif years:
        fits = one_year and figure.last_year in years
    else:
        fits = own is None or figure.last_year in (own, own - 1)
    if not fits:
        return None
    # The newest report, unless the question names the year; then the report of the plan, or of the review.
    newest = -(own or 0) if not years or when.offset is not None else 0
    distance = abs((own or figure.last_year) - figure.last_year - (not is_target))
    other_mode = is_target if not when.mode else (when.mode == "target") != is_target
    expected = (figure.mode == "expected") != ("预计" in wanted.question.core)
    return (
        newest, other_mode, not one_year, measure, bool(figure.months), distance, expected, figure.in_table,
    )  # fmt: skip
