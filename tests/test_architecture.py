"""The rooms keep their walls: import direction, public names, who may import what."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("index", "qa", "ui")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))

HEAVY = (
    "torch", "transformers", "sentence_transformers", "gradio", "langchain_core",
    "langchain_text_splitters", "pandas", "pymilvus", "pypdfium2", "docx", "lxml", "openvino_telemetry", "openpyxl", "pptx", "rapidocr", "cv2",
)  # fmt: skip

SOLE_IMPORTERS = {
    "faiss": {"index/search/vectors.py"},
    "pymilvus": {"index/store/milvus_client.py"},
    "langchain_text_splitters": {"index/structure/chunking.py"},
    "sentence_transformers": {"index/encoders/sentence_transformers.py", "qa/reading/reader.py"},
    "openvino": {"index/encoders/quiet_openvino.py"},
    "opencc": {"index/text/normalization.py"},
    "pypdfium2": {"index/readers/pdfium.py"},
    "docx": {"index/readers/formats/docx.py", "ui/word_export.py"},
    "lxml": {"index/readers/formats/html.py"},
    "openpyxl": {"index/readers/formats/xlsx.py"},
    "pptx": {"index/readers/formats/pptx.py"},
    "rapidocr": {"index/readers/ocr.py"},
    "markdown_it": {"index/readers/formats/markdown.py"},
    "gradio": {"ui/api.py", "ui/app.py", "ui/server.py"},
    "typer": {"ui/cli.py", "ui/console.py"},
}


@cache
def imported(path: Path) -> set[str]:
    """Top-level packages that a source file imports, also inside functions."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in names}


def loaded_after(code: str) -> set[str]:
    """Top-level modules loaded once ``code`` has run in a fresh process."""
    script = f"{code}\nimport sys\nprint(*{{name.partition('.')[0] for name, module in sys.modules.items() if module}})"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(run.stdout.splitlines()[-1].split())


def test_openblas_is_quieted_before_numpy_is_loaded() -> None:
    command = [sys.executable, "-X", "importtime", "-c", "import index"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = [line.rpartition("|")[2].strip() for line in run.stderr.splitlines()]
    assert "numpy" in loaded[loaded.index("index.quiet_openblas") :]


def test_imports_flow_one_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("package", sorted(SOLE_IMPORTERS))
def test_a_library_is_imported_in_one_place(package: str) -> None:
    importers = {path.relative_to(ROOT).as_posix() for path in SOURCES if package in imported(path)}
    assert importers == SOLE_IMPORTERS[package]


def test_product_code_does_not_know_the_development_data() -> None:
    assert [path for path in SOURCES if "../shared" in path.read_text(encoding="utf-8")] == []


def test_public_names_of_qa() -> None:
    assert set(importlib.import_module("qa").__all__) == {"Answer", "Assistant", "Citation"}


def test_public_names_of_index() -> None:
    errors = importlib.import_module("index.errors")
    tree = {name for name, value in vars(errors).items() if isinstance(value, type)}
    index = importlib.import_module("index")
    values = {"Encoder", "Figure", "PageStart", "Passage", "ReportInfo", "Section", "Snapshot", "SyncResult"}
    assert set(index.__all__) == {"Library"} | values | tree
    assert all(getattr(index, name) is not None for name in index.__all__)


def test_the_command_line_starts_light() -> None:
    loaded = loaded_after("from ui.cli import run; run(['--help'])")
    assert loaded & {*HEAVY, "index", "qa", "numpy", "faiss", "openvino", "rich"} == set()


def test_asking_needs_none_of_the_heavy_libraries(sample_library: Path) -> None:
    code = f"from ui.cli import run; run(['ask', '棚户区改造', '--library', {str(sample_library)!r}])"
    assert loaded_after(code) & set(HEAVY) == set()
