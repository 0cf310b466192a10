"""The practices a territory or an OpenLab could take up, ready to print or to send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import NamedNode

from essaim.graph.analyses.cross_sector import around
from essaim.graph.analyses.replicable_practices import (
    GROUPS,
    Criterion,
    Target,
    Transfer,
    rank,
    with_weights,
)
from essaim.graph.answers.arrays import features_of, projection_of
from essaim.graph.answers.describer import Describer, Json
from essaim.graph.reasons import ANTICIPATED, missing, reason
from essaim.graph.resolve import resolve
from essaim.graph.store import EmbeddedStore
from essaim.graph.workspace import Workspace
from essaim.ontology.errors import NotFound
from essaim.ontology.names import ESS

__all__ = ["replicable"]


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
    describe = Describer(store, language)
    entity, territory = _target(store, target)
    practices, territories = features_of(workspace, generation.number)
    needs = _needs(store, entity, territory, themes=themes, publics=publics, sectors=sectors)
    present = around(projection_of(workspace, generation.number), territory.value).sectors_present
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


def _row(describe: Describer, transfer: Transfer, present: Sequence[str]) -> Json:
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

    def __init__(self, describe: Describer, transfer: Transfer, present: Sequence[str]) -> None:
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


def _already_here(store: EmbeddedStore, describe: Describer, territory: NamedNode) -> list[Json]:
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
