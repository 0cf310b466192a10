"""The processes that answer queries, so that a runaway query can be ended.

The engine can't cancel a query, but the system can end a process. Each worker holds the current
generation's store open and does one job at a time; a job past its time or its memory, or one that
nobody waits for any more, is ended together with its worker. Between jobs a worker moves to a
newer generation by itself.

A job is a module-level function ``job(session, **arguments) -> Reply`` (see
:mod:`essaim.service.jobs`). Replies are bytes, made in the worker.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NoReturn

from essaim.graph.store import EmbeddedStore
from essaim.graph.workspace import Generation, Workspace
from essaim.ontology.errors import EssaimError, QueryTimeout, WorkspaceError
from essaim.service.policy import page_policy

__all__ = ["Job", "QueryEnded", "Reply", "Session", "Unexpected", "Worker", "run_once"]

_START_SECONDS = 60.0


@dataclass(frozen=True)
class Reply:
    """What a job gives.

    Args:
        body: the answer, encoded.
        media_type: its media type.
        generation: the number of the generation it was computed on.
        truncated: whether rows were left out.
        headers: HTTP headers that belong to it.
        status: its HTTP status.
    """

    body: bytes
    media_type: str
    generation: int
    truncated: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


class QueryEnded(EssaimError):
    """A worker that came to its end during a job, mostly for want of memory."""

    status = 503
    title = "Query ended"


class Unexpected(EssaimError):
    """A defect: a job raised something it should not.

    Args:
        message: what is said to the user.
        trace: what happened in the worker, for the log.
    """

    def __init__(self, message: str, trace: str) -> None:
        super().__init__(message, "Try something else, and report this.")
        self.trace = trace


class Session:
    """What a worker keeps between jobs: the current generation and its open store.

    Args:
        workspace: where the generations are.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.generation: Generation = workspace.current()
        self.store: EmbeddedStore = workspace.store(self.generation)

    def refresh(self) -> None:
        """Move to the current generation if there is a newer one."""
        current = self.workspace.current()
        if current.number != self.generation.number:
            self.store = self.workspace.store(current)
            self.generation = current

    def reply(self, body: bytes, media_type: str, *, truncated: bool = False) -> Reply:
        """An answer computed on this session's generation."""
        return Reply(body, media_type, self.generation.number, truncated)

    def page(self, html: str, status: int = 200) -> Reply:
        """A page, with the policy that lets its own scripts and styles run and no others."""
        return Reply(
            html.encode(),
            "text/html",
            self.generation.number,
            headers={"Content-Security-Policy": page_policy(html)},
            status=status,
        )


Job = Callable[..., Reply]


class Worker:
    """One worker process, seen from the process that started it.

    Args:
        workspace: the workspace's directory.
        memory: MiB it may take.
        preload: modules to import while there is no job yet, so that jobs need not wait for them.
    """

    def __init__(self, workspace: Path, memory: int, preload: Sequence[str] = ()) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._memory = memory
        self._is_ended = False
        self._ending = threading.Lock()
        self._process = context.Process(
            target=_main,
            args=(theirs, workspace, memory, preload),
            daemon=True,
            name="essaim-worker",
        )
        with _interrupt_blocked():
            self._process.start()
        theirs.close()

    def wait_ready(self) -> None:
        """Wait until it has opened the store.

        Raises:
            EssaimError: it can't; the workspace is damaged, for instance.
        """
        self._receive(_START_SECONDS, "starting")

    def call(self, job: Job, timeout: float, arguments: dict[str, Any]) -> Reply:
        """Do a job and wait for its reply; blocks.

        Args:
            job: a module-level function.
            timeout: seconds; the worker is ended after them.
            arguments: the job's keyword arguments.

        Raises:
            QueryTimeout: it took longer.
            QueryEnded: the worker came to its end.
            EssaimError: what the job raised.
        """
        try:
            self._pipe.send((job, arguments))
        except OSError:
            self._lost()
        reply = self._receive(timeout, "query")
        assert isinstance(reply, Reply)  # noqa: S101 - the other end is ours
        return reply

    @property
    def alive(self) -> bool:
        """Whether it can take another job."""
        return not self._is_ended and self._process.is_alive()

    def kill(self) -> None:
        """End it now, whatever it is doing; any thread may."""
        self._is_ended = True  # first: while another thread waits for the process, it looks alive
        with self._ending:
            self._process.kill()
            self._process.join()

    def _receive(self, timeout: float, what: str) -> Reply | None:
        deadline = time.monotonic() + timeout
        try:
            if not self._pipe.poll(max(0.0, deadline - time.monotonic())):
                self.kill()
                raise QueryTimeout(
                    f"The {what} took longer than {timeout:g} s and was ended.",
                    "Ask for less, or raise ESSAIM_QUERY_TIMEOUT or ESSAIM_ANSWER_TIMEOUT.",
                )
            outcome = self._pipe.recv()
        except (EOFError, OSError):
            self._lost()
        if isinstance(outcome, _Failure):
            raise outcome.error()
        return outcome if isinstance(outcome, Reply) else None

    def _lost(self) -> NoReturn:
        self.kill()
        raise QueryEnded(
            f"The query was ended: it may have needed more than {self._memory} MiB of memory.",
            "Ask for less, or raise ESSAIM_QUERY_MEMORY.",
        ) from None


