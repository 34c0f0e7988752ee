"""How much of a PDF's text is read: runs of eight characters, against the text that was printed or another reader's.

    python -m benchmarks.recall                     the sample report, printed by Chromium in many layouts
    python -m benchmarks.recall a.pdf b.pdf         real files, against the lines that Poppler's pdftotext finds

A run counts where it stands unbroken in the clean text, so columns that are mixed up, lines that are lost and
characters that are misread all cost. White space, hyphens and the forms that Unicode calls compatible are alike.
"""

from __future__ import annotations

import argparse
import html
import re
import subprocess
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from index.errors import SourceError
from index.readers import read_bytes
from index.text import clean

REPORT = Path(__file__).parents[1] / "reports" / "tianqiao-2025.txt"
STYLE = (
    "body{font:12pt/1.6 'Noto Serif CJK SC';text-align:justify}p,li{text-indent:2em;margin:0 0 .2em}"
    "h2{text-align:center}.b{border:1px solid;font-size:9pt;padding:6px}"
)


def runs(texts: Iterable[str], size: int = 8) -> set[str]:
    """The runs of ``size`` characters within each text."""
    found: set[str] = set()
    for text in texts:
        bare = re.sub(r"[\s\u00ad\u2010-]", "", unicodedata.normalize("NFKC", text))
        found |= {bare[at : at + size] for at in range(len(bare) - size + 1)}
    return found


def recall(path: Path, reference: Iterable[str]) -> float:
    """The share of the reference's runs that the file's clean text holds. Raises SourceError."""
    meant = runs(reference)
    return len(meant & runs([clean(read_bytes(path.read_bytes(), path.name)).text])) / max(1, len(meant))


def other_reader(path: Path) -> list[str]:
    """The lines that pdftotext finds."""
    shown = subprocess.run(["pdftotext", "-enc", "UTF-8", path, "-"], capture_output=True, check=True)
    return shown.stdout.decode("utf-8", "replace").split("\n")


def layouts(told: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Name, style and body of each way to print the paragraphs, all of them each time."""
    body, half = _marked(told), len(told) // 2
    yield "one column", "", body
    yield "one column, letter-spaced", "p{letter-spacing:.15em}", body
    yield "one column, no indents, ragged", "body{text-align:left}p{text-indent:0;margin-bottom:1em}", body
    yield "a bulleted list", "", f"<ul>{_marked(told, 'li')}</ul>"
    for count, size in ((2, 12), (3, 9), (4, 8)):
        for name, style in (("", ""), (" on one grid", "p{margin:0}")):
            columns = f"<div style='columns:{count};column-gap:1.5em'>{body}</div>"
            yield f"{count} columns{name}", f"body{{font-size:{size}pt}}{style}", columns
    parts = [told[at : at + 6] for at in range(0, len(told), 6)]
    headed = "".join(
        f"<h2>第{n}部分</h2><div style='columns:2'>{_marked(p)}</div>" for n, p in enumerate(parts)
    )
    yield "2 columns between headlines", "", headed
    for sizes in ("28% 1fr", "1fr 26%", "1fr 2fr"):
        pages = "".join(_side(part, sizes) for part in parts)
        yield f"a sidebar, {sizes}", "", pages
    box = f"<div class=b style='float:right;width:40%;margin-left:2em'>{_marked(told[:2])}</div>"
    yield "a box in the text", "", _marked(told[2:5]) + box + _marked(told[5:])
    mixed = f"<div style='columns:2;break-before:page'>{_marked(told[half:])}</div>"
    yield "pages of one and of two columns", "", _marked(told[:half]) + mixed
    yield "vertical", "html{writing-mode:vertical-rl}", body


def _marked(told: Sequence[str], tag: str = "p") -> str:
    return "".join(f"<{tag}>{html.escape(text)}</{tag}>" for text in told)


def _side(part: Sequence[str], sizes: str) -> str:
    side, text = f"<div class=b>{_marked(part[:2])}</div>", f"<div>{_marked(part[2:])}</div>"
    both = text + side if sizes == "1fr 26%" else side + text
    style = f"display:grid;grid-template-columns:{sizes};column-gap:2em;break-after:page"
    return f"<div style='{style}'>{both}</div>"


def printed(told: Sequence[str], folder: Path) -> Iterator[tuple[str, Path]]:
    """Each layout's name and its PDF, with a running head and page numbers."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        for name, style, body in layouts(told):
            page.set_content(f"<html lang=zh><style>{STYLE}{style}</style><body>{body}</body></html>")
            path = folder / f"{name}.pdf"
            page.pdf(
                path=path,
                format="A4",
                margin={"top": "18mm", "bottom": "18mm", "left": "18mm", "right": "18mm"},
                display_header_footer=True,
                header_template="<span style='font-size:8px;margin:auto'>政府工作报告 内部资料</span>",
                footer_template="<span style='font-size:8px;margin:auto'>— <span class=pageNumber></span> —</span>",
            )
            yield name, path
        browser.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    chosen = parser.parse_args(arguments)
    if not chosen.files:
        told = clean(read_bytes(REPORT.read_bytes(), REPORT.name)).text.split("\n")
        with tempfile.TemporaryDirectory() as folder:
            for name, path in printed(told, Path(folder)):
                print(f"{recall(path, told):.3f}  {name}", flush=True)
    for path in chosen.files:
        started = time.monotonic()
        try:
            share = f"{recall(path, other_reader(path)):.3f}"
        except (SourceError, subprocess.CalledProcessError) as error:
            share = f"refused: {error}"
        print(f"{share}  {path.name} ({time.monotonic() - started:.1f} s)", flush=True)


if __name__ == "__main__":
    main()
