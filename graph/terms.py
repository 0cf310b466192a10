"""Terms as they are written in N-Triples: what a value says, its kind, its datatype.

Where millions of statements are read, making objects of them costs ten times what is done with
them; so they stay text, and these functions read it.
"""

from __future__ import annotations

from typing import cast

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

__all__ = ["datatype", "is_iri", "language", "lexical", "node", "shown"]

_STRING = "<http://www.w3.org/2001/XMLSchema#string>"
_LANGUAGE_STRING = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>"


def is_iri(term: str) -> bool:
    """Whether a term is an IRI."""
    return term[0] == "<" and term[1] != "<"


def lexical(term: str) -> str:
    """What stands between a literal's quotes or an IRI's brackets.

    Example:
        >>> lexical('"5"^^<x:integer>'), lexical("<a:b>"), lexical('"a b"@fr')
        ('5', 'a:b', 'a b')
    """
    if term[0] != '"':
        return term[1:-1]
    text = term[1 : term.rindex('"')]
    if "\\" not in text:
        return text
    return node(term).value


def node(term: str) -> NamedNode | Literal:
    """The object that a term which is no blank node stands for.

    Example:
        >>> node('"a b"@fr')
        <Literal value=a b language=fr>
    """
    if is_iri(term):
        return NamedNode(term[1:-1])
    quad = next(parse(input=f"<x:s> <x:p> {term} .", format=RdfFormat.N_TRIPLES))
    return cast("Literal", quad.object)


def datatype(term: str) -> str:
    """A literal's datatype, written ``<iri>``.

    Example:
        >>> datatype('"5"^^<x:integer>'), datatype('"five"')
        ('<x:integer>', '<http://www.w3.org/2001/XMLSchema#string>')
    """
    ending = term[term.rindex('"') + 1 :]
    if ending.startswith("@"):
        return _LANGUAGE_STRING
    return ending[2:] or _STRING


def language(term: str) -> str:
    """A literal's language, in lower case; ``""`` when it has none.

    Example:
        >>> language('"oui"@fr-FR')
        'fr-fr'
    """
    ending = term[term.rindex('"') + 1 :]
    return ending[1:].lower() if ending.startswith("@") else ""


def shown(term: str) -> str:
    """A term as it is shown to a person; ``""`` for a blank node, which has no name."""
    return "" if term.startswith("_:") else lexical(term)
