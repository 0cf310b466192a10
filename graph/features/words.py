"""The words of descriptions and of needs, reduced to their stems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import numpy as np
import snowballstemmer
import yaml

from essaim.graph.arrays import Matrix, Names
from essaim.graph.features.matrices import filled
from essaim.ontology.vocabulary import fold

__all__ = ["count_words", "stem", "words_of"]

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_ALGORITHMS = {"fr": "french", "en": "english"}
_SHORTEST = 3


def words_of(text: str, language: str) -> list[str]:
    """The stems of a text's words in their order, without those that carry no subject.

    Args:
        text: any text.
        language: ``fr`` or ``en``; words of another language stay whole.

    Example:
        >>> words_of("Des jeunes ruraux, peu de mobilité, la lecture", "fr")
        ['jeun', 'rural', 'mobilit', 'lectur']
    """
    found = []
    for match in _WORD.finditer(fold(text)):
        word = match.group()
        if len(word) >= _SHORTEST and word not in _stop_words(language):
            found.append(stem(word, language))
    return found


@cache
def stem(word: str, language: str) -> str:
    """A word's stem (Porter's Snowball algorithms).

    Accents are taken off first: many who type a need leave them out.

    Args:
        word: a word in lower case and without accents.
        language: ``fr`` or ``en``; a word of another language stays whole.

    Example:
        >>> stem("mediatheques", "fr"), stem("libraries", "en"), stem("biblioteche", "it")
        ('mediathequ', 'librari', 'biblioteche')
    """
    if language not in _ALGORITHMS:
        return word
    found: str = _stemmer(language).stemWord(word)
    return found


def count_words(texts: Iterable[tuple[int, str, str]], rows: int) -> tuple[Names, Matrix]:
    """How often each stem occurs in the texts of each row.

    Stems of different languages are different words: ``fr:lectur``, ``en:read``.

    Args:
        texts: for each text, its row, the text, its language.
        rows: how many rows there are.

    Returns:
        The words, sorted; and rows by words, 1 + ln(occurrences).
    """
    counts: dict[tuple[int, str], int] = {}
    for row, text, language in texts:
        for word in words_of(text, language):
            key = (row, f"{language}:{word}")
            counts[key] = counts.get(key, 0) + 1
    words = Names.of(word for _, word in counts)
    place = {word: i for i, word in enumerate(words)}
    keys = sorted((row, place[word]) for row, word in counts)
    places = np.array(keys, dtype=np.int32)
    values = np.array([counts[row, words[i]] for row, i in keys], dtype=np.float32)
    shape = (rows, len(words))
    return words, filled((1 + np.log(values)).astype(np.float32), places, shape)


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(_ALGORITHMS[language])


@cache
def _stop_words(language: str) -> frozenset[str]:
    return frozenset(_all_stop_words().get(language, ()))


@cache
def _all_stop_words() -> Mapping[str, list[str]]:
    text = files("essaim.graph.features").joinpath("stop_words.yml").read_text("utf-8")
    return {
        language: [fold(word) for word in words.split()]
        for language, words in yaml.safe_load(text).items()
    }
