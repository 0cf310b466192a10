"""The authorities that govern territories: one IRI and one name each, whichever source tells."""

from __future__ import annotations

from typing import Final

from pyoxigraph import NamedNode

from essaim.loaders.context import Context
from essaim.loaders.entity import Entity
from essaim.loaders.territories import place
from essaim.ontology.names import ESS, M8G
from essaim.ontology.vocabulary import fold

__all__ = ["authority", "authority_name", "describe_authority"]

_TYPES: Final = {
    "commune": "commune-council",
    "epci": "intercommunal-body",
    "departement": "department-council",
    "region": "region-council",
}


def authority(ctx: Context, level: str, code: str) -> NamedNode:
    """The IRI of the authority that governs a territory.

    Args:
        ctx: the load.
        level: ``commune``, ``epci``, ``departement`` or ``region``.
        code: the territory's code.
    """
    return ctx.iri("organisation", level, code)


def describe_authority(ctx: Context, level: str, code: str, name: str) -> Entity:
    """The authority of a territory, with its name, type and territory.

    Args:
        ctx: the load.
        level: as for :func:`authority`.
        code: the territory's code.
        name: the territory's name.
    """
    entity = ctx.make(M8G.PublicOrganisation, authority(ctx, level, code))
    entity.label(*authority_name(level, name))
    entity.add(ESS.governs, place(ctx, f"{level}/{code}"))
    return entity.add(ESS.organisationType, ctx.concept("organisation", _TYPES[level]))


def authority_name(level: str, name: str) -> tuple[str, str]:
    """What the authority of a territory is called, in French and in English.

    Args:
        level: as for :func:`authority`, or ``municipality`` for a city outside France.
        name: the territory's name.

    Example:
        >>> authority_name("commune", "Le Havre")
        ('Commune du Havre', 'Commune of Le Havre')
        >>> authority_name("departement", "Nièvre")[0]
        'Conseil départemental – Nièvre'
        >>> authority_name("municipality", "Aarhus")
        ("Municipalité d'Aarhus", 'Municipality of Aarhus')
    """
    if level == "commune":
        return _of("Commune", name), f"Commune of {name}"
    if level == "municipality":
        return _of("Municipalité", name), f"Municipality of {name}"
    if level == "departement":
        return f"Conseil départemental – {name}", f"Department council – {name}"
    if level == "region":
        return f"Conseil régional – {name}", f"Regional council – {name}"
    return name, name


def _of(what: str, name: str) -> str:
    """``Commune d'Ambérieu``, ``Commune du Havre``, ``Commune des Abymes``."""
    if name.startswith("Le "):
        return f"{what} du {name[3:]}"
    if name.startswith("Les "):
        return f"{what} des {name[4:]}"
    return f"{what} d'{name}" if fold(name)[:1] in "aeiouy" else f"{what} de {name}"
