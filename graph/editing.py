"""Which graphs updates may change, and which belong to something else.

A source's graphs are what its loader read: the next load would undo a change to them. What follows
by the rules, the ontology and the examples are made anew with each generation. Restricted graphs
are written by loads alone. Everything else, such as ``graph:curation``, is for updates.
"""

from __future__ import annotations

from collections.abc import Iterable

from essaim.ontology.errors import Refused
from essaim.ontology.names import GRAPHS

__all__ = ["is_editable", "refuse_protected"]

_MADE = {GRAPHS[name].value for name in ("ontology", "inferred", "examples")}
_LOADED = tuple(GRAPHS[name].value for name in ("source/", "provenance/", "restricted/"))


def is_editable(graph: str) -> bool:
    """Whether updates may change a named graph.

    Example:
        >>> from essaim.ontology.names import GRAPHS
        >>> is_editable(GRAPHS.curation.value), is_editable(GRAPHS["source/openlabs"].value)
        (True, False)
    """
    return not (graph in _MADE or graph.startswith(_LOADED))


def refuse_protected(graphs: Iterable[str]) -> None:
    """Refuse to change graphs that belong to a loader, to the rules or to the ontology.

    Raises:
        Refused: there is one among them.
    """
    for graph in graphs:
        if not is_editable(graph):
            raise Refused(
                f"The graph <{graph}> can't be changed by an update.",
                f"Load its source again, or write to another graph, such as <{_CURATION}>.",
            )


_CURATION = GRAPHS.curation.value
