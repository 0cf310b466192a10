"""A state of the graph as the rules and the shapes read it: its store, its files, its counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph

from essaim.graph.census import Census
from essaim.graph.facts import Facts

__all__ = ["State"]


@dataclass(frozen=True)
class State:
    """A state of the graph.

    Args:
        store: its store.
        files: for each named graph, its statement file.
        censuses: for each named graph, what it holds.
    """

    store: pyoxigraph.Store = field(default_factory=pyoxigraph.Store)
    files: Mapping[str, Path] = field(default_factory=dict)
    censuses: Mapping[str, Census] = field(default_factory=dict)

    def facts(self, *, derived: bool = False) -> Facts:
        """What it says that is data, one property at a time.

        Args:
            derived: whether derived statements count too.
        """
        return Facts(self.store, self.censuses, derived=derived)
