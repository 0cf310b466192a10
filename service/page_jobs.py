"""The pages, made in a worker: what each one shows is read from the graph and put in a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pyoxigraph import Literal, NamedNode, QuerySolutions

from essaim.graph.resolve import resolve
from essaim.graph.store import Term
from essaim.ontology.errors import EssaimError
from essaim.ontology.names import DCTERMS, RDFS, SCHEMES
from essaim.ontology.vocabulary import fold
from essaim.queries.catalogue import NamedQuery, catalogue, named_query
from essaim.service.binding import bind
from essaim.service.workers import Reply, Session
from essaim.viz.entity_page import entity_context
from essaim.viz.home_page import choices, concept_choices, home_context
from essaim.viz.pages import render
from essaim.viz.reading import Reader

__all__ = [
    "Page",
    "api",
    "connections",
    "entity",
    "home",
    "practices",
    "queries",
    "query",
    "search",
]

_FOUND = 50
_ROWS = 500

Json = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """What every page is told.

    Args:
        path: the address that was asked for, with its parameters.
        language: ``fr`` or ``en``.
        given: what its form sent, by name.
    """

    path: str
    language: str
    given: Mapping[str, Any] = field(default_factory=dict)

    def render(
        self, session: Session, template: str, problem: EssaimError | None = None, **context: object
    ) -> Reply:
        """Fill a template; a problem is shown in it and gives its status."""
        html = render(
            template,
            path=self.path,
            language=self.language,
            generation=session.generation,
            problem=None if problem is None else _problem(problem),
            **context,
        )
        return session.page(html, problem.status if problem else 200)


def home(session: Session, *, page: Page) -> Reply:
    """What is in the graph, where it comes from, and where to begin."""
    return page.render(session, "home.html", **home_context(session.store, page.language))


def entity(session: Session, *, page: Page) -> Reply:
    """What is stated of an entity, with the sources.

    Raises:
        NotFound: there is no such entity.
    """
    iri = resolve(session.store, page.given["iri"])
    return page.render(
        session, "entity.html", **entity_context(session.store, iri.value, page.language)
    )


def practices(session: Session, *, page: Page) -> Reply:
    """The practices that a territory or an OpenLab could take up, with the form that asks."""
    from essaim.graph import answers  # noqa: PLC0415 - scipy is slow to import

    given, answer, problem = page.given, None, None
    if given["target"]:
        try:
            answer = answers.replicable(
                session.workspace,
                given["target"],
                weights=given["weights"],
                themes=[given["theme"]] if given["theme"] else [],
                language=page.language,
            )
        except EssaimError as error:
            problem = error
    return page.render(
        session,
        "replicable.html",
        problem,
        answer=answer,
        target=given["target"],
        theme=given["theme"],
        choices=[
            *choices(session.store, "openlab", page.language),
            *choices(session.store, "territory", page.language),
        ],
        themes=concept_choices("theme", page.language),
    )


def connections(session: Session, *, page: Page) -> Reply:
    """The connections across sectors around a territory, with the form that asks."""
    from essaim.graph import answers  # noqa: PLC0415 - scipy is slow to import

    given, answer, problem = page.given, None, None
    if given["territory"]:
        try:
            answer = answers.connections(
                session.workspace,
                given["territory"],
                from_sector=given["from_sector"] or None,
                to_sector=given["to_sector"] or None,
                language=page.language,
            )
        except EssaimError as error:
            problem = error
    return page.render(
        session,
        "connections.html",
        problem,
        answer=answer,
        **given,
        choices=choices(session.store, "territory", page.language),
        sectors=concept_choices("sector", page.language),
    )


def search(session: Session, *, page: Page) -> Reply:
    """The entities whose name has a text in it, the nearest first."""
    text = page.given["q"].strip()
    results = _search(session, fold(text), page.language) if text else []
    return page.render(session, "search.html", query=text, results=results)


def queries(session: Session, *, page: Page) -> Reply:
    """The named queries, by theme."""
    return page.render(session, "queries.html", queries=list(catalogue().values()))


def query(session: Session, *, page: Page) -> Reply:
    """A named query: its form, and its answer.

    Raises:
        NotFound: there is no such query.
    """
    chosen = named_query(page.given["name"])
    values: Mapping[str, Sequence[str]] = page.given["values"]
    rows: list[dict[str, Term]] | None = None
    truncated, problem = False, None
    try:
        rows, truncated = _rows(session, bind(session.store, chosen, values, page.language))
    except EssaimError as error:
        problem = error
    return page.render(
        session,
        "query.html",
        problem,
        query=chosen,
        values={name: texts[0] for name, texts in values.items()},
        suggestions=_suggestions(session, chosen, page.language),
        rows=rows,
        labels=_labels(session, rows or (), page.language),
        truncated=truncated,
        downloads=page.given["downloads"],
    )


def api(session: Session, *, page: Page) -> Reply:
    """The operations of the API, from its OpenAPI document."""
    return page.render(session, "api.html", document=page.given["document"])


def _problem(error: EssaimError) -> Json:
    return {
        "title": error.title,
        "status": error.status,
        "detail": str(error),
        "hint": error.hint,
    }


def _rows(session: Session, text: str) -> tuple[list[dict[str, Term]] | None, bool]:
    answer = session.store.query(text)
    if not isinstance(answer, QuerySolutions):
        return None, False
    names = [variable.value for variable in answer.variables]
    rows = [
        {
            name: value
            for name, value in zip(names, solution, strict=True)
            if isinstance(value, Term)
        }
        for solution in islice(answer, _ROWS)
    ]
    return rows, next(answer, None) is not None


def _labels(session: Session, rows: Sequence[Mapping[str, Term]], language: str) -> dict[str, str]:
    """The names of the entities among the values of rows."""
    reader = Reader(session.store, language)
    found = {term for row in rows for term in row.values() if isinstance(term, NamedNode)}
    return {iri.value: reader.label(iri) for iri in found if reader.is_entity(iri)}


def _suggestions(
    session: Session, chosen: NamedQuery, language: str
) -> dict[str, list[dict[str, str]]]:
    found = {}
    for name, parameter in chosen.parameters.items():
        if parameter.kind in SCHEMES:
            found[name] = concept_choices(parameter.kind, language)
        elif parameter.kind in ("territory", "openlab", "practice"):
            found[name] = choices(session.store, parameter.kind, language)
    return found


def _search(session: Session, wanted: str, language: str) -> list[Json]:
    """Entities by how well their label fits: the same, beginning so, a word so, or within."""
    reader = Reader(session.store, language)
    best: dict[NamedNode, tuple[int, str]] = {}
    for quad in session.store.quads(predicate=RDFS.label):
        name = quad.object
        if not isinstance(name, Literal) or not isinstance(quad.subject, NamedNode):
            continue
        folded = fold(name.value)
        if wanted in folded:
            rank = (_fit(wanted, folded), folded)
            best[quad.subject] = min(rank, best.get(quad.subject, rank))
    ordered = sorted(best, key=lambda iri: (best[iri], iri.value))
    entities = islice((iri for iri in ordered if reader.is_entity(iri)), _FOUND)
    return [
        {
            "iri": iri.value,
            "label": reader.label(iri),
            "kind": reader.label(reader.type_of(iri)),
            "text": reader.text(iri, DCTERMS.description),
        }
        for iri in entities
    ]


def _fit(wanted: str, label: str) -> int:
    if label == wanted:
        return 0
    if label.startswith(wanted):
        return 1
    return 2 if f" {wanted}" in label else 3
