"""From a need in someone's own words to the concepts it names and the words that are left.

Example:
    >>> [part.text for part in read_need("jeunes ruraux, peu de mobilité", "fr").parts]
    ['jeunes', 'ruraux', 'mobilite']
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from essaim.graph.features.words import words_of
from essaim.ontology.errors import BadInput
from essaim.ontology.vocabulary import concepts, fold

__all__ = ["Part", "StatedNeed", "read_need"]

_SCHEMES = ("theme", "public", "sector", "typology")
_LONGEST = 6
_CLAUSE = re.compile(r"[,;:.!?()\n/]+")
_MOST_CHARACTERS = 2_000


@dataclass(frozen=True)
class Part:
    """Some words of a need.

    Args:
        text: the words, without accents.
        concepts: the IRIs of the concepts they name; empty when they name none.
        is_exact: whether they are a whole label, and not only a word of one.
    """

    text: str
    concepts: Sequence[str]
    is_exact: bool


@dataclass(frozen=True)
class StatedNeed:
    """A need as it was understood.

    Args:
        parts: its words in their order.
        words: the stems of those that are not wholly told by a concept, with the words themselves:
            they are looked for in descriptions.
    """

    parts: Sequence[Part]
    words: Mapping[str, str]

    @property
    def concepts(self) -> list[str]:
        """The IRIs of all concepts named, sorted."""
        return sorted({concept for part in self.parts for concept in part.concepts})


def read_need(text: str, language: str) -> StatedNeed:
    """Understand a need.

    Words that are a label of a theme, a public, a sector or a type of territory stand for it, the
    longest label first. A word that is only part of labels stands for the concepts with the
    shortest of them.

    Args:
        text: a few words or sentences.
        language: ``fr`` or ``en``.

    Raises:
        BadInput: there is no word in it that could be a subject.
    """
    parts: list[Part] = []
    words: dict[str, str] = {}
    for clause in _CLAUSE.split(text[:_MOST_CHARACTERS]):
        spoken = [
            (stems[0], word) for word in fold(clause).split() if (stems := words_of(word, language))
        ]
        place = 0
        while place < len(spoken):
            part, length = _longest(spoken[place:], language)
            parts.append(part)
            if not part.is_exact:
                words.update({f"{language}:{s}": w for s, w in spoken[place : place + length]})
            place += length
    if not parts:
        raise BadInput(f'"{text[:80]}" names no subject.', "Describe the need in a few words.")
    return StatedNeed(parts, words)


def _longest(spoken: Sequence[tuple[str, str]], language: str) -> tuple[Part, int]:
    """The longest label that some words begin with, and how many words it takes."""
    whole, partial = _labels(language)
    for length in range(min(_LONGEST, len(spoken)), 0, -1):
        stems = tuple(stem for stem, _ in spoken[:length])
        if stems in whole:
            text = " ".join(word for _, word in spoken[:length])
            return Part(text, sorted(whole[stems]), is_exact=True), length
    stem, word = spoken[0]
    return Part(word, sorted(partial.get(stem, ())), is_exact=False), 1


@cache
def _labels(language: str) -> tuple[dict[tuple[str, ...], set[str]], dict[str, set[str]]]:
    """Concepts by the stems of a whole label, and by one stem of their shortest label."""
    whole: dict[tuple[str, ...], set[str]] = {}
    for scheme in _SCHEMES:
        for text, concept in concepts().iter_labels(scheme):
            stems = tuple(words_of(text, language))
            if stems:
                whole.setdefault(stems, set()).add(concept.value)
    shortest: dict[str, int] = {}
    partial: dict[str, set[str]] = {}
    for stems, found in sorted(whole.items(), key=lambda entry: (len(entry[0]), entry[0])):
        for stem in stems:
            if len(stems) <= shortest.setdefault(stem, len(stems)):
                partial.setdefault(stem, set()).update(found)
    return whole, partial
