"""How each type looks: a colour and a shape, so that neither alone carries the meaning.

The colours are those of Okabe and Ito, which people who see colours differently can tell apart; a
family of types shares a colour and its members differ by shape. Dark outlines give every shape
contrast on white, yellow included.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from essaim.ontology.names import DCTERMS, ESS, FOAF, M8G, ORG, PROV, VOCABULARIES

__all__ = ["OUTLINE", "Style", "path", "styles"]

OUTLINE = "#1c2530"
"""The colour of every outline."""

_GREEN, _BLUE, _ORANGE, _RED = "#009e73", "#0072b2", "#e69f00", "#d55e00"
_PURPLE, _SKY, _YELLOW, _GREY = "#cc79a7", "#56b4e9", "#f0e442", "#bbbbbb"
_SHAPES = ("dot", "square", "diamond", "triangle", "hexagon", "triangleDown", "star")


@dataclass(frozen=True)
class Style:
    """How a type looks.

    Args:
        colour: its fill.
        shape: the name of its shape, as vis-network knows it.
    """

    colour: str
    shape: str


_KNOWN: dict[str, Style] = {
    iri: Style(colour, shape)
    for colour, members in (
        (
            _GREEN,
            {
                ESS.Departement: "square", ESS.EPCI: "diamond", ESS.Commune: "dot",
                ESS.Region: "hexagon", ESS.Country: "star", ESS.OtherTerritory: "triangle",
                ESS.Territory: "triangleDown",
            },
        ),
        (
            _BLUE,
            {
                ORG.Organization: "dot", M8G.PublicOrganisation: "square",
                ESS.Network: "hexagon", ESS.Committee: "diamond",
            },
        ),
        (_ORANGE, {FOAF.Person: "dot", ESS.Collective: "hexagon", FOAF.Group: "diamond"}),
        (
            _RED,
            {
                ESS.Practice: "dot", ESS.Implementation: "triangle",
                ESS.Replication: "triangleDown", ESS.Method: "hexagon",
                ESS.BuildingBlock: "square", ESS.Phase: "diamond",
            },
        ),
        (
            _PURPLE,
            {
                ESS.OpenLab: "star", ESS.Event: "dot", ESS.Candidacy: "square",
                ESS.Selection: "diamond", ESS.CallForInterest: "triangle",
                ESS.Revision: "triangleDown", ESS.Arrangement: "hexagon",
            },
        ),
        (
            _SKY,
            {
                ESS.Challenge: "diamond", ESS.Condition: "square", ESS.Aim: "triangle",
                ESS.Documentation: "dot", ESS.Evaluation: "hexagon", ESS.Claim: "triangleDown",
                ESS.Report: "star",
            },
        ),
        (
            _YELLOW,
            {
                f"{VOCABULARIES}theme": "dot", f"{VOCABULARIES}sector": "square",
                f"{VOCABULARIES}public": "diamond", f"{VOCABULARIES}role": "triangle",
                f"{VOCABULARIES}typology": "hexagon", f"{VOCABULARIES}skill": "star",
                f"{VOCABULARIES}participation": "triangleDown",
            },
        ),
        (
            _GREY,
            {
                ESS.Amount: "dot", ESS.Place: "square", ESS.SupportOffer: "diamond",
                ESS.CompositionRequirement: "hexagon", PROV.Activity: "star",
                DCTERMS.Location: "triangleDown",
            },
        ),
    )
    for iri, shape in (
        (key if isinstance(key, str) else key.value, shape) for key, shape in members.items()
    )
}  # fmt: skip

_SPARE = [Style(colour, shape) for colour in ("#ffffff", _GREY, "#000000") for shape in _SHAPES]


def styles(types: Iterable[str]) -> dict[str, Style]:
    """A look for each type, no two alike.

    Args:
        types: the IRIs of the types present; those we do not know get a spare look, in the order
            of their IRIs.
    """
    present = sorted(set(types))
    taken = [_KNOWN[iri] for iri in present if iri in _KNOWN]
    spare = [style for style in _SPARE if style not in taken]
    unknown = iter(spare * (1 + len(present) // len(spare)))
    return {iri: _KNOWN.get(iri) or next(unknown) for iri in present}


def path(shape: str, x: float, y: float, size: float) -> str:
    """The outline of a shape as an SVG path.

    Args:
        shape: its name.
        x: its centre, from the left.
        y: its centre, from the top.
        size: half its width.
    """
    if shape == "dot":
        return (
            f"M{x - size:g} {y:g}a{size:g} {size:g} 0 1 0 {2 * size:g} 0"
            f"a{size:g} {size:g} 0 1 0 {-2 * size:g} 0z"
        )
    corners, turn, reach = {
        "square": (4, 45, 1.25),
        "diamond": (4, 0, 1.25),
        "triangle": (3, 90, 1.25),
        "triangleDown": (3, -90, 1.25),
        "hexagon": (6, 0, 1.1),
        "star": (10, 90, 1.3),
    }[shape]
    points = []
    for corner in range(corners):
        radius = size * reach * (0.45 if shape == "star" and corner % 2 else 1.0)
        angle = math.radians(turn + corner * 360 / corners)
        points.append(f"{x + radius * math.cos(angle):.1f} {y - radius * math.sin(angle):.1f}")
    return f"M{'L'.join(points)}z"
