"""Making text from files harmless: a label is data, and data can be hostile.

Templates escape HTML by themselves. What is here is the rest: characters that reorder or hide what
is around them, texts without end, JSON inside a script element, and addresses that are not pages.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

__all__ = ["LABEL_LIMIT", "clean", "script_json", "web_address"]

LABEL_LIMIT = 160
"""How many characters of a label are shown; the page of the entity shows the whole of its texts."""

_LINE_BREAKS = re.compile(r"[\u2028\u2029\x0b\x0c\x85\r]")
_REORDERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[ \t]{2,}")
_STACKED = re.compile("([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]{3})"
                      "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]+")  # fmt: skip
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"
_SCRIPT_ESCAPES = {
    ord("<"): "\\u003c",
    ord(">"): "\\u003e",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


def clean(text: str, limit: int = 0) -> str:
    """A text without what could mislead a reader's eye or a browser.

    Marks that change the direction of writing, invisible and control characters are removed,
    accents piled upon one letter are cut at three, and a text that is too long ends in an ellipsis.
    Emoji and every script stay as they are.

    Args:
        text: any text.
        limit: how many characters to keep; 0 for all.

    Example:
        >>> clean("abc\u202edef")
        'abcdef'
        >>> clean("une longue étiquette", limit=10)
        'une longu…'
    """
    text = _LINE_BREAKS.sub("\n", text)
    for unwanted in (_REORDERING, _INVISIBLE, _CONTROL):
        text = unwanted.sub("", text)
    text = _SPACES.sub(" ", _STACKED.sub(r"\1", text))
    return _cut(text, limit) if limit and len(text) > limit else text


def script_json(value: Any) -> Markup:  # noqa: ANN401
    r"""A value as JSON that can stand inside a ``<script>`` element and nothing can end.

    Example:
        >>> str(script_json({"label": "</script>"}))
        '{"label":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return Markup(text.translate(_SCRIPT_ESCAPES))  # noqa: S704


def web_address(address: str) -> str:
    """An address that a link may lead to; ``""`` for anything but a web page.

    Example:
        >>> web_address("https://www.culture.gouv.fr/")
        'https://www.culture.gouv.fr/'
        >>> web_address("javascript:alert(1)")
        ''
    """
    if clean(address) != address or any(character.isspace() for character in address):
        return ""
    try:
        parts = urlsplit(address)
        has_host = bool(parts.hostname)
    except ValueError:
        return ""
    return address if parts.scheme in {"http", "https"} and has_host else ""


def _cut(text: str, limit: int) -> str:
    """The beginning of a text, not ending between a letter and its accent or inside an emoji."""
    end = limit - 1
    while end > 0 and (text[end] in _JOINERS or unicodedata.combining(text[end])):
        end -= 1
    return text[:end].rstrip(_JOINERS + " \n") + "…"
