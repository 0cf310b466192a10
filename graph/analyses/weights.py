"""The weights of the criteria: read from ``weights.yml``, changed for one question."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import yaml

from essaim.ontology.errors import BadInput, NotFound

__all__ = ["Weights", "default_weights", "with_weights"]

_LIKENESS = "context."


@dataclass(frozen=True)
class Weights:
    """How much each thing counts.

    Args:
        criteria: a weight per criterion, in the order of the answers.
        groups: the part of the score each criterion belongs to; all but readiness make the fit.
        origins: per criterion, whether its weight was ``fitted`` or ``chosen``.
        likeness: a weight per part of the likeness of two territories.
        halfway: per criterion that counts something, the count that is worth 0.5.
        half_life: after how many years an adoption counts half.
    """

    criteria: Mapping[str, float]
    groups: Mapping[str, str]
    origins: Mapping[str, str]
    likeness: Mapping[str, float]
    halfway: Mapping[str, float]
    half_life: float

    def as_dict(self) -> dict[str, float]:
        """The weights that can be changed, by the names they are changed under."""
        return {**self.criteria, **{_LIKENESS + name: w for name, w in self.likeness.items()}}


@cache
def default_weights() -> Weights:
    """The weights of ``weights.yml``."""
    text = files("essaim.graph.analyses").joinpath("weights.yml").read_text("utf-8")
    told = yaml.safe_load(text)
    criteria = told["criteria"]
    return Weights(
        criteria={name: float(about["weight"]) for name, about in criteria.items()},
        groups={name: about["group"] for name, about in criteria.items()},
        origins={name: about["from"] for name, about in criteria.items()},
        likeness={name: float(weight) for name, weight in told["likeness"].items()},
        halfway={name: float(count) for name, count in told["halfway"].items()},
        half_life=float(told["half_life_years"]),
    )


def with_weights(changes: Mapping[str, float], base: Weights | None = None) -> Weights:
    """The default weights with some changed.

    Args:
        changes: weights by criterion, ``need``, or by part of the likeness,
            ``context.population``.
        base: what to change; the defaults when not given.

    Raises:
        NotFound: there is no such criterion.
        BadInput: a weight is negative or not a number, or all are 0.

    Example:
        >>> with_weights({"need": 4, "context.nearness": 0}).criteria["need"]
        4.0
    """
    weights = base or default_weights()
    known = weights.as_dict()
    for name, weight in changes.items():
        if name not in known:
            raise NotFound("criterion", name, known)
        if not 0 <= weight < math.inf:
            raise BadInput(f'The weight of "{name}" is {weight}.', "Give 0 or a positive number.")
    changed = {**known, **{name: float(weight) for name, weight in changes.items()}}
    chosen = replace(
        weights,
        criteria={name: changed[name] for name in weights.criteria},
        likeness={name: changed[_LIKENESS + name] for name in weights.likeness},
    )
    if not any(chosen.criteria.values()):
        raise BadInput("Every weight is 0.", "Leave at least one criterion its weight.")
    return chosen
