"""Property paths of SHACL: written as SPARQL, and where a statement enters them.

Example:
    >>> path = Sequence((Inverse(Step("<x:participant>")), Step("<x:role>")))
    >>> str(path)
    '(^<x:participant>/<x:role>)'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Alternative", "Inverse", "Path", "Repeat", "Sequence", "Step", "entries"]

End: TypeAlias = Literal["subject", "object"]


@dataclass(frozen=True)
class Step:
    """One property, written ``<iri>``."""

    property: str

    def __str__(self) -> str:
        return self.property


@dataclass(frozen=True)
class Inverse:
    """A property walked from its value to its subject."""

    step: Step

    def __str__(self) -> str:
        return f"^{self.step}"


@dataclass(frozen=True)
class Sequence:
    """Paths walked one after the other."""

    parts: tuple[Path, ...]

    def __str__(self) -> str:
        return f"({'/'.join(map(str, self.parts))})"


@dataclass(frozen=True)
class Alternative:
    """Paths of which any may be walked."""

    parts: tuple[Path, ...]

    def __str__(self) -> str:
        return f"({'|'.join(map(str, self.parts))})"


@dataclass(frozen=True)
class Repeat:
    """A path walked ``?`` at most once, ``*`` any number of times, ``+`` at least once."""

    path: Path
    times: Literal["?", "*", "+"]

    def __str__(self) -> str:
        return f"({self.path}){self.times}"


Path: TypeAlias = Step | Inverse | Sequence | Alternative | Repeat


def entries(path: Path) -> Iterator[tuple[str, str, End]]:
    """Where a statement can be part of a path: its property, what leads there, and by which end.

    Yields:
        The property, the path from the start to that statement as SPARQL (``""`` when it is the
        first), and the end of the statement that is reached first.

    Example:
        >>> list(entries(Sequence((Inverse(Step("<x:in>")), Step("<x:role>")))))
        [('<x:in>', '', 'object'), ('<x:role>', '^<x:in>', 'subject')]
    """
    match path:
        case Step():
            yield path.property, "", "subject"
        case Inverse():
            yield path.step.property, "", "object"
        case Alternative():
            for part in path.parts:
                yield from entries(part)
        case Sequence():
            for place, part in enumerate(path.parts):
                lead = [str(before) for before in path.parts[:place]]
                for name, more, end in entries(part):
                    yield name, "/".join([*lead, more] if more else lead), end
        case Repeat():
            for name, more, end in entries(path.path):
                lead = [f"({path.path})*"] if path.times != "?" else []
                yield name, "/".join([*lead, more] if more else lead), end
