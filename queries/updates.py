"""What a SPARQL update writes to, told from its text before it is run.

The engine gives no account of what an update changed. So the graphs it may write to are read from
its text: what stands in the templates of INSERT and DELETE, after WITH, and after the words that
manage graphs. What can't be told, because a variable stands for the graph, is said to be any.
Nothing here decides whether the text is SPARQL; the engine does. But a word that no update has in
its place is refused: the engine takes keywords that touch their neighbours (see decision 0004), and
none may go unseen.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from essaim.ontology.errors import BadInput
from essaim.ontology.names import GRAPHS, PREFIXES
from essaim.queries.tokens import Token, iter_tokens

__all__ = ["DEFAULT_GRAPH", "Writes", "read_writes", "with_dataset"]

DEFAULT_GRAPH = GRAPHS.default.value
"""What stands for the default graph where graphs have names."""

_STRUCTURE = {
    "INSERT", "DELETE", "DATA", "WHERE", "WITH", "USING", "NAMED", "GRAPH", "DEFAULT", "ALL",
    "SILENT", "INTO", "TO", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "PREFIX",
    "BASE", "VERSION",
}  # fmt: skip
_TEMPLATE = {"GRAPH", "A", "TRUE", "FALSE"}
_MANAGE = {"CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "LOAD"}
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


@dataclass
class Writes:
    """What an update may write to.

    Args:
        graphs: the IRIs of named graphs, and :data:`DEFAULT_GRAPH` for the default graph.
        any_graph: whether it may write to graphs it does not name: a variable stands for one, or
            all of them are cleared.
        has_dataset: whether it says itself what its patterns read (WITH or USING).
    """

    graphs: set[str] = field(default_factory=set)
    any_graph: bool = False
    has_dataset: bool = False

    def among(self, known: Collection[str]) -> list[str]:
        """The graphs to look at after the update: those it names, or all there are, sorted."""
        return sorted({*self.graphs, *known} if self.any_graph else self.graphs)


def read_writes(text: str) -> Writes:
    """Tell what an update may write to.

    Args:
        text: the update, with the usual prefixes known.

    Raises:
        BadInput: a word stands where no update has one.

    Example:
        >>> found = read_writes("INSERT { GRAPH graph:curation { ?s a ess:Practice } } WHERE {}")
        >>> sorted(found.graphs), found.any_graph
        (['https://w3id.org/essaim/graph/curation'], False)
    """
    reader = _Reader(list(iter_tokens(text)))
    reader.read()
    return reader.writes


def with_dataset(text: str, default: Collection[str], named: Collection[str]) -> str:
    """An update whose patterns read a dataset: ``USING`` before each WHERE that has none.

    Args:
        text: the update.
        default: the IRIs of the graphs that make up the default graph.
        named: the IRIs of the named graphs.

    Example:
        >>> with_dataset("DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", ["http://e/g"], [])
        'DELETE { ?s ?p ?o } USING <http://e/g> WHERE { ?s ?p ?o }'
    """
    clause = " ".join(
        [*(f"USING <{iri}>" for iri in default), *(f"USING NAMED <{iri}>" for iri in named)]
    )
    pieces, end, depth, after_template = [], 0, 0, False
    for token in iter_tokens(text):
        if token.text in ("{", "}"):
            depth += 1 if token.text == "{" else -1
            after_template = token.text == "}" and depth == 0
        elif depth == 0 and token.kind == "word":
            if token.text.upper() == "WHERE" and after_template:
                pieces += [text[end : token.start], clause, " "]
                end = token.start
            after_template = False
    return "".join([*pieces, text[end:]])


class _Reader:
    """Walks over the tokens of an update, one clause after the other."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.writes = Writes()
        self._tokens = tokens
        self._at = 0
        self._base = ""
        self._prefixes = dict(PREFIXES)

    def read(self) -> None:
        while (token := self._next()) is not None:
            word = token.text.upper() if token.kind == "word" else ""
            if token.kind == "word" and word not in _STRUCTURE:
                raise _misplaced(token)
            if word == "PREFIX":
                self._prefix()
            elif word == "BASE":
                self._base = self._resolve(self._next())
            elif word == "WITH":
                self.writes.has_dataset = True
                self.writes.graphs.add(self._resolve(self._next()))
            elif word == "USING":
                self.writes.has_dataset = True
            elif word in ("INSERT", "DELETE"):
                self._template()
            elif word in _MANAGE:
                self._management()
            elif token.text == "{":
                self._skip()

    def _next(self) -> Token | None:
        self._at += 1
        return self._tokens[self._at - 1] if self._at <= len(self._tokens) else None

    def _peek(self) -> str:
        return self._tokens[self._at].text.upper() if self._at < len(self._tokens) else ""

    def _prefix(self) -> None:
        name, iri = self._next(), self._next()
        if name is not None:
            self._prefixes[name.text.removesuffix(":")] = self._resolve(iri)

    def _template(self) -> None:
        """What stands in the braces after INSERT and DELETE, with or without DATA or WHERE."""
        is_pattern = self._peek() == "WHERE"
        if self._peek() in ("DATA", "WHERE"):
            self._at += 1
        if self._peek() != "{":
            return
        self._at += 1
        depth, outside = 1, False
        while depth and (token := self._next()) is not None:
            if token.kind == "word" and not token.text.startswith("@") and not is_pattern:
                self._check(token)
            if token.kind == "word" and token.text.upper() == "GRAPH":
                self._graph()
            elif token.text == "{":
                depth += 1
            elif token.text == "}":
                depth -= 1
            elif depth == 1:
                outside = True
        if outside:
            self.writes.graphs.add(DEFAULT_GRAPH)

    @staticmethod
    def _check(token: Token) -> None:
        if token.text.upper() not in _TEMPLATE:
            raise _misplaced(token)

    def _graph(self) -> None:
        token = self._next()
        if token is None or token.kind == "variable":
            self.writes.any_graph = True
        else:
            self.writes.graphs.add(self._resolve(token))

    def _management(self) -> None:
        """Every graph that CLEAR, DROP, CREATE, ADD, MOVE, COPY or LOAD names, read or written."""
        keyword = self._tokens[self._at - 1].text.upper()
        named = False
        while self._peek() not in ("", ";"):
            token = self._next()
            assert token is not None  # noqa: S101 - the text has not ended
            word = token.text.upper() if token.kind == "word" else ""
            if word and word not in _STRUCTURE:
                raise _misplaced(token)
            if word in ("ALL", "NAMED"):
                self.writes.any_graph = named = True
            elif word == "DEFAULT":
                self.writes.graphs.add(DEFAULT_GRAPH)
                named = True
            elif token.kind in ("iri", "prefixed") and (keyword != "LOAD" or named):
                self.writes.graphs.add(self._resolve(token))
            elif word == "INTO":
                named = True
        if keyword == "LOAD" and not named:
            self.writes.graphs.add(DEFAULT_GRAPH)

    def _skip(self) -> None:
        """What stands in the braces of a pattern: it is read, not written to."""
        depth = 1
        while depth and (token := self._next()) is not None:
            depth += (token.text == "{") - (token.text == "}")

    def _resolve(self, token: Token | None) -> str:
        if token is None:
            return ""
        if token.kind == "iri":
            iri = _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), token.text[1:-1])
            return urljoin(self._base, iri) if self._base else iri
        prefix, _, local = token.text.partition(":")
        return self._prefixes.get(prefix, f"{prefix}:") + re.sub(r"\\(.)", r"\1", local)


def _misplaced(token: Token) -> BadInput:
    return BadInput(
        f'"{token.text}" has no place there in an update (character {token.start + 1}).',
        "Put spaces around keywords, and check the update there.",
    )
