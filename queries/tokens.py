"""The tokens of a SPARQL text: enough to tell code from comments, strings and IRIs.

Nothing here parses SPARQL; the engine does. This tells where a keyword, a variable or a brace
really is one, so that a text can be searched or rewritten without being fooled by a comment, a
string or an IRI that looks like code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Token", "iter_tokens"]

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<comment>\#[^\n\r]*)
    | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
    | (?P<string>\"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
        |\"(?:[^"\\\n\r]|\\.)*\"|'(?:[^'\\\n\r]|\\.)*')
    | (?P<variable>[?$]\w+)
    | (?P<prefixed>(?:[^\W\d_](?:[\w.\-]*[\w\-])?)?:
        (?:(?:[\w:.\-]|%[0-9A-Fa-f]{2}|\\.)*(?:[\w:\-]|%[0-9A-Fa-f]{2}|\\.))?)
    | (?P<word>@[A-Za-z]+(?:-\w+)*|[^\W\d]\w*)
    | (?P<sign>\^\^|[^\s])
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece of a SPARQL text.

    Args:
        kind: ``iri``, ``string``, ``variable``, ``prefixed``, ``word`` or ``sign``.
        text: as written.
        start: where it starts in the text.
        end: where it ends.
    """

    kind: str
    text: str
    start: int
    end: int


def iter_tokens(text: str) -> Iterator[Token]:
    """The tokens of a text, without spaces and comments.

    Example:
        >>> [t.text for t in iter_tokens("ASK { ?s a <x#y> } # SERVICE")]
        ['ASK', '{', '?s', 'a', '<x#y>', '}']
    """
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind is not None and kind not in ("space", "comment"):
            yield Token(kind, match.group(), match.start(), match.end())
