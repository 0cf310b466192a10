"""What the writing worker does: SPARQL updates, and whole graphs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from essaim.graph.draft import Revision
from essaim.graph.updates import GraphBody, clear_graph, merge_graph, replace_graph, update
from essaim.graph.workspace import Publication
from essaim.ontology.errors import EssaimError, NotFound
from essaim.service.workers import Reply, Session

__all__ = ["GraphWrite", "NotValid", "SparqlUpdate", "update_graphs", "write_graph"]

_WAIT_SECONDS = 30.0
_SHOWN = 5


class NotValid(EssaimError):
    """A write that the shapes object to.

    Args:
        findings: what they object to, a sentence each.
    """

    status = 422
    title = "Not valid"

    def __init__(self, findings: Sequence[str]) -> None:
        shown = " ".join(findings[:_SHOWN])
        more = f" And {len(findings) - _SHOWN} more." if len(findings) > _SHOWN else ""
        super().__init__(
            f"Nothing was written: {shown}{more}", "Correct what the shapes object to."
        )


@dataclass(frozen=True)
class SparqlUpdate:
    """An update as the protocol brings it.

    Args:
        text: one or more operations.
        using: the IRIs given as ``using-graph-uri``; ``None`` when no dataset is given.
        using_named: the IRIs given as ``using-named-graph-uri``, likewise.
        services: the addresses that ``LOAD`` and ``SERVICE`` may reach.
    """

    text: str
    using: Sequence[str] | None = None
    using_named: Sequence[str] | None = None
    services: Sequence[str] = ()


@dataclass(frozen=True)
class GraphWrite:
    """A change to a whole graph.

    Args:
        action: ``replace``, ``merge`` or ``clear``.
        graph: its IRI.
        bodies: the documents.
    """

    action: Literal["replace", "merge", "clear"]
    graph: str
    bodies: Sequence[GraphBody] = ()


def update_graphs(session: Session, *, asked: SparqlUpdate) -> Reply:
    """Run a SPARQL update.

    Raises:
        BadInput: it is no update.
        Refused: it writes to a graph that is not for updates, or reaches out of the process.
        NotValid: the shapes object to what it makes.
        WorkspaceBusy: another writer is at work.
    """
    revision = update(
        asked.text,
        has_union=not session.workspace.is_bare,
        using=asked.using,
        using_named=asked.using_named,
        allowed=asked.services,
    )
    return _write(session, revision, "update")


def write_graph(session: Session, *, asked: GraphWrite) -> Reply:
    """Change a whole graph; 201 when there was none before.

    Raises:
        NotFound: a graph that is to be removed is not there.
        BadInput: a document can't be read.
        Refused: the graph is not for updates.
        NotValid: the shapes object to what it makes.
        WorkspaceBusy: another writer is at work.
    """
    is_bare = session.workspace.is_bare
    is_there = asked.graph in session.generation.graphs
    if asked.action == "clear":
        if not is_there:
            raise NotFound("graph", asked.graph, session.generation.graphs)
        return _write(session, clear_graph(asked.graph, is_bare=is_bare), "remove graph")
    change = replace_graph if asked.action == "replace" else merge_graph
    revision = change(asked.graph, asked.bodies, is_bare=is_bare)
    return _write(session, revision, f"{asked.action} graph", 200 if is_there else 201)


def _write(session: Session, revision: Revision, note: str, status: int = 200) -> Reply:
    publication = session.workspace.revise(revision, note, wait=_WAIT_SECONDS)
    if publication.outcome == "refused":
        raise NotValid([f.sentence("en") for f in publication.brought if f.severity == "violation"])
    body = json.dumps(_told(publication), separators=(",", ":")).encode()
    return Reply(body, "application/json", publication.generation.number, status=status)


def _told(publication: Publication) -> dict[str, object]:
    return {
        "outcome": publication.outcome,
        "generation": publication.generation.number,
        "added": publication.added,
        "removed": publication.removed,
        "warnings": [f.sentence("en") for f in publication.brought if f.severity == "warning"][
            :_SHOWN
        ],
    }
