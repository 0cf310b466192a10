"""The content security policy of the pages: their own scripts and styles run, and no others."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser
from typing import Final

__all__ = ["BASE_POLICY", "page_policy"]

BASE_POLICY: Final = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""What holds for every response."""

_DATA_BLOCKS = {"application/json", "application/ld+json", "text/plain"}


def page_policy(html: str) -> str:
    """The content security policy of a page: its own inline scripts and styles, and no others.

    Example:
        >>> "'sha256-" in page_policy("<style>p{}</style>")
        True
    """
    found = _Inline()
    found.feed(html)
    found.close()
    scripts = " ".join(["script-src", "'self'", *found.hashes["script"]])
    styles = " ".join(["style-src", "'self'", *found.hashes["style"]])
    return f"{BASE_POLICY}; {scripts}; {styles}"


class _Inline(HTMLParser):
    """Collects the hashes of a page's inline scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.hashes: dict[str, dict[str, None]] = {"script": {}, "style": {}}
        self._inside = ""
        self._parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        runs = "src" not in about and about.get("type") not in _DATA_BLOCKS
        if tag in self.hashes and runs:
            self._inside, self._parts = tag, []

    def handle_data(self, data: str) -> None:
        if self._inside:
            self._parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside:
            digest = hashlib.sha256("".join(self._parts).encode()).digest()
            self.hashes[tag][f"'sha256-{base64.b64encode(digest).decode()}'"] = None
            self._inside = ""
