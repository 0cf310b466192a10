"""The ontology and its vocabularies, as pages and as RDF, made in a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Triple

from essaim.ontology.errors import NotFound
from essaim.ontology.jsonld import context_text
from essaim.ontology.names import PREFIXES, VOCABULARIES
from essaim.ontology.schemes import scheme
from essaim.ontology.vocabulary import ontology_files
from essaim.service.page_jobs import Page
from essaim.service.results import GRAPH_TYPES
from essaim.service.workers import Reply, Session
from essaim.viz import ontology_page
from essaim.viz.links import lang_of

__all__ = ["context", "document", "page_of"]

JSON_LD: Final = "application/ld+json"

_PAGES: Final[Mapping[str, Callable[..., dict[str, Any]]]] = {
    "ontology.html": ontology_page.ontology_context,
    "model.html": ontology_page.model_context,
    "vocabularies.html": ontology_page.vocabularies_context,
    "vocabulary.html": ontology_page.scheme_context,
    "concept.html": ontology_page.concept_context,
}


def page_of(session: Session, *, page: Page, template: str) -> Reply:
    """A page of the documentation.

    Args:
        session: the worker's session.
        page: the page; what it is given says which scheme or concept is shown.
        template: which page.

    Raises:
        NotFound: there is no such scheme or concept.
    """
    shown = page.given.values()
    context = _PAGES[template](*shown, page.language, lang_of(page.path, page.language))
    return page.render(session, template, **context)


def document(session: Session, *, name: str, media_type: str) -> Reply:
    """The ontology, one of its modules, a vocabulary or a concept as RDF.

    Args:
        session: the worker's session.
        name: ``ns`` for the whole ontology with its alignments, ``ns/<module>``,
            ``ns/alignments/<vocabulary>``, ``vocab/<scheme>`` or ``vocab/<scheme>/<concept>``.
        media_type: one of :data:`essaim.service.results.GRAPH_TYPES`.

    Raises:
        NotFound: there is nothing of that name.
    """
    form = GRAPH_TYPES[media_type]
    prefixes = PREFIXES if form in (RdfFormat.TURTLE, RdfFormat.RDF_XML) else None
    body = pyoxigraph.serialize(_iter_part(name), format=form, prefixes=prefixes)
    assert body is not None  # noqa: S101 - no output was given, so it is returned
    return session.reply(body, media_type)


def context(session: Session) -> Reply:
    """The JSON-LD context."""
    return session.reply(context_text().encode(), JSON_LD)


def _iter_part(name: str) -> Iterator[Triple]:
    kind, _, rest = name.partition("/")
    if kind == "vocab":
        yield from _iter_vocabulary(rest)
    elif not rest:
        yield from _iter_files("")
        yield from _iter_files("alignments")
    else:
        folder, _, part = rest.rpartition("/")
        yield from _iter_files(folder, part)


def _iter_vocabulary(name: str) -> Iterator[Triple]:
    chosen, _, key = name.partition("/")
    concepts = scheme(chosen).concepts
    if key and key not in concepts:
        raise NotFound(f"{chosen} concept", key, concepts)
    about = NamedNode(f"{VOCABULARIES}{name}")
    for triple in _iter_files("vocabularies", chosen):
        if not key or triple.subject == about:
            yield triple


def _iter_files(folder: str, name: str = "") -> Iterator[Triple]:
    found = {file.name.removesuffix(".ttl"): file for file in ontology_files(folder)}
    if name and name not in found:
        raise NotFound("part of the ontology", name, found)
    for each in [name] if name else found:
        for quad in pyoxigraph.parse(input=found[each].read_bytes(), format=RdfFormat.TURTLE):
            yield quad.triple
