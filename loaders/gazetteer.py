"""The names and codes of France's territories, to find the one that a cell means.

``corpora/gazetteer.csv.gz`` restates facts of open data under Licence Ouverte 2.0: the codes and
names of regions, departments, communes and former communes that keep a name of their own (INSEE,
Code officiel géographique 2026), of the communes of overseas collectivities, and of
intermunicipalities with the departments their communes are in (DGCL/BANATIC 2025). It serves to
find a territory; the sources ``territories`` and ``cog`` describe territories.

A code is a key only together with its level, and a name only within a department.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, Literal

from essaim.loaders.values import commune_code
from essaim.ontology.vocabulary import fold

__all__ = ["Found", "Gazetteer", "Place", "gazetteer", "plain_name"]

Level = Literal["region", "departement", "epci", "commune"]

_LEVELS: Final = ("commune", "epci", "departement", "region")
_BETWEEN: Final = re.compile(r"[^a-z0-9]+")
_CEDEX: Final = re.compile(r"\bcedex\b.*")
_BRACKETS: Final = re.compile(r"\(.*?\)|\[.*?\]")
_SAINT: Final = re.compile(r"\bst(e?)\b")
_SUR: Final = re.compile(r"\bs/|\bs\.")
_EPCI: Final = re.compile(
    r"^(cc|ca|cu|metropole|communaute (de communes|d agglomeration|urbaine))\b"
)
_OF: Final = re.compile(r"^(?:de la|de l|des|du|de|d|le|la|les|l) ")


@dataclass(frozen=True)
class Place:
    """A territory of the gazetteer.

    Args:
        level: ``region``, ``departement``, ``epci`` or ``commune``.
        code: its INSEE code, or its SIREN for an intermunicipality.
        name: its name today.
        within: the codes of the departments it is in; of the region, for a department.
    """

    level: Level
    code: str
    name: str
    within: tuple[str, ...]

    @property
    def key(self) -> str:
        """Level and code, as :func:`essaim.loaders.territories.place` takes them."""
        return f"{self.level}/{self.code}"


@dataclass(frozen=True)
class Found:
    """The outcome of a search.

    Args:
        place: the territory, or nothing.
        how: in a few words, how it was found or why it was not; the same words each time.
    """

    place: Place | None
    how: str


class Gazetteer:
    """Territories by code and by name.

    Args:
        rows: level, code, name and what it is within, separated by ``|``; the level ``former`` is
            a former commune, within the commune it is part of today.
    """

    def __init__(self, rows: list[list[str]]) -> None:
        self._by_code: dict[tuple[str, str], Place] = {}
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        self._former: dict[str, list[Place]] = defaultdict(list)
        self._successor: dict[str, Place] = {}
        self._found = lru_cache(maxsize=2**14)(self._find)
        for level, code, name, within in rows:
            if level in _LEVELS:
                place = Place(level, code, name, tuple(within.split("|")))  # type: ignore[arg-type]
                self._by_code[level, code] = place
                for text in {plain_name(name), plain_name(_opened(name))}:
                    self._by_name[text].append(place)
        for level, code, name, within in rows:
            if level == "former":
                today = self._by_code["commune", within]
                self._former[plain_name(name)].append(today)
                self._successor.setdefault(code, today)

    def get(self, level: str, code: str) -> Place | None:
        """The territory with this code today."""
        return self._by_code.get((level, code))

    def places(self, level: Level, within: str = "") -> list[Place]:
        """The territories of a level, by their codes.

        Args:
            level: the level.
            within: a department's code, or a region's for departments; ``""`` for all of France.
        """
        found = [
            place
            for (of, _), place in self._by_code.items()
            if of == level and (not within or within in place.within)
        ]
        return sorted(found, key=lambda place: place.code)

    def names(self, level: Level) -> list[str]:
        """The names of a level's territories, in alphabetical order."""
        found = [place.name for place in self._by_code.values() if place.level == level]
        return sorted(found, key=fold)

    def of_code(self, text: str) -> Found:
        """The commune that a code means, its lost zero given back and mergers followed."""
        repaired = commune_code(text)
        if repaired is None:
            return Found(None, "not a commune code")
        exact = "code" if repaired == text.strip() else "code with its lost zero"
        place = self._by_code.get(("commune", repaired))
        if place is not None:
            return Found(place, exact)
        place = self._successor.get(repaired)
        if place is not None:
            return Found(place, "code of a former commune")
        return Found(None, "no commune has this code today")

    def commune(self, code: str, name: str, departement: str) -> Found:
        """The commune that a code, a name and a department mean together.

        Where name and department agree against the code, they are believed: two against one.

        Args:
            code: its INSEE code as it was typed; ``""`` when there is none.
            name: its name; ``""`` when there is none.
            departement: the code of its department; ``""`` when it is not known.
        """
        by_code = self.of_code(code) if code else Found(None, "no code")
        by_name = self.of_name(name, "commune", departement) if name and departement else None
        if by_name is None or by_name.place is None:
            place = by_code.place
            if place is not None and departement and not _is_in(place, departement):
                return Found(place, f"{by_code.how}, against its department")
            return by_code if place is not None or by_name is None else by_name
        if by_code.place is None:
            return Found(by_name.place, f"{by_name.how} within its department")
        if by_code.place != by_name.place:
            return Found(by_name.place, f"{by_name.how} within its department, against its code")
        return by_code

    def of_name(self, text: str, level: Level | None = None, within: str = "") -> Found:
        """The territory that a name means.

        Args:
            text: the name as it was typed: case, accents, hyphens, ``St`` and ``Cedex`` don't
                matter.
            level: the level it must have; ``None`` for any, the smallest first.
            within: the code of the department it must be in.

        Returns:
            Nothing when several territories of the level have this name.
        """
        return self._found(text, level, within)

    def _find(self, text: str, level: Level | None, within: str) -> Found:
        full = plain_name(_opened(text))
        name = full if full in self._by_name else plain_name(text)
        for names, how in ((self._by_name, "name"), (self._former, "name of a former commune")):
            for wanted in (level,) if level else _LEVELS:
                fitting = {
                    place
                    for place in names.get(name, ())
                    if place.level == wanted and (not within or _is_in(place, within))
                }
                if len(fitting) > 1:
                    return Found(None, "several territories have this name")
                if fitting:
                    return Found(fitting.pop(), how)
        return Found(None, "no territory has this name")


