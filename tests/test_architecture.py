"""The rooms keep their walls: import direction, public names, who may import what."""

from __future__ import annotations

import ast
import importlib
import re
import shutil
import subprocess
import sys
import tomllib
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
def imports(path: Path) -> set[tuple[str, str]]:
    """The modules that a source file imports, also inside functions, each with a name taken from it, or with none."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    whole = {(alias.name, "") for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return whole | {
        (node.module or "", alias.name)
        for node in nodes
        if isinstance(node, ast.ImportFrom) and not node.level
        for alias in node.names
    }


def imported(path: Path) -> set[str]:
    """Top-level packages that a source file imports."""
    return {module.partition(".")[0] for module, _ in imports(path)}


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


PACKAGES = sorted(path.parent for room in ("index", "qa") for path in (ROOT / room).glob("*/__init__.py"))
FOR_CONTRIBUTORS = {"Storage"}
"""What README tells those to implement who add a store."""


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_every_room_has_a_door_and_a_contract_that_nobody_passes_it() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    shut = {
        module: contract["allowed_importers"]
        for contract in contracts["contracts"]
        if contract["type"] == "protected"
        for module in contract["protected_modules"]
    }
    assert shut == {f"{room}.*": [room] for room in map(module_of, PACKAGES)}
    layers = [contract for contract in contracts["contracts"] if contract["type"] == "layers"]
    assert all(contract.get("exhaustive") for contract in layers if "containers" in contract)
    for room in PACKAGES:
        door = importlib.import_module(module_of(room))
        assert len(re.findall(r"\.(?=\s|$)", door.__doc__ or "")) > 1, room  # what it does, in two sentences
        assert door.__all__


def test_a_way_past_a_door_is_found(tmp_path: Path) -> None:
    """The contracts can fail: in a copy in which a room is entered by a window, they do."""
    for room in ROOMS:
        shutil.copytree(
            ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("*.bin", "*.q4", "assets")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "qa" / "assistant.py").open("a", encoding="utf-8") as file:
        file.write("\nfrom index.text.numerals import to_int\n")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert run.returncode != 0
    assert "Nobody imports past the door of index.text BROKEN" in run.stdout


def test_what_a_room_offers_somebody_outside_uses() -> None:
    others = [path for folder in ("benchmarks", "training") for path in (ROOT / folder).rglob("*.py")]
    for room in PACKAGES:
        outside = (imports(path) for path in (*SOURCES, *others) if room not in path.parents)
        used = {name for taken in outside for module, name in taken if module == module_of(room)}
        offered = set(importlib.import_module(module_of(room)).__all__)
        assert offered - used - FOR_CONTRIBUTORS == set(), room


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
