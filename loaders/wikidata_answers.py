"""What is asked of Wikidata, a few codes at a time, and the answers kept as tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

import pyoxigraph
from pyoxigraph import NamedNode

from essaim.loaders.gazetteer import Place, gazetteer
from essaim.loaders.sparql_endpoint import Endpoint
from essaim.ontology.errors import BadInput
from essaim.queries.catalogue import NamedQuery, read_query

__all__ = ["ENTITY", "TABLES", "Level", "ask", "places_in"]

Level: TypeAlias = Literal["region", "departement", "epci", "commune"]

ENTITY: Final = "http://www.wikidata.org/entity/"
TABLES: Final = ("territories", "institutions", "roles")
"""The tables of answers; each is a query of ``wikidata_queries/``."""

_PROPERTY: Final = "http://www.wikidata.org/prop/direct/"
_LEVELS: Final[tuple[Level, ...]] = get_args(Level)


def places_in(keys: Sequence[str]) -> dict[Level, list[Place]]:
    """The territories to ask for, by level: those given, with what lies in them.

    Args:
        keys: level and code of each, such as ``departement:43``; none for all of France.

    Raises:
        BadInput: a territory is not known.
    """
    if not keys:
        return {level: gazetteer().places(level) for level in _LEVELS}
    found: dict[Level, dict[str, Place]] = {level: {} for level in _LEVELS}
    waiting = [_known(key) for key in keys]
    while waiting:
        place = waiting.pop()
        found[place.level][place.code] = place
        if place.level == "region":
            waiting += gazetteer().places("departement", within=place.code)
        elif place.level == "departement":
            for level in _LEVELS[2:]:
                inside = gazetteer().places(level, within=place.code)
                found[level].update({each.code: each for each in inside})
    return {level: [by_code[code] for code in sorted(by_code)] for level, by_code in found.items()}


def ask(
    address: str,
    places: Mapping[Level, Sequence[Place]],
    words: Mapping[str, Any],
    folder: Path,
) -> dict[str, Path]:
    """Ask for everything about some territories.

    Args:
        address: the endpoint's.
        places: the territories, by level.
        words: ``wikidata.yml``: properties, kinds of place, how many codes at a time.
        folder: where to keep the answers.

    Returns:
        For each of :data:`TABLES`, a file with the query's columns after that of the ``level``.

    Raises:
        BadInput: it is no endpoint, or refuses a query.
        Refused: it does not answer.
    """
    files = {name: folder / f"wikidata-{name}.csv" for name in TABLES}
    with ExitStack() as stack:
        endpoint = stack.enter_context(Endpoint(address))
        writers = {}
        for name, path in files.items():
            stream = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            columns = ["level", *(column.name for column in _query(name).columns)]
            writers[name] = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
            writers[name].writeheader()
        for name, level, text in _iter_queries(places, words):
            for solution in endpoint.rows(text):
                writers[name].writerow({"level": level, **solution})
    return files


def _iter_queries(
    places: Mapping[Level, Sequence[Place]], words: Mapping[str, Any]
) -> Iterator[tuple[str, Level, str]]:
    """The table, the level and the text of each query."""
    kinds = [NamedNode(ENTITY + kind) for kind in words["kinds"]]
    for level, about in words["territories"].items():
        by = {"property": [NamedNode(_PROPERTY + about["property"])]}
        for codes in _batches(places[level], about["batch"]):
            yield "territories", level, _query("territories").bind({**by, "code": codes})
        for codes in _batches(places[level], words["roles"]["batch"]):
            yield "roles", level, _query("roles").bind({**by, "code": codes})
    for codes in _batches(places["commune"], words["institutions"]["batch"]):
        text = _query("institutions").bind({"code": codes, "kind": kinds})
        yield "institutions", "commune", text


def _batches(places: Sequence[Place], size: int) -> Iterator[list[pyoxigraph.Literal]]:
    for start in range(0, len(places), size):
        yield [pyoxigraph.Literal(place.code) for place in places[start : start + size]]


@cache
def _query(name: str) -> NamedQuery:
    path = Path(__file__).parent / "wikidata_queries" / f"{name}.rq"
    return read_query(f"wikidata/{name}", path.read_text(encoding="utf-8"))


def _known(key: str) -> Place:
    level, _, code = key.replace(":", "/").partition("/")
    place = gazetteer().get(level, code)
    if place is None:
        raise BadInput(f'"{key}" is not a territory.', "Write departement:43 or commune:43157.")
    return place
