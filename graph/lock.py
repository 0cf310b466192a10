"""Who may do what to a workspace's files: one writer at a time, and no reader's files removed.

Both are advisory locks of the system, which lets go of them when their process ends, however it
ends.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from essaim.ontology.errors import WorkspaceBusy

__all__ = ["hold", "is_held", "writing"]

_POLL_SECONDS = 0.02


@contextmanager
def writing(workspace: Path, note: str, wait: float = 0.0) -> Iterator[None]:
    """Be the one writer of a workspace.

    Args:
        workspace: its directory.
        note: what is being done, for others to read.
        wait: seconds to wait for another writer.

    Raises:
        WorkspaceBusy: another writer is still at work after that.
    """
    deadline = time.monotonic() + wait
    with (workspace / "lock").open("a+", encoding="utf-8") as stream:
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    stream.seek(0)
                    holder = stream.read().strip() or "another process"
                    raise WorkspaceBusy(
                        f"{workspace} is being written to by {holder}.",
                        "Try again when it has finished, or wait for it with --wait SECONDS.",
                    ) from None
                time.sleep(_POLL_SECONDS)
        stream.truncate(0)
        stream.write(f"process {os.getpid()} ({note}, since {time.strftime('%H:%M:%S')})")
        stream.flush()
        yield
        stream.truncate(0)


def hold(generation: Path) -> int:
    """Keep a generation from being pruned while its files are read.

    Args:
        generation: its directory.

    Returns:
        A file descriptor; closing it lets go.

    Raises:
        OSError: it is not there, or no longer.
    """
    handle = os.open(generation / "generation.json", os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        os.stat(generation / "generation.json")  # noqa: PTH116 - it may have gone while we waited
    except OSError:
        os.close(handle)
        raise
    return handle


def is_held(generation: Path) -> bool:
    """Whether somebody reads a generation."""
    with suppress(FileNotFoundError), (generation / "generation.json").open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
