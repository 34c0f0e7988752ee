"""The web page as one meets it: until it is interactive, until a page of a PDF is drawn, a clause on it boxed.

``python -m benchmarks.page`` starts the server over the sample report and a PDF of its own text, opens the
page in headless Chromium (warm: it was opened once before), asks for every page of the PDF once, finds a line of
each, and prints one JSON object with the machine's load before and after. A picture that was drawn before is kept
and costs nothing; here each is drawn anew.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

from benchmarks.common import SAMPLE
from benchmarks.serve import served
from index import Library
from ui.originals import Originals

ROUNDS = 7
WIDTH = 1300
"""Pixels: the source pane of a 1440 pixel window on a screen of double density."""

LINE = 20
"""Characters that are looked for."""


def print_pdf(browser: object, path: Path) -> None:
    """The sample report's text as a PDF."""
    page = browser.new_page()  # type: ignore[attr-defined]
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    page.set_content("".join(f"<p>{line}</p>" for line in lines))
    page.pdf(path=path, format="A4")
    page.close()


def interactive(browser: object, address: str, anew: bool) -> list[float]:
    """Seconds until the page can be used, in one profile, the first time left out; ``anew``: in a tab of its own,
    which the browser also has to open, else in a tab that showed something else."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})  # type: ignore[attr-defined]
    page = context.new_page()
    taken = []
    for _ in range(ROUNDS + 1):
        if anew:
            page.close()
            page = context.new_page()
        page.goto("about:blank")
        before = time.perf_counter()
        page.goto(address)
        page.wait_for_selector(".workspace[data-ready]")
        taken.append(time.perf_counter() - before)
        page.wait_for_selector("#banner", state="hidden", timeout=120_000)
    context.close()
    return taken[1:]


def drawn(address: str, report: str) -> list[float]:
    """Seconds until the picture of each page of a PDF is there, the first left out: it starts the drawer."""
    taken = []
    with httpx.Client(base_url=address, timeout=60) as client:
        for number in range(1, 1000):
            before = time.perf_counter()
            if client.get(f"original/{report}/{number}?w={WIDTH}").status_code != 200:
                break
            taken.append(time.perf_counter() - before)
    return taken[1:]


def boxed(library: Library, report: str) -> tuple[list[float], int]:
    """Seconds until the first line of each page is found on it; and the bytes kept for that."""
    taken, snapshot, originals = [], library.snapshot(), Originals(library)
    for page in snapshot.page_starts(report):
        before = time.perf_counter()
        [areas] = originals.areas(report, page.number, [(page.start, page.start + LINE)])
        taken.append(time.perf_counter() - before)
        assert areas, page
    return taken, sum(file.stat().st_size for file in library.path.rglob("placed.*"))


def main() -> None:
    before = os.getloadavg()[0]
    chromium = shutil.which("chromium") or shutil.which("google-chrome")  # as people have it
    if chromium is None:
        raise SystemExit("no Chromium on this machine")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        pdf = Path(folder) / "printed.pdf"
        print_pdf(browser, pdf)
        library = Library.open(Path(folder) / "library")
        library.add([SAMPLE, pdf])
        boxes, kept = boxed(library, "printed")
        with served(Path(folder) / "library") as (address, _):
            opened, in_new_tab = interactive(browser, address, False), interactive(browser, address, True)
            pictures = drawn(address, "printed")
        browser.close()
    told = {
        "interactive_seconds_p50": round(statistics.median(opened), 3),
        "interactive_seconds_max": round(max(opened), 3),
        "in_new_tab_seconds_p50": round(statistics.median(in_new_tab), 3),
        "in_new_tab_seconds_max": round(max(in_new_tab), 3),
        "page_pictures": len(pictures),
        "page_picture_seconds_p50": round(statistics.median(pictures), 3),
        "page_picture_seconds_max": round(max(pictures), 3),
        "box_seconds_p50": round(statistics.median(boxes), 4),
        "box_seconds_max": round(max(boxes), 4),
        "box_bytes_kept": kept,
        "load": [round(before, 1), round(os.getloadavg()[0], 1)],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
