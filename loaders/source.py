"""What a source says about itself: who publishes it, under which licence, and what to expect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from essaim.ontology.names import GRAPHS

__all__ = ["Source"]


@dataclass(frozen=True, kw_only=True)
class Source:
    """The description of one source; it is part of the loader and travels into the provenance.

    Args:
        name: the name used on the command line, such as ``"openlabs"``; also its file's name.
        title_fr: what it is, in French.
        title_en: what it is, in English.
        publisher: who publishes it.
        licence: the licence's address.
        homepage: where it can be read.
        version: the loader's version; raise it when the statements it makes change.
        retrieved: the day the facts were read, ``YYYY-MM-DD``; empty when the files say so.
        expected: for a class written as a CURIE (``"ess:OpenLab"``), the least number of
            entities, below which the load is refused, and the number above which it warns.
            Counted on what the loader emits, before anything is merged.
        reads: ``files``, or an ``endpoint`` that answers SPARQL queries.
    """

    name: str
    title_fr: str
    title_en: str
    publisher: str
    licence: str
    homepage: str
    version: str = "1"
    retrieved: str = ""
    expected: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    reads: Literal["files", "endpoint"] = "files"

    @property
    def graph(self) -> str:
        """The IRI of the named graph that holds what this source states."""
        return f"{GRAPHS.base}source/{self.name}"
