r"""Who takes up a practice next? The ranking of territories against what really happened.

Networks of cities (URBACT) are practices: a lead city carries one, other cities take it up. The
networks and their members are loaded as any source, and everything that started in the cut year or
later is taken out of the record, but for the lead city of the network that is asked about. All
other cities are ranked by Essaim's own "practice → territories", with weights learnt from the
adoptions before the cut year alone; and by simple methods. A city that really took part and stands
high is a hit.

    python benchmarks/adoption.py --networks NETWORKS.csv --memberships MEMBERSHIPS.csv \
        --train-before 2015 [--test-types Transfer …] [--format json]

recall@k is the share of a network's members (its lead apart) among the first k cities, mrr the
reciprocal rank of the first member; both are means over networks, with 95 % intervals from 2,000
bootstrap samples of networks. Cities that had never taken part before are members that nobody can
expect, and count all the same.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from essaim.graph.analyses.criteria import Criteria
from essaim.graph.analyses.fitting import LEARNT, fit_weights, past_events
from essaim.graph.analyses.replicable_practices import score
from essaim.graph.analyses.weights import Weights, default_weights
from essaim.graph.features import Features, read_features
from essaim.graph.features.adoptions import Adoptions
from essaim.graph.features.matrices import columns_of
from essaim.graph.workspace import Workspace
from essaim.loaders.load import load
from essaim.ontology.vocabulary import fold

RANKS = (20, 50)
SAMPLES = 2_000
SHUFFLES = 200
SEED = 20_150_101
BASELINES = ("random", "most-active", "nearest", "shared-networks")

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """A network to rank the cities for.

    Args:
        practice: its number.
        leads: its lead cities, which are known.
        members: the cities to find.
    """

    practice: int
    leads: tuple[int, ...]
    members: frozenset[int]


@dataclass(frozen=True)
class Trials:
    """What is ranked, and what may be known.

    Args:
        features: practices and territories, the record whole.
        record: the record before the cut year.
        cities: the numbers of all cities, sorted.
        tested: the networks to rank for.
        cut: the cut year.
    """

    features: Features
    record: Adoptions
    cities: NDArray[np.int64]
    tested: Sequence[Trial]
    cut: int

    def with_leads(self, trial: Trial) -> Adoptions:
        """The record, and the lead of one network."""
        return self.record.with_seeds({trial.practice: trial.leads}, self.cut)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--networks", type=Path, required=True, help="the networks, CSV")
    parser.add_argument("--memberships", type=Path, required=True, help="their members, CSV")
    parser.add_argument("--train-before", type=int, required=True, help="the cut year")
    parser.add_argument("--test-until", type=int, default=9999, help="the last year to test")
    parser.add_argument("--test-types", nargs="+", default=[], help="only networks of these types")
    parser.add_argument("--without-ablation", action="store_true", help="leave the ablation out")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        features, types = load_networks(Path(place), asked.networks, asked.memberships)
    trials = select(features, types, asked.train_before, asked.test_until, asked.test_types)
    if not trials.tested:
        print("No network starts in that time with such a type.", file=sys.stderr)
        raise SystemExit(1)
    report = compare(trials, ablation=not asked.without_ablation)
    if asked.format == "json":
        print(json.dumps(report, indent=1))
    else:
        print_table(report)


def load_networks(
    place: Path, networks: Path, memberships: Path
) -> tuple[Features, Mapping[str, str]]:
    """Load the two files into a new workspace.

    Returns:
        The features, and the type of each network by its IRI.
    """
    workspace = Workspace.create(place / "workspace")
    outcome = load(workspace, "urbact", files=[networks, memberships]).publication.outcome
    if outcome != "published":
        print(f"The files were {outcome}.", file=sys.stderr)
        raise SystemExit(1)
    store = workspace.store()
    types = {
        row["p"].value: row["type"].value.rpartition("/")[2]
        for row in store.iter_rows("SELECT ?p ?type { ?p ess:networkType ?type }")
    }
    return read_features(store), types


def select(
    features: Features, types: Mapping[str, str], cut: int, until: int, wanted: Sequence[str]
) -> Trials:
    """The networks that start between two years, of some types or of any."""
    practices = features.practices
    keys = {fold(name).replace(" ", "-") for name in wanted}
    tested = []
    for practice in range(len(practices.iris)):
        uses = columns_of(practices.uses, practice)
        years = practices.use_year[uses]
        start = int(years[years > 0].min()) if (years > 0).any() else 0
        if not cut <= start <= until or (keys and types.get(practices.iris[practice]) not in keys):
            continue
        leads = set(practices.use_place[uses][~practices.use_taken_up[uses]].tolist())
        members = set(practices.use_place[uses].tolist()) - leads
        if leads and members:
            tested.append(Trial(practice, tuple(sorted(leads)), frozenset(members)))
    cities = np.unique(practices.use_place).astype(np.int64)
    return Trials(features, practices.adoptions.before(cut), cities, tested, cut)


# methods: per trial, a score for every territory


def by_essaim(trials: Trials, weights: Weights) -> Callable[[Trial], Scores]:
    """The product's own ranking."""
    column = np.array(list(weights.criteria.values()), dtype=np.float32)

    def scores(trial: Trial) -> Scores:
        criteria = Criteria(
            trials.features, weights, adoptions=trials.with_leads(trial), now=trials.cut
        )
        found, _ = score(criteria.for_practice(trial.practice), column)
        return np.nan_to_num(found.astype(np.float64), nan=-1.0)

    return scores


