"""What was read is kept, the rest is read at once, and no more is kept than was said."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from index.store.recent import Recent


def test_only_what_is_not_kept_is_read_and_the_longest_unasked_is_let_go() -> None:
    asked: list[list[int]] = []

    def read(keys: Sequence[int]) -> list[str]:
        asked.append(list(keys))
        return [str(key) for key in keys]

    recent: Recent[int, str] = Recent(3)
    assert recent.values([2, 1, 2], read) == ["2", "1", "2"]
    assert recent.values([3, 1], read) == ["3", "1"]
    assert asked == [[2, 1], [3]]
    assert recent.values([4], read) == ["4"]  # 2 was asked for longest ago
    assert recent.values([1, 3, 4], read) == ["1", "3", "4"]
    assert recent.values([2], read) == ["2"]
    assert asked == [[2, 1], [3], [4], [2]]
    assert recent.values([], read) == []


def test_more_than_is_kept_is_given_all_the_same() -> None:
    recent: Recent[int, int] = Recent(2)
    assert recent.values(range(5), lambda keys: keys) == list(range(5))
    assert recent.value(4, lambda: 99) == 4
    assert recent.value(0, lambda: 99) == 99


def test_what_cannot_be_read_is_not_kept() -> None:
    recent: Recent[int, int] = Recent(2)

    def fails() -> int:
        raise OSError("lost")

    with pytest.raises(OSError, match="lost"):
        recent.value(1, fails)
    assert recent.value(1, lambda: 7) == 7
