"""The pages of the service: templates, their words in two languages, and their files.

Every page takes:

- ``language``: ``fr`` (the default) or ``en``;
- ``path``: the address that was asked for, with its parameters, for the link to the other language;
- ``generation``: what the answer was computed on: a number, or something with ``number`` and
  ``created``.

Beside these, each page takes what its name says:

=================== ==========================================================================
``home.html``       what :func:`essaim.viz.home_page.home_context` returns
``entity.html``     what :func:`essaim.viz.entity_page.entity_context` returns
``replicable.html`` ``answer`` (see :func:`essaim.graph.answers.replicable`) or nothing;
                    ``target``, ``theme``: what the form holds; ``choices``, ``themes``: what it
                    suggests
``connections.html`` ``answer`` (see :func:`essaim.graph.answers.connections`) or nothing;
                    ``territory``, ``from_sector``, ``to_sector``, ``choices``, ``sectors``
``search.html``     ``query``, ``results``: each with ``iri``, ``label``, ``kind``, ``text``
``queries.html``    ``queries``: :class:`essaim.queries.catalogue.NamedQuery`, all of them
``query.html``      ``query``: one of them; ``values``: text by parameter; ``suggestions``: choices
                    by parameter; ``rows``: a term by column, or nothing; ``labels``: names by
                    IRI; ``truncated``; ``downloads``: addresses by format
``api.html``        ``document``: the OpenAPI document
``ontology.html``   what :func:`essaim.viz.ontology_page.ontology_context` returns
``model.html``      what :func:`essaim.viz.ontology_page.model_context` returns
``vocabularies.html``, ``vocabulary.html``, ``concept.html``: what the functions of their names in
                    :mod:`essaim.viz.ontology_page` return
``error.html``      ``problem``: ``title``, ``status``, ``detail``, ``hint``
=================== ==========================================================================

Suggestions are ``{"value", "label"}``. ``problem`` may be given to any page with a form; it is
shown above it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from essaim.ontology.errors import NotFound
from essaim.viz import formats, links
from essaim.viz.cells import by_theme, default_text, operations, sector_table, table
from essaim.viz.escape import LABEL_LIMIT, clean, web_address
from essaim.viz.styles import path
from essaim.viz.texts import LANGUAGES, check_language, has_text, text

__all__ = ["asset", "assets", "render"]

_DEFAULTS: Mapping[str, Any] = {
    "path": "/",
    "generation": None,
    "problem": None,
    "base": "",
    "nonce": "",
}
_OPTIONAL: Mapping[str, Mapping[str, Any]] = {
    "replicable.html": {"answer": None, "target": "", "theme": "", "choices": (), "themes": ()},
    "connections.html": {
        "answer": None,
        "territory": "",
        "from_sector": "",
        "to_sector": "",
        "choices": (),
        "sectors": (),
    },
    "search.html": {"query": "", "results": ()},
    "query.html": {
        "values": {},
        "suggestions": {},
        "rows": None,
        "labels": {},
        "truncated": False,
        "downloads": {},
    },
}
_PROBLEM = {"title": "", "status": "", "detail": "", "hint": ""}


def render(template: str, **context: Any) -> str:  # noqa: ANN401
    """A page as HTML.

    Args:
        template: a file of ``viz/templates``, such as ``"home.html"``.
        **context: what the page shows; see this module.

    Raises:
        BadInput: there are no pages in that language.
    """
    language = check_language(context.pop("language", LANGUAGES[0]))
    filled = {**_DEFAULTS, **_OPTIONAL.get(template, {}), **context, "language": language}
    filled["generation"] = _generation(filled["generation"])
    if filled["problem"] is not None:
        filled["problem"] = {**_PROBLEM, **filled["problem"]}
    filled["other"] = next(other for other in LANGUAGES if other != language)
    lang = filled["lang"] = filled.get("lang", links.lang_of(filled["path"], language))
    return _environment().get_template(template).render(**filled, **_words(language, lang))


def asset(name: str) -> bytes:
    """A file that pages load from ``/assets/``.

    Raises:
        NotFound: there is no such file.
    """
    if name not in assets():
        raise NotFound("file", name, assets())
    return files("essaim.viz").joinpath("assets", name).read_bytes()


def assets() -> list[str]:
    """The names of the files that pages load."""
    return sorted(entry.name for entry in files("essaim.viz").joinpath("assets").iterdir())


def _words(language: str, lang: str) -> dict[str, Any]:
    """The functions that speak the reader's language; links name ``lang``, which may be empty."""

    def say(key: str, **values: object) -> str:
        return text(key, language, **values)

    def say_or(key: str, otherwise: str) -> str:
        return text(key, language) if has_text(key) else otherwise

    return {
        "t": say,
        "t_or": say_or,
        "page": lambda path, **parameters: links.page(path, lang, **parameters),
        "entity_page": lambda iri: links.entity(str(iri), lang),
        "definition_page": lambda iri: links.definition(str(iri), lang),
        "explore_page": lambda iri: links.explore(str(iri), lang),
        "other_language": links.other_language,
        "number": partial(formats.number, language=language),
        "share": partial(formats.share, language=language),
        "date": partial(formats.date, language=language),
        "table": partial(table, language=language, lang=lang),
        "shape": path,
        "sector_table": sector_table,
        "operations": operations,
        "by_theme": by_theme,
        "default_text": default_text,
    }


def _generation(generation: Any) -> dict[str, Any] | None:  # noqa: ANN401
    if generation is None:
        return None
    if isinstance(generation, int):
        return {"number": generation, "created": ""}
    if isinstance(generation, Mapping):
        return {"number": generation["number"], "created": str(generation.get("created", ""))[:10]}
    return {"number": generation.number, "created": str(generation.created)[:10]}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("essaim.viz"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    environment.filters["capital"] = lambda label: str(label)[:1].upper() + str(label)[1:]
    environment.filters["short"] = lambda label: clean(str(label), LABEL_LIMIT)
    environment.filters["address"] = lambda address: web_address(str(address or ""))
    return environment


def _harmless(value: Any) -> Any:  # noqa: ANN401
    """What a template writes: text without what misleads the eye; nothing for nothing."""
    if value is None:
        return ""
    return clean(value) if type(value) is str else value
