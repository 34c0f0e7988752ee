"""The web chat: the page (``build``) and its server (``serve``)."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported

import gradio as gr
from gradio.components.plot import PlotData
from starlette.middleware import Middleware

from index import Library, WenbaoError
from index.readers import format_names, suffixes
from qa import Assistant
from ui.api import AT_ONCE, Page, endpoints, speak_json
from ui.feedback import directory_for
from ui.guard import Guard, is_loopback, own_names
from ui.page_api import PageApi

ASSETS = Path(__file__).parent / "assets"
SCRIPTS = ("core.js", "source.js", "chat.js", "reports.js", "indicators.js", "start.js")
STYLES = ("page.css", "indicators.css")
LARGEST_FILE = "50mb"
FONTS = [
    "system-ui",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "sans-serif",
]


def build(page_api: PageApi) -> gr.Blocks:
    """The page over one library. Starts warming the model."""
    page: gr.Blocks = Page(title="问报", fill_width=True, fill_height=True)
    with page:
        gr.HTML(_asset("brand.html"), apply_default_css=False, elem_id="brand")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("问答", elem_id="tab-chat"):
                gr.HTML(
                    _asset("chat.html"),
                    js_on_load="\n".join(_asset(name) for name in SCRIPTS),
                    server_functions=page_api.functions(),
                    apply_default_css=False,
                    elem_id="desk",
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
    threading.Thread(target=page_api.warm, daemon=True, name="wenbao-warm").start()
    return page


def _indicators(page_api: PageApi) -> None:
    """The indicators tab: its page asks the desk, its chart is Gradio's own plot."""
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


def start(
    library_path: str | Path,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    read_only: bool = False,
    auth: str | None = None,
    mcp: bool = False,
    model: str | None = None,
    names: Sequence[str] = (),
) -> gr.Blocks:
    """Starts the server and returns; ``auth`` is ``user:password``, ``names`` are host names it also goes by.

    Raises ``WenbaoError``.
    """
    login = _login(auth)
    if login and mcp:
        raise WenbaoError("设了密码就不能开 MCP：MCP 的工具列表不受密码保护，请去掉 --auth 或 --mcp。")
    if mcp and find_spec("mcp") is None:
        raise WenbaoError("开 MCP 需要另装一个组件，请运行：pip install 'wenbao[mcp]'")
    library = Library.open(library_path, model=model)
    page_api = PageApi(Assistant(library), directory_for(library_path), read_only=read_only)
    page = build(page_api)
    guard = Middleware(Guard, names=own_names(host, names), any_address=not is_loopback(host))
    token = f'<meta name="wenbao-token" content="{page_api.token}">'
    page.queue(default_concurrency_limit=AT_ONCE, max_size=200)
    try:
        page.launch(
            server_name=host,
            server_port=port,
            auth=login,
            auth_message="请登录后查阅",
            mcp_server=mcp,
            max_file_size=LARGEST_FILE,
            theme=_theme(),
            app_kwargs={"middleware": [guard]},
            head=f"{_asset('head.html')}{token}<style>{''.join(map(_asset, STYLES))}</style>",  # css= would rewrite selectors
            favicon_path=ASSETS / "favicon.svg",
            footer_links=[],
            ssr_mode=False,
            quiet=True,
            prevent_thread_lock=True,
            show_error=True,
        )
    except OSError as error:
        raise WenbaoError(f"端口 {port} 已被占用或不能使用，请用 --port 换一个。") from error
    if mcp:
        speak_json(page)
    return page


def serve(library_path: str | Path, **options: Any) -> None:
    """Starts the server (options of ``start``) and waits until it is interrupted."""
    page = start(library_path, **options)
    print(f"问报已启动：{page.local_url}（按 Ctrl+C 停止）", flush=True)
    page.block_thread()


def _theme() -> gr.themes.Base:
    """Gradio's own components (the login page, tables, plots) in the colours of page.css."""
    theme = gr.themes.Base(primary_hue="red", neutral_hue="stone", font=FONTS, font_mono=["ui-monospace"])
    return theme.set(
        body_background_fill="#f6f5f1",
        body_background_fill_dark="#171716",
        button_primary_background_fill="#a5302a",
        button_primary_background_fill_hover="#8a2621",
        button_primary_text_color="#ffffff",
    )


def _login(auth: str | None) -> tuple[str, str] | None:
    if not auth:
        return None
    user, colon, password = auth.partition(":")
    if not (user and colon and password):
        raise WenbaoError("用户名和密码请写成“用户名:密码”。")
    return user, password


def _shelf() -> str:
    """The page of reports, which offers for upload what the readers take."""
    accept, names = ",".join(suffixes()), "、".join(format_names())
    return _asset("reports.html").replace("<!-- accept -->", accept).replace("<!-- formats -->", names)


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
