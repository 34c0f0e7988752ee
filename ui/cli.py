"""The command line, ``wenbao``: every sentence a user reads is Chinese.

Exit status: 0 answered or done, 1 refused, 2 a user error and 70 an error of ours, each told in one
sentence on stderr.
The rooms below are imported inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
import typer.core

from ui.console import MOST_CITATIONS, print_answer, print_json, print_summary, progress_bar, report_line

if TYPE_CHECKING:
    from index import Library

DONE, REFUSED, USER_ERROR, BUG, INTERRUPTED = 0, 1, 2, 70, 130
"""Exit statuses: 0 to 2 are promised in the README, 70 is EX_SOFTWARE, 130 a shell's for Ctrl-C."""

HELP_WORDS = {
    "Usage:": "用法：",
    "Options:": "选项：",
    "Arguments:": "参数：",
    "Commands:": "命令：",
    "Show this message and exit.": "显示帮助",
    "[required]": "［必填］",
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 [参数]…",
}
FILES = frozenset({"files", "library", "questions", "auth"})
"""The parameters that name files, whose names may be any bytes."""
ARGUMENT_TYPE = re.compile(r" <[\w\[\]]+>")
""" <str>; not str."""


class ChineseGroup(typer.core.TyperGroup):
    """The list of commands, headed in Chinese, in the order they are declared."""

    def get_help(self, ctx: Any) -> str:
        return in_chinese(super().get_help(ctx))


class ChineseCommand(typer.core.TyperCommand):
    """A command's help, headed in Chinese; its arguments are text, but for the names of files."""

    def get_help(self, ctx: Any) -> str:
        return in_chinese(super().get_help(ctx))

    def invoke(self, ctx: Any) -> Any:
        for name, value in ctx.params.items():
            if name not in FILES:
                ctx.params[name] = as_text(value)
        return super().invoke(ctx)


def as_text(value: Any) -> Any:
    """A value of the command line, or several, as UTF-8 text whatever the locale; raises WenbaoError."""
    if isinstance(value, list | tuple):
        return type(value)(map(as_text, value))
    if not isinstance(value, str) or not re.search(r"[\ud800-\udfff]", value):
        return value
    try:
        return os.fsencode(value).decode("utf-8")
    except UnicodeError:
        from index.errors import WenbaoError

        raise WenbaoError("命令行里有无法辨认的字符，请用 UTF-8 重新输入。") from None


def in_chinese(text: str) -> str:
    """Help as typer words it, with its few fixed words put into Chinese."""
    for word, chinese in HELP_WORDS.items():
        text = text.replace(word, chinese)
    return ARGUMENT_TYPE.sub("", text)


app = typer.Typer(
    cls=ChineseGroup,
    help="问报：政府工作报告的语义问答，逐字引用，出处到页。",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def option(*names: str, **settings: Any) -> Any:
    """An option whose help line tells its default itself."""
    return typer.Option(*names, show_default=False, show_envvar=False, **settings)


LibraryDir = Annotated[
    str,
    option(
        "--library",
        "--store",
        metavar="DIR",
        envvar="WENBAO_LIBRARY",
        help="文库目录或 Milvus 地址（默认 library）",
    ),
]
Model = Annotated[
    str | None,
    option("--model", metavar="NAME", envvar="WENBAO_MODEL", help="向量模型的名称或目录（或 WENBAO_MODEL）"),
]
ReportIds = Annotated[list[str] | None, option("--report", metavar="ID", help="只问这份报告，可重复给出")]
AsJson = Annotated[bool, option("--json", help="只输出一个 JSON 对象")]
LIBRARY = "library"
Command = TypeVar("Command", bound=Callable[..., int])


def command(name: str, help: str) -> Callable[[Command], Command]:
    """Declares a command; what it returns is the exit status."""
    return app.command(name, cls=ChineseCommand, help=help)


NO_REPORTS = "文库中还没有报告，请用 wenbao add 文件… 收录。"


@command("add", "收录报告文件或目录（未改动的文件不重复处理）")
def add(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="报告文件或目录")],
    replace: Annotated[bool, option("--replace", help="替换同名的报告（默认另存为新报告）")] = False,
    prune: Annotated[bool, option("--prune", help="移除目录中已不存在的报告")] = False,
    library: LibraryDir = LIBRARY,
    model: Model = None,
) -> int:
    with progress_bar() as progress:
        books = open_library(library, model, create=True)
        result = books.sync(files, replace=replace, prune=prune, progress=progress)
    print_summary(result)
    return USER_ERROR if result.failed else DONE


@command("remove", "从文库移除报告")
def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="报告编号，见 wenbao reports")],
    library: LibraryDir = LIBRARY,
) -> int:
    open_library(library).remove(*ids)
    print(f"移除 {len(set(ids))} 份")
    return DONE


