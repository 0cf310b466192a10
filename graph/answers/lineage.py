"""The lineage of a practice, ready to print or to send."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import NamedNode

from essaim.graph.analyses.criteria import Criteria
from essaim.graph.analyses.lineage import Branch, Lineage, Run, trace
from essaim.graph.answers.arrays import criteria_of, store_of
from essaim.graph.answers.describer import Describer, Json
from essaim.graph.features.matrices import columns_of
from essaim.graph.resolve import resolve
from essaim.graph.workspace import Workspace
from essaim.ontology.names import ESS, PROV

__all__ = ["lineage"]

_DERIVED = (ESS.adaptedFrom, PROV.wasDerivedFrom)
_SENTENCES = {
    "fr": {
        "reach": "{territories} territoires l'ont faite",
        "reach_one": "Un seul territoire l'a faite, que l'on sache",
        "where": " dans {regions}",
        "region": "{} région", "regions": "{} régions",
        "country": "{} pays", "countries": "{} pays",
        "since": ", de {first} à {last}",
        "adapted": " ; une adaptation est racontée pour {adapted} reprises sur {take_ups}",
    },
    "en": {
        "reach": "{territories} territories have done it",
        "reach_one": "A single territory has done it, as far as is known",
        "where": " in {regions}",
        "region": "{} region", "regions": "{} regions",
        "country": "{} country", "countries": "{} countries",
        "since": ", from {first} to {last}",
        "adapted": "; an adaptation is told of {adapted} take-ups out of {take_ups}",
    },
}  # fmt: skip


def lineage(workspace: Workspace, practice: str, *, language: str = "fr") -> Json:
    """Where a practice and those derived from it were taken up, from whom, and how far it went.

    Args:
        workspace: the graph; its current generation answers.
        practice: a practice, as :func:`essaim.graph.resolve.resolve` reads it.
        language: ``fr`` or ``en``, for labels and sentences.

    Returns:
        ``generation``, ``practice``, ``derived_from`` and ``derived`` (practices), ``measures``
        (territories, population, regions, countries, take-ups, adaptation rate, depth, years and
        distances), ``by_year``, ``rows`` (run, practice, territory, year, the run it hangs from,
        depth, distance, adaptations, carriers, sources) and ``sentence``.

    Raises:
        NotFound: the practice is unknown.
        BadInput: a name stands for several practices.
    """
    generation = workspace.current().number
    store = store_of(workspace, generation)
    describe = Describer(store, language)
    criteria = criteria_of(workspace, generation)
    chosen = resolve(store, practice, "practice").value
    originals = [iri for prop in _DERIVED for iri in describe.values(chosen, prop)]
    family, derived_from = _family(describe, chosen)
    found = trace(
        [run for one in family for run in _runs(describe, criteria, one)],
        derived_from,
        criteria.features.territories,
    )
    iris = criteria.features.territories.iris
    return {
        "generation": generation,
        "practice": describe.one(chosen),
        "derived_from": [describe.one(iri) for iri in dict.fromkeys(originals)],
        "derived": [describe.one(iri) for iri in family if iri != chosen],
        "measures": _measures(describe, found, iris),
        "by_year": {str(year): count for year, count in found.by_year.items()},
        "rows": [_row(describe, branch, iris) for branch in found.branches],
        "sentence": _sentence(found, language),
        "sources": describe.sources([chosen]),
    }


def _family(describe: Describer, practice: str) -> tuple[list[str], dict[str, str]]:
    """A practice and all derived from it, nearest first; and what each is derived from."""
    family, derived_from = [practice], {}
    for one in family:
        for derived in (iri for prop in _DERIVED for iri in describe.subjects(prop, one)):
            if derived not in family:
                family.append(derived)
                derived_from[derived] = one
    return family, derived_from


def _runs(describe: Describer, criteria: Criteria, practice: str) -> list[Run]:
    practices = criteria.features.practices
    if practice not in practices.iris:
        return []
    found = []
    for use in columns_of(practices.uses, practices.iris.number(practice)).tolist():
        iri = practices.runs[int(practices.use_run[use])]
        informed = [
            *describe.values(iri, ESS.replicates),
            *describe.values(iri, PROV.wasInformedBy),
        ]
        found.append(
            Run(
                year=int(practices.use_year[use]),
                iri=iri,
                practice=practice,
                territory=int(practices.use_place[use]),
                taken_up=bool(practices.use_taken_up[use]),
                adapted=any(
                    next(describe.store.quads(NamedNode(iri), told), None) is not None
                    for told in (ESS.adaptation, ESS.changedBlock)
                ),
                informed_by=informed[0] if informed else "",
            )
        )
    return found


def _measures(describe: Describer, found: Lineage, iris: Sequence[str]) -> Json:
    rate = found.adaptation_rate
    return {
        "territories": found.territories,
        "population": found.population,
        "population_of": found.population_of,
        "regions": [describe.one(iris[i]) for i in found.regions],
        "countries": [describe.one(iris[i]) for i in found.countries],
        "take_ups": found.take_ups,
        "adapted": found.adapted,
        "adaptation_rate": None if rate is None else round(rate, 4),
        "depth": found.depth,
        "median_years": found.median_years,
        "median_distance_km": None
        if found.median_distance is None
        else round(found.median_distance),
        "farthest_km": None if found.farthest is None else round(found.farthest),
    }


def _row(describe: Describer, branch: Branch, iris: Sequence[str]) -> Json:
    run = branch.run
    return {
        "run": describe.one(run.iri),
        "practice": describe.one(run.practice),
        "territory": describe.one(iris[run.territory]),
        "year": run.year or None,
        "taken_up": run.taken_up,
        "parent": branch.parent or None,
        "depth": branch.depth,
        "years_after": branch.years_after,
        "distance_km": None if branch.distance is None else round(branch.distance),
        "adaptation": describe.texts(run.iri, ESS.adaptation),
        "carriers": [describe.one(carrier) for carrier in describe.carriers(run.iri)],
        "sources": describe.sources([run.iri]),
    }


def _sentence(found: Lineage, language: str) -> str:
    texts = _SENTENCES[language]
    if found.territories <= 1:
        return texts["reach_one"] + "."
    sentence = texts["reach"].format(territories=found.territories)
    areas = [
        texts[many if len(places) > 1 else one].format(len(places))
        for places, one, many in (
            (found.regions, "region", "regions"),
            (found.countries, "country", "countries"),
        )
        if places
    ]
    if areas:
        sentence += texts["where"].format(regions=", ".join(areas))
    if found.by_year:
        sentence += texts["since"].format(first=min(found.by_year), last=max(found.by_year))
    if found.take_ups:
        sentence += texts["adapted"].format(adapted=found.adapted, take_ups=found.take_ups)
    return sentence + "."
