"""What the home page shows: what is in the graph, where it comes from, and what to choose from."""

from __future__ import annotations

from typing import Any

from pyoxigraph import Literal

from essaim.graph.resolve import CLASSES
from essaim.graph.store import EmbeddedStore
from essaim.ontology.vocabulary import concepts
from essaim.viz.links import short_name
from essaim.viz.reading import read_sources
from essaim.viz.texts import check_language, text

__all__ = ["choices", "concept_choices", "home_context"]

_COUNTED = (
    "ess:Practice", "ess:Implementation", "ess:Territory", "org:Organization", "foaf:Person",
    "ess:OpenLab", "ess:Challenge", "ess:Participation",
)  # fmt: skip
_COMMUNE = "/territory/commune/"
_CHOICES = 1_000
"""How many names a form suggests; any other name may still be typed."""


def home_context(store: EmbeddedStore, language: str = "fr") -> dict[str, Any]:
    """What ``home.html`` shows of a graph.

    Args:
        store: the graph.
        language: ``fr`` or ``en``.

    Returns:
        ``counts``, ``statements``, ``sources``, ``territories``, ``openlabs`` and ``themes``.
    """
    check_language(language)
    return {
        "counts": _counts(store, language),
        "statements": len(store),
        "sources": read_sources(store, language),
        "territories": choices(store, "territory", language),
        "openlabs": choices(store, "openlab", language),
        "themes": concept_choices("theme", language),
    }


def choices(store: EmbeddedStore, kind: str, language: str = "fr") -> list[dict[str, str]]:
    """Names to suggest in a form.

    A name that several things have is suggested with the IRI of each, so that choosing is never
    ambiguous.

    Args:
        store: the graph.
        kind: a key of :data:`essaim.graph.resolve.CLASSES`.
        language: ``fr`` or ``en``.

    Returns:
        At most 1,000, by label: what to send as ``value``, what to read as ``label``. Where there
        are more, communes are left out first.
    """
    labels: dict[str, str] = {}
    query = f"SELECT ?entity ?label {{ ?entity a {CLASSES[kind]} ; rdfs:label ?label }}"
    for row in store.iter_rows(query):
        name = row["label"]
        if isinstance(name, Literal) and name.language in (None, language):
            labels[row["entity"].value] = name.value
    seen: dict[str, int] = {}
    for one in labels.values():
        seen[one] = seen.get(one, 0) + 1
    ordered = sorted((_COMMUNE in iri, one, iri) for iri, one in labels.items())[:_CHOICES]
    return [
        {"value": one if seen[one] == 1 else iri, "label": one}
        for _, one, iri in sorted(ordered, key=lambda choice: choice[1:])
    ]


def concept_choices(scheme: str, language: str = "fr") -> list[dict[str, str]]:
    """The concepts of a vocabulary to suggest in a form, by label."""
    known = concepts()
    found = [
        {"value": f"{scheme}:{key}", "label": known.label(known.get(scheme, key), language)}
        for key in known.keys(scheme)
    ]
    return sorted(found, key=lambda choice: (choice["label"], choice["value"]))


def _counts(store: EmbeddedStore, language: str) -> list[dict[str, Any]]:
    every = _count(store, "?one a ?class")
    ours = _count(store, "GRAPH graph:ontology { ?one a ?class }")
    counts = {name: number - ours.get(name, 0) for name, number in every.items()}
    return [
        {"label": text(f"home.counted.{name}", language), "count": counts[name]}
        for name in _COUNTED
        if counts.get(name)
    ]


def _count(store: EmbeddedStore, pattern: str) -> dict[str, int]:
    rows = store.iter_rows(
        f"""SELECT ?class (COUNT(DISTINCT ?one) AS ?count) {{
            VALUES ?class {{ {" ".join(_COUNTED)} }} {pattern} }} GROUP BY ?class"""
    )
    return {short_name(row["class"].value): int(row["count"].value) for row in rows}
