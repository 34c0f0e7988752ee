"""Subjects in everyday words, of nine reports: of how many that a report speaks of it is found to, and of the others.

``python -m benchmarks.subjects`` prints the table and keeps it in QUALITY.md. Whether a report speaks of a subject was judged by
reading what it says; none of the subjects stands in its report word by word, or hardly any.
"""

from __future__ import annotations

from benchmarks.topics import HEAD, PAGE, assistant
from qa.answers import Asking
from qa.answers.meaning import clauses_on
from qa.answers.relevance import SPOKEN_OF, SPOKEN_OF_NEARBY, score_clauses
from qa.evaluation import load_questions
from qa.understanding import parse
from tests.conftest import ROOT

FILE = ROOT / "benchmarks" / "questions" / "subjects.jsonl"
FITTED_ON = ("2019", "保定市徐水区-2019", "保定市清苑区-2025", "湖北省-2026", "福建省-2026")
"""The reports that the thresholds of ``qa.answers.meaning`` were chosen on; the others are in no choice."""


def table() -> str:
    """A row for each half of the reports: how many subjects, by words alone and with the reader, spoken of and not."""
    heads = "reports  spoken  by words  read  not spoken  by words  read"
    counts = {half: [0] * 6 for half in ("fit", "held")}
    for one in load_questions(FILE):
        snapshot = assistant(one["report"]).library.snapshot()
        [info] = snapshot.reports
        asking, own = Asking(parse(one["subject"]), snapshot), 0 if one["spoken"] else 3
        by_words = score_clauses(snapshot, info.id, one["subject"], (SPOKEN_OF, SPOKEN_OF_NEARBY))
        told = counts["fit" if one["report"] in FITTED_ON else "held"]
        told[own] += 1
        told[own + 1] += bool(by_words)
        told[own + 2] += bool(clauses_on(asking, info, one["subject"]))
    return "\n".join([heads, *(f"{half:8} {'  '.join(map(str, told))}" for half, told in counts.items())])


OWN_HEAD = "## Subjects in other words"
SECTION = """{head}

Made by `python -m benchmarks.subjects`: subjects in everyday words that seldom stand in the report, on nine reports.
`spoken`: of how many the report speaks; behind it how many are found so by words alone, and with what the reader says of
the nearest passages; the same of subjects that it does not speak of. The thresholds were chosen on the first half of the
reports alone.

```
{table}
```

"""


def kept(page: str, section: str) -> str:
    """``page`` with ``section`` before the broad questions, in place of the one it has."""
    before, _, after = page.partition(HEAD)
    return f"{before.partition(OWN_HEAD)[0].rstrip()}\n\n{section}{HEAD}{after}"


if __name__ == "__main__":
    made = table()
    print(made)
    section = SECTION.format(head=OWN_HEAD, table=made)
    PAGE.write_text(kept(PAGE.read_text(encoding="utf-8"), section), encoding="utf-8")
