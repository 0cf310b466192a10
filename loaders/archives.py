"""Files as they are given: plain, gzip or zip, never larger inside than they may be.

A compressed file is read as a stream and stops at the first byte too many, so a small file that
would fill the disk is refused before it does any harm.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, Protocol

from essaim.ontology.errors import BadInput

__all__ = ["MOST_BYTES", "MOST_RATIO", "Kind", "check_archive", "kind_of", "open_content"]

MOST_BYTES: Final = 4 * 2**30
"""The most a file may hold once unpacked, in bytes."""

MOST_RATIO: Final = 200
"""How many times larger a file may be once unpacked; tables rarely reach 50, bombs 1000."""

_SMALL: Final = 16 * 2**20
"""Up to this many bytes the ratio does not matter."""

Kind = Literal["plain", "gzip", "zip", "xlsx", "ods", "xls"]

_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"


def kind_of(path: Path) -> Kind:
    """What a file is, from its first bytes and not from its name.

    Raises:
        BadInput: it is missing, a directory, empty, unreadable or a damaged archive.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
    except FileNotFoundError:
        raise BadInput(f"There is no file {path}.", "Check the path.") from None
    except IsADirectoryError:
        raise BadInput(f"{path} is a directory.", "Give a file.") from None
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror}.", "Check its rights.") from None
    if not head:
        raise BadInput(f"{path.name} is empty.", "Give a file with content.")
    if head.startswith(_GZIP):
        return "gzip"
    if head.startswith(_OLE):
        return "xls"
    return _kind_of_zip(path) if head.startswith(_ZIP) else "plain"


@contextmanager
def open_content(path: Path) -> Iterator[io.BufferedReader]:
    """Open what a file holds: itself, or the one file packed in it.

    Args:
        path: a plain file, a gzip file, or a zip archive of one file.

    Raises:
        BadInput: as :func:`kind_of`; or it is too large once unpacked, damaged, cut off,
            protected by a password, or an archive of several files.
    """
    kind = kind_of(path)
    try:
        if kind == "gzip":
            with path.open("rb") as raw, gzip.open(raw) as packed:
                yield _bounded(packed, path, raw.tell)
        elif kind == "zip":
            with zipfile.ZipFile(path) as archive:
                check_archive(path, archive)
                with archive.open(_only_member(path, archive)) as packed:
                    yield _bounded(packed, path, lambda: path.stat().st_size)
        else:
            with path.open("rb") as stream:
                yield stream
    except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile) as error:
        raise _damaged(path, error) from None


def check_archive(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse an archive that declares too much, or needs a password.

    What a member declares is the most Python reads of it, so a false declaration ends as damage.

    Raises:
        BadInput: it is too large once unpacked or protected.
    """
    members = archive.infolist()
    _check_size(path, sum(member.file_size for member in members), path.stat().st_size)
    if any(member.flag_bits & 1 for member in members):
        raise BadInput(f"{path.name} is protected by a password.", "Save it without one.")


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than a file may hold."""

    def __init__(self, stream: _Readable, path: Path, taken: Callable[[], int]) -> None:
        self._stream = stream
        self._path = path
        self._taken = taken
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = self._stream.read(len(buffer))
        self._given += len(block)
        _check_size(self._path, self._given, self._taken())
        buffer[: len(block)] = block
        return len(block)


def _bounded(stream: _Readable, path: Path, taken: Callable[[], int]) -> io.BufferedReader:
    return io.BufferedReader(_Bounded(stream, path, taken), 2**18)


def _check_size(path: Path, unpacked: int, packed: int) -> None:
    """Refuse what unpacks to too much, or to too many times the packed bytes it was made of."""
    if unpacked > MOST_BYTES or unpacked > max(_SMALL, MOST_RATIO * packed):
        raise BadInput(
            f"{path.name} unpacks to more than a table holds ({unpacked // 2**20} MB or more).",
            "Check where it comes from; if it is sound, unpack it and give what is in it.",
        )


def _kind_of_zip(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if any(name.lower() == "xl/workbook.xml" for name in names):
                return "xlsx"
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                return "ods" if archive.read("mimetype").strip().startswith(_ODS) else "zip"
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise _damaged(path, error) from None
    return "zip"


def _only_member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not member.filename.startswith("__MACOSX/")
    ]
    if len(members) != 1:
        names = ", ".join(member.filename for member in members[:5]) or "nothing"
        raise BadInput(
            f"{path.name} holds {len(members)} files ({names}).",
            "Unpack it and give the file that is meant.",
        )
    return members[0]


def _damaged(path: Path, error: Exception) -> BadInput:
    what = "is cut off" if isinstance(error, EOFError) else "is damaged"
    return BadInput(f"{path.name} {what}.", "Get it again from where it came.")
