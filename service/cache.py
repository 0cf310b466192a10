"""Answers kept for the same request on the same generation."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from essaim.service.workers import Reply

__all__ = ["Cache"]

_LONGEST = 1 << 18
"""Bytes of the longest answer that is kept: small ones are asked for again and again."""


class Cache:
    """A bounded number of bytes of answers; the one not asked for the longest is forgotten first.

    Args:
        size: bytes to keep; 0 for none.

    Example:
        >>> cache = Cache(1_000_000)
        >>> cache.put((1, "ASK {}"), Reply(b"yes", "text/plain", 1))
        >>> cache.get((1, "ASK {}")).body
        b'yes'
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._used = 0
        self._kept: OrderedDict[Hashable, Reply] = OrderedDict()

    def get(self, key: Hashable) -> Reply | None:
        """What was answered to a request before, if it is kept."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, reply: Reply) -> None:
        """Keep an answer; a long one is not."""
        size = len(reply.body)
        if size > min(_LONGEST, self._size) or key in self._kept:
            return
        self._kept[key] = reply
        self._used += size + _OVERHEAD
        while self._used > self._size:
            _, oldest = self._kept.popitem(last=False)
            self._used -= len(oldest.body) + _OVERHEAD


_OVERHEAD = 1_500
"""Bytes that an answer takes beside its body, about."""
