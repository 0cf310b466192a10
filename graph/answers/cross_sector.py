"""The connections across sectors around a territory, ready to print or to send."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import NamedNode

from essaim.graph.analyses.cross_sector import Bridge, Introduction, around
from essaim.graph.answers.arrays import projection_of, store_of
from essaim.graph.answers.describer import Describer, Json
from essaim.graph.reasons import ANTICIPATED
from essaim.graph.resolve import resolve
from essaim.graph.store import EmbeddedStore, term_value
from essaim.graph.workspace import Workspace
from essaim.ontology.names import ESS, RDF

__all__ = ["connections"]


def connections(
    workspace: Workspace,
    territory: str,
    *,
    from_sector: str | None = None,
    to_sector: str | None = None,
    limit: int = 10,
    language: str = "fr",
) -> Json:
    """The connections across sectors around a territory: those there are and those missing.

    Args:
        workspace: the graph; its current generation answers.
        territory: a territory, as :func:`essaim.graph.resolve.resolve` reads it.
        from_sector: only connections from this sector.
        to_sector: only connections to this sector.
        limit: how many bridges and how many introductions to return at the most.
        language: ``fr`` or ``en``, for labels and sentences.

    Returns:
        ``generation``, ``territory``, ``actors`` (how many), ``matrix`` (ties by pair of sectors),
        ``bridges``, ``introductions`` (with the shared neighbours that justify each and who could
        introduce) and ``gaps`` (families of an OpenLab nobody is known to stand for here).

    Raises:
        NotFound: the territory or a sector is unknown.
    """
    generation = workspace.current()
    store = store_of(workspace, generation.number)
    describe = Describer(store, language)
    place = resolve(store, territory, "territory")
    found = around(
        projection_of(workspace, generation.number),
        place.value,
        from_sector=_sector(store, from_sector),
        to_sector=_sector(store, to_sector),
        limit=limit,
    )
    return {
        "generation": generation.number,
        "territory": describe.one(place.value),
        "actors": len(found.actors),
        "matrix": [
            {"from": describe.one(a), "to": describe.one(b), "ties": ties}
            for a, b, ties in found.matrix
        ],
        "bridges": [_bridge(describe, bridge) for bridge in found.bridges],
        "introductions": [_introduction(describe, missed) for missed in found.introductions],
        "gaps": _gaps(store, describe, found.actors),
        "note": ANTICIPATED[language].partition(". ")[2],
    }


def _sector(store: EmbeddedStore, text: str | None) -> str | None:
    return resolve(store, text, "sector").value if text else None


def _bridge(describe: Describer, bridge: Bridge) -> Json:
    source, target = describe.actor(bridge.source), describe.actor(bridge.target)
    through = [_context_of(describe, iri) for iri in bridge.through]
    names = " ; ".join(item["label"] for item in through[:3])
    link = {"fr": "sont reliés par", "en": "are tied through"}[describe.language]
    return {
        "source": source,
        "target": target,
        "through": through,
        "score": round(bridge.weight, 4),
        "sentence": f"{source['label']} ↔ {target['label']} {link} : {names}.",
        "evidence": list(bridge.through),
        "sources": describe.sources(bridge.through),
    }


def _context_of(describe: Describer, iri: str) -> Json:
    """An activity or a body, called by the practice it carries out where it has one."""
    kinds = {
        quad.object.value
        for quad in describe.store.quads(NamedNode(iri), RDF.type)
        if isinstance(quad.object, NamedNode)
    }
    practice = next(describe.store.quads(NamedNode(iri), ESS.implements), None)
    named = describe.one(iri)
    if practice is not None and isinstance(practice.object, NamedNode):
        named["practice"] = describe.one(practice.object.value)
    return {**named, "kinds": sorted(kinds)}


def _introduction(describe: Describer, missed: Introduction) -> Json:
    source, target = describe.actor(missed.source), describe.actor(missed.target)
    through = [describe.one(iri) for iri in missed.through]
    value = missed.adamic_adar / (1 + missed.adamic_adar)
    near = None if missed.is_near is None else float(missed.is_near)
    known = [(value, 2.0), *([(near, 1.0)] if near is not None else [])]
    weight = sum(w for _, w in known)
    texts = {
        "fr": f"{through[0]['label']} connaît les deux et pourrait les présenter.",
        "en": f"{through[0]['label']} knows both and could introduce them.",
    }
    return {
        "source": source,
        "target": target,
        "score": round(sum(v * w for v, w in known) / weight, 4),
        "coverage": round(weight / 3.0, 4),
        "through": through,
        "introducer": through[0],
        "criteria": [
            {"name": "shared_neighbours", "value": round(value, 4), "weight": 2.0},
            {"name": "nearness", "value": near, "weight": 1.0},
        ],
        "sentence": f"{source['label']} → {target['label']} : {texts[describe.language]}",
        "evidence": [missed.source, *missed.through, missed.target],
        "sources": describe.sources([missed.source, *missed.through, missed.target]),
    }


def _gaps(store: EmbeddedStore, describe: Describer, actors: Sequence[str]) -> list[Json]:
    """The families and roles an OpenLab gathers that no known actor here stands for."""
    values = " ".join(f"<{actor}>" for actor in actors)
    rows = store.iter_rows(
        f"""SELECT DISTINCT ?role ?order {{
            ?method a ess:Method ; ess:expects ?requirement .
            ?requirement ess:role ?role . OPTIONAL {{ ?requirement ess:order ?order }}
            FILTER NOT EXISTS {{
                VALUES ?actor {{ {values} }}
                {{ ?part ess:participant ?actor ; ess:role ?held }}
                UNION {{ ?part org:member ?actor ; org:role ?held }}
                ?held skos:broader* ?role }} }}"""
    )
    ordered = sorted({(term_value(row, "order"), row["role"].value) for row in rows})
    texts = {
        "fr": "Personne de connu ici pour : {}.",
        "en": "Nobody known here for: {}.",
    }
    return [
        {
            "role": describe.one(role),
            "sentence": texts[describe.language].format(describe.label(role)),
        }
        for _, role in ordered
    ]
