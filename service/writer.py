"""The one worker that writes: updates wait for each other, and each is done or not done at all.

It is a process like those that read, so that an update past its time is ended too; the workspace
stays as it was, because a generation is published in one step.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from essaim.service.pool import Busy
from essaim.service.settings import Settings
from essaim.service.workers import Job, Reply, Worker

__all__ = ["Writer"]

_MOST_WAITING = 32


class Writer:
    """Does one write after the other.

    Args:
        settings: how long a write may take, and how much memory.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._thread = ThreadPoolExecutor(1, "essaim-writer")
        self._worker: Worker | None = None
        self._waiting = 0

    async def run(self, job: Job, arguments: Mapping[str, Any]) -> Reply:
        """Do a write. It goes on when its client has gone: it would be there or not by chance.

        Raises:
            Busy: too many writes wait.
            EssaimError: what went wrong; then nothing is written.
        """
        if self._waiting >= _MOST_WAITING:
            raise Busy(max(1, round(self._settings.write_timeout / 10)))
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            work = loop.run_in_executor(self._thread, self._do, job, arguments)
            return await asyncio.shield(work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """End the worker when what was begun is done."""
        self._thread.submit(self._end)
        self._thread.shutdown(wait=True)

    def _do(self, job: Job, arguments: Mapping[str, Any]) -> Reply:
        if self._worker is None or not self._worker.alive:
            self._end()
            memory = max(self._settings.token_query_memory, self._settings.query_memory)
            worker = Worker(self._settings.workspace, memory)
            worker.wait_ready()
            self._worker = worker
        return self._worker.call(job, self._settings.write_timeout, arguments)

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker = None
