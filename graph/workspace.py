"""The workspace: one directory of immutable generations, and the one way to make the next.

    WORKSPACE/
        essaim.json             the format's version
        current                 the number of the current generation
        lock                    held by the one writer
        generations/N/
            store/              RocksDB, never written to again
            statements/         each named graph, sorted and compressed, and its census
            findings.jsonl.gz   what the shapes object to
            generation.json     what it holds, its hash, when and why it was made
        reports/                what each load could not understand

A write copies the current generation by hard links, changes the copy, checks it, and only then
renames it into place and moves the pointer. Whatever fails, the old generation stays current.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph
from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from essaim.graph.bulk import bulk_load
from essaim.graph.census import Census
from essaim.graph.entities import count_statements
from essaim.graph.findings import Finding, read_findings, write_findings
from essaim.graph.inference import INFERRED, infer
from essaim.graph.shapes import shapes_digest
from essaim.graph.state import State
from essaim.graph.statements import StatementFile, StatementWriter, difference
from essaim.graph.store import EmbeddedStore, in_graph
from essaim.graph.validation import revalidate, validate
from essaim.ontology.errors import WorkspaceBusy, WorkspaceError
from essaim.ontology.names import GRAPHS
from essaim.ontology.vocabulary import iter_ontology_triples

__all__ = ["Generation", "GraphRecord", "Publication", "Workspace"]

FORMAT = 1
ONTOLOGY = GRAPHS.ontology
_FINDINGS = "findings.jsonl.gz"
_BATCH = 50_000
_KEEP = 10


@dataclass(frozen=True)
class GraphRecord:
    """What a generation knows of one of its named graphs.

    Args:
        digest: SHA-256 of its sorted statements.
        count: how many statements it holds.
    """

    digest: str
    count: int


@dataclass(frozen=True)
class Generation:
    """One immutable state of the graph.

    Args:
        number: counted from 1.
        created: when it was made, ISO 8601, UTC.
        note: why it was made.
        content_hash: SHA-256 over its graphs; the same inputs give the same hash.
        graphs: its named graphs by IRI.
        path: its directory.
        shapes: what stands for the shapes it was checked against.
    """

    number: int
    created: str
    note: str
    content_hash: str
    graphs: Mapping[str, GraphRecord]
    path: Path
    shapes: str = ""

    @property
    def statements(self) -> int:
        """How many statements it holds, counted once per graph."""
        return sum(graph.count for graph in self.graphs.values())

    def statement_file(self, graph: str) -> Path:
        """Where a graph's sorted statements are."""
        return self.path / "statements" / _file_name(graph)

    def findings(self) -> list[Finding] | None:
        """What the shapes object to in it; ``None`` when today's shapes were not there yet."""
        path = self.path / _FINDINGS
        return read_findings(path) if self.shapes == shapes_digest() and path.exists() else None

    def state(self) -> State:
        """Its store and its files, open for reading."""
        store = pyoxigraph.Store.read_only(str(self.path / "store"))
        return _state(store, self.path / "statements", self.graphs)


@dataclass(frozen=True)
class Publication:
    """What became of a write.

    Args:
        generation: the current generation afterwards.
        outcome: ``published``, ``unchanged``, ``refused``, or ``checked`` after a dry run.
        added: statements added to the graphs that were written.
        removed: statements removed from them.
        findings: what the shapes object to.
        brought: what of it the write brings; a violation among them refuses it.
    """

    generation: Generation
    outcome: str
    added: int
    removed: int
    findings: list[Finding]
    brought: list[Finding]


