"""XLM-R's vocabulary of 250 000 pieces, pruned to the scripts in use without changing any token.

A Unigram tokenizer only ever compares pieces that are substrings of the text, so for a text whose
characters all belong to some scripts the pieces of other scripts do not matter. Each part knows the
characters it cannot judge; a text that holds one goes to the next larger part, in the end to the whole.
"""

from __future__ import annotations

import json
import threading
import unicodedata
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

_WORTH_PRUNING = 50_000
"""A smaller vocabulary costs too little memory to be pruned."""


def is_chinese(char: str) -> bool:
    """Ideographs, digits, punctuation, symbols and the capitals of 5G, GDP, AI."""
    return not char.isalpha() or "A" <= char <= "Z" or unicodedata.name(char, "").startswith("CJK ")


def is_chinese_or_latin(char: str) -> bool:
    return char.isascii() or is_chinese(char)


_SCRIPTS: tuple[Callable[[str], bool], ...] = (is_chinese, is_chinese_or_latin)


def write_pruned(tokenizer: Path, folder: Path, prompts: Sequence[str]) -> None:
    """Write the pruned vocabularies of the ``tokenizer.json`` into ``folder``; none where they would not be exact."""
    whole = json.loads(tokenizer.read_text(encoding="utf-8"))
    if not _can_be_pruned(whole, prompts):
        return
    for number, belongs in enumerate(_SCRIPTS):
        foreign = foreign_characters(whole, belongs)
        ids = kept_pieces(whole, foreign, prompts)
        stem = folder / f"pruned{number}"
        stem.with_suffix(".json").write_text(json.dumps(prune(whole, ids), ensure_ascii=False), "utf-8")
        stem.with_suffix(".txt").write_text("".join(sorted(foreign)), "utf-8")
        np.save(stem.with_suffix(".npy"), np.array(ids, np.int64))


def foreign_characters(whole: dict[str, Any], belongs: Callable[[str], bool]) -> set[str]:
    """The characters of the pieces of ``whole`` that do not belong to the scripts in use."""
    return {char for piece, _ in whole["model"]["vocab"] for char in piece if not belongs(char)}


def _can_be_pruned(whole: dict[str, Any], prompts: Sequence[str]) -> bool:
    model = whole["model"]
    if model["type"] != "Unigram" or model.get("byte_fallback") or len(model["vocab"]) < _WORTH_PRUNING:
        return False
    # A piece must not reach from the prompt, whose letters are kept, into the text.
    separate = all(not prompt or prompt[-1].isspace() for prompt in prompts)
    splits = "WhitespaceSplit" in json.dumps(whole["pre_tokenizer"])
    known = all(token["id"] < len(model["vocab"]) for token in whole["added_tokens"])
    return separate and splits and known and "special_tokens" in (whole["post_processor"] or {})


def kept_pieces(whole: dict[str, Any], foreign: set[str], prompts: Sequence[str]) -> list[int]:
    """The ids of the pieces that stay: of no foreign script, in a prompt, special, or the unlikeliest."""
    vocabulary = whole["model"]["vocab"]
    special = {token["id"] for token in whole["added_tokens"]} | {whole["model"]["unk_id"]}
    special.add(min(range(len(vocabulary)), key=lambda number: vocabulary[number][1]))  # sets <unk>'s score
    words = ["▁" + word for prompt in prompts for word in prompt.split()]
    return [
        number
        for number, (piece, _) in enumerate(vocabulary)
        if number in special or foreign.isdisjoint(piece) or any(piece in word for word in words)
    ]


def prune(whole: dict[str, Any], ids: list[int]) -> dict[str, Any]:
    """The ``tokenizer.json`` ``whole`` with the pieces ``ids`` alone, numbered in that order."""
    new = {old: number for number, old in enumerate(ids)}
    model = {**whole["model"], "unk_id": new[whole["model"]["unk_id"]]}
    model["vocab"] = [whole["model"]["vocab"][number] for number in ids]
    added = [{**token, "id": new[token["id"]]} for token in whole["added_tokens"]]
    processor = json.loads(json.dumps(whole["post_processor"]))
    for token in processor["special_tokens"].values():
        token["ids"] = [new[number] for number in token["ids"]]
    return {**whole, "added_tokens": added, "post_processor": processor, "model": model}


class FastTokenizer:
    """Token ids of the whole vocabulary, loading no more of it than the texts need; safe in threads."""

    def __init__(self, whole: Path, pruned: Path, max_tokens: int) -> None:
        """``whole`` is a ``tokenizer.json``, ``pruned`` the folder ``write_pruned`` was given."""
        self._max_tokens = max_tokens
        self._parts = [_Part(file) for file in sorted(pruned.glob("pruned*.json"))] + [_Part(whole)]

    def encode(self, prompt: str, text: str) -> npt.NDArray[np.int64]:
        """Ids of ``prompt + text`` with the special tokens, cut to the model's length."""
        part = next(part for part in self._parts if part.can_judge(text))
        ids = part.encode(prompt + text)
        return ids if len(ids) <= self._max_tokens else np.append(ids[: self._max_tokens - 1], ids[-1])

    def ends(self, prompt: str, text: str) -> list[int]:
        """Where in ``prompt + text`` each of the tokens of ``encode`` ends."""
        part = next(part for part in self._parts if part.can_judge(text))
        ends = part.ends(prompt + text)
        return ends if len(ends) <= self._max_tokens else [*ends[: self._max_tokens - 1], ends[-1]]


class _Part:
    """A pruned vocabulary, or the whole: its tokenizer, what its ids are in the whole, which characters it cannot judge."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._is_pruned = file.with_suffix(".npy").is_file()
        self._loading = threading.Lock()
        self._loaded: Tokenizer | None = None

    def can_judge(self, text: str) -> bool:
        if not self._is_pruned:
            return True
        normalizer = self._tokenizer.normalizer
        return self._foreign.isdisjoint(normalizer.normalize_str(text) if normalizer else text)

    def encode(self, text: str) -> npt.NDArray[np.int64]:
        ids = np.array(self._tokenizer.encode(text).ids, np.int64)
        return self._ids[ids] if self._is_pruned else ids

    def ends(self, text: str) -> list[int]:
        return [end for _, end in self._tokenizer.encode(text).offsets]

    @property
    def _tokenizer(self) -> Tokenizer:
        with self._loading:
            if self._loaded is None:
                self._loaded = Tokenizer.from_file(str(self._file))
                self._loaded.no_truncation()
                self._loaded.no_padding()
        return self._loaded

    @cached_property
    def _foreign(self) -> frozenset[str]:
        return frozenset(self._file.with_suffix(".txt").read_text("utf-8"))

    @cached_property
    def _ids(self) -> npt.NDArray[np.int64]:
        ids: npt.NDArray[np.int64] = np.load(self._file.with_suffix(".npy"))
        return ids
