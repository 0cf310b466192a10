"""What is known of practices and territories, as arrays that are read once for each generation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from essaim.graph.arrays import Parts, kept
from essaim.graph.features.adoptions import Adoptions
from essaim.graph.features.concepts import wu_palmer
from essaim.graph.features.practices import Practices, read_practices
from essaim.graph.features.territories import Territories, read_territories
from essaim.graph.store import EmbeddedStore
from essaim.graph.workspace import Generation

__all__ = [
    "Adoptions",
    "Features",
    "Practices",
    "Territories",
    "kept_features",
    "read_features",
    "wu_palmer",
]

_KEPT_AS = "features-1"
"""Raise the number when what is kept changes its shape or its meaning."""


@dataclass(frozen=True)
class Features:
    """Practices and territories of one generation.

    Args:
        practices: what is known of the practices.
        territories: what is known of the territories.
    """

    practices: Practices
    territories: Territories


def read_features(store: EmbeddedStore) -> Features:
    """Read both from a store."""
    territories = read_territories(store)
    return Features(read_practices(store, territories), territories)


def kept_features(generation: Generation, open_store: Callable[[], EmbeddedStore]) -> Features:
    """The features of a generation, read from its store the first time and mapped after that.

    Args:
        generation: whose they are.
        open_store: opens its store, if need be.
    """
    return _joined(kept(generation, _KEPT_AS, lambda: _parts(read_features(open_store()))))


def _parts(features: Features) -> Parts:
    owners: dict[str, Practices | Territories] = {
        "practices": features.practices,
        "territories": features.territories,
    }
    return {
        f"{kind}.{name}": part
        for kind, owner in owners.items()
        for name, part in owner.parts().items()
    }


def _joined(parts: Parts) -> Features:
    def of(kind: str, cls: type[Any]) -> dict[str, Any]:
        names = {field.name for field in fields(cls)} - {"adoptions"}
        return {name: parts[f"{kind}.{name}"] for name in names}

    adoptions = Adoptions(parts["practices.years"], parts["practices.origins"])  # type: ignore[arg-type]
    return Features(
        Practices(adoptions=adoptions, **of("practices", Practices)),
        Territories(**of("territories", Territories)),
    )
