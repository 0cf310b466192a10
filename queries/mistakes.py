"""Common mistakes in a SPARQL text, said in a sentence, where an engine only says what it expected.

Example:
    >>> likely_mistake("SELEKT ?s { ?s ?p ?o }")
    'a query starts with SELECT, CONSTRUCT, DESCRIBE or ASK, not with "SELEKT"'
    >>> likely_mistake("SELECT ?s { ?s foo:bar ?o }", known=("ess",))
    'the prefix "foo:" is not declared'
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import pairwise

from essaim.queries.tokens import Token, iter_tokens

__all__ = ["likely_mistake"]

_FORMS = ("SELECT", "CONSTRUCT", "DESCRIBE", "ASK")
_UPDATES = (
    "INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH",
)  # fmt: skip


def likely_mistake(text: str, known: Container[str] = ()) -> str | None:
    """What is probably wrong with a text that an engine could not read, or nothing.

    Args:
        text: the text, which is known not to be a query.
        known: prefixes that need no declaration.

    Returns:
        A clause to follow "This is not SPARQL:", without a final point.
    """
    tokens = list(iter_tokens(text))
    return _of_beginning(tokens) or _of_prefixes(tokens, known) or _of_braces(tokens)


def _of_beginning(tokens: list[Token]) -> str | None:
    if not tokens:
        return "it is empty"
    first = next(_after_prologue(tokens), None)
    if first is None:
        return "there is a prologue and no query after it"
    if first.kind == "word" and first.text.upper() not in (*_FORMS, *_UPDATES):
        return f'a query starts with SELECT, CONSTRUCT, DESCRIBE or ASK, not with "{first.text}"'
    return None


def _of_prefixes(tokens: list[Token], known: Container[str]) -> str | None:
    declared = set(_declared(tokens))
    for token in tokens:
        prefix = token.text.partition(":")[0]
        if token.kind == "prefixed" and prefix not in declared and prefix not in known:
            return f'the prefix "{prefix}:" is not declared'
    return None


def _of_braces(tokens: list[Token]) -> str | None:
    depth = sum((token.text == "{") - (token.text == "}") for token in tokens)
    if depth == 0:
        return None
    braces = "brace is" if abs(depth) == 1 else "braces are"
    return f"{abs(depth)} closing {braces} {'missing' if depth > 0 else 'too many'}"


def _declared(tokens: list[Token]) -> Iterator[str]:
    for word, name in pairwise(tokens):
        if word.kind == "word" and word.text.upper() == "PREFIX" and name.kind == "prefixed":
            yield name.text.partition(":")[0]


def _after_prologue(tokens: list[Token]) -> Iterator[Token]:
    place = 0
    lengths = {"BASE": 2, "PREFIX": 3}
    while place < len(tokens) and tokens[place].text.upper() in lengths:
        place += lengths[tokens[place].text.upper()]
    yield from tokens[place:]
