"""The workers of the service, and which of them does what when.

Every worker can do everything; what it is used for depends on what runs:

- A *query* goes to an idle worker, or behind others on a busy one: most take less than a
  millisecond, and what is sent together is answered together.
- A query that has used :data:`LONG_SECONDS` of a processor is *long*. Those behind it on the same
  worker are given to others. Only so many may be long at a time: one more is ended, and begins
  anew when there is room. A text that was long once is taken for long the next time. A long query
  gives way to everything else on the processor; its worker is replaced afterwards.
- A *task* of our own (a page, an analysis) has a worker to itself, and only so many run at a time.

So however many long queries strangers send, there are always workers for short ones, and tasks.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from essaim.ontology.errors import EssaimError
from essaim.service import exchange
from essaim.service.frames import Frame, FrameReader, pack
from essaim.service.settings import Settings
from essaim.service.spool import Spool
from essaim.service.workers import (
    Call,
    Job,
    QueryEnded,
    Reply,
    WorkerProcess,
    start_server,
    too_slow,
)

__all__ = ["LONG_SECONDS", "Answer", "Ask", "Busy", "Pool", "TooLong"]

LONG_SECONDS: Final = 0.04
"""Seconds of processor time after which a query is long."""

_LOG = logging.getLogger("essaim")
_TICK_SECONDS: Final = 0.01
_NICE_SECONDS: Final = 0.25
_NICE: Final = 10
_STUCK_SECONDS: Final = 1.0
_DEPTH: Final = 8
"""How many queries may be on one worker at a time."""
_BEGIN_BYTES: Final = 8 << 20
"""Bytes of an answer that are waited for, so that what it is can be said before it is sent."""
_RETRY_SECONDS = 2.0
_REMEMBERED: Final = 10_000
_START_SECONDS: Final = 60.0


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


class TooLong(EssaimError):
    """An answer of more bytes than are sent."""

    status = 413
    title = "Answer too large"


@dataclass
class Answer:
    """What came back for a request.

    Args:
        reply: the answer, or its head when the body is long.
        spool: the body, when it is long.
    """

    reply: Reply
    spool: Spool | None = None

    async def body(self) -> bytes:
        """The whole body."""
        if self.spool is None:
            return self.reply.body
        return b"".join([part async for part in self.spool.read()])


@dataclass(eq=False)
class Ask:
    """A request for a worker, from when it is made until it is answered.

    Args:
        message: the job, as it is sent.
        seconds: how long it may take once it has begun.
        text: the query; ``""`` for a task of our own.
        settled: done when the answer, or an error, is there.
        long: done when it is known to be long, or settled.
        asked: when it was made.
        began: when a worker began with it; 0 before.
    """

    message: bytes
    seconds: float
    memory: int
    text: str
    settled: asyncio.Future[Answer]
    long: asyncio.Future[None]
    asked: float
    began: float = 0.0
    answer: Answer | None = None
    line: _Line | None = None
    is_abandoned: bool = False

    def settle(self, answer: Answer) -> None:
        """Give the answer."""
        if not self.settled.done():
            self.settled.set_result(answer)
        self.notice()

    def fail(self, error: Exception) -> None:
        """Say that there will be no answer, or no more of it."""
        if self.answer is not None and self.answer.spool is not None:
            self.answer.spool.fail(error)
            if not self.settled.done():
                self.answer.spool.close()
        if not self.settled.done():
            self.settled.set_exception(error)
            self.settled.exception()  # somebody may have stopped waiting
        self.notice()

    def notice(self) -> None:
        """Say that it is long, or settled."""
        if not self.long.done():
            self.long.set_result(None)


class _Line(asyncio.Protocol):
    """A worker, as the event loop sees it."""

    def __init__(self, pool: Pool, process: WorkerProcess) -> None:
        self.process = process
        self.pending: deque[Ask] = deque()
        self.since = 0.0
        self.cpu = 0.0
        self.is_long = False
        self.is_nice = False
        self.is_ended = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pool = pool
        self._reader = FrameReader()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        for frame, content in self._reader.feed(data):
            if self.is_ended:
                return
            if not self.ready.done():
                self._begin(frame, content)
            elif self.pending:
                self._take(frame, content)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        if not self.ready.done():
            self.ready.set_exception(self.process.lost(self.process.memory))
        self._pool.lost(self)

    def send(self, ask: Ask) -> None:
        """Give it a job, behind those it has."""
        assert self._transport is not None  # noqa: S101 - it was ready
        ask.line = self
        if not self.pending:
            self._next(ask)
        self.pending.append(ask)
        self._transport.write(ask.message)

    def end(self) -> None:
        """End the process, whatever it does."""
        self.is_ended = True
        if self._transport is not None:
            self._transport.abort()
        self._pool.in_thread(self.process.kill)

    def _begin(self, frame: Frame, content: Any) -> None:  # noqa: ANN401
        if frame is Frame.FAILED:
            self.ready.set_exception(content.error())
        else:
            self.ready.set_result(None)

    def _next(self, ask: Ask) -> None:
        self.since = ask.began = self._pool.now()
        self.cpu = self.process.cpu_seconds()

    def _take(self, frame: Frame, content: Any) -> None:  # noqa: ANN401
        head = self.pending[0]
        if frame is Frame.DONE:
            head.settle(Answer(content))
        elif frame is Frame.FAILED:
            head.fail(content.error())
        elif frame is Frame.HEAD:
            head.answer = Answer(content, Spool())
            return
        else:
            assert head.answer is not None and head.answer.spool is not None  # noqa: S101, PT018
            if frame is Frame.PART:
                head.answer.spool.put(content)
                self._pool.grown(self, head, head.answer)
                return
            head.answer.reply = replace(head.answer.reply, truncated=content)
            head.answer.spool.finish()
            head.settle(head.answer)
        self.pending.popleft()
        self.is_long = False
        if self.pending:
            self._next(self.pending[0])
        self._pool.freed(self)


class Pool:
    """The workers; one that ends is replaced at once. Used from the event loop's thread.

    Args:
        settings: how many workers, their limits, and how many requests may wait.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._size = 3 * settings.workers
        self._lines: list[_Line] = []
        self._queries: deque[Ask] = deque()
        self._long: deque[Ask] = deque()
        self._tasks: deque[Ask] = deque()
        self._known_long: OrderedDict[int, None] = OrderedDict()
        self._threads = ThreadPoolExecutor(4, "essaim-pool")
        self._replacements: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_ticking = False
        self._closed = False
        self.ended: dict[str, int] = dict.fromkeys(("time", "lost", "client", "room"), 0)
        """How many workers were ended, by what for."""

    async def start(self) -> None:
        """Start the workers and wait until they are ready.

        Raises:
            EssaimError: they can't start.
        """
        self._loop = asyncio.get_running_loop()
        start_server()
        await asyncio.gather(*(self._add() for _ in range(self._size)))

    async def close(self) -> None:
        """End every worker."""
        self._closed = True
        for task in self._replacements:
            task.cancel()
        for ask in [*self._queries, *self._long, *self._tasks]:
            ask.fail(Busy(self._retry_after()))
        for line in self._lines:
            line.end()
        self._threads.shutdown(wait=True)

    async def run(
        self,
        job: Job,
        seconds: float,
        *,
        text: str = "",
        generation: int | None = None,
        encoding: str = "",
        memory: int | None = None,
        **arguments: Any,  # noqa: ANN401
    ) -> Answer:
        """Do a job in a worker. Cancelling this ends the job.

        Args:
            job: a module-level function.
            seconds: how long it may take once it has begun.
            text: the query, where it is one a caller wrote.
            generation: the number of the generation to do it on; the current one when ``None``.
            encoding: how to compress the reply.
            memory: MiB it may take; as many as the settings say when ``None``.
            **arguments: the job's keyword arguments.

        Raises:
            Busy: no worker is free and enough requests wait.
            EssaimError: what the job raised, or that it took too long.
        """
        ask = self.ask(
            Call(job, arguments, generation, encoding, memory or self._settings.query_memory),
            seconds=seconds,
            text=text,
        )
        return await self.settled(ask)

    def ask(self, call: Call, *, seconds: float, text: str = "") -> Ask:
        """Ask for a job; its answer comes to :attr:`Ask.settled`.

        Raises:
            Busy: no worker is free and enough requests wait.
        """
        loop = self._loop
        assert loop is not None  # noqa: S101 - the pool was started
        ask = Ask(
            pack(Frame.JOB, call),
            seconds,
            call.memory,
            text,
            loop.create_future(),
            loop.create_future(),
            self.now(),
        )
        if not text:
            self._wait_in(self._tasks, ask)
        elif hash(text) in self._known_long:
            ask.notice()
            self._wait_in(self._long, ask)
        elif not self._queries and (line := self._best()) is not None:
            line.send(ask)
        else:
            self._wait_in(self._queries, ask)
        if not self._is_ticking:
            self._is_ticking = True
            loop.call_later(_TICK_SECONDS, self._tick)
        return ask

    async def settled(self, ask: Ask) -> Answer:
        """The answer to a request; cancelling this ends the request."""
        account = exchange.current()
        try:
            return await ask.settled
        except asyncio.CancelledError:
            self.abandon(ask)
            raise
        finally:
            now = self.now()
            account.waited += (ask.began or now) - ask.asked
            account.work += now - ask.began if ask.began else 0.0

    def abandon(self, ask: Ask) -> None:
        """Nobody waits for this any more: it is not begun, or ended unless it ends at once."""
        ask.is_abandoned = True
        if ask.answer is not None and ask.answer.spool is not None:
            ask.answer.spool.close()

    def now(self) -> float:
        """Seconds, as the event loop counts them."""
        assert self._loop is not None  # noqa: S101 - the pool was started
        return self._loop.time()

    def state(self) -> dict[str, int]:
        """How many workers there are, how many are free, and how many requests wait."""
        return {
            "workers": self._settings.workers,
            "processes": len(self._lines),
            "idle": sum(not line.pending for line in self._lines),
            "long": sum(line.is_long for line in self._lines),
            "waiting": len(self._queries) + len(self._long) + len(self._tasks),
        }

    # what lines tell

    def freed(self, line: _Line) -> None:
        """A worker has answered."""
        if not line.pending and line.is_nice:
            self._replace(line)
        if self._queries or self._long or self._tasks:
            self._hand_out()

    def grown(self, line: _Line, ask: Ask, answer: Answer) -> None:
        """An answer has become longer."""
        size = answer.spool.size if answer.spool is not None else 0
        if size > self._settings.max_answer_bytes:
            error = TooLong(
                f"The answer is longer than {self._settings.max_answer_bytes} bytes.",
                "Ask for less, with LIMIT, or raise ESSAIM_MAX_ANSWER_BYTES.",
            )
            self._end(line, "room", ask.fail, error)
        elif size > _BEGIN_BYTES:
            ask.settle(answer)

    def lost(self, line: _Line) -> None:
        """A worker came to its end by itself."""
        if line.is_ended:
            return
        self.ended["lost"] += 1
        waiting = list(line.pending)
        line.pending.clear()
        if waiting:
            waiting[0].fail(line.process.lost(waiting[0].memory))
        self._again(waiting[1:])
        self._replace(line)

    def in_thread(self, function: Callable[[], None]) -> None:
        """Call something that blocks for a moment."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.run_in_executor(self._threads, function)

    # who does what

    def _best(self) -> _Line | None:
        """The worker for a query: an idle one, else the one with the fewest before it."""
        best, fewest = None, _DEPTH
        for line in self._lines:
            count = len(line.pending)
            if count < fewest and not line.is_long and not (count and not line.pending[0].text):
                best, fewest = line, count
                if not count:
                    break
        return best

    def _wait_in(self, queue: deque[Ask], ask: Ask) -> None:
        queue.append(ask)
        self._hand_out()
        if ask.line is None and self._waiting() > self._settings.max_waiting:
            queue.remove(ask)
            raise Busy(self._retry_after())

    def _waiting(self) -> int:
        return len(self._queries) + len(self._long) + len(self._tasks)

    def _hand_out(self) -> None:
        """Give what waits to the workers that may take it."""
        while self._tasks and self._count_tasks() < self._settings.workers:
            if (line := self._idle()) is None:
                break
            self._start(line, self._tasks)
        while self._long and self._count_long() < self._settings.workers:
            if (line := self._idle()) is None:
                break
            ask = self._start(line, self._long)
            if ask is not None:
                line.is_long = True
                self._make_nice(line)
        while self._queries and (line := self._best()) is not None:
            self._start(line, self._queries)

    @staticmethod
    def _start(line: _Line, queue: deque[Ask]) -> Ask | None:
        ask = queue.popleft()
        if ask.is_abandoned or ask.settled.done():
            return None
        line.send(ask)
        return ask

    def _idle(self) -> _Line | None:
        return next((line for line in self._lines if not line.pending), None)

    def _count_tasks(self) -> int:
        return sum(bool(line.pending) and not line.pending[0].text for line in self._lines)

    def _count_long(self) -> int:
        return sum(line.is_long for line in self._lines)

    def _again(self, asks: Iterable[Ask]) -> None:
        """Queries that were behind another on a worker that will not come to them."""
        for ask in reversed(list(asks)):
            ask.line = None
            if not ask.is_abandoned:
                self._queries.appendleft(ask)

    # as time passes

    def _tick(self) -> None:
        if self._closed or self._loop is None:
            return
        now = self._loop.time()
        for line in list(self._lines):
            if line.pending:
                self._watch(line, line.pending[0], now - line.since)
        for queue in (self._queries, self._long, self._tasks):
            while queue and (
                queue[0].is_abandoned or now - queue[0].asked > self._settings.max_wait
            ):
                queue.popleft().fail(Busy(self._retry_after()))
        if self._waiting():
            self._hand_out()
        self._is_ticking = any(line.pending for line in self._lines) or self._waiting() > 0
        if self._is_ticking:
            self._loop.call_later(_TICK_SECONDS, self._tick)

    def _watch(self, line: _Line, head: Ask, age: float) -> None:
        """End a job that took too long or that nobody waits for; see which queries are long."""
        if age > head.seconds:
            self._end(line, "time", head.fail, too_slow("query", head.seconds))
        elif head.is_abandoned and age > LONG_SECONDS:
            self._end(line, "client", head.fail, QueryEnded("The client stopped waiting.", ""))
        elif not head.text:
            if age > LONG_SECONDS:
                head.notice()
        elif age > LONG_SECONDS and not line.is_long:
            used = line.process.cpu_seconds() - line.cpu
            if used > LONG_SECONDS or age > _STUCK_SECONDS:
                self._found_long(line, head)
        elif line.is_long and not line.is_nice and age > _NICE_SECONDS:
            self._make_nice(line)

    def _found_long(self, line: _Line, head: Ask) -> None:
        self._remember(head.text)
        head.notice()
        behind = list(line.pending)[1:]
        if behind:
            # what stands behind would be done by this worker too: it is given up with its first
            line.pending = deque([head])
            line.is_nice = True
            self._again(behind)
        if self._count_long() < self._settings.workers:
            line.is_long = True
            return
        if head.answer is not None or len(self._long) >= self._settings.max_waiting:
            self._end(line, "room", head.fail, Busy(self._retry_after()))
        else:
            head.line, head.began = None, 0.0
            self._long.append(head)
            self._end(line, "room")

    def _remember(self, text: str) -> None:
        self._known_long[hash(text)] = None
        if len(self._known_long) > _REMEMBERED:
            self._known_long.popitem(last=False)

    def _make_nice(self, line: _Line) -> None:
        line.is_nice = True
        line.process.make_nice(_NICE)

    # workers that come and go

    def _end(
        self,
        line: _Line,
        reason: str,
        tell: Callable[[Exception], None] | None = None,
        error: Exception | None = None,
    ) -> None:
        """End a worker during a job, and say so; what waited behind it is done by others."""
        self.ended[reason] += 1
        behind = list(line.pending)[1:]
        line.pending.clear()
        if tell is not None and error is not None:
            tell(error)
        self._again(behind)
        self._replace(line)

    def _replace(self, line: _Line) -> None:
        if line in self._lines:
            self._lines.remove(line)
        line.end()
        if self._closed:
            return
        task = asyncio.get_running_loop().create_task(self._add_until_it_works())
        self._replacements.add(task)
        task.add_done_callback(self._replacements.discard)

    async def _add_until_it_works(self) -> None:
        """Start another worker: a pool must not shrink for ever."""
        while not self._closed:
            try:
                await self._add()
            except EssaimError as error:
                _LOG.warning("A worker can't start: %s", error)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    async def _add(self) -> None:
        loop = asyncio.get_running_loop()
        starting = loop.run_in_executor(self._threads, self._new_process)
        try:
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            starting.add_done_callback(_close)
            raise
        process.channel.setblocking(False)  # noqa: FBT003 - the standard library's
        _, line = await loop.create_unix_connection(
            lambda: _Line(self, process), sock=process.channel
        )
        try:
            async with asyncio.timeout(_START_SECONDS):
                await line.ready
        except BaseException:
            line.end()
            raise
        if self._closed:
            line.end()
            return
        self._lines.append(line)
        self._hand_out()

    def _new_process(self) -> WorkerProcess:
        return WorkerProcess(self._settings.workspace, self._settings.query_memory)

    def _retry_after(self) -> int:
        return max(1, round(self._settings.query_timeout))


def _close(starting: asyncio.Future[WorkerProcess]) -> None:
    """End a worker that nobody waits for any more."""
    if not starting.cancelled() and starting.exception() is None:
        starting.result().close()