def run_once(workspace: Path, memory: int, job: Job, timeout: float, **arguments: object) -> Reply:
    """Do one job in a worker of its own: the command line's way.

    Args:
        workspace: the workspace's directory.
        memory: MiB the worker may take.
        job: a module-level function.
        timeout: seconds it may take.
        **arguments: the job's keyword arguments.

    Raises:
        EssaimError: what the job raised, or that it took too long.
    """
    worker = Worker(workspace, memory)
    try:
        worker.wait_ready()
        return worker.call(job, timeout, arguments)
    finally:
        worker.kill()


@dataclass(frozen=True)
class _Failure:
    """An error on its way from a worker: errors with a constructor of their own don't pickle."""

    kind: type[EssaimError]
    message: str
    state: dict[str, Any]

    def error(self) -> EssaimError:
        error = self.kind.__new__(self.kind)
        error.args = (self.message,)
        error.__dict__.update(self.state)
        return error


@contextmanager
def _interrupt_blocked() -> Iterator[None]:
    """Let what is started here inherit a blocked Ctrl-C: ending workers is the parent's work."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# in the worker


def _main(pipe: Connection, path: Path, memory: int, preload: Sequence[str]) -> None:
    """A worker's life: open the store, then jobs until the parent closes the pipe."""
    _end_with_parent()
    _hide_last_words()
    _limit_memory(memory << 20)
    try:
        session = Session(Workspace.open(path))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent has to know
        pipe.send(_failure(_as_known(error, f"The workspace {path}")))
        return
    pipe.send(None)
    ahead = list(preload)
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            while ahead and not pipe.poll():
                import_module(ahead.pop(0))
            job, arguments = pipe.recv()
            pipe.send(_outcome(session, job, arguments))


def _outcome(session: Session, job: Job, arguments: dict[str, Any]) -> Reply | _Failure:
    try:
        session.refresh()
        return job(session, **arguments)
    except Exception as error:  # noqa: BLE001 - the parent is told, and the worker lives on
        return _failure(_as_known(error, f"Generation {session.generation.number}"))


def _as_known(error: Exception, what: str) -> EssaimError:
    """An error of the project: itself, a damaged store, or a defect."""
    if isinstance(error, EssaimError):
        return error
    if isinstance(error, OSError) or str(error).startswith("Corruption"):
        return WorkspaceError(f"{what} can't be read: {_one_line(error)}.", "Restore a backup.")
    trace = "".join(traceback.format_exception(error))
    return Unexpected(f"Something went wrong: {_one_line(error)}.", trace)


def _failure(error: EssaimError) -> _Failure:
    return _Failure(type(error), str(error), dict(vars(error)))


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__} {error}".split()).rstrip(".")[:300]


def _end_with_parent() -> None:
    """End this process when its parent is gone, even during a query: it would never end itself."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def watch() -> None:
            wait([sentinel])
            os._exit(0)

        threading.Thread(target=watch, daemon=True).start()


def _limit_memory(limit: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most != resource.RLIM_INFINITY:
        limit = min(limit, most)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))


def _hide_last_words() -> None:
    """Drop what the engine prints when its memory is refused; the parent says it in a sentence."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
