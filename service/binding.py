"""From what a person writes for a parameter to the RDF terms a named query is bound with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from pyoxigraph import Literal, NamedNode

from essaim.graph.resolve import resolve
from essaim.graph.store import EmbeddedStore
from essaim.ontology.errors import BadInput
from essaim.queries.catalogue import NamedQuery, Parameter

__all__ = ["bind", "parse_weights"]

_FORMS: dict[str, tuple[str, str]] = {
    "integer": (r"[+-]?\d+", "a whole number, such as 3"),
    "decimal": (r"[+-]?(\d+(\.\d*)?|\.\d+)", "a number, such as 0.5"),
    "date": (r"\d{4}-\d{2}-\d{2}", "a date, such as 2019-06-12"),
    "month": (r"\d{4}-(0[1-9]|1[0-2])", "a month, such as 2020-09"),
    "year": (r"-?\d{4,}", "a year, such as 2019"),
    "boolean": (r"true|false", "true or false"),
    "language": (r"(fr|en)(-[A-Za-z0-9]{1,8})*", "fr or en"),
}


def bind(
    store: EmbeddedStore,
    query: NamedQuery,
    values: Mapping[str, Sequence[str]],
    language: str = "fr",
) -> str:
    """A named query's text with its parameters given.

    Args:
        store: where names are looked up.
        query: the query.
        values: for each parameter, one or more values as a person writes them.
        language: what a parameter of the kind ``language`` is when it is not given.

    Raises:
        NotFound: a parameter, or what a value names, does not exist.
        BadInput: a value is not of the parameter's kind.
    """
    spoken = {
        name: [language]
        for name, parameter in query.parameters.items()
        if parameter.kind == "language"
    }
    return query.bind(
        {
            name: [_term(store, query.parameter(name), text) for text in texts]
            for name, texts in {**spoken, **values}.items()
        }
    )


def _term(store: EmbeddedStore, parameter: Parameter, text: str) -> NamedNode | Literal:
    if parameter.is_literal:
        return _literal(parameter, text)
    return resolve(store, text, parameter.kind)


def _literal(parameter: Parameter, text: str) -> Literal:
    form, example = _FORMS.get(parameter.kind, ("[^\ud800-\udfff]+", "a text"))
    if not re.fullmatch(form, text, re.DOTALL | re.ASCII) or not _is_real(parameter.kind, text):
        message = f'The parameter "{parameter.name}" is "{text}", which is not {example}.'
        raise BadInput(message, "Correct it.")
    return parameter.literal(text)


def _is_real(kind: str, text: str) -> bool:
    """Whether a date is one of the calendar."""
    if kind != "date":
        return True
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def parse_weights(given: Sequence[str]) -> dict[str, float]:
    """Weights of criteria, written ``need=2``.

    Raises:
        BadInput: one is not written so, or its number is negative.

    Example:
        >>> parse_weights(["need=2", "cost=0.5"])
        {'need': 2.0, 'cost': 0.5}
    """
    found = {}
    for text in given:
        name, equals, number = text.partition("=")
        form, _ = _FORMS["decimal"]
        if not (equals and name.strip() and re.fullmatch(form, number.strip(), re.ASCII)):
            raise BadInput(f'The weight "{text}" can\'t be read.', "Write it as need=2.")
        found[name.strip()] = float(number)
        if found[name.strip()] < 0:
            raise BadInput(f'The weight "{text}" is negative.', "Give 0 or more.")
    return found
