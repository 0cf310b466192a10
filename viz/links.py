"""Where each page is: the one place that knows the addresses of the service."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from essaim.ontology.names import BASE, ESS, PREFIXES, VOCABULARIES
from essaim.viz.texts import LANGUAGES

__all__ = ["definition", "entity", "explore", "lang_of", "other_language", "page", "short_name"]

_LONGEST_FIRST = sorted(PREFIXES.items(), key=lambda pair: -len(pair[1]))


def page(path: str, lang: str = "", /, **parameters: object) -> str:
    """The address of a page, with its parameters.

    Args:
        path: such as ``"/practices"``.
        lang: the language to ask for; ``""`` to leave it to the service.
        **parameters: what follows the ``?``; what is empty is left out.

    Example:
        >>> page("/practices", "en", target="departement:43")
        '/practices?target=departement%3A43&lang=en'
    """
    kept = {name: str(value) for name, value in parameters.items() if value not in ("", None)}
    if lang:
        kept["lang"] = lang
    return f"{path}?{urlencode(kept)}" if kept else path


def entity(iri: str, lang: str = "") -> str:
    """The page of an entity: its own path where we mint it, else a look-up by IRI.

    Example:
        >>> entity("https://w3id.org/essaim/id/openlab/nievre")
        '/id/openlab/nievre'
    """
    if iri.startswith(BASE):
        return page("/id/" + quote(iri.removeprefix(BASE), safe="/%:@!$'()*,;=~"), lang)
    return page("/entity", lang, iri=iri)


def definition(iri: str, lang: str = "") -> str:
    """Where a term or a concept of ours is defined; ``""`` for anything else.

    Example:
        >>> definition("https://w3id.org/essaim/vocab/theme/dance")
        '/vocab/theme/dance'
        >>> definition("https://w3id.org/essaim/ns#Practice", "en")
        '/ns?lang=en#Practice'
    """
    if iri.startswith(VOCABULARIES):
        return page("/vocab/" + iri.removeprefix(VOCABULARIES), lang)
    if iri.startswith(ESS.base):
        return f"{page('/ns', lang)}#{iri.removeprefix(ESS.base)}"
    return ""


def explore(iri: str, lang: str = "", depth: int = 1) -> str:
    """The page that draws an entity's neighbourhood."""
    return page("/explore", lang, iri=iri, depth="" if depth == 1 else depth)


def other_language(path: str, lang: str) -> str:
    """The address of the same page in the other language.

    Args:
        path: the page's path with its parameters, as it was asked for.
        lang: the language wanted.
    """
    parts = urlsplit(path if path.startswith("/") and not path.startswith("//") else "/")
    kept = [part for part in parts.query.split("&") if part and not part.startswith("lang=")]
    return f"{parts.path}?{'&'.join([*kept, f'lang={lang}'])}"


def lang_of(path: str, language: str) -> str:
    """The language that the links of a page must name.

    The default language is named only where it was asked for, so that addresses stay short, and
    the reader's choice is kept even where the service's own default is another.

    Args:
        path: the page's path with its parameters, as it was asked for.
        language: the page's language.
    """
    asked = "lang=" in path.partition("?")[2]
    return language if asked or language != LANGUAGES[0] else ""


def short_name(iri: str) -> str:
    """An IRI with its prefix where it has one we know, the longest first.

    Example:
        >>> short_name("https://w3id.org/essaim/ns#Practice")
        'ess:Practice'
    """
    for prefix, base in _LONGEST_FIRST:
        if iri.startswith(base) and len(iri) > len(base):
            return f"{prefix}:{iri.removeprefix(base)}"
    return iri