@lru_cache(maxsize=2**16)
def plain_name(text: str) -> str:
    """A territory's name as it is compared.

    Example:
        >>> plain_name("ST-ETIENNE Cedex 1"), plain_name("Château-Chinon (Ville)")
        ('saint etienne', 'chateau chinon')
        >>> plain_name("CC Le Grésivaudan"), plain_name("Communauté de communes du Grésivaudan")
        ('epci gresivaudan', 'epci gresivaudan')
    """
    plain = fold(text)
    if "(" in plain or "[" in plain:
        plain = _BRACKETS.sub(" ", plain)
    if "s/" in plain or "s." in plain:
        plain = _SUR.sub("sur ", plain)
    if "cedex" in plain:
        plain = _CEDEX.sub("", plain)
    if not (plain.isascii() and plain.isalpha()):
        plain = _BETWEEN.sub(" ", plain).strip()
    if "st" in plain:
        plain = _SAINT.sub(r"saint\1", plain)
    community = _EPCI.match(plain) if plain[:1] in "cm" else None
    if community and plain != community.group():
        rest = plain[community.end() :].strip()
        return f"epci {_OF.sub('', rest)}"
    return plain


@cache
def gazetteer() -> Gazetteer:
    """The embedded gazetteer, read on first use."""
    data = files("essaim.loaders").joinpath("corpora", "gazetteer.csv.gz").read_bytes()
    lines = gzip.decompress(data).decode("utf-8").splitlines()
    return Gazetteer(list(csv.reader(lines))[1:])


def _opened(text: str) -> str:
    """A name whose brackets are part of it: ``Château-Chinon (Ville)``."""
    return text.replace("(", " ").replace(")", " ")


def _is_in(place: Place, code: str) -> bool:
    return code in place.within or place.code == code
