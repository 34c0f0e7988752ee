"""The vectors of what is asked, each text encoded once, beside what the question needs meanwhile."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from index import Encoder
from index.encoders import FloatArray, TokenEncoder

Encoded = tuple[FloatArray, FloatArray | None]
"""The vector of a text (dimension,), and those of its tokens (tokens, dimension) where the encoder tells them."""

_MOST = 64
"""Texts kept from one question for the next: a question repeated or followed up finds its own; some hundred kilobytes."""
_kept: OrderedDict[tuple[Encoder, str], Future[Encoded]] = OrderedDict()
_lock = threading.Lock()
_worker = ThreadPoolExecutor(1, thread_name_prefix="encode")
"""One: the encoder itself takes every core for a text."""


def encode_ahead(encoder: Encoder, texts: Iterable[str]) -> None:
    """Begins to encode ``texts``, in one batch, so that ``encoded`` need not wait as long."""
    _, lacking = _begun(encoder, texts)
    if lacking:
        _worker.submit(_encode, encoder, lacking)


def encoded(encoder: Encoder, text: str) -> Encoded:
    """What ``text`` is encoded as; raises what the encoder does."""
    [found], lacking = _begun(encoder, [text])
    if lacking:
        _encode(encoder, lacking)
    return found.result()


def _begun(
    encoder: Encoder, texts: Iterable[str]
) -> tuple[list[Future[Encoded]], dict[str, Future[Encoded]]]:
    """Where each of ``texts`` is told, and those of them that are now the caller's to encode: nobody has begun to."""
    found: list[Future[Encoded]] = []
    lacking: dict[str, Future[Encoded]] = {}
    with _lock:
        for text in texts:
            if (encoder, text) not in _kept:
                lacking[text] = _kept[encoder, text] = Future()
            _kept.move_to_end((encoder, text))
            found.append(_kept[encoder, text])
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return found, lacking


def _encode(encoder: Encoder, lacking: dict[str, Future[Encoded]]) -> None:
    try:
        for future, found in zip(lacking.values(), _vectors(encoder, list(lacking)), strict=True):
            future.set_result(found)
    except BaseException as error:
        with _lock:  # the next question tries again
            for text, future in lacking.items():
                _kept.pop((encoder, text), None)
                if not future.done():
                    future.set_exception(error)


def _vectors(encoder: Encoder, texts: Sequence[str]) -> Iterable[Encoded]:
    if not isinstance(encoder, TokenEncoder):
        return ((vector, None) for vector in encoder.encode_queries(texts))
    return zip(*encoder.encode_query_tokens(texts), strict=True)
