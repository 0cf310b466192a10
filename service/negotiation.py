"""Content negotiation: from an ``Accept`` header to the format of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from essaim.ontology.errors import EssaimError

__all__ = ["NotAcceptable", "negotiate"]


class NotAcceptable(EssaimError):
    """A request for a format that is not offered.

    Args:
        accept: the header as it came.
        offered: the media types there are.
    """

    status = 406
    title = "Not acceptable"

    def __init__(self, accept: str, offered: Sequence[str]) -> None:
        self.offered = list(offered)
        super().__init__(
            f'Nothing here is "{accept}".', f"Ask for one of {', '.join(self.offered)}."
        )


@dataclass(frozen=True)
class _Range:
    """One media range of an ``Accept`` header."""

    kind: str
    subkind: str
    quality: float

    @property
    def precision(self) -> int:
        return (self.kind != "*") + (self.subkind != "*")

    def covers(self, media_type: str) -> bool:
        kind, _, subkind = media_type.partition("/")
        return self.kind in ("*", kind) and self.subkind in ("*", subkind)


def negotiate(accept: str | None, offered: Sequence[str]) -> str | None:
    """The media type to answer with.

    The most precise range that covers a type gives its quality (RFC 9110, 12.5.1); among the best
    the earlier one offered is taken.

    Args:
        accept: the header, ``None`` when there is none.
        offered: the media types there are, the preferred ones first, without parameters.

    Returns:
        One of ``offered``, or ``None`` when nothing fits.

    Example:
        >>> negotiate("text/csv;q=0.5, text/turtle", ["text/csv", "text/turtle"])
        'text/turtle'
    """
    return _negotiate(accept or "", tuple(offered))


@lru_cache(maxsize=1024)
def _negotiate(accept: str, offered: tuple[str, ...]) -> str | None:
    if not accept.strip():
        return offered[0]
    ranges = [found for part in accept.split(",") if (found := _read(part)) is not None]
    best, best_quality = None, 0.0
    for media_type in offered:
        quality = _quality(ranges, media_type)
        if quality > best_quality:
            best, best_quality = media_type, quality
    return best


def _quality(ranges: Sequence[_Range], media_type: str) -> float:
    covering = [entry for entry in ranges if entry.covers(media_type)]
    if not covering:
        return 0.0
    return max(covering, key=lambda entry: (entry.precision, entry.quality)).quality


def _read(part: str) -> _Range | None:
    """One media range, or ``None`` when it is not one."""
    media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
    kind, slash, subkind = media_type.partition("/")
    if not (slash and kind and subkind) or (kind == "*" and subkind != "*"):
        return None
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = min(1.0, max(0.0, float(value)))
            except ValueError:
                return None
    return _Range(kind, subkind, quality)
