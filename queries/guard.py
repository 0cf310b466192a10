"""What a query may not do: reach out of the process."""

from __future__ import annotations

import re
from collections.abc import Collection

from essaim.ontology.errors import Refused
from essaim.queries.tokens import Token, iter_tokens

__all__ = ["refuse_outbound"]

_OUTBOUND = ("SERVICE", "LOAD")
_MAY_REACH = re.compile("|".join(_OUTBOUND), re.IGNORECASE)


def refuse_outbound(text: str, allowed: Collection[str] = ()) -> None:
    """Refuse a query or an update that would make a request of its own.

    A ``SERVICE`` or ``LOAD`` is allowed only towards an IRI of the list, written out: where a
    variable or a prefixed name leads is not known beforehand.

    The engine lets keywords touch what is before and after them: it was seen to read
    ``trueSERVICE<x>{}``, ``SERVICESILENT<x>{}`` and ``trueSERVICEex:a{}`` as requests. So any word
    or prefix that merely contains one of the two keywords is refused too. Text inside strings,
    comments, IRIs and variables is not touched.

    Args:
        text: a SPARQL query or update.
        allowed: the addresses that may be reached.

    Raises:
        Refused: it would, or could, reach another address.

    Example:
        >>> refuse_outbound('ASK { ?s rdfs:label "SERVICE" }  # SERVICE')
    """
    if not _MAY_REACH.search(text):
        return
    tokens = list(iter_tokens(text))
    for position, token in enumerate(tokens):
        keyword = _outbound_keyword(token)
        if keyword and not _leads_to(tokens[position : position + 3], allowed):
            raise Refused(
                f"{keyword} is not allowed here: it makes a request to another server.",
                "Query the other server yourself and join the results; a prefix or a word that "
                f"contains {keyword} must be renamed.",
            )


def _outbound_keyword(token: Token) -> str:
    if token.kind == "word":
        code = token.text.upper()
    elif token.kind == "prefixed":
        code = token.text.partition(":")[0].upper()
    else:
        return ""
    return next((keyword for keyword in _OUTBOUND if keyword in code), "")


def _leads_to(tokens: list[Token], allowed: Collection[str]) -> bool:
    """Whether a keyword, an optional SILENT and an allowed address are what is written."""
    keyword, *following = tokens
    if keyword.kind != "word" or keyword.text.upper() not in _OUTBOUND:
        return False
    if following and following[0].text.upper() == "SILENT":
        following = following[1:]
    return bool(following) and following[0].kind == "iri" and following[0].text[1:-1] in allowed
