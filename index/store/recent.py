"""What was read for one question is kept for the next."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """The values last asked for, at most ``most``; safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def values(self, keys: Sequence[Key], read: Callable[[list[Key]], Sequence[Value]]) -> list[Value]:
        """The value of each key; ``read`` gives, at once, those of the keys that are not kept."""
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        lacking = list(dict.fromkeys(key for key in keys if key not in found))
        found |= zip(lacking, read(lacking), strict=True) if lacking else ()
        with self._lock:
            for key in keys:
                self._kept[key] = found[key]
                self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return [found[key] for key in keys]

    def value(self, key: Key, read: Callable[[], Value]) -> Value:
        """The value of one key, ``read`` where it is not kept."""
        return self.values([key], lambda _: [read()])[0]
