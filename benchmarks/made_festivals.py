"""A list of festivals in the layout of the Ministry of Culture, of any length, made from a seed."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Final

from essaim.loaders.gazetteer import gazetteer

__all__ = ["write_festivals"]

_HEADER: Final = (
    "Nom du festival",
    "Envergure territoriale",
    "Région principale de déroulement",
    "Département principal de déroulement",
    "Commune principale de déroulement",
    "Code postal (de la commune principale de déroulement)",
    "Code Insee commune",
    "Code Insee EPCI",
    "Libellé EPCI",
    "Numéro de voie",
    "Type de voie (rue, Avenue, boulevard, etc.)",
    "Nom de la voie",
    "Adresse postale",
    "Complément d'adresse (facultatif)",
    "Site internet du festival",
    "Adresse e-mail",
    "Décennie de création du festival",
    "Année de création du festival",
    "Discipline dominante",
    "Sous-catégorie spectacle vivant",
    "Sous-catégorie musique",
    "Sous-catégorie Musique CNM",
    "Sous-catégorie cinéma et audiovisuel",
    "Sous-catégorie arts visuels et arts numériques",
    "Sous-catégorie livre et littérature",
    "Période principale de déroulement du festival",
    "Identifiant Agence A",
    "Identifiant",
    "Géocodage xy",
    "identifiant CNM",
)
_WHAT: Final = ("Fête", "Rencontres", "Nuits", "Semaine", "Printemps", "Biennale", "Voix")
_OF: Final = ("du conte", "des cordes", "de la rue", "du livre", "de l'image", "du rire", "du jazz")
_DISCIPLINES: Final = (
    ("Musique", "Sous-catégorie musique", ("Jazz, Blues", "Musique classique", "Chanson")),
    ("Spectacle vivant", "Sous-catégorie spectacle vivant", ("Théâtre", "Danse", "Cirque")),
    ("Livre, littérature", "Sous-catégorie livre et littérature", ("Poésie", "Conte")),
    ("Cinéma, audiovisuel", "Sous-catégorie cinéma et audiovisuel", ("Court métrage",)),
)
_SCALES: Final = ("Intercommunale", "Départementale", "Régionale", "")
_PERIODS: Final = (
    "Saison (21 juin - 5 septembre)",
    "Avant-saison (1er janvier - 20 juin)",
    "Après-saison (6 septembre - 31 décembre)",
)


def write_festivals(path: Path, rows: int, seed: int = 1) -> Path:
    """Write a table of festivals; the same seed gives the same table.

    Args:
        path: the file to write, CSV with semicolons.
        rows: how many.
        seed: the seed.
    """
    dice = random.Random(seed)
    communes = gazetteer().places("commune")
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, _HEADER, restval="", delimiter=";")
        writer.writeheader()
        for number in range(rows):
            commune = dice.choice(communes)
            department = gazetteer().get("departement", (commune.within or ("",))[0])
            discipline, column, details = dice.choice(_DISCIPLINES)
            year = dice.randint(1950, 2024)
            latitude, longitude = dice.uniform(42, 51), dice.uniform(-4, 8)
            writer.writerow(
                {
                    "Nom du festival": f"{dice.choice(_WHAT)} {dice.choice(_OF)} {number}",
                    "Envergure territoriale": dice.choice(_SCALES),
                    "Département principal de déroulement": department.name if department else "",
                    "Commune principale de déroulement": commune.name,
                    "Code Insee commune": commune.code.removeprefix("0"),
                    "Site internet du festival": f"https://www.example.org/festival-{number}",
                    "Année de création du festival": str(year),
                    "Discipline dominante": discipline,
                    column: dice.choice(details),
                    "Période principale de déroulement du festival": dice.choice(_PERIODS),
                    "Identifiant": f"FEST_{commune.code}_{number}",
                    "Géocodage xy": f"{latitude:.8f}, {longitude:.8f}",
                    "identifiant CNM": str(number % 5000),
                }
            )
    return path