def by_activity(trials: Trials) -> Callable[[Trial], Scores]:
    """In how many networks a city has been."""
    counts = np.asarray(trials.record.ran.sum(axis=0)).ravel().astype(np.float64)
    return lambda _: counts


def by_nearness(trials: Trials) -> Callable[[Trial], Scores]:
    """How near the lead city is."""
    return lambda trial: (
        -np.nan_to_num(
            trials.features.territories.distance_km(trial.leads[0], slice(None)).astype(np.float64),
            nan=1e9,
        )
    )


def by_shared_networks(trials: Trials) -> Callable[[Trial], Scores]:
    """In how many networks a city has been with the lead city."""
    ran = trials.record.ran

    def scores(trial: Trial) -> Scores:
        with_lead = np.asarray(ran[:, list(trial.leads)].sum(axis=1)).ravel()
        return np.asarray(ran.T @ with_lead, dtype=np.float64)

    return scores


def by_chance(trials: Trials) -> Callable[[Trial], Scores]:
    """Any order."""
    generator = np.random.default_rng(SEED)
    return lambda _: generator.random(len(trials.features.territories.iris))


# measures


def measure(trials: Trials, method: Callable[[Trial], Scores]) -> NDArray[np.float64]:
    """Per trial: recall at each rank, and the reciprocal rank of the first member.

    Cities with equal scores come in an order drawn for each network, which favours nobody.
    """
    return np.array([_measure(trials, trial, method(trial)) for trial in trials.tested])


def _measure(trials: Trials, trial: Trial, scores: Scores) -> list[float]:
    candidates = trials.cities[~np.isin(trials.cities, trial.leads)]
    ties = np.random.default_rng(SEED + trial.practice).permutation(len(candidates))
    order = candidates[np.lexsort((ties, -scores[candidates]))]
    hits = np.isin(order, list(trial.members))
    first = int(np.flatnonzero(hits)[0]) + 1 if hits.any() else 0
    return [
        *(hits[:rank].sum() / len(trial.members) for rank in RANKS),
        1 / first if first else 0.0,
    ]


def summary(values: NDArray[np.float64]) -> dict[str, object]:
    """Means over networks, and their bootstrap intervals."""
    names = [*(f"recall@{rank}" for rank in RANKS), "mrr"]
    drawn = np.random.default_rng(SEED).integers(0, len(values), (SAMPLES, len(values)))
    spread = np.percentile(values[drawn].mean(axis=1), [2.5, 97.5], axis=0)
    means = dict(zip(names, (round(float(v), 4) for v in values.mean(axis=0)), strict=True))
    intervals = {name: [round(float(v), 4) for v in spread[:, i]] for i, name in enumerate(names)}
    return {**means, "intervals": intervals}