class Workspace:
    """A directory that holds a graph.

    Make one with :meth:`create` or :meth:`open`.

    Args:
        path: the directory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path) -> Workspace:
        """Make a workspace with a first generation that holds the ontology.

        Raises:
            WorkspaceError: the directory holds a workspace already, or something else.
        """
        if (path / "essaim.json").exists():
            raise WorkspaceError(f"{path} is a workspace already.", 'See it with "essaim status".')
        if path.exists() and not path.is_dir():
            raise WorkspaceError(f"{path} is a file.", "Name a directory.")
        if path.exists() and any(path.iterdir()):
            raise WorkspaceError(f"{path} is not empty.", "Name a new or an empty directory.")
        try:
            (path / "generations").mkdir(parents=True)
            (path / "reports").mkdir()
        except OSError as error:
            message = f"{path} can't be made: {error.strerror}."
            raise WorkspaceError(message, "Name a directory you can write to.") from None
        workspace = cls(path)
        workspace.publish({}, "init")
        _write_synced(path / "essaim.json", json.dumps({"format": FORMAT}) + "\n")
        return workspace

    @classmethod
    def open(cls, path: Path) -> Workspace:
        """Open a workspace that exists.

        Raises:
            WorkspaceError: there is none, or one of another format.
        """
        try:
            about = json.loads((path / "essaim.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            message = f"There is no workspace in {path}."
            raise WorkspaceError(message, 'Make one with "essaim init".') from None
        except (OSError, ValueError):
            message = f"{path / 'essaim.json'} can't be read."
            raise WorkspaceError(message, "Restore the workspace from a backup.") from None
        if about.get("format") != FORMAT:
            message = f"{path} has format {about.get('format')}; this version reads {FORMAT}."
            raise WorkspaceError(message, "Load its sources into a new workspace.")
        return cls(path)

    # reading

    def current(self) -> Generation:
        """The generation that readers get now.

        Raises:
            WorkspaceError: the pointer or the generation is damaged.
        """
        try:
            return self.generation(int((self.path / "current").read_text(encoding="ascii")))
        except (OSError, ValueError):
            message = f"{self.path / 'current'} is damaged."
            raise WorkspaceError(message, "Write into it the number of a generation.") from None

    def generation(self, number: int) -> Generation:
        """A generation by its number.

        Raises:
            WorkspaceError: it is not kept, or it is damaged.
        """
        path = self.path / "generations" / str(number)
        try:
            about = json.loads((path / "generation.json").read_text(encoding="utf-8"))
            graphs = {iri: GraphRecord(**record) for iri, record in about.pop("graphs").items()}
            return Generation(**about, graphs=graphs, path=path)
        except FileNotFoundError:
            kept = ", ".join(map(str, self.numbers())) or "none"
            message = f"There is no generation {number} in {self.path}."
            raise WorkspaceError(message, f"Kept: {kept}.") from None
        except (OSError, ValueError, TypeError, KeyError):
            message = f"Generation {number} of {self.path} is damaged."
            raise WorkspaceError(message, "Go back to an earlier one.") from None

    def numbers(self) -> list[int]:
        """The numbers of the generations kept, oldest first."""
        folder = self.path / "generations"
        return sorted(int(entry.name) for entry in folder.iterdir() if entry.name.isdigit())

    def store(self, generation: Generation | None = None) -> EmbeddedStore:
        """The store of a generation, the current one by default, open for reading.

        Raises:
            WorkspaceError: its files are damaged.
        """
        chosen = generation or self.current()
        try:
            return EmbeddedStore(chosen.path / "store")
        except (OSError, RuntimeError) as error:
            message = f"Generation {chosen.number} can't be opened: {str(error).splitlines()[0]}."
            raise WorkspaceError(message, "Go back to an earlier one.") from None

    # writing

    def publish(
        self, changes: Mapping[str, StatementFile], note: str, *, dry_run: bool = False
    ) -> Publication:
        """Make the next generation by replacing the statements of some named graphs.

        What the change touches is checked against the shapes, and what follows from it is derived,
        before it is published. A violation that the change brings refuses the whole write; one that
        was there before does not.

        Args:
            changes: for each named graph, its new statements.
            note: why, in a few words.
            dry_run: do everything but publish.

        Raises:
            WorkspaceBusy: another writer is at work.
        """
        with self._lock():
            self._sweep()
            before = self.current() if (self.path / "current").exists() else None
            draft = _Draft(self.path, before, before.number + 1 if before else 1)
            try:
                return self._publish(draft, changes, note, dry_run=dry_run)
            finally:
                draft.discard()

    def roll_back(self, number: int) -> Generation:
        """Make an earlier generation's content current again, as the next generation.

        History only grows: the generations in between stay, and the new one has the content hash
        of the one gone back to.

        Args:
            number: the generation to go back to.

        Raises:
            WorkspaceError: it is not kept.
            WorkspaceBusy: another writer is at work.
        """
        with self._lock():
            self._sweep()
            chosen, current = self.generation(number), self.current()
            draft = _Draft(self.path, chosen, current.number + 1)
            try:
                self._make_current(draft, f"roll back to {number}")
            finally:
                draft.discard()
        return self.current()

    def _publish(
        self, draft: _Draft, changes: Mapping[str, StatementFile], note: str, *, dry_run: bool
    ) -> Publication:
        before = draft.before
        ontology = draft.ontology()
        added, removed = draft.apply({ONTOLOGY.value: ontology, **changes})
        if before is not None and not draft.changed:
            return Publication(before, "unchanged", 0, 0, [], [])
        findings, brought = draft.check()
        refused = any(found.severity == "violation" for found in brought)
        if before is not None and (refused or dry_run):
            outcome = "refused" if refused else "checked"
            return Publication(before, outcome, added, removed, findings, brought)
        draft.derive()
        self._make_current(draft, note)
        return Publication(self.current(), "published", added, removed, findings, brought)

    def _make_current(self, draft: _Draft, note: str) -> None:
        draft.seal(note)
        _write_synced(self.path / "current", f"{draft.number}\n")
        self._prune()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.path / "lock").open("a+", encoding="utf-8") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stream.seek(0)
                holder = stream.read().strip() or "another process"
                message = f"{self.path} is being written to by {holder}."
                raise WorkspaceBusy(message, "Try again when it has finished.") from None
            stream.truncate(0)
            stream.write(f"process {os.getpid()}")
            stream.flush()
            yield
            stream.truncate(0)

    def _sweep(self) -> None:
        """Remove what an interrupted write left: it never became current."""
        pointed = self.current().number if (self.path / "current").exists() else 0
        for entry in (self.path / "generations").iterdir():
            if not entry.name.isdigit() or int(entry.name) > pointed:
                shutil.rmtree(entry)

    def _prune(self) -> None:
        for number in self.numbers()[:-_KEEP]:
            shutil.rmtree(self.path / "generations" / str(number))


class _Draft:
    """A generation while it is being made, in a folder that readers never look at.

    Args:
        workspace: the workspace's directory.
        before: the generation it starts as a copy of; ``None`` for the very first.
        number: the number it will have.
    """

    def __init__(self, workspace: Path, before: Generation | None, number: int) -> None:
        self.before = before
        self.number = number
        self.changed: set[str] = set()
        self._path = workspace / "generations" / f"{number}.tmp"
        self._graphs = dict(before.graphs) if before else {}
        self._shapes = before.shapes if before else ""
        (self._path / "statements").mkdir(parents=True)
        if before is not None:
            for file in (before.path / "statements").iterdir():
                (self._path / "statements" / file.name).hardlink_to(file)
            if (before.path / _FINDINGS).exists():
                (self._path / _FINDINGS).hardlink_to(before.path / _FINDINGS)
        self._store: pyoxigraph.Store | None = None

    def ontology(self) -> StatementFile:
        """The statements of the ontology and its vocabularies."""
        with StatementWriter(self._path / "ontology.tmp") as writer:
            for triple in iter_ontology_triples():
                if not isinstance(triple.subject, BlankNode | Triple) and not isinstance(
                    triple.object, BlankNode | Triple
                ):
                    writer.add(triple)
            return writer.finish()

    def apply(self, changes: Mapping[str, StatementFile]) -> tuple[int, int]:
        """Bring the graphs to their new statements; returns how many were added and removed."""
        added = removed = 0
        for graph, statements in changes.items():
            record = GraphRecord(statements.digest, statements.count)
            if self._graphs.get(graph) == record:
                continue
            self.changed.add(graph)
            more, fewer = self._apply_one(graph, statements)
            added, removed = added + more, removed + fewer
            self._keep(graph, statements)
        return added, removed

    def check(self) -> tuple[list[Finding], list[Finding]]:
        """Check what changed against the shapes; returns all findings, and those it brings."""
        after = _state(self._open(), self._path / "statements", self._graphs)
        if self.before is None:
            findings = brought = validate(after)
        else:
            state, known = self.before.state(), self.before.findings()
            former = validate(state) if known is None else known
            findings = revalidate(state, after, self.changed, former)
            stood = set(former)
            brought = [found for found in findings if found not in stood]
        (self._path / _FINDINGS).unlink(missing_ok=True)
        write_findings(findings, self._path / _FINDINGS)
        self._shapes = shapes_digest()
        return findings, brought

    def derive(self) -> None:
        """Derive what follows from what is stated."""
        store = self._open()
        infer(store)
        with StatementWriter(self._path / "inferred.tmp") as writer:
            for quad in store.quads_for_pattern(None, None, None, INFERRED):
                writer.add(quad.triple)
            self._keep(INFERRED.value, writer.finish())

    def seal(self, note: str) -> None:
        """Close the store, describe the generation and give it its place."""
        store = self._open()
        store.flush()
        self._store = None
        del store
        digest = hashlib.sha256()
        for iri, record in sorted(self._graphs.items()):
            digest.update(f"{iri} {record.digest}\n".encode())
        about: dict[str, Any] = {
            "number": self.number,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "note": note,
            "content_hash": digest.hexdigest(),
            "graphs": {iri: asdict(record) for iri, record in sorted(self._graphs.items())},
            "shapes": self._shapes,
        }
        text = json.dumps(about, ensure_ascii=False, indent=2)
        _write_synced(self._path / "generation.json", text + "\n")
        (self._path / "ontology.tmp").unlink(missing_ok=True)
        self._path.rename(self._path.with_suffix(""))
        _sync_directory(self._path.parent)

    def discard(self) -> None:
        """Remove whatever is left of the draft."""
        self._store = None
        if self._path.exists():
            shutil.rmtree(self._path)

    def _open(self) -> pyoxigraph.Store:
        if self._store is None:
            place = self._path / "store"
            if self.before is not None and not place.exists():
                source = pyoxigraph.Store.read_only(str(self.before.path / "store"))
                source.backup(str(place))
                del source
            self._store = pyoxigraph.Store(str(place))
        return self._store

    def _apply_one(self, graph: str, statements: StatementFile) -> tuple[int, int]:
        store = self._open()
        name = NamedNode(graph)
        if graph not in self._graphs:
            bulk_load(store, statements, name)
            return statements.count, 0
        before = self._path / "statements" / _file_name(graph)
        added = removed = 0
        batch: list[Quad] = []
        for is_added, triple in difference(before, statements.path):
            quad = in_graph(triple, name)
            if is_added:
                added += 1
                batch.append(quad)
            else:
                removed += 1
                store.remove(quad)
            if len(batch) >= _BATCH:
                store.bulk_extend(batch)
                batch = []
        store.extend(batch)
        return added, removed

    def _keep(self, graph: str, statements: StatementFile) -> None:
        place = self._path / "statements" / _file_name(graph)
        place.unlink(missing_ok=True)
        shutil.move(statements.path, place)
        census = _census_file(place)
        census.unlink(missing_ok=True)
        statements.census.save(census)
        self._graphs[graph] = GraphRecord(statements.digest, statements.count)


def _file_name(graph: str) -> str:
    return quote(graph, safe="") + ".nt.gz"


def _census_file(statements: Path) -> Path:
    return statements.with_name(statements.name.removesuffix(".nt.gz") + ".census")


def _census(statements: Path) -> Census:
    """What a statement file holds, as kept beside it, else counted."""
    kept = _census_file(statements)
    return Census.read(kept) if kept.exists() else count_statements(statements)


def _state(store: pyoxigraph.Store, folder: Path, graphs: Iterable[str]) -> State:
    files = {graph: folder / _file_name(graph) for graph in graphs}
    return State(store, files, {graph: _census(path) for graph, path in files.items()})


def _write_synced(path: Path, text: str) -> None:
    """Replace a small file in one step, so that a reader sees the old text or the new one."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
