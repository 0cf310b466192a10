"""The two answers, ready to print or to send: the same from Python, command line and service.

Example:
    ``replicable(Workspace.open(Path("essaim-data")), "departement:43")``
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pyoxigraph import NamedNode

from essaim.graph.analyses.cross_sector import Bridge, Introduction, around
from essaim.graph.analyses.replicable_practices import (
    GROUPS,
    Criterion,
    Target,
    Transfer,
    rank,
    with_weights,
)
from essaim.graph.features import PracticeFeatures, TerritoryFeatures, read_features
from essaim.graph.projection import Projection, project
from essaim.graph.reasons import ANTICIPATED, missing, reason
from essaim.graph.resolve import label, resolve
from essaim.graph.store import EmbeddedStore, term_value
from essaim.graph.workspace import Workspace
from essaim.ontology.errors import NotFound
from essaim.ontology.names import DCTERMS, ESS, RDF

__all__ = ["connections", "replicable"]

Json = dict[str, Any]


def replicable(
    workspace: Workspace,
    target: str,
    *,
    limit: int = 10,
    weights: Mapping[str, float] | None = None,
    themes: Sequence[str] = (),
    publics: Sequence[str] = (),
    sectors: Sequence[str] = (),
    language: str = "fr",
) -> Json:
    """The practices a territory or an OpenLab could take up, with the reasons.

    Args:
        workspace: the graph; its current generation answers.
        target: a territory or an OpenLab, as :func:`essaim.graph.resolve.resolve` reads it.
        limit: how many practices to return at the most.
        weights: weights to change; see
            :data:`essaim.graph.analyses.replicable_practices.WEIGHTS`.
        themes: themes wanted, beside those that the graph knows for the target.
        publics: publics wanted.
        sectors: sectors wanted.
        language: ``fr`` or ``en``, for labels and sentences.

    Returns:
        ``generation``, ``target``, ``needs``, ``rows`` (practice, score, coverage, readiness, fit,
        criteria with value, weight, sentence, evidence and sources, what is missing, what was
        adapted elsewhere, adopters, contact), ``already_here``, ``weights`` and ``note``.

    Raises:
        NotFound: the target, a concept or a weight is unknown.
        BadInput: a name stands for several things.
    """
    chosen = with_weights(weights or {})
    generation = workspace.current()
    store = workspace.store(generation)
    describe = _Describer(store, language)
    entity, territory = _target(store, target)
    practices, territories = _features(workspace, generation.number)
    needs = _needs(store, entity, territory, themes=themes, publics=publics, sectors=sectors)
    present = around(_projection(workspace, generation.number), territory.value).sectors_present
    found = rank(
        practices,
        territories,
        Target(territory.value, needs, present),
        weights=chosen,
        limit=limit,
    )
    return {
        "generation": generation.number,
        "target": describe.one(entity.value),
        "territory": describe.one(territory.value),
        "needs": [describe.one(need) for need in needs],
        "rows": [_row(describe, transfer, present) for transfer in found],
        "already_here": _already_here(store, describe, territory),
        "weights": chosen,
        "note": ANTICIPATED[language],
    }


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
    store = workspace.store(generation)
    describe = _Describer(store, language)
    place = resolve(store, territory, "territory")
    found = around(
        _projection(workspace, generation.number),
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


@lru_cache(maxsize=2)
def _features(workspace: Workspace, generation: int) -> tuple[PracticeFeatures, TerritoryFeatures]:
    return read_features(workspace.store(workspace.generation(generation)))


@lru_cache(maxsize=2)
def _projection(workspace: Workspace, generation: int) -> Projection:
    return project(workspace.store(workspace.generation(generation)))


class _Describer:
    """Labels and sources of entities, in one language."""

    def __init__(self, store: EmbeddedStore, language: str) -> None:
        self.store = store
        self.language = language

    def label(self, iri: str) -> str:
        return label(self.store, NamedNode(iri), self.language)

    def one(self, iri: str) -> Json:
        return {"iri": iri, "label": self.label(iri)}

    def actor(self, iri: str) -> Json:
        sectors = self._values(iri, ESS.sector)
        return {**self.one(iri), "sectors": [self.one(sector) for sector in sectors]}

    def sources(self, iris: Iterable[str]) -> list[str]:
        found = {source for iri in iris for source in self._values(iri, DCTERMS.source)}
        return sorted(found)

    def _values(self, iri: str, prop: NamedNode) -> list[str]:
        quads = self.store.quads(NamedNode(iri), prop)
        return sorted({quad.object.value for quad in quads if isinstance(quad.object, NamedNode)})


def _target(store: EmbeddedStore, text: str) -> tuple[NamedNode, NamedNode]:
    """What was named and the territory it stands for."""
    if not text.startswith("openlab:"):
        try:
            entity = resolve(store, text, "territory")
        except NotFound as error:
            unknown = error
        else:
            place = next(store.quads(entity, ESS.inTerritory), None)
            where = place.object if place else entity
            return entity, where if isinstance(where, NamedNode) else entity
    else:
        unknown = None
    try:
        entity = resolve(store, text, "openlab")
    except NotFound as error:
        raise (unknown or error) from None
    place = next(store.quads(entity, ESS.inTerritory), None)
    if place is None or not isinstance(place.object, NamedNode):
        raise NotFound("territory of the OpenLab", text)
    return entity, place.object


def _needs(
    store: EmbeddedStore,
    entity: NamedNode,
    territory: NamedNode,
    *,
    themes: Sequence[str],
    publics: Sequence[str],
    sectors: Sequence[str],
) -> list[str]:
    """The concepts wanted: what the labs and challenges of the target are about, and the given."""
    asked = [
        *(resolve(store, theme, "theme").value for theme in themes),
        *(resolve(store, public, "public").value for public in publics),
        *(resolve(store, sector, "sector").value for sector in sectors),
    ]
    rows = store.iter_rows(
        f"""SELECT DISTINCT ?c {{
            {{ BIND({entity} AS ?about) }}
            UNION {{ ?about a ess:OpenLab ; ess:inTerritory {territory} }}
            ?about (ess:theme|ess:public)|(ess:hasChallenge/(ess:theme|ess:public)) ?c }}"""
    )
    return sorted({*asked, *(row["c"].value for row in rows)})


def _row(describe: _Describer, transfer: Transfer, present: Sequence[str]) -> Json:
    evidence = _Evidence(describe, transfer, present)
    criteria = [evidence.criterion(criterion) for criterion in transfer.criteria]
    carriers = evidence.carriers()
    return {
        "practice": describe.one(transfer.practice),
        "score": round(transfer.score, 4),
        "coverage": round(transfer.coverage, 4),
        "readiness": round(transfer.readiness, 4),
        "fit": None if transfer.fit is None else round(transfer.fit, 4),
        "criteria": criteria,
        "missing": [
            missing(criterion.name, describe.language)
            for criterion in transfer.criteria
            if not criterion.value
        ],
        "adapt": evidence.adaptations(),
        "sectors_to_find": [
            describe.one(sector) for sector in evidence.sectors() if sector not in set(present)
        ],
        "adopters": [
            {**describe.one(iri), "similarity": round(alike, 4)} for iri, alike in transfer.adopters
        ],
        "contact": [describe.one(carrier) for carrier in carriers],
        "sources": describe.sources([transfer.practice]),
    }


class _Evidence:
    """What the graph holds for each criterion of one practice."""

    def __init__(self, describe: _Describer, transfer: Transfer, present: Sequence[str]) -> None:
        self._describe = describe
        self._transfer = transfer
        self._present = set(present)
        self._practice = f"<{transfer.practice}>"

    def criterion(self, criterion: Criterion) -> Json:
        name, value = criterion.name, criterion.value
        iris = getattr(self, f"_{name}")() if value else []
        facts = self._facts(name, iris)
        language = self._describe.language
        sentence = reason(name, facts, language) if facts else missing(name, language)
        sources = self._describe.sources(iris)
        return {
            "name": name,
            "group": GROUPS[name],
            "value": None if value is None else round(value, 4),
            "weight": criterion.weight,
            "sentence": sentence,
            "evidence": iris,
            "sources": sources or (self._describe.sources([self._transfer.practice])),
        }

    def carriers(self) -> list[str]:
        return self._contact()

    def sectors(self) -> list[str]:
        return self._select("?practice ess:sector ?e")

    def adaptations(self) -> list[str]:
        """What adopters changed, most like the target first."""
        rows = self._describe.store.rows(
            f"""SELECT DISTINCT ?t ?text {{
                ?run ess:implements {self._practice} ; ess:inTerritory ?t ; ess:adaptation ?text
                FILTER(lang(?text) = "{self._describe.language}") }}"""
        )
        order = {iri: i for i, iri in enumerate(self._most_alike_first(r["t"].value for r in rows))}
        rows.sort(key=lambda row: (order[row["t"].value], row["text"].value))
        return [f"{self._describe.label(row['t'].value)} : {row['text'].value}" for row in rows[:3]]

    def _most_alike_first(self, territories: Iterable[str]) -> list[str]:
        alike = dict(self._transfer.adopters)
        return sorted(set(territories), key=lambda iri: (-alike.get(iri, 0.0), iri))

    def _facts(self, name: str, iris: Sequence[str]) -> list[str]:
        """The labels a criterion's sentence names."""
        describe = self._describe
        if name == "need":
            return [
                describe.label(need)
                if need == nearest
                else f"{describe.label(need)} ({describe.label(nearest)})"
                for need, nearest, _ in self._transfer.matched
            ]
        if name == "replicated":
            places = self._select(
                "?run ess:implements ?practice ; a ess:Replication ; ess:inTerritory ?e"
            )
            return [describe.label(iri) for iri in self._most_alike_first(places)]
        if name in ("context", "evidence"):
            shown = self._transfer.adopters[: 1 if name == "context" else 5]
            facts = [f"{describe.label(iri)} ({alike:.0%})" for iri, alike in shown]
            return facts if iris else []
        if name in ("documentation", "evaluation"):
            prop = ESS.documentationKind if name == "documentation" else ESS.evaluationLevel
            kinds = {
                quad.object.value
                for iri in iris
                for quad in describe.store.quads(NamedNode(iri), prop)
                if isinstance(quad.object, NamedNode)
            }
            return sorted(describe.label(kind) for kind in kinds)
        return [describe.label(iri) for iri in iris]

    def _documentation(self) -> list[str]:
        return self._select("?practice ess:documentation ?e")

    def _evaluation(self) -> list[str]:
        return self._select("?practice ess:evaluation ?e")

    def _conditions(self) -> list[str]:
        return self._select("?practice ess:condition ?e")

    def _cost(self) -> list[str]:
        return self._select("?practice ess:amount ?e")

    def _contact(self) -> list[str]:
        found = self._select(
            """?run ess:implements ?practice . FILTER NOT EXISTS { ?run a ess:Replication }
            ?part ess:participatesIn ?run ; ess:participationRole participation:carrier ;
                  ess:participant ?e"""
        )
        return (
            found
            or self._select(
                """?run ess:implements ?practice .
            ?part ess:participatesIn ?run ; ess:participationRole participation:carrier ;
                  ess:participant ?e"""
            )[:3]
        )

    def _replicated(self) -> list[str]:
        return self._select("?e ess:implements ?practice ; a ess:Replication")

    def _need(self) -> list[str]:
        concepts = {nearest for _, nearest, _ in self._transfer.matched}
        values = " ".join(f"<{concept}>" for concept in sorted(concepts))
        if not values:
            return []
        challenges = self._select(
            f"VALUES ?c {{ {values} }} ?practice ess:answers ?e . "
            "?e ess:theme|ess:public|ess:sector ?c"
        )
        return [*challenges, *sorted(concepts)]

    def _context(self) -> list[str]:
        if not self._transfer.adopters:
            return []
        nearest = self._transfer.adopters[0][0]
        return self._select(f"?e ess:implements ?practice ; ess:inTerritory <{nearest}>")

    def _feasibility(self) -> list[str]:
        return [sector for sector in self.sectors() if sector in self._present]

    def _evidence(self) -> list[str]:
        return self._select("?e ess:implements ?practice ; ess:inTerritory ?t")

    def _select(self, pattern: str) -> list[str]:
        rows = self._describe.store.iter_rows(
            f"SELECT DISTINCT ?e {{ BIND({self._practice} AS ?practice) {pattern} }}"
        )
        return sorted({row["e"].value for row in rows})


def _already_here(store: EmbeddedStore, describe: _Describer, territory: NamedNode) -> list[Json]:
    rows = store.iter_rows(
        f"""SELECT DISTINCT ?practice ?run {{
            ?practice a ess:Practice .
            ?run ess:implements ?practice ; ess:inTerritory {territory} }}"""
    )
    pairs = sorted((row["practice"].value, row["run"].value) for row in rows)
    return [
        {
            "practice": describe.one(practice),
            "implementation": run,
            "sources": describe.sources([run]) or describe.sources([practice]),
        }
        for practice, run in pairs
    ]


def _sector(store: EmbeddedStore, text: str | None) -> str | None:
    return resolve(store, text, "sector").value if text else None


def _bridge(describe: _Describer, bridge: Bridge) -> Json:
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


def _context_of(describe: _Describer, iri: str) -> Json:
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


def _introduction(describe: _Describer, missed: Introduction) -> Json:
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


def _gaps(store: EmbeddedStore, describe: _Describer, actors: Sequence[str]) -> list[Json]:
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
