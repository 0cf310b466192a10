"""The sentences of the command line, in French and in English."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["reason", "say"]

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    # workspace
    "made": (
        "Espace de travail créé dans {path} (génération {number}).",
        "Workspace made in {path} (generation {number}).",
    ),
    "next_load": (
        "Ensuite : « essaim sources », puis « essaim load SOURCE ».",
        'Next: "essaim sources", then "essaim load SOURCE".',
    ),
    "workspace": ("Espace de travail", "Workspace"),
    "generation": ("Génération", "Generation"),
    "generations": ("Générations gardées", "Generations kept"),
    "created": ("Créée le", "Created"),
    "note": ("Motif", "Reason"),
    "content_hash": ("Empreinte", "Content hash"),
    "statements": ("Énoncés", "Statements"),
    "graph": ("Graphe", "Graph"),
    "graphs": ("Graphes", "Graphs"),
    # generations
    "comparing": ("Comparaison…", "Comparing…"),
    "archiving": ("Archive…", "Archive…"),
    "entity_added": ("Entités ajoutées : {count}", "Entities added: {count}"),
    "entity_removed": ("Entités retirées : {count}", "Entities removed: {count}"),
    "rolled_back": (
        "Le contenu de la génération {number} est de nouveau le dernier : génération {generation}.",
        "The content of generation {number} is the last again: generation {generation}.",
    ),
    "verified": (
        "La génération {generation} contient bien ce qui a été publié.",
        "Generation {generation} holds what was published.",
    ),
    "backed_up": (
        "Génération {generation} archivée dans {path}.",
        "Generation {generation} archived in {path}.",
    ),
    # sources and loads
    "source": ("Source", "Source"),
    "title": ("Titre", "Title"),
    "publisher": ("Éditeur", "Publisher"),
    "licence": ("Licence", "Licence"),
    "homepage": ("Adresse", "Address"),
    "not_loaded": ("pas encore chargée", "not loaded yet"),
    "no": ("non", "no"),
    "yes": ("oui", "yes"),
    "reading": ("Lecture de {source}…", "Reading {source}…"),
    "publishing": ("Vérification et publication…", "Checking and publishing…"),
    "published": (
        "{source} : publiée, génération {generation} (+{added} −{removed} énoncés).",
        "{source}: published, generation {generation} (+{added} −{removed} statements).",
    ),
    "unchanged": (
        "{source} : rien n'a changé, la génération {generation} reste la dernière.",
        "{source}: nothing has changed, generation {generation} stays the last.",
    ),
    "checked": (
        "{source} : à l'essai, rien n'est publié (+{added} −{removed} énoncés).",
        "{source}: a dry run, nothing is published (+{added} −{removed} statements).",
    ),
    "refused": (
        "{source} : refusée, la génération {generation} reste la dernière.",
        "{source}: refused, generation {generation} stays the last.",
    ),
    "read": (
        "{rows} lignes lues, {statements} énoncés.",
        "{rows} rows read, {statements} statements.",
    ),
    "issues": ("Non compris : {count}", "Not understood: {count}"),
    "warnings": ("Avertissements : {count}", "Warnings: {count}"),
    "brought": (
        "Signalé à ce chargement : {violations} erreurs, {warnings} avertissements, "
        "{infos} remarques.",
        "Brought by this load: {violations} violations, {warnings} warnings, {infos} remarks.",
    ),
    "findings": (
        "Le graphe entier : {violations} erreurs, {warnings} avertissements, {infos} remarques.",
        "The whole graph: {violations} violations, {warnings} warnings, {infos} remarks.",
    ),
    "more": ("… et {count} autres", "… and {count} more"),
    "report": ("Rapport : {path}", "Report: {path}"),
    # validation
    "severity": ("Gravité", "Severity"),
    "violation": ("erreur", "violation"),
    "warning": ("avertissement", "warning"),
    "info": ("remarque", "remark"),
    "focus": ("Entité", "Entity"),
    "message": ("Message", "Message"),
    "checking": ("Vérification…", "Checking…"),
    "valid": ("Aucune erreur, rien à signaler.", "No violation, nothing to report."),
    # queries
    "query": ("Requête", "Query"),
    "summary": ("Ce qu'elle répond", "What it answers"),
    "parameters": ("Paramètres", "Parameters"),
    "parameter": ("Paramètre", "Parameter"),
    "kind": ("Genre", "Kind"),
    "meaning": ("Sens", "Meaning"),
    "default": ("Par défaut", "Default"),
    "asking": ("Interrogation…", "Asking…"),
    "no_rows": ("Aucun résultat.", "No results."),
    "cut": (
        "Réponse coupée à {count} lignes ; ESSAIM_MAX_ROWS en donne plus.",
        "Answer cut at {count} rows; ESSAIM_MAX_ROWS gives more.",
    ),
    # settings and tokens
    "setting": ("Réglage", "Setting"),
    "value": ("Valeur", "Value"),
    "origin": ("Origine", "Origin"),
    "variable": ("Variable", "Variable"),
    "token": ("Jeton", "Token"),
    "name": ("Nom", "Name"),
    "scopes": ("Droits", "Scopes"),
    "expires": ("Expire le", "Expires"),
    "expired": ("expiré", "expired"),
    "token_made": (
        "Jeton {id} fait pour « {name} », valable jusqu'au {expires}. Il n'est montré qu'ici :",
        'Token {id} made for "{name}", valid until {expires}. It is shown this once:',
    ),
    "token_revoked": (
        "Jeton {id} (« {name} ») révoqué : il ne vaut plus rien.",
        'Token {id} ("{name}") revoked: it is worth nothing any more.',
    ),
    "no_tokens": ("Aucun jeton.", "No tokens."),
    "time": ("Quand", "When"),
    "actor": ("Qui", "Who"),
    "action": ("Quoi", "What"),
    "outcome": ("Issue", "Outcome"),
    "about": ("Détails", "Details"),
    "no_writes": ("Rien n'a été écrit.", "Nothing was written."),
    # answers
    "replicable_for": (
        "Pratiques à reprendre : {target} (génération {generation})",
        "Practices to take up: {target} (generation {generation})",
    ),
    "replicable_need": (
        "Pratiques à reprendre pour ce besoin (génération {generation})",
        "Practices to take up for this need (generation {generation})",
    ),
    "territories_for": (
        "Territoires où pourrait prendre : {practice} (génération {generation})",
        "Territories where it could take root: {practice} (generation {generation})",
    ),
    "lineage_of": (
        "Essaimage : {practice} (génération {generation})",
        "Lineage: {practice} (generation {generation})",
    ),
    "derived_from": ("dérive de", "derived from"),
    "derived": ("en dérivent", "derived from it"),
    "carried_by": ("porté par", "carried by"),
    "as_words": ("cherché dans les textes", "looked for in the texts"),
    "differences": ("ce qui change ici", "what differs here"),
    "already_there": ("Où elle a lieu", "Where it runs"),
    "needs": ("Besoins connus", "Known needs"),
    "score": ("score", "score"),
    "coverage": ("connu à", "known at"),
    "missing": ("inconnu ou absent", "unknown or absent"),
    "adapt": ("adapté ailleurs", "adapted elsewhere"),
    "find": ("à trouver sur place", "to find locally"),
    "adopters": ("déjà fait par", "already done by"),
    "contact": ("contact", "contact"),
    "sources": ("sources", "sources"),
    "already_here": ("Déjà présentes ici", "Already here"),
    "connections_of": (
        "Liens entre secteurs : {target} (génération {generation}, {actors} acteurs)",
        "Connections across sectors: {target} (generation {generation}, {actors} actors)",
    ),
    "matrix": ("Liens par paire de secteurs", "Ties by pair of sectors"),
    "bridges": ("Ponts qui existent", "Bridges there are"),
    "introductions": ("Rencontres à provoquer", "Introductions worth making"),
    "gaps": ("Qui manque", "Who is missing"),
    "through": ("par", "through"),
    "nothing": ("Rien de connu.", "Nothing known."),
    # the columns of answers in CSV
    "column_rank": ("rang", "rank"),
    "column_practice": ("pratique", "practice"),
    "column_iri": ("iri", "iri"),
    "column_score": ("score", "score"),
    "column_coverage": ("couverture", "coverage"),
    "column_readiness": ("maturité", "readiness"),
    "column_fit": ("adéquation", "fit"),
    "column_reasons": ("raisons", "reasons"),
    "column_missing": ("inconnu ou absent", "unknown or absent"),
    "column_contact": ("contact", "contact"),
    "column_sources": ("sources", "sources"),
    "column_territory": ("territoire", "territory"),
    "column_year": ("année", "year"),
    "column_depth": ("rang dans l'arbre", "depth"),
    "column_parent": ("repris de", "taken up from"),
    "column_distance": ("distance (km)", "distance (km)"),
    "column_adapt": ("adaptation", "adaptation"),
    "column_carriers": ("porteurs", "carriers"),
    "column_kind": ("genre", "kind"),
    "column_source": ("de", "from"),
    "column_target": ("vers", "to"),
    "column_through": ("par", "through"),
    "column_sentence": ("phrase", "sentence"),
    # files and service
    "written": ("Écrit : {path} ({size} octets).", "Written: {path} ({size} bytes)."),
    "writing": ("Écriture…", "Writing…"),
    "serving": (
        "Essaim répond sur {address} (Ctrl-C pour arrêter).",
        "Essaim answers at {address} (Ctrl-C to stop).",
    ),
}


def say(language: str, key: str, /, **values: object) -> str:
    """A sentence in a language.

    Args:
        language: ``fr`` or ``en``.
        key: its name here.
        **values: what goes in its ``{places}``; numbers get their thousands apart.

    Example:
        >>> say("en", "issues", count=1200)
        'Not understood: 1,200'
    """
    french, english = _TEXTS[key]
    sentence = french if language == "fr" else english
    if not values:
        return sentence
    return sentence.format_map({name: _shown(value, language) for name, value in values.items()})


def _shown(value: object, language: str) -> object:
    if isinstance(value, int):
        return f"{value:,}".replace(",", " " if language == "fr" else ",")
    return value


def reason(message: str) -> str:
    """What pydantic objects to, as the end of a sentence.

    Example:
        >>> reason("Input should be a valid integer, unable to parse string as an integer")
        'should be a valid integer'
    """
    message = re.sub(r", unable to parse .*", "", message)
    return message.removeprefix("Value error, ").removeprefix("Input ")
