"""Where a practice takes place, from what people type: a code, a name, an address, a carrier."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from essaim.loaders import values
from essaim.loaders.gazetteer import Level, Place, gazetteer
from essaim.ontology.vocabulary import fold

__all__ = ["Where", "find_place"]

_POSTAL: Final = re.compile(
    r"(?<!\d)(\d{2}) ?(\d{3})\s+([^\d,;]+?)(?:\s*[,;]|\s+(?:cedex|france)|$)", re.IGNORECASE
)
_BRACKETS: Final = re.compile(r"\s*\(.*?\)")
_LEVELS: Final[dict[str, Level]] = {
    "commune": "commune",
    "ville": "commune",
    "epci": "epci",
    "intercommunalite": "epci",
    "departement": "departement",
    "region": "region",
}
_BEFORE: Final = re.compile(
    r"^(?:(?:conseil (?:departemental|general|regional)|dept|departement|region|ville|commune"
    r"|mairie)\b"
    r"[.]?\s*(?:de la |de l'|des |du |de |d')?)",
)
_DEPARTMENT: Final = re.compile(r"^(?:conseil (?:departemental|general)|departement|dept)\b")
_AUTHORITIES: Final = re.compile(r"^(?:conseil regional|region)\b")


@dataclass(frozen=True)
class Where:
    """The outcome of a search.

    Args:
        place: the territory, or nothing.
        how: in a few words, how it was found or why it was not.
        is_wider: whether it is wider than what was told, for want of better.
    """

    place: Place | None
    how: str
    is_wider: bool = False


def find_place(
    *,
    name: str = "",
    code: str = "",
    address: str = "",
    department: str = "",
    levels: tuple[str, ...] = (),
) -> Where:
    """The territory that the cells of a row mean together.

    Args:
        name: the name of a territory or of the authority that governs it.
        code: an INSEE code, or the SIREN of an intermunicipality.
        address: a postal address, of which only the town is used.
        department: a department's code or name.
        levels: the levels the territory may have, as typed; empty for any.

    Example:
        >>> find_place(name="Conseil départemental des Vosges").place.key
        'departement/88'
        >>> find_place(address="3 rue du Port, 38 250 Lans-en-Vercors").place.name
        'Lans-en-Vercors'
    """
    known = _department(department)
    if code and (found := _of_code(code)):
        return Where(found, "code")
    if address:
        found, inside = _of_address(address)
        if found is not None:
            return Where(found, "town of an address")
        known = known or inside
    if name and (found := _of_name(name, known, levels)):
        return Where(found, "name")
    told = bool(name or code or address)
    if known is not None:
        is_meant = not told or _level(levels) == ("departement",)
        how = "department" if is_meant else "department instead of the place"
        return Where(known, how, is_wider=not is_meant)
    return Where(None, "no territory found" if told or department else "no place told")


def _department(text: str) -> Place | None:
    code = values.departement_code(text) if text else None
    if code:
        return gazetteer().get("departement", code)
    plain = _BEFORE.sub("", fold(text))
    return gazetteer().of_name(plain, "departement").place if plain else None


def _of_code(text: str) -> Place | None:
    siren = values.siren(text)
    if siren:
        return gazetteer().get("epci", siren)
    return gazetteer().of_code(text).place


def _of_address(text: str) -> tuple[Place | None, Place | None]:
    """The town of an address and its department."""
    found = _POSTAL.search(" ".join(text.split()))
    if found is None:
        plain = gazetteer().of_name(text, "commune").place
        return plain, None
    code = found[1] if found[1] != "97" else found[1] + found[2][0]
    if code == "20":
        code = "2A" if found[2] < "200" else "2B"
    return gazetteer().of_name(found[3], "commune", code).place, _department(code)


def _of_name(text: str, department: Place | None, levels: tuple[str, ...]) -> Place | None:
    plain = fold(_BRACKETS.sub("", text)).strip()
    if _DEPARTMENT.match(plain):
        return _department(plain) or department
    if _AUTHORITIES.match(plain):
        return gazetteer().of_name(_BEFORE.sub("", plain), "region").place
    within = department.code if department else ""
    for level in _level(levels) or ("commune", "epci", "departement", "region"):
        for name in dict.fromkeys((plain, _BEFORE.sub("", plain))):
            found = gazetteer().of_name(name, level, "" if level == "region" else within)
            if found.place is not None:
                return found.place
    return None


def _level(texts: tuple[str, ...]) -> tuple[Level, ...]:
    return tuple(_LEVELS[fold(text)] for text in texts if fold(text) in _LEVELS)
