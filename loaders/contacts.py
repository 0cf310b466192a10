"""Addresses as people type them: web pages are kept, what reaches a person is taken out."""

from __future__ import annotations

import re
from typing import Final

from pyoxigraph import NamedNode

__all__ = ["home_page", "without_contacts"]

_PAGE: Final = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#][^\s<>\"{}|\\^`@]*)?")
_MAIL: Final = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
_TELEPHONE: Final = re.compile(
    r"(?<![\w.,/-])(?:(?:\+|00)33[ .-]?(?:\(0\))?[ .-]?|0)[1-9]"
    r"(?P<between>[ .\u00a0-]?)\d\d(?:(?P=between)\d\d){3}(?![\w-]|[.,]\d)"
)
_REMOVED: Final = "[…]"


def home_page(text: str) -> NamedNode | None:
    """The page that an address leads to, with or without its ``http://``.

    Nothing for an e-mail address, several addresses or anything else.

    Example:
        >>> home_page("www.example.org/festival").value
        'http://www.example.org/festival'
        >>> home_page("name@example.org"), home_page("see the town hall")
        (None, None)
    """
    plain = text.strip()
    if not _PAGE.fullmatch(plain):
        return None
    if not plain.lower().startswith(("http://", "https://")):
        plain = f"http://{plain}"
    try:
        return NamedNode(plain)
    except ValueError:
        return None


def without_contacts(text: str) -> tuple[str, list[str]]:
    """A text without the e-mail addresses and telephone numbers in it.

    Returns:
        The text, and what was taken out of it: ``"E-mail address"`` or ``"Telephone number"``.

    Example:
        >>> without_contacts("Write to name@example.org or call 04 71 00 00 00")[0]
        'Write to […] or call […]'
        >>> without_contacts("Call 04 71 00 00 00")
        ('Call […]', ['Telephone number'])
    """
    plain, mails = _MAIL.subn(_REMOVED, text)
    plain, numbers = _TELEPHONE.subn(_REMOVED, plain)
    return plain, ["E-mail address"] * mails + ["Telephone number"] * numbers
