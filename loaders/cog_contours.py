"""Contours of territories: GeoJSON read, checked and written as well-known text."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from essaim.ontology.errors import BadInput, Refused

__all__ = ["Contour", "centroid", "iter_contours", "wkt"]

Ring = list[tuple[float, float]]
Polygon = list[Ring]


@dataclass(frozen=True)
class Contour:
    """The outline of one territory.

    Args:
        level: ``region``, ``departement`` or ``commune``.
        code: its INSEE code.
        polygons: its parts; in each the outer ring, then the holes; longitude, then latitude.
        properties: what else the file says of it.
    """

    level: str
    code: str
    polygons: list[Polygon]
    properties: dict[str, Any]


def iter_contours(name: str, content: object) -> Iterator[Contour | tuple[str, str]]:
    """The contours of a GeoJSON file.

    Args:
        name: the file's name, for messages.
        content: the file, parsed.

    Yields:
        A contour; or, for a feature that can't be used, its code and the reason.

    Raises:
        Refused: it is not a GeoJSON collection of features with a code.
    """
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not all(isinstance(each, dict) for each in features):
        raise Refused(f"{name} is not a GeoJSON collection of features.", "Give contours.")
    if not features or not any("code" in (each.get("properties") or {}) for each in features):
        raise Refused(f"{name} has no feature with a code.", "Give the contours of territories.")
    for feature in features:
        properties = dict(feature.get("properties") or {})
        code = str(properties.pop("code", "") or "")
        try:
            polygons = _polygons(feature.get("geometry"))
        except BadInput as error:
            yield code, error.message
            continue
        yield Contour(_level(properties), code, polygons, properties)


def wkt(polygons: Sequence[Polygon]) -> str:
    """A contour as well-known text, longitude first (CRS84, the default of GeoSPARQL).

    Example:
        >>> wkt([[[(2.0, 48.0), (3.0, 48.0), (3.0, 49.5), (2.0, 48.0)]]])
        'POLYGON ((2.0 48.0, 3.0 48.0, 3.0 49.5, 2.0 48.0))'
    """
    parts = [
        "(" + ", ".join("(" + ", ".join(f"{x} {y}" for x, y in ring) + ")" for ring in rings) + ")"
        for rings in polygons
    ]
    return f"POLYGON {parts[0]}" if len(parts) == 1 else f"MULTIPOLYGON ({', '.join(parts)})"


def centroid(polygons: Sequence[Polygon]) -> tuple[float, float]:
    """Latitude and longitude of the centre of gravity of a contour, in degrees.

    Computed on degrees as if they were plane, which for a French territory moves the point by less
    than the contour's own simplification. Source: Bourke, *Calculating the area and centroid of a
    polygon*, 1988. In a territory of several islands, or one shaped like a horseshoe, the point may
    lie outside.

    Example:
        >>> centroid([[[(0.0, 0.0), (2.0, 0.0), (2.0, 1.0), (0.0, 1.0), (0.0, 0.0)]]])
        (0.5, 1.0)
    """
    area = x_sum = y_sum = 0.0
    for rings in polygons:
        for number, ring in enumerate(rings):
            sign = 1 if number == 0 else -1
            a, x, y = _moments(ring)
            weight = sign * (1 if a >= 0 else -1)  # rings may turn either way
            area, x_sum, y_sum = area + weight * a, x_sum + weight * x, y_sum + weight * y
    return y_sum / (3 * area), x_sum / (3 * area)


def _moments(ring: Ring) -> tuple[float, float, float]:
    """Twice the signed area of a ring, and its moments along x and y, each times six."""
    crosses = [
        (x1 * y2 - x2 * y1, x1 + x2, y1 + y2) for (x1, y1), (x2, y2) in itertools.pairwise(ring)
    ]
    return (
        math.fsum(c for c, _, _ in crosses),
        math.fsum(c * x for c, x, _ in crosses),
        math.fsum(c * y for c, _, y in crosses),
    )


def _level(properties: dict[str, Any]) -> str:
    if properties.get("departement"):
        return "commune"
    return "departement" if properties.get("region") else "region"


def _polygons(geometry: object) -> list[Polygon]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        raise BadInput("Neither a polygon nor several")
    coordinates = geometry.get("coordinates")
    parts = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(parts, list) or not parts:
        raise BadInput("Contour without coordinates")
    return [_rings(part) for part in parts]


def _rings(part: object) -> Polygon:
    if not isinstance(part, list) or not part:
        raise BadInput("Contour without coordinates")
    return [_ring(ring) for ring in part]


def _ring(ring: object) -> Ring:
    try:
        points = [(float(x), float(y)) for x, y, *_ in ring]  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise BadInput("Contour with a point that is not two numbers") from None
    if len(points) < 4 or points[0] != points[-1]:
        raise BadInput("Contour that does not close")
    if not all(abs(x) <= 180 and abs(y) <= 90 for x, y in points):
        raise BadInput("Contour outside the globe: degrees of longitude and latitude are expected")
    if math.isclose(_moments(points)[0], 0.0, abs_tol=1e-12):
        raise BadInput("Contour without an area")
    return points
