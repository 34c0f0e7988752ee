"""wenbao itself, measured by the same harness; the time of a question is that of a whole ``ask``."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness import Ask, main

from index import Library
from index.encoders import load_encoder
from qa import Assistant


def load(spec: dict[str, Any]) -> Callable[[dict[str, str]], Ask]:
    encoder = load_encoder()

    def build(texts: dict[str, str]) -> Ask:
        folder = Path(tempfile.mkdtemp(prefix="wenbao-bench-"))
        files = []
        for report, text in texts.items():
            files.append(folder / f"{report}.txt")
            files[-1].write_text(text, encoding="utf-8")
        library = Library.open(folder / "library", encoder=encoder)
        library.add(files)
        assistant = Assistant(library)

        def ask(question: str, k: int) -> list[tuple[str, str]]:
            answer = assistant.ask(question, k)
            return [(cited.text, cited.report) for cited in answer.citations or answer.related]

        return ask

    return build


main("wenbao", ["wenbao", "faiss-cpu", "openvino"], load)
