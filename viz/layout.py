"""Where each entity stands in the picture: computed here, once, the same every time."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from essaim.viz.escape import LABEL_LIMIT, clean
from essaim.viz.neighbourhood import Neighbourhood

__all__ = ["Place", "layout"]

_SEED = 20_191_126
_CHARACTER, _LINE = 6.7, 15.0
_WIDTH, _LINES = 22, 3
_FEW, _MANY = 60, 400
_GAP = 16.0
_Array = NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """Where an entity stands.

    Args:
        x: from the centre, to the right.
        y: from the centre, downwards.
        size: half the width of its shape.
        lines: its label, cut into lines that fit under the shape.
    """

    x: int
    y: int
    size: int
    lines: tuple[str, ...]


def layout(around: Neighbourhood, aspect: float = 1.4) -> dict[str, Place]:
    """The place of each node of a neighbourhood.

    Neighbours of a kind start side by side around the centre; springs then bring together what is
    tied (Fruchterman and Reingold 1991), and labels that would overlap push each other aside.

    Args:
        around: what to lay out.
        aspect: the width wanted for a height of 1.

    Returns:
        By IRI; the centre is at 0, 0.
    """
    iris = [node.iri for node in around.nodes]
    lines = [_lines(node.label) for node in around.nodes]
    sizes = [_size(node.distance) for node in around.nodes]
    heights = [_LINE * len(text) for text in lines]
    boxes = np.array(
        [
            (max(2.0 * size, *(len(line) * _CHARACTER for line in text)), 2 * size + height)
            for text, size, height in zip(lines, sizes, heights, strict=True)
        ]
    )
    boxes += _GAP
    points = _springs(around, _in_sectors(around))
    area = float((boxes[:, 0] * boxes[:, 1]).sum()) * 3.2
    height = math.sqrt(area / aspect)
    points = _even(points) * np.array([height * aspect / 2, height / 2])
    below = np.array([(0.0, height / 2) for height in heights])
    points = _apart(points + below, boxes) - below
    points -= points[0]
    return {
        iri: Place(round(x), round(y), size, text)
        for iri, (x, y), size, text in zip(iris, points, sizes, lines, strict=True)
    }


def _lines(label: str) -> tuple[str, ...]:
    text = clean(label, LABEL_LIMIT)
    found = textwrap.wrap(text, _WIDTH, max_lines=_LINES, placeholder="…")
    return tuple(found) or (text or "…",)


def _size(distance: int) -> int:
    return {0: 22, 1: 13}.get(distance, 10)


def _in_sectors(around: Neighbourhood) -> dict[int, tuple[float, float]]:
    """Neighbours on circles, those of a type next to one another."""
    order = {kind.type: number for number, kind in enumerate(around.types)}
    starts = {0: (0.0, 0.0)}
    others = sorted(
        range(1, len(around.nodes)),
        key=lambda number: (order[around.nodes[number].type], number),
    )
    rings = 2 if len(others) <= _FEW else round(math.sqrt(len(others)) / 3)
    for turn, number in enumerate(others):
        angle = 2 * math.pi * turn / len(others)
        radius = (1.0 - 0.65 * (turn % rings) / rings) * around.nodes[number].distance
        starts[number] = (radius * math.cos(angle), radius * math.sin(angle))
    return starts


def _springs(around: Neighbourhood, starts: Mapping[int, tuple[float, float]]) -> _Array:
    numbers = {node.iri: number for number, node in enumerate(around.nodes)}
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(numbers)))
    graph.add_edges_from((numbers[edge.source], numbers[edge.target]) for edge in around.edges)
    if len(numbers) <= 1 or len(numbers) > _MANY:
        # springs on so many take minutes; by type around the centre is what is left
        return np.array([starts[number] for number in range(len(numbers))], dtype=np.float64)
    found = nx.spring_layout(
        graph,
        pos=dict(starts),
        fixed=[0],
        k=2.2 / math.sqrt(len(numbers)),
        iterations=60 if len(numbers) <= _FEW else 90,
        seed=_SEED,
    )
    return np.array([found[number] for number in range(len(numbers))], dtype=np.float64)


def _even(points: _Array) -> _Array:
    """Spread points over the square from -1 to 1: crowds loosen, and empty margins fill up."""
    if len(points) < 3:
        return points
    ranks = points.argsort(axis=0, kind="stable").argsort(axis=0) / (len(points) - 1) * 2 - 1
    spread = np.abs(points).max(axis=0)
    spread[spread == 0] = 1.0
    return np.asarray(0.5 * points / spread + 0.5 * ranks, dtype=np.float64)


def _apart(points: _Array, boxes: _Array) -> _Array:
    """Push overlapping boxes away from each other, the way that takes the least."""
    points = points.copy()
    half = (boxes[:, None, :] + boxes[None, :, :]) / 2
    # two boxes on the very same spot need a way to go
    points += np.linspace(-0.5, 0.5, len(points))[:, None] * np.array([1.0, 0.37])
    others = ~np.eye(len(points), dtype=np.bool_)
    for _ in range(300 if len(points) <= _MANY else 60):
        apart = points[:, None, :] - points[None, :, :]
        overlap = half - np.abs(apart)
        touching = (overlap > 0.5).all(axis=2) & others
        if not touching.any():
            break
        sideways = overlap[:, :, 0] < overlap[:, :, 1]
        ways = np.where(apart >= 0, 1.0, -1.0)
        push = np.zeros_like(apart)
        push[:, :, 0] = np.where(touching & sideways, overlap[:, :, 0] * ways[:, :, 0], 0.0)
        push[:, :, 1] = np.where(touching & ~sideways, overlap[:, :, 1] * ways[:, :, 1], 0.0)
        counts = np.maximum(touching.sum(axis=1), 1)[:, None]
        points += 0.55 * push.sum(axis=1) / counts
    return points
