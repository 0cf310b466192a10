"""The workspace: one directory of immutable generations, and the one way to make the next.

    WORKSPACE/
        essaim.json             the format's version, how many generations to keep, its kind
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

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from essaim.graph.draft import Draft, Revision
from essaim.graph.durable import write_synced
from essaim.graph.findings import Finding
from essaim.graph.generation import Generation, read_generation
from essaim.graph.lock import hold, is_held, writing
from essaim.graph.statements import StatementFile
from essaim.graph.store import EmbeddedStore
from essaim.ontology.errors import BadInput, WorkspaceError
from essaim.ontology.names import GRAPHS

__all__ = ["Generation", "Publication", "Workspace"]

FORMAT = 1
ONTOLOGY = GRAPHS.ontology
KEEP = 10
"""How many generations are kept unless a workspace says otherwise."""


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
        keep: how many generations to keep.
        is_bare: whether it holds any RDF at all, without the ontology, its rules and its shapes.
    """

    def __init__(self, path: Path, *, keep: int = KEEP, is_bare: bool = False) -> None:
        self.path = path
        self.keep = keep
        self.is_bare = is_bare

    @classmethod
    def create(cls, path: Path, *, keep: int = KEEP, is_bare: bool = False) -> Workspace:
        """Make a workspace with a first generation that holds the ontology.

        Args:
            path: the directory; it must not exist, or be empty.
            keep: how many generations to keep.
            is_bare: leave out the ontology, its rules and its shapes. Such a workspace takes any
                RDF, and its default graph is one graph among others, as SPARQL has it by default,
                not the union of all.

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
        workspace = cls(path, keep=keep, is_bare=is_bare)
        workspace.publish({}, "init")
        workspace._describe()
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
        return cls(path, keep=about.get("keep", KEEP), is_bare=about.get("bare", False))

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
            return read_generation(path)
        except FileNotFoundError:
            kept = ", ".join(map(str, self.numbers())) or "none"
            message = f"There is no generation {number} in {self.path}."
            raise WorkspaceError(message, f"Kept: {kept}.") from None
        except (OSError, ValueError):
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
            lease = hold(chosen.path)
            return EmbeddedStore(chosen.path / "store", lease=lease, has_union=not self.is_bare)
        except (OSError, RuntimeError) as error:
            message = f"Generation {chosen.number} can't be opened: {str(error).splitlines()[0]}."
            raise WorkspaceError(message, "Go back to an earlier one.") from None

    # writing

    def publish(
        self,
        changes: Mapping[str, StatementFile],
        note: str,
        *,
        dry_run: bool = False,
        wait: float = 0.0,
    ) -> Publication:
        """Make the next generation by replacing the statements of some named graphs.

        What the change touches is checked against the shapes, and what follows from it is derived,
        before it is published. A violation that the change brings refuses the whole write; one that
        was there before does not.

        Args:
            changes: for each named graph, its new statements.
            note: why, in a few words.
            dry_run: do everything but publish.
            wait: seconds to wait for another writer.

        Raises:
            WorkspaceBusy: another writer is at work.
        """
        return self._write(lambda draft: draft.apply(changes), note, dry_run=dry_run, wait=wait)

    def revise(
        self, revision: Revision, note: str, *, dry_run: bool = False, wait: float = 0.0
    ) -> Publication:
        """Make the next generation by changing the store itself, as an update does.

        It is derived, checked and published as by :meth:`publish`. The change sees, and may
        change, the public graphs alone.

        Args:
            revision: the change, and the graphs it may have changed.
            note: why, in a few words.
            dry_run: do everything but publish.
            wait: seconds to wait for another writer.

        Raises:
            WorkspaceBusy: another writer is at work.
        """
        return self._write(lambda draft: draft.revise(revision), note, dry_run=dry_run, wait=wait)

    def retain(self, keep: int, *, wait: float = 0.0) -> list[int]:
        """Keep this many generations from now on, and prune what is beyond.

        Args:
            keep: how many, the current one included; at least 1.
            wait: seconds to wait for another writer.

        Returns:
            The numbers of the generations that were removed.

        Raises:
            BadInput: it is less than 1.
            WorkspaceBusy: another writer is at work.
        """
        if keep < 1:
            raise BadInput(f"{keep} generations can't be kept.", "Keep 1 or more.")
        with writing(self.path, "prune", wait):
            before = self.numbers()
            self.keep = keep
            self._describe()
            self._prune()
            return sorted(set(before) - set(self.numbers()))

    def roll_back(self, number: int, *, wait: float = 0.0) -> Generation:
        """Make an earlier generation's content current again, as the next generation.

        History only grows: the generations in between stay, and the new one has the content hash
        of the one gone back to.

        Args:
            number: the generation to go back to.
            wait: seconds to wait for another writer.

        Raises:
            WorkspaceError: it is not kept.
            WorkspaceBusy: another writer is at work.
        """
        with writing(self.path, f"roll back to {number}", wait):
            self._sweep()
            chosen, current = self.generation(number), self.current()
            draft = Draft(self.path, chosen, current.number + 1)
            try:
                self._make_current(draft, f"roll back to {number}")
            finally:
                draft.discard()
        return self.current()

    def _write(
        self,
        change: Callable[[Draft], tuple[int, int]],
        note: str,
        *,
        dry_run: bool,
        wait: float,
    ) -> Publication:
        with writing(self.path, note, wait):
            self._sweep()
            before = self.current() if (self.path / "current").exists() else None
            draft = Draft(self.path, before, before.number + 1 if before else 1)
            try:
                return self._publish(draft, change, note, dry_run=dry_run)
            finally:
                draft.discard()

    def _publish(
        self, draft: Draft, change: Callable[[Draft], tuple[int, int]], note: str, *, dry_run: bool
    ) -> Publication:
        before = draft.before
        added, removed = change(draft)
        if not self.is_bare:
            more, fewer = draft.apply({ONTOLOGY.value: draft.ontology()})
            added, removed = added + more, removed + fewer
        if before is not None and not draft.changed:
            return Publication(before, "unchanged", 0, 0, [], [])
        findings, brought = ([], []) if self.is_bare else draft.check()
        refused = any(found.severity == "violation" for found in brought)
        if before is not None and (refused or dry_run):
            outcome = "refused" if refused else "checked"
            return Publication(before, outcome, added, removed, findings, brought)
        if not self.is_bare:
            draft.derive()
        self._make_current(draft, note)
        return Publication(self.current(), "published", added, removed, findings, brought)

    def _make_current(self, draft: Draft, note: str) -> None:
        draft.seal(note)
        write_synced(self.path / "current", f"{draft.number}\n")
        self._prune()

    def _describe(self) -> None:
        about = {"format": FORMAT, "keep": self.keep, "bare": self.is_bare}
        write_synced(self.path / "essaim.json", json.dumps(about) + "\n")

    def _sweep(self) -> None:
        """Remove what an interrupted write left: it never became current."""
        pointed = self.current().number if (self.path / "current").exists() else 0
        for entry in (self.path / "generations").iterdir():
            if not entry.name.isdigit() or int(entry.name) > pointed:
                shutil.rmtree(entry)

    def _prune(self) -> None:
        """Remove the oldest generations, except those that somebody still reads."""
        for number in self.numbers()[: -self.keep]:
            path = self.path / "generations" / str(number)
            if not is_held(path):
                shutil.rmtree(path)
