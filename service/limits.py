"""How much one caller may ask for, so that nobody is kept waiting by somebody else.

Two things are counted for each caller (see :attr:`essaim.service.access.Caller.client`): requests,
and seconds of work they cause. Each is a bucket that leaks at a steady rate and holds one minute's
worth. A caller with a token has :data:`TOKEN_FACTOR` times as much. The callers remembered are
bounded: past the bound the one not seen for longest is forgotten, which gives it a fresh start and
takes nothing from the others.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from essaim.ontology.errors import EssaimError
from essaim.service.access import Caller

__all__ = ["MOST_CALLERS", "TOKEN_FACTOR", "Limits", "TooMany"]

TOKEN_FACTOR: Final = 10
"""How many times as much a caller with a token may ask for."""

MOST_CALLERS: Final = 20_000
"""How many callers are remembered at a time: about 8 MB."""


class TooMany(EssaimError):
    """A caller that asked for more than its share.

    Args:
        what: what there was too much of.
        seconds: after how long to try again.
    """

    status = 429
    title = "Too many requests"

    def __init__(self, what: str, seconds: float) -> None:
        wait = max(1, math.ceil(seconds))
        super().__init__(
            f"This caller has used up its {what} for now.",
            f"Try again in {wait} s, or ask those who run the service for a token.",
        )
        self.headers = {"Retry-After": str(wait)}


@dataclass
class _Account:
    """What a caller has used and not yet been forgiven, and how much it is doing right now."""

    requests: float = 0.0
    work: float = 0.0
    running: int = 0
    seen: float = field(default_factory=time.monotonic)


class Limits:
    """The accounts of the callers. Used from one thread, the event loop's.

    Args:
        requests: requests a minute; 0 for no limit.
        work: seconds of work a minute; 0 for no limit.
        running: requests at the same time; 0 for no limit.
        clock: seconds that only grow; for tests.

    Example:
        >>> limits = Limits(requests=60, work=0, running=0, clock=lambda: 0.0)
        >>> caller = Caller("192.0.2.1")
        >>> for _ in range(60):
        ...     limits.begin(caller)
        ...     limits.end(caller, 0.1)
        >>> limits.begin(caller)
        Traceback (most recent call last):
        essaim.service.limits.TooMany: This caller has used up its requests for now.
    """

    def __init__(
        self,
        *,
        requests: float,
        work: float,
        running: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._requests = requests
        self._work = work
        self._running = running
        self._clock = clock
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    def begin(self, caller: Caller) -> None:
        """Count a request that begins.

        Raises:
            TooMany: the caller has used up its share; nothing is counted.
        """
        account = self._account(caller)
        factor = _factor(caller)
        for what, used, minute in (
            ("requests", account.requests + 1, self._requests * factor),
            ("time", account.work, self._work * factor),
        ):
            if minute and used > minute:
                raise TooMany(what, (used - minute) * 60 / minute)
        if self._running and account.running >= self._running * factor:
            raise TooMany("requests at the same time", 1)
        account.requests += 1
        account.running += 1

    def end(self, caller: Caller, seconds: float) -> None:
        """Count the work of a request that has ended; every one that began must end.

        Args:
            caller: who asked.
            seconds: how long it took.
        """
        account = self._account(caller)
        account.running = max(0, account.running - 1)
        account.work += seconds

    def __len__(self) -> int:
        return len(self._accounts)

    def _account(self, caller: Caller) -> _Account:
        key = caller.client
        now = self._clock()
        account = self._accounts.get(key)
        if account is None:
            self._forget_oldest()
            account = self._accounts[key] = _Account(seen=now)
        self._accounts.move_to_end(key)
        minutes = (now - account.seen) / 60 * _factor(caller)
        account.requests = max(0.0, account.requests - minutes * self._requests)
        account.work = max(0.0, account.work - minutes * self._work)
        account.seen = now
        return account

    def _forget_oldest(self) -> None:
        """Make room for one more; an account that is doing something is kept."""
        if len(self._accounts) >= MOST_CALLERS:
            for key, account in self._accounts.items():
                if not account.running:
                    del self._accounts[key]
                    return


def _factor(caller: Caller) -> int:
    return TOKEN_FACTOR if caller.token is not None else 1
