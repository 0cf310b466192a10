"""The named queries: what their headers say, and how a parameter is bound.

A query is one file, ``queries/<theme>/<name>.rq``, that runs as it stands in any SPARQL tool. Its
header is YAML in ``#+`` lines::

    #+ summary:
    #+   fr: Les pratiques mises en œuvre sur un territoire
    #+   en: The practices implemented in a territory
    #+ parameters:
    #+   territory:
    #+     kind: territory
    #+     fr: le territoire
    #+     en: the territory
    #+ columns:
    #+   practice: {fr: pratique, en: practice}
    #+   label: {fr: nom, en: name}
    #+ view: table

Each parameter is a ``VALUES ?territory { … }`` block that holds its default; a query may repeat the
block where an inner group needs it. Binding replaces what stands between the braces with serialised
RDF terms, so a value can never become query text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from pyoxigraph import Literal, NamedNode

from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.names import XSD
from essaim.queries.tokens import Token, iter_tokens

__all__ = ["Column", "NamedQuery", "Parameter", "catalogue", "named_query", "read_query"]

LITERAL_KINDS = {
    "text": XSD.string,
    "integer": XSD.integer,
    "decimal": XSD.decimal,
    "date": XSD.date,
    "year": XSD.gYear,
    "month": XSD.gYearMonth,
    "boolean": XSD.boolean,
    "language": XSD.string,
}
"""Kinds of parameter that take a literal; every other kind takes the IRI of such an entity."""

_VIEWS = {"table", "graph", "map", "timeline", "matrix"}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a named query.

    Args:
        name: its name, the variable without ``?``.
        kind: ``territory``, ``openlab``, ``practice``, ``organisation``, the name of a concept
            scheme, ``entity``, or a literal kind (``text``, ``integer``, ``date`` …).
        fr: what it is, in French.
        en: what it is, in English.
        default: the terms written in the file, as SPARQL.
    """

    name: str
    kind: str
    fr: str
    en: str
    default: str

    @property
    def is_literal(self) -> bool:
        """Whether it takes a literal rather than an entity."""
        return self.kind in LITERAL_KINDS

    def literal(self, text: str) -> Literal:
        """A value typed on a command line or in a form, as a literal of this kind."""
        return Literal(text, datatype=LITERAL_KINDS[self.kind])


@dataclass(frozen=True)
class Column:
    """One column of the answer, with its headings."""

    name: str
    fr: str
    en: str


@dataclass(frozen=True)
class NamedQuery:
    """A query with its header read.

    Args:
        name: ``theme/name``.
        summary_fr: what it answers, in French.
        summary_en: what it answers, in English.
        parameters: by name, in the order of the header.
        columns: in the order of the SELECT.
        view: how to show the answer.
        text: the file, as it stands.
    """

    name: str
    summary_fr: str
    summary_en: str
    parameters: Mapping[str, Parameter]
    columns: Sequence[Column]
    view: str
    text: str

    def parameter(self, name: str) -> Parameter:
        """A parameter by its name.

        Raises:
            NotFound: the query has no such parameter.
        """
        try:
            return self.parameters[name]
        except KeyError:
            listing = f"essaim query {self.name} --explain"
            raise NotFound("parameter", name, self.parameters, listing) from None

    def bind(self, values: Mapping[str, Sequence[NamedNode | Literal]]) -> str:
        """The query's text with some parameters given; the others keep their default.

        Args:
            values: for each parameter, one or more terms.

        Raises:
            NotFound: the query has no such parameter.
            BadInput: a parameter is given no value.

        Example:
            ``query.bind({"territory": [NamedNode("https://w3id.org/essaim/id/…/43")]})``
        """
        for name, terms in values.items():
            self.parameter(name)
            if not terms:
                raise BadInput(f'The parameter "{name}" is empty.', "Give it a value.")
        text = self.text
        for block in reversed(_values_blocks(text)):
            if block.variable in values:
                inside = " ".join(map(str, values[block.variable]))
                text = f"{text[: block.start]} {inside} {text[block.end :]}"
        return text


