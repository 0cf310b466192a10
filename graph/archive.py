"""A workspace's current generation in one file, and back.

The archive is a gzip-compressed tar of the generation's directory with the workspace's description.
It is complete: restoring needs nothing else, and the restored graph has the same content hash.
"""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from pathlib import Path

from essaim.graph.history import verify
from essaim.graph.workspace import Generation, Workspace
from essaim.ontology.errors import BadInput, WorkspaceError

__all__ = ["back_up", "restore"]


def back_up(workspace: Workspace, archive: Path) -> Generation:
    """Write the current generation into an archive; readers and writers are not disturbed.

    Args:
        workspace: what to back up.
        archive: the file to write; it appears whole or not at all.

    Returns:
        The generation that is in it.

    Raises:
        BadInput: the file can't be written.
    """
    generation = workspace.current()
    fresh = archive.with_name(archive.name + ".new")
    try:
        with tarfile.open(fresh, "w:gz", compresslevel=1) as tar:
            tar.add(workspace.path / "essaim.json", "essaim.json")
            tar.add(generation.path, f"generations/{generation.number}")
        fresh.replace(archive)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        message = f"{archive} can't be written: {error.strerror}."
        raise BadInput(message, "Name a file in a directory you can write to.") from None
    return generation


def restore(archive: Path, path: Path) -> Workspace:
    """Make a workspace from an archive, and check it against its own digests.

    Args:
        archive: a file written by :func:`back_up`.
        path: a directory that does not exist yet, or is empty.

    Raises:
        BadInput: the file is not such an archive, or is damaged.
        WorkspaceError: there is something at the path already.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise WorkspaceError(f"{path} is not empty.", "Name a new or an empty directory.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=path.parent) as place:
        fresh = Path(place) / "workspace"
        _unpack(archive, fresh)
        _check(archive, fresh)
        if path.exists():
            path.rmdir()
        shutil.move(fresh, path)
    return Workspace.open(path)


def _unpack(archive: Path, place: Path) -> None:
    try:
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(place, filter="data")
    except FileNotFoundError:
        raise BadInput(f"There is no file {archive}.", "Check the path.") from None
    except (OSError, EOFError, tarfile.TarError) as error:
        message = f"{archive.name} is not a whole archive: {str(error).rstrip('.')}."
        raise BadInput(message, 'Give a file written by "essaim backup".') from None


def _check(archive: Path, place: Path) -> None:
    folder = place / "generations"
    numbers = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    if len(numbers) != 1 or not (place / "essaim.json").is_file():
        message = f"{archive.name} holds no workspace."
        raise BadInput(message, 'Give a file written by "essaim backup".')
    (place / "current").write_text(f"{numbers[0]}\n", encoding="ascii")
    (place / "reports").mkdir(exist_ok=True)
    workspace = Workspace.open(place)
    problems = verify(workspace, workspace.current())
    if problems:
        raise BadInput(f"{archive.name} is damaged: {problems[0]}", "Use another backup.")