@command("rebuild", "用文库中保存的原文件重建索引")
def rebuild(library: LibraryDir = LIBRARY, model: Model = None) -> int:
    from index import Library, LibraryDamaged, LibraryMismatch

    with suppress(LibraryDamaged, LibraryMismatch):  # what this mends
        open_library(library)
    with progress_bar() as progress:
        infos = Library(library, model=model).rebuild(progress=progress)
    print(f"重建 {len(infos)} 份")
    return DONE


@command("reports", "列出文库中的报告，或更正一份报告的信息")
def reports(
    corrected: Annotated[
        tuple[str, str] | None,
        option("--set", metavar="ID KEY=VALUE", help="更正一项，如 date=2025-01-07；等号后留空则恢复原样"),
    ] = None,
    library: LibraryDir = LIBRARY,
    as_json: AsJson = False,
) -> int:
    books = open_library(library)
    if corrected is not None:
        books.set_metadata(corrected[0], **correction(corrected[1]))
    infos = books.reports()
    if as_json:
        print_json({"reports": [info.to_dict() for info in infos]})
        return DONE
    for info in infos:
        print(report_line(info))
    if not infos:
        print(NO_REPORTS, file=sys.stderr)
    return DONE


@command("ask", "提问，得到逐字引用的答案")
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="要问的问题")],
    as_json: AsJson = False,
    top_k: Annotated[
        int,
        option(
            "--top-k",
            metavar="K",
            min=1,
            max=MOST_CITATIONS,
            help=f"引用的出处不足 K 处时，用相近的段落补足（1–{MOST_CITATIONS}，默认 5）",
        ),
    ] = 5,
    report: ReportIds = None,
    library: LibraryDir = LIBRARY,
    model: Model = None,
) -> int:
    from qa import Assistant

    books = open_library(library, model)
    answer = Assistant(books).ask(question, top_k=top_k, reports=report)
    if as_json:
        print_json(answer.to_dict())
    elif not answer.answered and not books.reports():
        print(NO_REPORTS, file=sys.stderr)
    else:
        print_answer(answer)
    return DONE if answer.answered or answer.shape == "help" else REFUSED


@command("indicators", "列出报告中的指标数字，每个都有出处")
def indicators(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="指标名称，如 GDP；不写则列出全部")
    ] = None,
    as_csv: Annotated[bool, option("--csv", help="输出 CSV 表格，可用 Excel 打开")] = False,
    as_json: AsJson = False,
    report: Annotated[str | None, option("--report", metavar="ID", help="只看这份报告")] = None,
    year: Annotated[int | None, option("--year", metavar="YEAR", help="只看这一年")] = None,
    mode: Annotated[
        str | None, option("--mode", metavar="MODE", help="只看目标、实绩、预计或多年累计")
    ] = None,
    library: LibraryDir = LIBRARY,
) -> int:
    from ui.indicators import mode_named, skipped, to_csv, to_text

    books = open_library(library)
    snapshot = books.snapshot()
    found = books.indicators(name, report, year, mode_named(mode) if mode else None)
    if as_json:
        print_json({"figures": [figure.to_dict() for figure in found]})
    elif as_csv:
        sys.stdout.buffer.write(to_csv(found, snapshot).encode("utf-8-sig"))  # Excel needs the mark
    else:
        print(to_text(found, snapshot))
        print(
            f"共 {len(found)} 个；另有 {skipped(snapshot, report)} 个数字把握不足，未列入。", file=sys.stderr
        )
    return DONE


@command("eval", "用带标准答案的问题集评测检索与作答")
def evaluate(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="每行一个 JSON 对象的问题文件")],
    as_json: AsJson = False,
    library: LibraryDir = LIBRARY,
    model: Model = None,
) -> int:
    from qa import Assistant, evaluation

    asked = load_questions(questions)
    assistant = Assistant(open_library(library, model))
    with progress_bar() as progress:
        table = evaluation.evaluate(assistant, asked, progress)
    if as_json:
        print_json(table)
    else:
        print(evaluation.format_table(table))
    return DONE


@command("serve", "打开网页问答")
def serve(
    host: Annotated[str, option("--host", metavar="HOST", help="监听地址（默认 127.0.0.1）")] = "127.0.0.1",
    port: Annotated[int, option("--port", metavar="PORT", min=1, max=65535, help="端口（默认 7860）")] = 7860,
    read_only: Annotated[bool, option("--read-only", help="不允许增删报告")] = False,
    auth: Annotated[
        str | None,
        option(
            "--auth",
            metavar="FILE",
            help="要求登录：写着账号的文件，一行一个“用户名:密码”（或把账号放进 WENBAO_AUTH）",
        ),
    ] = None,
    mcp: Annotated[bool, option("--mcp", help="同时提供 MCP 服务")] = False,
    name: Annotated[
        list[str] | None,
        option("--name", metavar="NAME", help="允许用这个域名访问（服务在反向代理之后时用），可重复给出"),
    ] = None,
    library: LibraryDir = LIBRARY,
    model: Model = None,
) -> int:
    accounts = read_accounts(auth) if auth is not None else os.environ.get("WENBAO_AUTH") or None
    from ui.ports import check_port

    check_port(host, port)  # the server itself takes seconds to load
    from ui.server import serve as serve_page

    serve_page(
        library,
        host=host,
        port=port,
        read_only=read_only,
        auth=accounts,
        mcp=mcp,
        model=model,
        names=name or (),
    )
    return DONE


