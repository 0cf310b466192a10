"""What is computed from a generation is written once, whole, and read back as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from essaim.graph.arrays import Names, Part, kept, load, save
from essaim.graph.workspace import Workspace


def parts() -> dict[str, Part]:
    return {
        "years": np.array([2019, 0, 2021], dtype=np.int16),
        "ties": sparse.csr_array(np.array([[0, 2.5], [1, 0], [0, 0]])),
        "names": Names.of(["b", "a", "é", "a"]),
        "nothing": np.zeros(0),
        "nobody": Names.of([]),
        "no_ties": sparse.csr_array((0, 4)),
    }


def test_parts_come_back_as_they_were(tmp_path: Path) -> None:
    save(tmp_path / "made" / "one", parts())
    found = load(tmp_path / "made" / "one")
    for name, part in parts().items():
        again = found[name]
        if isinstance(part, np.ndarray):
            assert np.array_equal(part, again)
            assert part.dtype == again.dtype
        elif isinstance(part, Names):
            assert part == again
        else:
            assert part.shape == again.shape
            assert np.array_equal(part.todense(), again.todense())


def test_whoever_comes_second_keeps_what_the_first_wrote(tmp_path: Path) -> None:
    save(tmp_path / "one", {"values": np.array([1])})
    save(tmp_path / "one", {"values": np.array([2])})
    assert load(tmp_path / "one")["values"].tolist() == [1]
    assert [entry.name for entry in tmp_path.iterdir()] == ["one"]


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AttributeError):
        save(tmp_path / "one", {"good": np.array([1]), "wrong": "text"})  # type: ignore[dict-item]
    assert not list(tmp_path.iterdir())
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "one")


def test_computed_once_for_a_generation(tmp_path: Path) -> None:
    generation = Workspace.create(tmp_path / "w").current()
    calls = []

    def build() -> dict[str, Part]:
        calls.append(1)
        return parts()

    kept(generation, "test-1", build)
    assert kept(generation, "test-1", build)["names"][2] == "é"
    assert len(calls) == 1
    kept(generation, "test-2", build)
    assert len(calls) == 2


def test_where_nothing_can_be_written_it_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = Workspace.create(tmp_path / "w").current()

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("essaim.graph.arrays.save", refuse)
    assert kept(generation, "test-1", parts)["years"][0] == 2019
    assert not (generation.path / "arrays").exists()


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))), st.text("abé𝄞"))
def test_names_are_a_sorted_set(texts: list[str], other: str) -> None:
    names = Names.of(texts)
    assert list(names) == sorted(set(texts))
    assert names[:2] == sorted(set(texts))[:2]
    for i, text in enumerate(names):
        assert names.number(text) == i
    assert (other in names) == (other in set(texts))
    if other not in set(texts):
        with pytest.raises(KeyError):
            names.number(other)