@cache
def catalogue() -> Mapping[str, NamedQuery]:
    """Every named query, by name, sorted.

    Raises:
        BadInput: a file's header is broken; the message names the file.
    """
    found: dict[str, NamedQuery] = {}
    for folder in _sorted(files("essaim.queries")):
        if folder.is_dir() and not folder.name.startswith("_"):
            for entry in _sorted(folder):
                if entry.name.endswith(".rq"):
                    name = f"{folder.name}/{entry.name.removesuffix('.rq')}"
                    found[name] = read_query(name, entry.read_text(encoding="utf-8"))
    return found


def named_query(name: str) -> NamedQuery:
    """A named query; the theme may be left out where the name is the only one.

    Raises:
        NotFound: there is none of this name; the nearest are offered.
    """
    known = catalogue()
    if name in known:
        return known[name]
    short = [full for full in known if full.partition("/")[2] == name]
    if len(short) == 1:
        return known[short[0]]
    raise NotFound("query", name, known, "essaim queries")


def read_query(name: str, text: str) -> NamedQuery:
    """Read a query's text and header.

    Args:
        name: what to call it, in messages too.
        text: the query; a header is optional, but a broken one is refused.

    Raises:
        BadInput: the header is not as described above.
    """
    header = _header(name, text)
    blocks = {block.variable: block for block in _values_blocks(text)}
    parameters = {}
    for key, about in _mapping(name, header, "parameters").items():
        if key not in blocks:
            raise BadInput(
                f'{name}: the parameter "{key}" has no VALUES block.',
                f"Add VALUES ?{key} {{ … }} with its default to the query.",
            )
        block = blocks[key]
        default = text[block.start : block.end].strip()
        if not default or not isinstance(about, dict) or "kind" not in about:
            raise BadInput(
                f'{name}: the parameter "{key}" needs a kind and a default.',
                "See the other queries for examples.",
            )
        kind, fr, en = (str(about.get(part, "")) for part in ("kind", "fr", "en"))
        parameters[key] = Parameter(key, kind, fr, en, default)
    columns = [
        Column(key, str((about or {}).get("fr", key)), str((about or {}).get("en", key)))
        for key, about in _mapping(name, header, "columns").items()
    ]
    summary = _mapping(name, header, "summary")
    view = str(header.get("view", "table"))
    if view not in _VIEWS:
        message = f'{name}: there is no view "{view}".'
        raise BadInput(message, f"Use one of {', '.join(sorted(_VIEWS))}.")
    return NamedQuery(
        name,
        str(summary.get("fr", "")),
        str(summary.get("en", "")),
        parameters,
        columns,
        view,
        text,
    )


@dataclass(frozen=True)
class _Block:
    variable: str
    start: int
    end: int


def _values_blocks(text: str) -> list[_Block]:
    """The ``VALUES ?name { … }`` blocks of one variable, with the place between the braces."""
    tokens = list(iter_tokens(text))
    blocks = []
    for position, token in enumerate(tokens):
        if token.kind == "word" and token.text.upper() == "VALUES":
            following = tokens[position + 1 :]
            if len(following) > 1 and following[0].kind == "variable" and following[1].text == "{":
                closing = _closing(following)
                if closing is not None:
                    name = following[0].text[1:]
                    blocks.append(_Block(name, following[1].end, closing.start))
    return blocks


def _closing(tokens: list[Token]) -> Token | None:
    return next((token for token in tokens if token.kind == "sign" and token.text == "}"), None)


def _header(name: str, text: str) -> dict[str, Any]:
    lines = [line[2:].removeprefix(" ") for line in text.splitlines() if line.startswith("#+")]
    try:
        header = yaml.safe_load("\n".join(lines)) if lines else {}
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "not YAML"
        raise BadInput(
            f"{name}: its header is broken: {problem}.", "Correct the #+ lines."
        ) from None
    if not isinstance(header, dict):
        raise BadInput(f"{name}: its header is not a mapping.", "Correct the #+ lines.")
    return header


def _mapping(name: str, header: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = header.get(key) or {}
    if not isinstance(value, dict):
        raise BadInput(f'{name}: "{key}" in its header is not a mapping.', "Correct the #+ lines.")
    return value


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted(folder.iterdir(), key=lambda entry: entry.name)
