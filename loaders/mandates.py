"""Mandates through the editions of a directory: who came, who stayed, who left.

Each edition lists the mandates of its day. A mandate is known by where it is held, for which place,
by whom and since when; it is seen from a first to a last edition. It ended when a later edition
lists the same seat without it. An edition that lists nobody for a seat says nothing: the mandate
neither ended nor goes on for certain.

The same editions give the same register in whatever order they are read.
"""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

__all__ = ["Key", "Mandate", "Person", "Register", "Sighting"]


class Person(NamedTuple):
    """The fewest stable keys of an elected official: a place and a name.

    Args:
        place: where the mandate is from; people of one name in two places are two people.
        family: the family name, as a slug.
        given: the first names, as a slug.
    """

    place: str
    family: str
    given: str


class Key(NamedTuple):
    """What tells a mandate from every other.

    Args:
        kind: the kind of mandate.
        authority: the code of what it is held in.
        person: who holds it.
        start: since when, ``YYYY-MM-DD``, or ``""`` when it is not told.
    """

    kind: str
    authority: str
    person: Person
    start: str


@dataclass(frozen=True)
class Sighting:
    """A mandate as one edition lists it.

    Args:
        key: the mandate.
        label: the holder's name as it is written there.
        office: the office held within the mandate, if any.
        office_since: since when, ``YYYY-MM-DD``.
        constituency: the canton's name, or the code of the commune or department it stands for.
    """

    key: Key
    label: str
    office: str = ""
    office_since: str = ""
    constituency: str = ""


@dataclass
class Mandate:
    """A mandate over all editions.

    Args:
        seen: as it stands in the last edition that lists it.
        first: the first edition that lists it.
        last: the last one.
        names: every way its holder's name was written.
    """

    seen: Sighting
    first: str
    last: str
    names: set[str] = field(default_factory=set)


Unsure: TypeAlias = "tuple[Sighting, Sighting]"


class Register:
    """Every mandate that the editions list.

    Args:
        by_authority: the kinds of mandate whose seats are all those of an authority; the seats of
            the others are those of a place.
        one_holder: the kinds whose seat has one holder at a time.
        particles: words of a name that tell nobody apart.
    """

    def __init__(
        self, by_authority: Collection[str], one_holder: Collection[str], particles: Iterable[str]
    ) -> None:
        self.mandates: dict[Key, Mandate] = {}
        self.editions: dict[str, list[str]] = defaultdict(list)
        self._by_authority = by_authority
        self._one_holder = one_holder
        self._particles = frozenset(particles)

    def recall(self, mandate: Mandate) -> None:
        """Take a mandate as it was known before; its editions must be recalled too."""
        self.mandates[mandate.seen.key] = mandate

    def add_edition(
        self, kind: str, edition: str, sightings: Iterable[Sighting]
    ) -> tuple[int, list[Unsure]]:
        """Take an edition; one of the same date and kind is replaced.

        A holder whose name is written otherwise is the same when place, start, one family name and
        one first name agree, one old mandate with one new.

        Returns:
            How many were found under another name, and the pairs that are alike but not certain:
            the former mandate, then the new one.
        """
        if edition in self.editions[kind]:
            self._withdraw(kind, edition)
        else:
            bisect.insort(self.editions[kind], edition)
        unknown = []
        met: set[Key] = set()
        for sighting in sightings:
            if sighting.key in self.mandates:
                self._see(self.mandates[sighting.key], sighting, edition)
                met.add(sighting.key)
            else:
                unknown.append(sighting)
        renamed, unsure = self._pair(kind, unknown, met)
        for sighting in unknown:
            former = renamed.get(sighting.key)
            if former is None:
                names = {sighting.label}
                self.mandates[sighting.key] = Mandate(sighting, edition, edition, names)
            else:
                self._rename(former, sighting, edition)
        return len(renamed), unsure

    def iter_ends(self) -> Iterator[tuple[Mandate, str, bool]]:
        """Each mandate, when it ended if it did, and whether the latest edition leaves it open.

        It ended at the edition that first lists its seat without it, or, where a seat has one
        holder, the day the next one took it.
        """
        seats: dict[tuple[str, str], list[Mandate]] = defaultdict(list)
        for mandate in self.mandates.values():
            seats[self._seat(mandate.seen.key)].append(mandate)
        for key in sorted(self.mandates):
            mandate = self.mandates[key]
            later = [e for e in self.editions[key.kind] if e > mandate.last]
            others = seats[self._seat(key)]
            end = next(
                (e for e in later if any(other.first <= e <= other.last for other in others)), ""
            )
            if end and key.kind in self._one_holder:
                successors = [m.seen for m in others if m.seen.key.start > key.start]
                days = [s.office_since or s.key.start for s in successors]
                end = min([day for day in days if day > key.start], default=end)
            yield mandate, end, bool(later) and not end

    def _seat(self, key: Key) -> tuple[str, str]:
        return key.kind, key.authority if key.kind in self._by_authority else key.person.place

    def _see(self, mandate: Mandate, sighting: Sighting, edition: str) -> None:
        mandate.names.add(sighting.label)
        if edition >= mandate.last:
            mandate.seen = replace(sighting, key=mandate.seen.key)
            mandate.last = edition
        mandate.first = min(mandate.first, edition)

    def _rename(self, former: Key, sighting: Sighting, edition: str) -> None:
        """See a mandate under another name; it keeps the name of its first edition."""
        mandate = self.mandates[former]
        if edition < mandate.first:
            del self.mandates[former]
            mandate.seen = replace(mandate.seen, key=sighting.key)
            self.mandates[sighting.key] = mandate
        self._see(mandate, sighting, edition)

    def _withdraw(self, kind: str, edition: str) -> None:
        """Forget that an edition was read, before it is read again."""
        place = self.editions[kind].index(edition)
        before = self.editions[kind][place - 1] if place else ""
        after = self.editions[kind][place + 1] if place + 1 < len(self.editions[kind]) else ""
        for key, mandate in list(self.mandates.items()):
            if key.kind != kind or edition not in (mandate.first, mandate.last):
                continue
            if mandate.first == mandate.last:
                del self.mandates[key]
            elif mandate.last == edition:
                mandate.last = before
            else:
                mandate.first = after

    def _pair(
        self, kind: str, unknown: list[Sighting], met: Collection[Key]
    ) -> tuple[dict[Key, Key], list[Unsure]]:
        absent: dict[tuple[str, str, str], list[Key]] = defaultdict(list)
        for key in self.mandates:
            if key.kind == kind and key not in met:
                absent[key.authority, key.person.place, key.start].append(key)
        sure: dict[Key, list[Key]] = defaultdict(list)
        unsure: list[Unsure] = []
        for sighting in unknown:
            key = sighting.key
            for former in absent.get((key.authority, key.person.place, key.start), ()):
                agree = self._agree(former.person, key.person)
                if agree == 2:
                    sure[key].append(former)
                elif agree == 1:
                    unsure.append((self.mandates[former].seen, sighting))
        claimed = Counter(former for formers in sure.values() for former in formers)
        renamed = {
            key: formers[0]
            for key, formers in sure.items()
            if len(formers) == 1 and claimed[formers[0]] == 1
        }
        taken = set(renamed.values())
        return renamed, [
            (former, sighting)
            for former, sighting in unsure
            if former.key not in taken and sighting.key not in renamed
        ]

    def _agree(self, one: Person, other: Person) -> int:
        """In how many of family name and first name two people have a word in common."""
        return sum(
            not (set(a.split("-")) & set(b.split("-"))) <= self._particles
            for a, b in ((one.family, other.family), (one.given, other.given))
        )
