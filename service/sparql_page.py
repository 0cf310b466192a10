"""The form that ``/sparql`` shows to a browser that comes without a query."""

from __future__ import annotations

from html import escape
from typing import Final

__all__ = ["sparql_form"]

_EXAMPLE: Final = """SELECT ?practice ?name (COUNT(?run) AS ?runs) {
  ?practice a ess:Practice ; rdfs:label ?name .
  ?run ess:implements ?practice .
  FILTER(lang(?name) = "%s")
} GROUP BY ?practice ?name ORDER BY DESC(?runs) LIMIT 20"""

_WORDS: Final = {
    "fr": (
        "Interroger tout le graphe en SPARQL. Les préfixes habituels (ess, skos, org, prov …) "
        "sont connus ; le graphe par défaut est l'union de tous.",
        "La requête",
        "Le format",
        "Interroger",
        "Accueil",
    ),
    "en": (
        "Query the whole graph in SPARQL. The usual prefixes (ess, skos, org, prov …) are known; "
        "the default graph is the union of all.",
        "The query",
        "The format",
        "Run",
        "Home",
    ),
}

_PAGE: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SPARQL – Essaim</title>
<link rel="stylesheet" href="/assets/essaim.css">
<link rel="icon" type="image/svg+xml" href="/assets/essaim.svg">
</head>
<body>
<main id="content" class="wide">
<p><a href="/">{home}</a></p>
<h1>SPARQL</h1>
<p class="lead">{lead}</p>
<form class="panel" action="/sparql" method="get">
<label for="query">{query}</label>
<textarea id="query" name="query" rows="14" cols="90" spellcheck="false"
 required>{example}</textarea>
<label for="format">{format}</label>
<select id="format" name="format">{options}</select>
<button type="submit">{run}</button>
</form>
</main>
</body>
</html>
"""


def sparql_form(language: str, formats: list[str]) -> str:
    """The form as an HTML document.

    Args:
        language: ``fr`` or ``en``.
        formats: the names of formats to choose from.
    """
    lead, query, form, run, home = _WORDS[language]
    options = "".join(f'<option value="{name}">{name}</option>' for name in map(escape, formats))
    return _PAGE.format(
        language=language,
        home=home,
        lead=escape(lead),
        query=query,
        format=form,
        run=run,
        example=escape(_EXAMPLE % language),
        options=options,
    )
