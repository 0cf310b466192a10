"""What a generation's answers are computed on, opened once for each generation."""

from __future__ import annotations

from functools import lru_cache

from essaim.graph.analyses.criteria import Criteria
from essaim.graph.features import kept_features
from essaim.graph.projection import Projection, project
from essaim.graph.store import EmbeddedStore
from essaim.graph.workspace import Workspace

__all__ = ["criteria_of", "projection_of", "store_of"]


@lru_cache(maxsize=2)
def store_of(workspace: Workspace, generation: int) -> EmbeddedStore:
    """The store of a generation; it never changes and stays open."""
    return workspace.store(workspace.generation(generation))


@lru_cache(maxsize=2)
def criteria_of(workspace: Workspace, generation: int) -> Criteria:
    """The criteria of a generation, with the default weights."""
    chosen = workspace.generation(generation)
    return Criteria(kept_features(chosen, lambda: store_of(workspace, generation)))


@lru_cache(maxsize=2)
def projection_of(workspace: Workspace, generation: int) -> Projection:
    """The projection of a generation."""
    return project(store_of(workspace, generation))
