"""The audit log: every write to the workspace, who made it, and what became of it.

One line of JSON a write, in ``audit/<year>-<month>.jsonl`` of the workspace. A line holds what is
needed to find what was changed (the generations before and after, whose difference
``essaim diff`` shows) and nothing of what was written: no text of an update, no name of a person,
no secret.
"""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from essaim.ontology.errors import WorkspaceError
from essaim.service.access import Caller
from essaim.service.exchange import current

if TYPE_CHECKING:
    from essaim.loaders.load import Loaded

__all__ = ["Actor", "AuditLog"]


@dataclass(frozen=True)
class Actor:
    """Who writes.

    Args:
        kind: ``command`` or ``token``.
        id: the system's user, or the token's id.
        name: the token's name.
        address: where the request came from.
    """

    kind: str
    id: str
    name: str = ""
    address: str = ""

    @classmethod
    def of_command(cls) -> Actor:
        """Whoever runs this command."""
        try:
            return cls("command", getpass.getuser())
        except (KeyError, OSError):
            return cls("command", str(os.getuid()))

    @classmethod
    def of_caller(cls, caller: Caller) -> Actor:
        """Whoever sent a request with a token."""
        token = caller.token
        assert token is not None  # noqa: S101 - nobody writes without one
        return cls("token", token.id, token.name, caller.address)


class AuditLog:
    """The audit log of a workspace.

    Args:
        workspace: its directory.
    """

    def __init__(self, workspace: Path) -> None:
        self._folder = workspace / "audit"

    def record(self, actor: Actor, action: str, outcome: str, **about: Any) -> None:  # noqa: ANN401
        """Write a line; when this returns, it is on the disk.

        Args:
            actor: who.
            action: what, such as ``load`` or ``rollback``.
            outcome: what became of it, such as ``published`` or ``refused``.
            **about: more, as JSON: numbers of generations, of statements, a source's name.

        Raises:
            WorkspaceError: it can't be written.
        """
        moment = datetime.now(UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds"),
            "action": action,
            "outcome": outcome,
            "actor": {name: value for name, value in vars(actor).items() if value},
            **({"request": current().id} if actor.kind == "token" else {}),
            **about,
        }
        text = json.dumps(line, ensure_ascii=False, default=str) + "\n"
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            path = self._folder / f"{moment:%Y-%m}.jsonl"
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, text.encode())  # one call: lines of two writers do not mix
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            message = f"The audit log in {self._folder} can't be written: {error.strerror}."
            raise WorkspaceError(message, "Make room, or give the right to write there.") from None

    def record_load(self, actor: Actor, loaded: Loaded, before: int) -> None:
        """Write a line for a load; a dry run, which writes nothing, leaves none.

        Args:
            actor: who.
            loaded: what it did.
            before: the number of the generation there was.
        """
        report = loaded.report
        if report.outcome != "checked":
            self.record(
                actor,
                "load",
                report.outcome,
                source=report.source,
                before=before,
                after=report.generation,
                added=report.added,
                removed=report.removed,
                report=loaded.folder.name,
            )

    def iter_lines(self) -> Iterator[dict[str, Any]]:
        """What was written, the latest first; a line cut short by a crash is left out."""
        files = sorted(self._folder.glob("*.jsonl"), reverse=True) if self._folder.is_dir() else []
        for path in files:
            for line in reversed(path.read_text(encoding="utf-8").splitlines()):
                try:
                    yield json.loads(line)
                except ValueError:
                    continue
