"""The sentences that explain a criterion, in French and in English."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["ANTICIPATED", "missing", "reason"]

ANTICIPATED = {
    "fr": (
        "Transférabilité anticipée : elle ordonne des pistes, elle ne se mesure qu'après coup. "
        "Le graphe ne connaît que ce qui y a été chargé."
    ),
    "en": (
        "Anticipated transferability: it orders leads, it can only be measured afterwards. "
        "The graph knows only what was loaded into it."
    ),
}
"""What every ranking says of itself."""

_REASONS: dict[str, dict[str, str]] = {
    "documentation": {"fr": "Documentation : {}.", "en": "Documentation: {}."},
    "evaluation": {"fr": "Évaluation : {}.", "en": "Evaluation: {}."},
    "conditions": {"fr": "Conditions connues : {}", "en": "Known conditions: {}"},
    "cost": {"fr": "Coût connu : {}.", "en": "Known cost: {}."},
    "contact": {"fr": "À qui s'adresser : {}.", "en": "Whom to contact: {}."},
    "replicated": {"fr": "Déjà essaimée : {}.", "en": "Already spread: {}."},
    "need": {"fr": "Répond au besoin : {}.", "en": "Meets the need: {}."},
    "context": {
        "fr": "Territoire le plus semblable où elle a eu lieu : {}.",
        "en": "Most similar territory where it ran: {}.",
    },
    "feasibility": {
        "fr": "Secteurs à réunir déjà présents ici : {}.",
        "en": "Sectors it needs that are present here: {}.",
    },
    "evidence": {
        "fr": "Adoptée par des territoires comparables : {}.",
        "en": "Adopted by comparable territories: {}.",
    },
}

_MISSING: dict[str, dict[str, str]] = {
    "documentation": {"fr": "Aucune documentation connue.", "en": "No known documentation."},
    "evaluation": {"fr": "Aucune évaluation connue.", "en": "No known evaluation."},
    "conditions": {
        "fr": "Conditions de réussite non décrites.",
        "en": "Conditions for success not described.",
    },
    "cost": {"fr": "Coût inconnu.", "en": "Unknown cost."},
    "contact": {"fr": "Porteur inconnu.", "en": "Unknown carrier."},
    "replicated": {
        "fr": "Aucune reprise connue ailleurs.",
        "en": "No known take-up elsewhere.",
    },
    "need": {
        "fr": "Besoins du territoire inconnus, ou pratique sans thème.",
        "en": "The territory's needs are unknown, or the practice has no theme.",
    },
    "context": {
        "fr": "Aucun territoire de mise en œuvre connu pour comparer.",
        "en": "No known territory of implementation to compare with.",
    },
    "feasibility": {
        "fr": "Acteurs présents sur le territoire inconnus.",
        "en": "The actors present in the territory are unknown.",
    },
    "evidence": {"fr": "Aucune adoption connue.", "en": "No known adoption."},
}


def reason(criterion: str, facts: Sequence[str], language: str) -> str:
    """The sentence that states what a criterion rests on.

    Args:
        criterion: its name.
        facts: the labels to name, the most telling first; five are named at the most.
        language: ``fr`` or ``en``.

    Example:
        >>> reason("evaluation", ["externe"], "fr")
        'Évaluation : externe.'
    """
    named = " ; ".join(fact.strip().rstrip(".") for fact in facts[:5])
    if len(facts) > 5:
        named += " …"
    sentence = _REASONS[criterion][language].format(named)
    sentence = sentence.replace("….", "…")
    return sentence if sentence.endswith((".", "…")) else sentence + "."


def missing(criterion: str, language: str) -> str:
    """The sentence that states that nothing is known for a criterion."""
    return _MISSING[criterion][language]
