"""Small files that are there whole, or as they were before, whatever happens meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["sync_directory", "write_synced"]


def write_synced(path: Path, text: str) -> None:
    """Replace a small file in one step, so that a reader sees the old text or the new one."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make what was renamed, added or removed in a directory survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
