"""Arrays computed from a generation, kept beside it and read by memory mapping.

A generation never changes, so what is computed from it is computed once: whoever needs it first
writes it into ``generations/N/arrays/<name>``, whole or not at all, and every process after that
maps the same files, which cost memory once however many processes read them.

Example:
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "squares"
    >>> save(folder, {"values": np.arange(4) ** 2, "names": Names.of(["a", "b", "d", "é"])})
    >>> parts = load(folder)
    >>> parts["values"].tolist(), parts["names"][3], parts["names"].number("d")
    ([0, 1, 4, 9], 'é', 2)
"""

from __future__ import annotations

import json
import shutil
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from essaim.graph.workspace import Generation

__all__ = ["Matrix", "Names", "Part", "Parts", "kept", "load", "save"]

Matrix: TypeAlias = sparse.csr_array
_CSR = ("data", "indices", "indptr")


class Names(Sequence[str]):
    """Texts in sorted order, as one block of bytes; a text's number is its place.

    A million IRIs open at once and only those that are asked for become strings.

    Args:
        block: their UTF-8 bytes, one text after the other.
        ends: per text, where it ends in the block.
    """

    def __init__(self, block: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self.block = block
        self.ends = ends

    @classmethod
    def of(cls, texts: Iterable[str]) -> Names:
        """Texts as names: sorted, each once."""
        encoded = [text.encode() for text in sorted(set(texts))]
        ends = np.cumsum([len(part) for part in encoded], dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), ends)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        i = place + len(self) if place < 0 else place
        if not 0 <= i < len(self):
            raise IndexError(place)
        start = int(self.ends[i - 1]) if i else 0
        return self.block[start : int(self.ends[i])].tobytes().decode()

    def __len__(self) -> int:
        return len(self.ends)

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and self._find(text) is not None

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Names)
            and np.array_equal(self.ends, other.ends)
            and np.array_equal(self.block, other.block)
        )

    __hash__ = None  # type: ignore[assignment] # arrays can't be hashed

    def __repr__(self) -> str:
        return f"<Names: {len(self)}>"

    def number(self, text: str) -> int:
        """The number of a text.

        Raises:
            KeyError: it is not among them.
        """
        found = self._find(text)
        if found is None:
            raise KeyError(text)
        return found

    def _find(self, text: str) -> int | None:
        # code points sort like UTF-8 bytes, so a search among strings finds its way
        i = bisect_left(self, text)
        return i if i < len(self) and self[i] == text else None


Part: TypeAlias = NDArray[Any] | Matrix | Names
Parts: TypeAlias = Mapping[str, Part]


def kept(generation: Generation, name: str, build: Callable[[], Parts]) -> Parts:
    """What was computed from a generation under a name, computed now when nobody has yet.

    Args:
        generation: what it is computed from.
        name: what it is called; give it another when its content changes, as in ``features-2``.
        build: computes it.

    Returns:
        The parts, mapped from their files; straight from ``build`` where nothing can be written.
    """
    folder = generation.path / "arrays" / name
    try:
        return load(folder)
    except FileNotFoundError:
        parts = build()
    try:
        save(folder, parts)
        return load(folder)
    except OSError:
        return parts


def save(folder: Path, parts: Parts) -> None:
    """Write parts into a folder, which appears whole or not at all.

    Somebody else may have written it in the meantime: a generation's arrays are the same whoever
    computes them, so theirs stay.

    Raises:
        OSError: it can't be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        kinds = {name: _write(place, name, part) for name, part in sorted(parts.items())}
        (place / "parts.json").write_text(json.dumps(kinds, indent=1) + "\n", encoding="utf-8")
        place.chmod(0o755)
        try:
            place.rename(folder)
        except OSError:
            if not (folder / "parts.json").is_file():
                raise
    finally:
        shutil.rmtree(place, ignore_errors=True)


def load(folder: Path) -> dict[str, Part]:
    """Map the parts that :func:`save` wrote.

    Raises:
        FileNotFoundError: there is nothing there.
    """
    kinds = json.loads((folder / "parts.json").read_text(encoding="utf-8"))
    return {name: _read(folder, name, kind) for name, kind in kinds.items()}


def _write(folder: Path, name: str, part: Part) -> dict[str, Any]:
    """Write one part; what is returned says how to read it."""
    if isinstance(part, Names):
        np.save(folder / f"{name}.block.npy", part.block)
        np.save(folder / f"{name}.ends.npy", part.ends)
        return {"kind": "names"}
    if isinstance(part, np.ndarray):
        np.save(folder / f"{name}.npy", part)
        return {"kind": "array"}
    ordered = part if part.has_sorted_indices else part.sorted_indices()
    for piece in _CSR:
        np.save(folder / f"{name}.{piece}.npy", getattr(ordered, piece))
    return {"kind": "matrix", "shape": list(part.shape)}


def _read(folder: Path, name: str, kind: Mapping[str, Any]) -> Part:
    if kind["kind"] == "names":
        return Names(_map(folder / f"{name}.block.npy"), _map(folder / f"{name}.ends.npy"))
    if kind["kind"] == "array":
        return _map(folder / f"{name}.npy")
    pieces = tuple(_map(folder / f"{name}.{piece}.npy") for piece in _CSR)
    matrix = sparse.csr_array(pieces, shape=tuple(kind["shape"]), copy=False)
    matrix.has_sorted_indices = True
    return matrix


def _map(path: Path) -> NDArray[Any]:
    """A file's array; one without elements can't be mapped and is read."""
    mapped: NDArray[Any] = np.load(path, mmap_mode="r" if path.stat().st_size > 128 else None)
    return mapped.view(np.ndarray)  # a plain array of the same memory: slices of it are cheap
