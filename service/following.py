"""Knowing the current generation without reading its manifest for every request."""

from __future__ import annotations

import os

from essaim.graph.workspace import Generation, Workspace

__all__ = ["Following"]


class Following:
    """The current generation of a workspace, read again only when the pointer was replaced.

    Args:
        workspace: the workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._pointer = workspace.path / "current"
        self._seen: tuple[int, int] | None = None
        self._generation: Generation | None = None

    @property
    def generation(self) -> Generation:
        """The current generation.

        Raises:
            WorkspaceError: the pointer or the generation is damaged.
        """
        try:
            found = os.stat(self._pointer)  # noqa: PTH116 - for every request
            seen = found.st_ino, found.st_mtime_ns
        except OSError:
            seen = None
        if self._generation is None or seen is None or seen != self._seen:
            self._generation = self._workspace.current()
            self._seen = seen
        return self._generation
