"""The errors Essaim raises on purpose, and nothing else reaches a user.

Every one of them is a sentence that names the thing that is wrong and a hint that says what to do.
The command line prints both and exits with code 2; the service turns them into RFC 9457 problem
details with :attr:`EssaimError.status`.

    EssaimError
    ├── NotFound            an unknown source, query, parameter, territory, entity …
    ├── BadInput            a value, a query or a file that can't be understood
    ├── WorkspaceError      no workspace, a damaged one, one already there
    │   └── WorkspaceBusy   another writer holds the lock
    ├── Refused             understood and declined: a load with violations, SERVICE, an update
    ├── QueryTimeout        a query reached its time limit and was ended
    └── PortInUse           the service can't listen there
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from rapidfuzz import fuzz, process, utils

__all__ = [
    "BadInput",
    "EssaimError",
    "NotFound",
    "PortInUse",
    "QueryTimeout",
    "Refused",
    "WorkspaceBusy",
    "WorkspaceError",
    "nearest",
]


class EssaimError(Exception):
    """A failure a user can do something about.

    Args:
        message: what is wrong, and where, in one sentence.
        hint: what to do next, in one sentence; empty when there is nothing useful to say.
    """

    status = 500
    title = "Error"
    headers: Mapping[str, str] = MappingProxyType({})
    """HTTP headers that belong to it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadInput(EssaimError):
    """A value, a query or a file that can't be understood."""

    status = 400
    title = "Bad input"


class WorkspaceError(EssaimError):
    """A workspace that is missing, damaged or already there."""

    status = 503
    title = "Workspace unavailable"


class WorkspaceBusy(WorkspaceError):
    """Another writer holds the workspace's lock."""

    title = "Workspace busy"


class Refused(EssaimError):
    """Something understood and declined."""

    status = 403
    title = "Refused"


class QueryTimeout(EssaimError):
    """A query that reached its time limit and was ended."""

    status = 504
    title = "Query timed out"


class PortInUse(EssaimError):
    """An address the service can't listen on."""

    title = "Address in use"


class NotFound(EssaimError):
    """A name that stands for nothing here.

    Args:
        kind: what was looked for, such as ``"source"`` or ``"territory"``.
        name: the name as it was given.
        known: names that exist, among which the nearest are offered.
        listing: a command that lists the known names, such as ``"essaim sources"``.

    Example:
        >>> NotFound("source", "openlab", ["openlabs", "practices"]).hint
        'Did you mean "openlabs"?'
    """

    status = 404
    title = "Not found"

    def __init__(self, kind: str, name: str, known: Iterable[str] = (), listing: str = "") -> None:
        self.kind = kind
        self.suggestions = nearest(name, known)
        super().__init__(f'Unknown {kind} "{name}".', _suggestion_hint(self.suggestions, listing))


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """The known names most like a mistyped one, best first.

    Args:
        name: the name as typed.
        known: the names that exist.
        limit: how many to return at the most.

    Returns:
        At most ``limit`` names, none of them much unlike ``name``.

    Example:
        >>> nearest("haute loire", ["Haute-Loire", "Haute-Saône", "Paris"], limit=1)
        ['Haute-Loire']
    """
    found = process.extract(
        name, list(known), scorer=fuzz.WRatio, processor=utils.default_process, limit=limit
    )
    return [match for match, score, _ in found if score >= 60]


def _suggestion_hint(suggestions: list[str], listing: str) -> str:
    parts = []
    if suggestions:
        quoted = " or ".join(f'"{name}"' for name in suggestions)
        parts.append(f"Did you mean {quoted}?")
    if listing:
        parts.append(f'"{listing}" lists what there is.')
    return " ".join(parts)
