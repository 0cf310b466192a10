"""Small files that are there whole, or as they were before, whatever happens meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["sync", "write_synced"]


def write_synced(path: Path, text: str) -> None:
    """Replace a small file in one step, so that a reader sees the old text or the new one."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Make a file's content, or what was renamed in a directory, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
