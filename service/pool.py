"""The workers of the service, handed out to requests one job at a time."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor

from essaim.ontology.errors import EssaimError
from essaim.service import exchange
from essaim.service.settings import Settings
from essaim.service.workers import Job, Reply, Worker

__all__ = ["Busy", "Pool"]

_LOG = logging.getLogger("essaim")
_PRELOAD = ("essaim.service.page_jobs", "essaim.graph.answers", "essaim.viz.graph_page")
_RETRY_SECONDS = 2.0


class Busy(EssaimError):
    """Every worker is at work and enough requests wait already.

    Args:
        retry_after: seconds after which to try again.
    """

    status = 503
    title = "Busy"

    def __init__(self, retry_after: int) -> None:
        self.headers = {"Retry-After": str(retry_after)}
        super().__init__(
            "Every worker is at work and others wait already.",
            f"Try again in {retry_after} s.",
        )


class Pool:
    """A fixed number of workers; one that ends is replaced at once.

    The event loop never waits for a worker: a thread does, and only for as long as the job's time
    limit. A cancelled request ends its worker.

    Args:
        settings: how many workers, their limits, and how many requests may wait.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._idle: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()
        self._workers: set[Worker] = set()
        self._threads = ThreadPoolExecutor(2 * settings.workers + 2, "essaim-pool")
        self._replacements: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._closed = False

    async def start(self) -> None:
        """Start the workers and wait until they are ready.

        Raises:
            EssaimError: they can't start.
        """
        for worker in await asyncio.gather(*(self._spawn() for _ in range(self._settings.workers))):
            self._idle.put_nowait(worker)

    async def close(self) -> None:
        """End every worker."""
        self._closed = True
        for task in self._replacements:
            task.cancel()
        for worker in list(self._workers):
            worker.kill()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def run(self, job: Job, timeout: float, **arguments: object) -> Reply:
        """Do a job in a worker.

        Args:
            job: a module-level function.
            timeout: seconds it may take once it has started.
            **arguments: the job's keyword arguments.

        Raises:
            Busy: no worker is free and enough requests wait.
            EssaimError: what the job raised, or that it took too long.
        """
        account = exchange.current()
        asked = time.monotonic()
        worker = await self._take()
        began = time.monotonic()
        account.waited += began - asked
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, worker.call, job, timeout, arguments)
        except asyncio.CancelledError:
            worker.kill()
            raise
        finally:
            account.work += time.monotonic() - began
            self._give_back(worker)

    def state(self) -> dict[str, int]:
        """How many workers there are, how many are free, and how many requests wait."""
        return {
            "workers": len(self._workers),
            "idle": self._idle.qsize(),
            "waiting": self._waiting,
        }

    async def _take(self) -> Worker:
        if self._idle.empty() and self._waiting >= self._settings.max_waiting:
            raise Busy(self._retry_after())
        self._waiting += 1
        try:
            async with asyncio.timeout(self._settings.max_wait):
                while not (worker := await self._idle.get()).alive:
                    self._give_back(worker)
                return worker
        except TimeoutError:
            raise Busy(self._retry_after()) from None
        finally:
            self._waiting -= 1

    def _give_back(self, worker: Worker) -> None:
        if self._closed:
            worker.kill()
        elif worker.alive:
            self._idle.put_nowait(worker)
        else:
            self._workers.discard(worker)
            task = asyncio.get_running_loop().create_task(self._replace())
            self._replacements.add(task)
            task.add_done_callback(self._replacements.discard)

    async def _replace(self) -> None:
        """Start another worker, trying until it works: a pool must not shrink for ever."""
        while not self._closed:
            try:
                self._idle.put_nowait(await self._spawn())
            except EssaimError as error:
                _LOG.warning("A worker can't start: %s", error)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    async def _spawn(self) -> Worker:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._start_one)

    def _start_one(self) -> Worker:
        worker = Worker(self._settings.workspace, self._settings.query_memory, _PRELOAD)
        self._workers.add(worker)
        try:
            worker.wait_ready()
        except EssaimError:
            self._workers.discard(worker)
            raise
        if self._closed:
            worker.kill()
        return worker

    def _retry_after(self) -> int:
        return max(1, round(self._settings.query_timeout))
