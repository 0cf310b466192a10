"""What became of communes: mergers, divisions, changes of code and of name since 1943."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["Change", "Former", "former_communes", "former_names"]

_RENAMED: Final = "10"
_MOVED: Final = {"41", "50"}
"""Changes of department, and of the seat with its code: the commune is the same."""

_COMMUNES: Final = ("COM", "ARM")


@dataclass(frozen=True)
class Change:
    """One line of the file of changes.

    Args:
        kind: INSEE's code of the change, such as ``32`` for the making of a new commune.
        date: when it took effect, ``YYYY-MM-DD``.
        before_type: ``COM``, ``COMD``, ``COMA``, ``ARM`` or ``""``.
        before: the code before.
        before_name: the name before.
        after_type: the type after.
        after: the code after.
        after_name: the name after.
    """

    kind: str
    date: str
    before_type: str
    before: str
    before_name: str
    after_type: str
    after: str
    after_name: str


@dataclass(frozen=True)
class Former:
    """A code that is no longer a commune's.

    Args:
        name: the last name under that code.
        end: the day it ended, ``YYYY-MM-DD``.
        today: the codes of the communes that hold its ground today; several when it was divided,
            none when the changes do not say.
        is_moved: whether only the code ended and the commune went on under another.
    """

    name: str
    end: str
    today: tuple[str, ...]
    is_moved: bool


def former_communes(
    changes: Iterable[Change], today: Collection[str], known: Mapping[str, str]
) -> dict[str, Former]:
    """Every code that was a commune's and no longer is, with what it has become.

    A chain of changes is followed to its end: a commune merged in 1973 into one that was merged in
    2019 leads to today's. Where a commune was later divided again, its parts are not told apart:
    the code that went on stands for the whole.

    Args:
        changes: the lines of the file.
        today: the codes of today's communes and municipal arrondissements.
        known: successors that the changes do not give.
    """
    ends: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change.before_type == "COM" and change.before != change.after:
            ends[change.before].append(change)
    found = {}
    for code in sorted(set(ends) - set(today)):
        last = max(change.date for change in ends[code])
        lines = [change for change in ends[code] if change.date == last]
        heirs = _heirs(code, "", ends, today) or _known(code, known, today)
        found[code] = Former(
            name=min(change.before_name for change in lines),
            end=last,
            today=tuple(sorted(heirs)),
            is_moved=all(change.kind in _MOVED for change in lines),
        )
    return found


def former_names(changes: Iterable[Change], today: Collection[str]) -> dict[str, set[str]]:
    """For the code of a commune of today, the names it had before it was renamed."""
    found: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        is_rename = change.kind == _RENAMED and change.before == change.after
        if is_rename and change.before_type == "COM" and change.before in today:
            found[change.before].add(change.before_name)
    return found


def _heirs(
    code: str,
    since: str,
    ends: Mapping[str, list[Change]],
    today: Collection[str],
    passed: frozenset[str] = frozenset(),
) -> set[str]:
    """The communes of today that a commune of that code, at that date, has become."""
    if code in today:
        return {code}
    lines = [change for change in ends.get(code, ()) if change.date >= since]
    last = max((change.date for change in lines), default="")
    heirs: set[str] = set()
    for change in lines:
        goes_on = change.after_type in _COMMUNES and change.after not in passed
        if change.date == last and goes_on:
            heirs |= _heirs(change.after, last, ends, today, passed | {code})
    return heirs


def _known(code: str, known: Mapping[str, str], today: Collection[str]) -> set[str]:
    heir = known.get(code)
    return {heir} if heir in today and heir is not None else set()
