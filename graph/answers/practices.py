"""The practices a territory could take up, and the territories a practice would suit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from essaim.graph.analyses.criteria import Criteria, Need
from essaim.graph.analyses.replicable_practices import (
    Options,
    Target,
    Transfer,
    practices_for,
    territories_for,
)
from essaim.graph.analyses.weights import with_weights
from essaim.graph.answers.arrays import criteria_of, store_of
from essaim.graph.answers.describer import Describer, Json
from essaim.graph.answers.evidence import Evidence
from essaim.graph.features.matrices import columns_of
from essaim.graph.needs import StatedNeed, read_need
from essaim.graph.reasons import ANTICIPATED
from essaim.graph.resolve import resolve
from essaim.graph.store import EmbeddedStore
from essaim.graph.workspace import Workspace
from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.names import ESS

__all__ = ["replicable", "territories"]


def replicable(  # noqa: PLR0913 - one argument for each thing that can be asked
    workspace: Workspace,
    target: str | None = None,
    *,
    need: str = "",
    limit: int = 10,
    weights: Mapping[str, float] | None = None,
    themes: Sequence[str] = (),
    publics: Sequence[str] = (),
    sectors: Sequence[str] = (),
    gates: Sequence[str] = (),
    diversity: float = 0.0,
    language: str = "fr",
) -> Json:
    """The practices a territory, an OpenLab or a need calls for, with the reasons.

    Args:
        workspace: the graph; its current generation answers.
        target: a territory or an OpenLab, as :func:`essaim.graph.resolve.resolve` reads it.
        need: what is wanted, in a few words; with a target or without one.
        limit: how many practices to return at the most.
        weights: weights to change; see ``essaim/graph/analyses/weights.yml``.
        themes: themes wanted, beside those that the graph knows for the target.
        publics: publics wanted.
        sectors: sectors wanted.
        gates: what a practice must pass to be proposed; see
            :data:`essaim.graph.analyses.replicable_practices.GATES`.
        diversity: 0 ranks by score alone; towards 1, a practice like those above it ranks lower.
        language: ``fr`` or ``en``, of the need, the labels and the sentences.

    Returns:
        ``generation``, ``target``, ``territory``, ``needs``, ``understood`` (the need's words and
        the concepts they stand for), ``rows`` (practice, score, coverage, readiness, fit, gates,
        criteria with value, weight, sentence, evidence and sources, what is missing, what was
        adapted elsewhere and how the territory differs, who to find, adopters, contact),
        ``already_here``, ``weights`` and ``note``.

    Raises:
        NotFound: the target, a concept, a gate or a weight is unknown.
        BadInput: a name stands for several things, or nothing was asked for.
    """
    if target is None and not (need or themes or publics or sectors):
        message = "Neither a territory nor a need is given."
        raise BadInput(message, 'Give a territory or an OpenLab ("for"), or a need ("need").')
    _check_diversity(diversity)
    generation = workspace.current()
    store = store_of(workspace, generation.number)
    describe = Describer(store, language)
    criteria = criteria_of(workspace, generation.number).with_weights(with_weights(weights or {}))
    place = _target(store, target) if target is not None else None
    stated = read_need(need, language) if need else None
    asked = _asked(store, place, stated, themes=themes, publics=publics, sectors=sectors)
    territory = place.territory.value if place else None
    found = practices_for(
        criteria,
        Target(territory, asked),
        Options(limit=limit, gates=gates, diversity=diversity),
    )
    words = dict(stated.words) if stated else {}
    wanted = criteria.needs_of(
        criteria.features.territories.iris.number(territory) if territory else None, asked
    )
    return {
        "generation": generation.number,
        "target": describe.one(place.entity.value) if place else None,
        "territory": describe.one(territory) if territory else None,
        "needs": [
            describe.one(concept) for concept in sorted({c for w in wanted.wants for c in w})
        ],
        "understood": _understood(describe, stated),
        "rows": [_practice_row(Evidence(describe, criteria, one, words), one) for one in found],
        "already_here": _already_here(describe, criteria, territory) if territory else [],
        "weights": criteria.weights.as_dict(),
        "note": ANTICIPATED[language],
    }


def territories(
    workspace: Workspace,
    practice: str,
    *,
    within: str | None = None,
    limit: int = 10,
    weights: Mapping[str, float] | None = None,
    diversity: float = 0.0,
    language: str = "fr",
) -> Json:
    """The territories a practice would suit, with the reasons.

    The same criteria and the same score as in :func:`replicable`, asked the other way round.

    Args:
        workspace: the graph; its current generation answers.
        practice: a practice, as :func:`essaim.graph.resolve.resolve` reads it.
        within: only territories within this one.
        limit: how many territories to return at the most.
        weights: weights to change; see ``essaim/graph/analyses/weights.yml``.
        diversity: 0 ranks by score alone; towards 1, a territory like those above it ranks lower.
        language: ``fr`` or ``en``, for labels and sentences.

    Returns:
        ``generation``, ``practice``, ``rows`` (as in :func:`replicable`, with ``territory`` instead
        of ``practice``), ``already_there`` (where it runs), ``weights`` and ``note``.

    Raises:
        NotFound: the practice, a territory or a weight is unknown.
        BadInput: a name stands for several things.
    """
    _check_diversity(diversity)
    generation = workspace.current()
    store = store_of(workspace, generation.number)
    describe = Describer(store, language)
    criteria = criteria_of(workspace, generation.number).with_weights(with_weights(weights or {}))
    chosen = resolve(store, practice, "practice").value
    around = resolve(store, within, "territory").value if within else None
    iris = criteria.features.territories.iris
    found = territories_for(
        criteria,
        chosen,
        Options(
            limit=limit,
            diversity=diversity,
            within=iris.number(around) if around is not None else None,
        ),
    )
    return {
        "generation": generation.number,
        "practice": describe.one(chosen),
        "rows": [_territory_row(Evidence(describe, criteria, one), one) for one in found],
        "already_there": _already_there(describe, criteria, chosen),
        "weights": criteria.weights.as_dict(),
        "note": ANTICIPATED[language],
    }


@dataclass(frozen=True)
class _Place:
    """What was named, and the territory it stands for."""

    entity: NamedNode
    territory: NamedNode


def _target(store: EmbeddedStore, text: str) -> _Place:
    """What was named and the territory it stands for."""
    unknown = None
    if not text.startswith("openlab:"):
        try:
            entity = resolve(store, text, "territory")
        except NotFound as error:
            unknown = error
        else:
            place = next(store.quads(entity, ESS.inTerritory), None)
            where = place.object if place else entity
            return _Place(entity, where if isinstance(where, NamedNode) else entity)
    try:
        entity = resolve(store, text, "openlab")
    except NotFound as error:
        raise (unknown or error) from None
    place = next(store.quads(entity, ESS.inTerritory), None)
    if place is None or not isinstance(place.object, NamedNode):
        raise NotFound("territory of the OpenLab", text)
    return _Place(entity, place.object)


def _asked(
    store: EmbeddedStore,
    place: _Place | None,
    stated: StatedNeed | None,
    *,
    themes: Sequence[str],
    publics: Sequence[str],
    sectors: Sequence[str],
) -> Need:
    """What is wanted: as given, and what the lab that was named is about."""
    given = [
        *(resolve(store, theme, "theme").value for theme in themes),
        *(resolve(store, public, "public").value for public in publics),
        *(resolve(store, sector, "sector").value for sector in sectors),
    ]
    wants: set[tuple[str, ...]] = {(concept,) for concept in given}
    if place is not None and place.entity != place.territory:
        rows = store.iter_rows(
            f"""SELECT DISTINCT ?c {{ {place.entity}
                (ess:theme|ess:public)|(ess:hasChallenge/(ess:theme|ess:public)) ?c }}"""
        )
        wants |= {(row["c"].value,) for row in rows}
    if stated is not None:
        wants |= {tuple(part.concepts) for part in stated.parts if part.concepts}
    return Need(sorted(wants), sorted(stated.words) if stated else ())


def _understood(describe: Describer, stated: StatedNeed | None) -> list[Json]:
    if stated is None:
        return []
    return [
        {
            "text": part.text,
            "concepts": [describe.one(concept) for concept in part.concepts],
            "exact": part.is_exact,
        }
        for part in stated.parts
    ]


def _practice_row(evidence: Evidence, transfer: Transfer) -> Json:
    return {"practice": evidence.describe.one(transfer.practice), **_row(evidence, transfer)}


def _territory_row(evidence: Evidence, transfer: Transfer) -> Json:
    assert transfer.territory is not None  # noqa: S101 - rows of territories have one
    return {"territory": evidence.describe.one(transfer.territory), **_row(evidence, transfer)}


def _row(evidence: Evidence, transfer: Transfer) -> Json:
    describe = evidence.describe
    return {
        "score": round(transfer.score, 4),
        "coverage": round(transfer.coverage, 4),
        "readiness": round(transfer.readiness, 4),
        "fit": None if transfer.fit is None else round(transfer.fit, 4),
        "gates": transfer.gates,
        "criteria": [evidence.criterion(criterion) for criterion in transfer.criteria],
        "missing": evidence.lacking,
        "adapt": evidence.adaptations(),
        "differences": evidence.differences(),
        "sectors_to_find": evidence.to_find("sector"),
        "roles_to_find": evidence.to_find("role"),
        "skills_to_find": evidence.to_find("skill"),
        "adopters": [
            {**describe.one(iri), "similarity": None if alike is None else round(alike, 4)}
            for iri, alike in transfer.adopters[:_MOST_ADOPTERS]
        ],
        "adopters_total": len(transfer.adopters),
        "contact": evidence.contacts,
        "sources": describe.sources([transfer.practice]),
    }


_MOST_ADOPTERS = 50


def _already_here(describe: Describer, criteria: Criteria, territory: str) -> list[Json]:
    practices = criteria.features.practices
    place = criteria.features.territories.iris.number(territory)
    found = []
    for practice in columns_of(criteria.record.by_territory, place).tolist():
        for use in columns_of(practices.uses, practice).tolist():
            if int(practices.use_place[use]) == place:
                iri = practices.iris[practice]
                run = practices.runs[int(practices.use_run[use])]
                found.append(
                    {
                        "practice": describe.one(iri),
                        "implementation": run,
                        "sources": describe.sources([run]) or describe.sources([iri]),
                    }
                )
    return found


def _already_there(describe: Describer, criteria: Criteria, practice: str) -> list[Json]:
    practices = criteria.features.practices
    uses = columns_of(practices.uses, practices.iris.number(practice)).tolist()
    return [
        {
            "territory": describe.one(
                criteria.features.territories.iris[int(practices.use_place[use])]
            ),
            "implementation": practices.runs[int(practices.use_run[use])],
            "year": int(practices.use_year[use]) or None,
            "first": not bool(practices.use_taken_up[use]),
        }
        for use in uses
    ]


def _check_diversity(diversity: float) -> None:
    if not 0 <= diversity <= 1:
        raise BadInput(f"The diversity is {diversity}.", "Give a number from 0 to 1.")
