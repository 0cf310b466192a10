"""A long answer on its way: written as fast as a worker makes it, read as a client takes it.

What a slow client has not taken yet waits in a file, so that neither the worker nor the memory is
held by it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator

__all__ = ["Spool"]

_IN_MEMORY = 1 << 20
_READ = 1 << 17


class Spool:
    """The body of one answer, from its first byte to its last."""

    def __init__(self) -> None:
        self.size = 0
        self.is_complete = False
        self._error: Exception | None = None
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self._changed = asyncio.Event()

    def put(self, data: bytes) -> None:
        """Add to the end."""
        if not self._file.closed:
            self._file.seek(self.size)
            self._file.write(data)
        self.size += len(data)
        self._changed.set()

    def finish(self) -> None:
        """Say that everything is there."""
        self.is_complete = True
        self._changed.set()

    def fail(self, error: Exception) -> None:
        """Say that the rest will not come."""
        self._error = error
        self._changed.set()

    async def read(self) -> AsyncGenerator[bytes]:
        """The bytes from the first to the last, as they come, once.

        Raises:
            Exception: what the spool was told, when the rest will not come.
        """
        position = 0
        try:
            while True:
                if position < self.size:
                    self._file.seek(position)
                    data = self._file.read(min(_READ, self.size - position))
                    position += len(data)
                    yield data
                elif self._error is not None:
                    raise self._error
                elif self.is_complete:
                    return
                else:
                    self._changed.clear()
                    await self._changed.wait()
        finally:
            self.close()

    def close(self) -> None:
        """Let go of what was not read."""
        self._file.close()
