"""The account of one exchange: what a request has cost so far, and what was done for it.

It is kept in a context variable, so that whatever works for a request (the pool, a route, the log)
finds the account of that request without it being handed from one to the next.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import uuid4

__all__ = ["Exchange", "begin", "current"]


@dataclass
class Exchange:
    """One request and what it led to.

    Args:
        id: names the request in the log and in the answer's ``X-Request-ID``.
        work: seconds that workers spent on it.
        waited: seconds it waited for a worker.
        query: the named query it asked, or ``""``.
        generation: the generation it was answered on.
    """

    id: str = field(default_factory=lambda: uuid4().hex)
    work: float = 0.0
    waited: float = 0.0
    query: str = ""
    generation: int | None = None


_CURRENT: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def begin(exchange: Exchange) -> None:
    """Make this the account of everything that follows in this context."""
    _CURRENT.set(exchange)


def current() -> Exchange:
    """The account of the request that is being answered; an account nobody reads outside of one."""
    return _CURRENT.get() or Exchange()
