"""What a generation's answers are computed on, read once for each generation."""

from __future__ import annotations

from functools import lru_cache

from essaim.graph.features import PracticeFeatures, TerritoryFeatures, read_features
from essaim.graph.projection import Projection, project
from essaim.graph.workspace import Workspace

__all__ = ["features_of", "projection_of"]


@lru_cache(maxsize=2)
def features_of(
    workspace: Workspace, generation: int
) -> tuple[PracticeFeatures, TerritoryFeatures]:
    """The features of a generation's practices and territories."""
    return read_features(workspace.store(workspace.generation(generation)))


@lru_cache(maxsize=2)
def projection_of(workspace: Workspace, generation: int) -> Projection:
    """The projection of a generation."""
    return project(workspace.store(workspace.generation(generation)))
