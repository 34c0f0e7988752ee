"""The web chat's page; ``ui.server`` serves it."""

from __future__ import annotations

import json
import os
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported

import gradio as gr
from gradio.components.plot import PlotData

from index.readers import format_names, suffixes
from ui.api import Page, endpoints
from ui.page_api import PageApi

ASSETS = Path(__file__).parent / "assets"
SCRIPTS = (
    "core.js", "layout.js", "places.js", "marks.js", "source.js", "printed.js", "finder.js", "preview.js",
    "scope.js", "threads.js", "chat.js", "composer.js", "share.js", "uploads.js", "reports.js",
    "indicators.js", "start.js",
)  # fmt: skip
STYLES = ("page.css", "chat.css", "source.css", "reports.css", "indicators.css", "print.css")
FONTS = [
    "system-ui",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "sans-serif",
]


def build(page_api: PageApi) -> gr.Blocks:
    """The page over one library."""
    page: gr.Blocks = Page(title="问报", fill_width=True, fill_height=True)
    with page:
        gr.HTML(_asset("brand.html"), apply_default_css=False, elem_id="brand")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("问答", elem_id="tab-chat"):
                gr.HTML(
                    _asset("chat.html").replace("<!-- source -->", _asset("source.html")),
                    js_on_load="\n".join(_asset(name) for name in SCRIPTS),
                    server_functions=page_api.functions(),
                    apply_default_css=False,
                    elem_id="page-api",
                )
            with gr.Tab("报告", elem_id="tab-reports"):
                gr.HTML(
                    _shelf(),
                    js_on_load='window.dispatchEvent(new Event("wenbao-shelf"))',
                    apply_default_css=False,
                    elem_id="shelf",
                )
            with gr.Tab("指标", elem_id="tab-figures"):
                _indicators(page_api)
        endpoints(page_api.assistant)
    return page


def _indicators(page_api: PageApi) -> None:
    """The indicators tab: its page asks the page API, its chart is Gradio's own plot."""
    head, cells, rows = _asset("indicators.html").split("<!-- cut -->")
    gr.HTML(head, apply_default_css=False, elem_id="figures-head")
    plot = gr.Plot(show_label=False, container=False, elem_id="course-plot")
    gr.HTML(cells, apply_default_css=False, elem_id="figures-course")
    ready = 'window.dispatchEvent(new CustomEvent("wenbao-figures", {detail: trigger}))'
    tab = gr.HTML(rows, js_on_load=ready, apply_default_css=False, elem_id="figures-list")

    def draw(event: gr.EventData) -> PlotData | None:
        chart = page_api.indicators.chart(event._data)
        return PlotData(type="altair", plot=json.dumps(chart)) if chart else None

    tab.submit(draw, outputs=plot, queue=False, show_progress="hidden", api_visibility="private")


def head(token: str) -> str:
    """What stands in the page's head; ``token`` is what a change has to bring along (see ``PageApi``)."""
    told = f'<meta name="wenbao-token" content="{token}">'
    return f"{_asset('head.html')}{told}<style>{''.join(map(_asset, STYLES))}</style>"  # css= would rewrite selectors


def theme() -> gr.themes.Base:
    """Gradio's own components (tables, plots) in the colours of page.css."""
    base = gr.themes.Base(primary_hue="red", neutral_hue="stone", font=FONTS, font_mono=["ui-monospace"])
    return base.set(
        body_background_fill="#f6f5f1",
        body_background_fill_dark="#171716",
        button_primary_background_fill="#a5302a",
        button_primary_background_fill_hover="#8a2621",
        button_primary_text_color="#ffffff",
    )


def _shelf() -> str:
    """The page of reports, which offers for upload what the readers take."""
    accept, names = ",".join(suffixes()), "、".join(format_names())
    return _asset("reports.html").replace("<!-- accept -->", accept).replace("<!-- formats -->", names)


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
