"""The concept schemes of ``ontology/vocabularies``, read once and looked up by key or by label.

Example:
    >>> concepts().match("sector", "Tourisme").value
    'https://w3id.org/essaim/vocab/sector/tourism'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from essaim.ontology.errors import NotFound
from essaim.ontology.names import SCHEMES, SKOS, VOCABULARIES

__all__ = ["Concepts", "concepts", "fold", "iter_ontology_triples", "ontology_files", "plain"]

_LABELS = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, SKOS.notation)


_SIGNS = re.compile(r"[^\w]+|_")
_LETTERS = str.maketrans(
    {"’": "'", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
"""Letters that Unicode does not decompose, as they are written without their mark."""


class _Plain(dict[int, str]):
    """Each character without its marks, worked out when it is first met; for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(code))
        plain = self[code] = "".join(c for c in parts if not unicodedata.combining(c))
        return plain


_PLAIN = _Plain(_LETTERS)


@lru_cache(maxsize=2**16)
def fold(text: str) -> str:
    """A label as it is compared: lower case, without accents, spaces and typography evened out.

    Example:
        >>> fold("  Éducation  artistique & œuvres ")
        'education artistique & oeuvres'
        >>> fold("Wrocław")
        'wroclaw'
    """
    plain = text.casefold()
    return " ".join((plain if plain.isascii() else plain.translate(_PLAIN)).split())


def plain(text: str) -> str:
    """A name as it is looked up: folded, with hyphens, apostrophes and other signs as spaces.

    Example:
        >>> plain("Val-d'Oise") == plain("val d’oise")
        True
    """
    folded = fold(text)
    return " ".join(_SIGNS.sub(" ", folded).split()) or folded


def ontology_files(folder: str = "") -> list[Traversable]:
    """The Turtle files of the ontology, in a stable order.

    Args:
        folder: ``""`` for the modules, ``"vocabularies"``, ``"alignments"`` or ``"shapes"``.
    """
    root = files("essaim.ontology")
    place = root.joinpath(folder) if folder else root
    return sorted(
        (entry for entry in place.iterdir() if entry.name.endswith(".ttl")),
        key=lambda entry: entry.name,
    )


def iter_ontology_triples() -> Iterator[Triple]:
    """Every statement of the ontology modules, of the concept schemes and of the alignments."""
    for file in (
        *ontology_files(),
        *ontology_files("vocabularies"),
        *ontology_files("alignments"),
    ):
        for quad in parse(input=file.read_bytes(), format=RdfFormat.TURTLE):
            yield quad.triple


class Concepts:
    """The concepts of every scheme, by key, by label, and with their broader concepts."""

    def __init__(self, triples: Iterator[Triple]) -> None:
        self._by_label: dict[tuple[str, str], NamedNode] = {}
        self._labels: dict[NamedNode, dict[str, str]] = {}
        self._broader: dict[NamedNode, list[NamedNode]] = {}
        self._in_scheme: dict[str, dict[str, NamedNode]] = {scheme: {} for scheme in SCHEMES}
        alternatives: list[tuple[tuple[str, str], NamedNode]] = []
        for subject, predicate, value in triples:
            if not isinstance(subject, NamedNode):
                continue
            scheme, _, key = subject.value.removeprefix(VOCABULARIES).partition("/")
            if scheme not in self._in_scheme or not key:
                continue
            self._in_scheme[scheme][key] = subject
            if predicate == SKOS.broader and isinstance(value, NamedNode):
                self._broader.setdefault(subject, []).append(value)
            elif predicate in _LABELS and isinstance(value, Literal):
                place = (scheme, plain(value.value))
                if predicate == SKOS.prefLabel:
                    self._labels.setdefault(subject, {})[value.language or ""] = value.value
                    self._by_label[place] = subject
                else:
                    alternatives.append((place, subject))
        for place, subject in alternatives:
            self._by_label.setdefault(place, subject)

    def get(self, scheme: str, key: str) -> NamedNode:
        """The concept with this key.

        Raises:
            NotFound: the scheme or the concept does not exist; the nearest names are offered.
        """
        if scheme not in self._in_scheme:
            raise NotFound("concept scheme", scheme, self._in_scheme)
        try:
            return self._in_scheme[scheme][key]
        except KeyError:
            names = {
                name
                for labels in map(self._labels.get, self._in_scheme[scheme].values())
                for name in (labels or {}).values()
            }
            known = [*self._in_scheme[scheme], *sorted(names)]
            raise NotFound(f"{scheme} concept", key, known) from None

    def match(self, scheme: str, text: str) -> NamedNode | None:
        """The concept one of whose labels, in any language, is this text.

        Case, accents and signs do not matter. A preferred label wins over an alternative one of
        another concept.
        """
        return self._by_label.get((scheme, plain(text)))

    def iter_labels(self, scheme: str) -> Iterator[tuple[str, NamedNode]]:
        """Every label of a scheme's concepts, in any language, folded, with its concept."""
        for (labelled, text), concept in self._by_label.items():
            if labelled == scheme:
                yield text, concept

    def keys(self, scheme: str) -> list[str]:
        """The keys of a scheme's concepts, sorted."""
        return sorted(self._in_scheme[scheme])

    def label(self, concept: NamedNode, language: str = "fr") -> str:
        """A concept's preferred label, in the other language where this one is missing."""
        labels = self._labels.get(concept, {})
        return labels.get(language) or next(iter(labels.values()), concept.value)

    def broader(self, concept: NamedNode) -> list[NamedNode]:
        """The concepts directly broader than this one; several in a polyhierarchy."""
        return self._broader.get(concept, [])


@cache
def concepts() -> Concepts:
    """The embedded concept schemes, read on first use."""

    def vocabularies() -> Iterator[Triple]:
        for file in ontology_files("vocabularies"):
            for quad in parse(input=file.read_bytes(), format=RdfFormat.TURTLE):
                yield quad.triple

    return Concepts(vocabularies())
