"""The register of mandates: the same editions give the same register in any order."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from essaim.loaders.mandates import Key, Person, Register, Sighting

EDITIONS = ("2020", "2021-06", "2022-01-15", "2026")
PARTICLES = ("de", "la")

sightings = st.builds(
    lambda place, family, given, start: Sighting(
        Key("cantons", "43", Person(place, family, given), start), f"{given} {family}".upper()
    ),
    st.sampled_from(["canton-1", "canton-2"]),
    st.sampled_from(["faucon", "sorbier", "de-la-haie"]),
    st.sampled_from(["ange", "lys"]),
    st.sampled_from(["2015-04-01", "2021-07-01"]),
)


def _register() -> Register:
    return Register((), (), PARTICLES)


def _told(register: Register) -> list[object]:
    return [
        (mandate.seen, mandate.first, mandate.last, sorted(mandate.names), end, is_open)
        for mandate, end, is_open in register.iter_ends()
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(sightings, max_size=6, unique_by=lambda s: s.key), min_size=1, max_size=4))
def test_the_order_of_editions_does_not_matter(editions: list[list[Sighting]]):
    dated = list(zip(EDITIONS, editions, strict=False))
    told = []
    for order in itertools.permutations(dated):
        register = _register()
        for edition, seen in order:
            register.add_edition("cantons", edition, seen)
        told.append(_told(register))
    assert all(each == told[0] for each in told)


@settings(max_examples=100, deadline=None)
@given(st.lists(sightings, max_size=6, unique_by=lambda s: s.key))
def test_an_edition_read_twice_changes_nothing(seen: list[Sighting]):
    register = _register()
    register.add_edition("cantons", "2020", seen)
    once = _told(register)
    register.add_edition("cantons", "2020", seen)
    assert _told(register) == once


def _seen(family: str, given: str, start: str = "2021-07-01") -> Sighting:
    return Sighting(Key("cantons", "43", Person("canton-1", family, given), start), family)


def test_one_old_mandate_that_could_be_two_new_ones_is_neither():
    register = _register()
    register.add_edition("cantons", "2020", [_seen("faucon-haie", "ange-lys")])
    renamed, _ = register.add_edition(
        "cantons", "2021", [_seen("faucon", "ange"), _seen("haie", "lys")]
    )
    assert renamed == 0
    assert len(register.mandates) == 3


def test_a_particle_in_common_is_no_name_in_common():
    register = _register()
    register.add_edition("cantons", "2020", [_seen("de-la-haie", "ange")])
    renamed, unsure = register.add_edition("cantons", "2021", [_seen("de-la-mare", "ange")])
    assert renamed == 0
    assert len(unsure) == 1


def test_another_start_is_another_mandate():
    register = _register()
    register.add_edition("cantons", "2020", [_seen("faucon", "ange", "2015-04-01")])
    register.add_edition("cantons", "2022", [_seen("faucon", "ange")])
    ends = {mandate.seen.key.start: end for mandate, end, _ in register.iter_ends()}
    assert ends == {"2015-04-01": "2022", "2021-07-01": ""}
