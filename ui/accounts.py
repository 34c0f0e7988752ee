"""Who may use a shared library: accounts as they are written down, and wrong passwords slowed down."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from index import WenbaoError

Role = Literal["reader", "operator", "program"]
ROLES: tuple[Role, ...] = ("reader", "operator", "program")
FREE_TRIES = 3
"""Wrong passwords in a row, from one address, after which the next try has to wait."""
LONGEST_WAIT = 60.0
"""Seconds between tries after many wrong passwords: the owner can still come in."""
_ADDRESSES = 10_000
"""Addresses remembered with wrong passwords, so that many of them cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class Account:
    """A reader asks, an operator also changes the library, a program gives its secret with every call."""

    name: str
    secret: str
    role: Role


def parse_accounts(text: str) -> tuple[Account, ...]:
    """Accounts, one a line: ``[role ]name:secret``, an operator without a role; ``#`` opens a comment.

    Raises ``WenbaoError`` for a line that is none, and for two of one name.
    """
    lines = [line.strip() for line in text.splitlines()]
    accounts = tuple(_account(line) for line in lines if line and not line.startswith("#"))
    names = [account.name for account in accounts]
    for name in names:
        if names.count(name) > 1:
            raise WenbaoError(f"用户名“{name}”写了两次，请只留一个。")
    return accounts


def _account(line: str) -> Account:
    """``reader 张三:secret`` → a reader; ``chen:a b`` → an operator whose password has a space in it."""
    first, _, rest = line.partition(" ")
    role, entry = next(((role, rest.strip()) for role in ROLES if role == first), ("operator", line))
    name, colon, secret = entry.partition(":")
    if not (name and colon and secret):
        raise WenbaoError("用户名和密码请写成“用户名:密码”，一行一个，前面可加 reader、operator 或 program。")
    return Account(name, secret, role)


class Accounts:
    """The accounts of a server. Checks take the same time whether or not the name exists."""

    def __init__(self, accounts: tuple[Account, ...]) -> None:
        self._people = {account.name: account for account in accounts if account.role != "program"}
        self._programs = [account for account in accounts if account.role == "program"]

    def __bool__(self) -> bool:
        return bool(self._people or self._programs)

    def person(self, name: str, password: str) -> Account | None:
        """Whose name and password these are."""
        account = self._people.get(name)
        right = _same(password, account.secret if account else secrets.token_hex())
        return account if account and right else None

    def program(self, token: str) -> Account | None:
        """The program whose token this is."""
        return next((account for account in self._programs if _same(token, account.secret)), None)


def _same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "replace"), expected.encode())


class Throttle:
    """How long an address has to wait after wrong tries in a row: 1, 2, 4 … 60 seconds from the fourth on.

    A try counts as wrong from its beginning, so that many at once gain nothing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, tuple[int, float]] = {}

    def begin(self, address: str) -> float:
        """Seconds to wait before a try is allowed; 0 begins one."""
        now = self._clock()
        count, free_at = self._wrong.pop(address, (0, 0.0))
        if free_at > now:
            self._wrong[address] = count, free_at
            return free_at - now
        if now - free_at > 2 * LONGEST_WAIT:
            count = 0
        wait = min(2.0 ** (count + 1 - FREE_TRIES), LONGEST_WAIT) if count + 1 >= FREE_TRIES else 0.0
        self._wrong[address] = count + 1, now + wait
        if len(self._wrong) > _ADDRESSES:
            self._wrong.pop(next(iter(self._wrong)))  # of the address that has tried longest ago
        return 0.0

    def succeeded(self, address: str) -> None:
        """Forgets the wrong tries of an address."""
        self._wrong.pop(address, None)