def open_library(path: str, model: str | None = None, create: bool = False) -> Library:
    """The library at ``path``; raises the errors of ``Library.open``."""
    from index import Library

    return Library.open(path, model=model, create=create)


def read_accounts(file: str) -> str:
    """The accounts in ``file``; raises WenbaoError, also for a password on the command line itself."""
    from index import WenbaoError

    path = Path(file)
    if ":" in file and not path.exists():
        raise WenbaoError(
            "密码不要写在命令行上，别人用 ps 就能看到；请写进文件，用 --auth 文件 给出，或放进环境变量 WENBAO_AUTH。"
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise WenbaoError(f"无法读取账号文件“{file}”，应为 UTF-8 文本，一行一个“用户名:密码”。") from error


def load_questions(path: Path) -> list[dict[str, Any]]:
    """The questions of a JSON Lines file; raises WenbaoError where it is not one."""
    from index import WenbaoError
    from qa import evaluation

    try:
        questions = evaluation.load_questions(path)
    except (OSError, ValueError) as error:
        raise WenbaoError(f"无法读取问题文件“{path}”，应为 UTF-8 文本，每行一个 JSON 对象。") from error
    for number, question in enumerate(questions, 1):
        if not isinstance(question, dict) or not {"id", "question", "kind"} <= question.keys():
            raise WenbaoError(f"问题文件“{path}”的第 {number} 题缺少 id、question 或 kind，请补全后再试。")
    return questions


def correction(pair: str) -> dict[str, Any]:
    """``{key: value}`` of ``key=value``, as ``Library.set_metadata`` takes it; raises WenbaoError."""
    from index import WenbaoError
    from index.arguments import CORRECTABLE
    from ui import corrections

    key, _, value = pair.partition("=")
    if key not in CORRECTABLE or "=" not in pair:
        names = "、".join(sorted(CORRECTABLE))
        raise WenbaoError(f"“{pair}”写得不对，应写成“项=值”，可以更正的项有 {names}。")
    return {key: corrections.correction(key, value)}


def usage_sentence(error: Exception) -> str:
    """What is wrong with the command line, in one Chinese sentence.

    Errors are told apart by name: typer has moved these classes between releases.
    """
    kind, message = type(error).__name__, str(error)
    param = getattr(error, "param", None)
    name = "" if param is None else param.opts[0] if param.param_type_name == "option" else param.metavar
    option = getattr(error, "option_name", "")
    quoted = re.search(r"'([^']+)'|\(([^()]+)\)$", message)
    word = next((group for group in quoted.groups() if group), "") if quoted else ""
    sentences = {
        "MissingParameter": f"缺少 {name}",
        "NoSuchOption": f"没有 {option} 这个选项",
        "NoSuchCommand": f"没有 {word} 这个命令",
        "BadOptionUsage": f"选项 {option} 的用法不对",
        "BadParameter": f"{name} 的值不对",
        "UsageError": f"命令行里的 {word} 不认识" if word else "命令行写得不完整",
    }
    return f"{sentences.get(kind, '命令行有误')}，请运行 wenbao --help 查看用法。"


def run(args: Sequence[str]) -> int:
    """Runs the command line; returns its exit status instead of raising for what a user can cause."""
    try:
        status = app(list(args) or ["--help"], prog_name="wenbao", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # typer turns the one into the other
        # Python flushes stdout once more on leaving: let it go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        sentence = user_sentence(error)
        print(sentence or bug_sentence(error), file=sys.stderr)
        return USER_ERROR if sentence else BUG
    return status or DONE


def user_sentence(error: Exception) -> str | None:
    """The sentence for an error that a user can cause, None for one that only we can."""
    if hasattr(error, "format_message"):
        return usage_sentence(error)
    from index.errors import WenbaoError

    if isinstance(error, WenbaoError):
        return str(error)
    if isinstance(error, OSError):
        return f"系统拒绝了操作（{error.strerror or error}），请检查文件、端口和权限后重试。"
    return None


def bug_sentence(error: Exception) -> str:
    """The sentence for an error that only we can cause: what and where, for whoever mends it."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return f"程序内部出错（{what}，{Path(place.filename).name} 第 {place.lineno} 行），请把这一行发给维护者。"


def main() -> None:
    """The console script ``wenbao``."""
    open_streams()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.exit(run(sys.argv[1:]))


def open_streams() -> None:
    """Opens what was closed (``>&-``) on nothing, or else a library's file would get that number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest free number: this one
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
