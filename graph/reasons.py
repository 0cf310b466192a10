"""The sentences that explain a criterion or a difference, in French and in English."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["ANTICIPATED", "NO_TERRITORY", "difference", "missing", "reason"]

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

NO_TERRITORY = {
    "fr": "Aucun territoire n'a été nommé.",
    "en": "No territory was named.",
}
"""What is said of a criterion that compares with a territory when none was asked about."""

_REASONS: dict[str, dict[str, str]] = {
    "documentation": {"fr": "Documentation : {}.", "en": "Documentation: {}."},
    "evaluation": {"fr": "Évaluation : {}.", "en": "Evaluation: {}."},
    "conditions": {"fr": "Conditions connues : {}", "en": "Known conditions: {}"},
    "blocks": {"fr": "Briques à reprendre : {}.", "en": "Building blocks to take up: {}."},
    "cost": {"fr": "Coût connu : {}.", "en": "Known cost: {}."},
    "contact": {"fr": "À qui s'adresser : {}.", "en": "Whom to contact: {}."},
    "sustained": {
        "fr": "Installée dans la durée : {}.",
        "en": "Lasting: {}.",
    },
    "replicated": {"fr": "Déjà essaimée : {}.", "en": "Already spread: {}."},
    "need": {"fr": "Répond au besoin : {}.", "en": "Meets the need: {}."},
    "context": {
        "fr": "Territoire le plus semblable où elle a eu lieu : {}.",
        "en": "Most similar territory where it ran: {}.",
    },
    "feasibility": {
        "fr": "Ce qu'elle demande et qui est présent ici : {}.",
        "en": "What it asks for and is present here: {}.",
    },
    "evidence": {
        "fr": "Adoptée par des territoires comparables : {}.",
        "en": "Adopted by comparable territories: {}.",
    },
    "interest": {
        "fr": "Proche d'une pratique déjà reprise ici : {}.",
        "en": "Close to a practice already taken up here: {}.",
    },
    "partnership": {
        "fr": "A déjà partagé des pratiques avec ceux qui l'ont faite : {}.",
        "en": "Has already shared practices with those who did it: {}.",
    },
    "experience": {
        "fr": "Pratiques que ce territoire a déjà reprises ou portées : {}.",
        "en": "Practices this territory has already taken up or carried: {}.",
    },
}

_MISSING: dict[str, dict[str, str]] = {
    "documentation": {"fr": "Aucune documentation connue.", "en": "No known documentation."},
    "evaluation": {"fr": "Aucune évaluation connue.", "en": "No known evaluation."},
    "conditions": {
        "fr": "Conditions de réussite non décrites.",
        "en": "Conditions for success not described.",
    },
    "blocks": {
        "fr": "Aucune brique décrite qui puisse voyager seule.",
        "en": "No building block described that could travel on its own.",
    },
    "cost": {"fr": "Coût inconnu.", "en": "Unknown cost."},
    "contact": {"fr": "Porteur inconnu.", "en": "Unknown carrier."},
    "sustained": {
        "fr": "Rien ne dit qu'elle ait duré six mois ou soit installée.",
        "en": "Nothing tells that it lasted six months or is established.",
    },
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
        "fr": "Rien de connu ici de ce qu'elle demande.",
        "en": "Nothing known here of what it asks for.",
    },
    "evidence": {
        "fr": "Aucune adoption connue par un territoire comparable.",
        "en": "No known adoption by a comparable territory.",
    },
    "interest": {
        "fr": "Rien de proche n'a encore été repris ici, que l'on sache.",
        "en": "Nothing close has been taken up here yet, as far as is known.",
    },
    "partnership": {
        "fr": "Aucune pratique partagée avec ceux qui l'ont faite, que l'on sache.",
        "en": "No practice shared with those who did it, as far as is known.",
    },
    "experience": {
        "fr": "Aucune pratique reprise ici n'est connue.",
        "en": "No practice taken up here is known.",
    },
}

_DIFFERENCES: dict[str, dict[str, str]] = {
    "population": {
        "fr": "{} fois la population de {}.",
        "en": "{} times the population of {}.",
    },
    "density": {
        "fr": "Densité différente de celle de {1}.",
        "en": "Another density than {1}.",
    },
    "typology": {
        "fr": "Type de territoire différent de {1}.",
        "en": "Another type of territory than {1}.",
    },
    "nearness": {"fr": "À {} km de {}.", "en": "{} km from {}."},
    "sectors": {
        "fr": "Peu de secteurs en commun avec {1}.",
        "en": "Few sectors in common with {1}.",
    },
    "institutions": {
        "fr": "Peu de sortes d'organisations en commun avec {1}.",
        "en": "Few kinds of organisation in common with {1}.",
    },
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


def difference(part: str, territory: str, figure: float, language: str) -> str:
    """The sentence that states how a territory differs from one where a practice ran.

    Args:
        part: a part of the likeness of territories.
        territory: the label of the other.
        figure: a ratio of populations or a distance; not read for other parts.
        language: ``fr`` or ``en``.

    Returns:
        The sentence; ``""`` for a part that calls for no adaptation.

    Example:
        >>> difference("population", "Sevran", 0.05, "fr")
        '0,05 fois la population de Sevran.'
        >>> difference("nearness", "Sevran", 412.3, "en")
        '412 km from Sevran.'
    """
    if part not in _DIFFERENCES:
        return ""
    shown = f"{figure:.0f}" if figure >= 10 else f"{figure:.2g}"
    if language == "fr":
        shown = shown.replace(".", ",")
    return _DIFFERENCES[part][language].format(shown, territory)
