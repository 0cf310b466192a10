"""Countries by ISO code and by name, so that every source names them alike."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from essaim.ontology.vocabulary import fold

__all__ = ["Country", "countries", "country"]


@dataclass(frozen=True)
class Country:
    """A country.

    Args:
        code: its ISO 3166-1 code, two letters.
        fr: its name in French.
        en: its name in English.
    """

    code: str
    fr: str
    en: str


def country(text: str) -> Country | None:
    """The country a code or a name means; nothing when there is none here.

    Eurostat's codes for Greece (EL) and the United Kingdom (UK) are understood too.

    Example:
        >>> country("EL").en, country("république tchèque").code
        ('Greece', 'CZ')
    """
    return countries().get(fold(text))


@cache
def countries() -> dict[str, Country]:
    """Every country by its folded code and names."""
    text = files("essaim.loaders").joinpath("corpora", "countries.csv").read_text("utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        known = Country(row["code"], row["name_fr"], row["name_en"])
        names = (known.code, known.fr, known.en, *row["written"].split("|"))
        found.update({fold(name): known for name in names if name})
    return found