def compare(trials: Trials, *, ablation: bool) -> dict[str, object]:
    """Every method on the same trials."""
    events = past_events(trials.features, trials.cut)
    learnt = fit_weights(trials.features, events)
    chance = by_chance(trials)
    values = {
        "essaim": measure(trials, by_essaim(trials, learnt)),
        "essaim, default weights": measure(trials, by_essaim(trials, default_weights())),
        "random": np.mean([measure(trials, chance) for _ in range(SHUFFLES)], axis=0),
        "most-active": measure(trials, by_activity(trials)),
        "nearest": measure(trials, by_nearness(trials)),
        "shared-networks": measure(trials, by_shared_networks(trials)),
    }
    report: dict[str, object] = {
        "networks": len(trials.tested),
        "members": sum(len(trial.members) for trial in trials.tested),
        "cities": len(trials.cities),
        "learnt_from": {
            "networks": len({event.practice for event in events}),
            "adoptions": sum(len(event.adopters) for event in events),
        },
        "weights": {name: round(learnt.criteria[name], 3) for name in LEARNT},
        "methods": {name: summary(found) for name, found in values.items()},
        "ratio_to_best_baseline": ratios(values),
    }
    if ablation:
        report["ablation"] = ablate(trials, learnt)
    return report


def ratios(values: Mapping[str, NDArray[np.float64]]) -> dict[str, object]:
    """Essaim against the best baseline of each measure, on the same bootstrap samples."""
    names = [*(f"recall@{rank}" for rank in RANKS), "mrr"]
    count = len(values["essaim"])
    drawn = np.random.default_rng(SEED).integers(0, count, (SAMPLES, count))
    found: dict[str, object] = {}
    for i, name in enumerate(names):
        best = max(BASELINES, key=lambda method: float(values[method][:, i].mean()))
        ours = values["essaim"][:, i][drawn].mean(axis=1)
        theirs = values[best][:, i][drawn].mean(axis=1)
        spread = np.percentile(ours / np.maximum(theirs, 1e-9), [2.5, 97.5])
        ratio = float(values["essaim"][:, i].mean() / max(values[best][:, i].mean(), 1e-9))
        found[name] = {
            "best": best,
            "ratio": round(ratio, 3),
            "interval": [round(float(v), 3) for v in spread],
        }
    return found


def ablate(trials: Trials, learnt: Weights) -> dict[str, object]:
    """Essaim without each learnt criterion, the others learnt again; and with each alone."""
    events = past_events(trials.features, trials.cut)
    found: dict[str, object] = {}
    for name in LEARNT:
        without = fit_weights(
            trials.features, events, learnt=[other for other in LEARNT if other != name]
        )
        found[f"without {name}"] = _only(trials, without, lambda other, name=name: other != name)
        found[f"{name} alone"] = _only(trials, learnt, lambda other, name=name: other == name, 1.0)
    return found


def _only(
    trials: Trials, weights: Weights, kept: Callable[[str], bool], weight: float | None = None
) -> dict[str, object]:
    criteria = {
        name: (weight or old) if name not in LEARNT or kept(name) else 0.0
        for name, old in weights.criteria.items()
    }
    return summary(measure(trials, by_essaim(trials, replace(weights, criteria=criteria))))


def print_table(report: Mapping[str, object]) -> None:
    """For people."""
    print(json.dumps({k: v for k, v in report.items() if k not in ("methods", "ablation")}))
    for part in ("methods", "ablation"):
        for name, found in report.get(part, {}).items():  # type: ignore[attr-defined]
            shown = "  ".join(
                f"{measure_} {found[measure_]:.3f} [{found['intervals'][measure_][0]:.3f}, "
                f"{found['intervals'][measure_][1]:.3f}]"
                for measure_ in ("recall@20", "recall@50", "mrr")
            )
            print(f"{name:28s} {shown}")


if __name__ == "__main__":
    main()
