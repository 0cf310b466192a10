"""The picture of a neighbourhood as SVG: for print, for mail, and where scripts do not run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from essaim.viz.escape import clean
from essaim.viz.layout import Place
from essaim.viz.neighbourhood import Neighbourhood
from essaim.viz.styles import Style, path

__all__ = ["Drawing", "Line", "Mark", "draw"]

_MARGIN = 90
_LINE = 15


@dataclass(frozen=True)
class Line:
    """An edge, from the rim of one shape to the rim of the other."""

    x1: float
    y1: float
    x2: float
    y2: float
    label: str
    is_mutual: bool


@dataclass(frozen=True)
class Mark:
    """A node: its outline, its fill, and the lines of its label with their height."""

    path: str
    colour: str
    x: int
    lines: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Drawing:
    """A picture.

    Args:
        box: what the picture covers: left, top, width, height.
        lines: the edges.
        marks: the nodes.
    """

    box: tuple[int, int, int, int]
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]


def draw(
    around: Neighbourhood,
    places: Mapping[str, Place],
    styles: Mapping[str, Style],
    *,
    with_labels: bool,
) -> Drawing:
    """Draw a neighbourhood.

    Args:
        around: what to draw.
        places: where each node stands.
        styles: how each type looks.
        with_labels: whether edges are named in the picture; the table always names them.
    """
    left = min(place.x for place in places.values()) - _MARGIN
    top = min(place.y for place in places.values()) - _MARGIN // 2
    right = max(place.x for place in places.values()) + _MARGIN
    bottom = max(place.y for place in places.values()) + _MARGIN
    lines = tuple(
        _line(
            places[edge.source],
            places[edge.target],
            clean(edge.label, 60) if with_labels else "",
            is_mutual=edge.is_mutual,
        )
        for edge in around.edges
    )
    marks = []
    for node in around.nodes:
        place, style = places[node.iri], styles[node.type]
        first = place.y + place.size + 16
        marks.append(
            Mark(
                path(style.shape, place.x, place.y, place.size),
                style.colour,
                place.x,
                tuple((first + _LINE * number, line) for number, line in enumerate(place.lines)),
            )
        )
    return Drawing((left, top, right - left, bottom - top), lines, tuple(marks))


def _line(source: Place, target: Place, label: str, *, is_mutual: bool) -> Line:
    across, down = target.x - source.x, target.y - source.y
    length = math.hypot(across, down) or 1.0
    out, back = source.size / length, (target.size + 6) / length
    return Line(
        round(source.x + across * out, 1),
        round(source.y + down * out, 1),
        round(target.x - across * back, 1),
        round(target.y - down * back, 1),
        label,
        is_mutual,
    )
