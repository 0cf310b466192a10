"""The words of the pages, in French and in English, from ``texts.yml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from essaim.ontology.errors import BadInput

__all__ = ["LANGUAGES", "check_language", "has_text", "text", "texts", "unbroken"]

LANGUAGES = ("fr", "en")
"""The languages of the pages, the first being the default."""

_BEFORE = re.compile(r" (?=[:;?!»%€])")
_AFTER = re.compile(r"(?<=«) ")
_NO_BREAK = "\u00a0"


def check_language(language: str) -> str:
    """The language itself, when there are pages in it.

    Raises:
        BadInput: there are none.
    """
    if language not in LANGUAGES:
        raise BadInput(f'There is no page in "{language}".', "Choose fr or en.")
    return language


def text(key: str, language: str, /, **values: object) -> str:
    """A sentence or a word of the pages.

    With ``count`` among the values, ``key.one`` is used for what the language counts as singular
    and ``key.many`` for the rest.

    Args:
        key: its name in ``texts.yml``.
        language: ``fr`` or ``en``.
        **values: what to put in its ``{places}``.

    Example:
        >>> text("nav.practices", "en")
        'Practices'
    """
    count = values.get("count")
    if isinstance(count, int):
        is_one = count < 2 if language == "fr" else count == 1
        key = f"{key}.{'one' if is_one else 'many'}"
        values["count"] = _grouped(count, language)
    sentence = texts()[key][language]
    return sentence.format(**values) if values else sentence


def has_text(key: str) -> bool:
    """Whether ``texts.yml`` has this key."""
    return key in texts()


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Every text by key and language, French spaces made unbreakable."""
    content = yaml.safe_load(files("essaim.viz").joinpath("texts.yml").read_text(encoding="utf-8"))
    return {
        key: {language: unbroken(both[language], language) for language in LANGUAGES}
        for key, both in content.items()
    }


def unbroken(sentence: str, language: str) -> str:
    r"""A sentence whose signs can't be parted from their word at the end of a line.

    Example:
        >>> unbroken("Essai : « oui »", "fr")
        'Essai\xa0: «\xa0oui\xa0»'
    """
    if language != "fr":
        return sentence
    return _AFTER.sub(_NO_BREAK, _BEFORE.sub(_NO_BREAK, sentence))


def _grouped(count: int, language: str) -> str:
    return f"{count:,}".replace(",", "\u202f") if language == "fr" else f"{count:,}"
