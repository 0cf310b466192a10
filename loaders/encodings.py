"""The encoding of a text file, found from its bytes.

French open data comes as UTF-8, with a byte order mark or even two, or as Windows-1252 (of which
ISO-8859-1 is a part). The whole file decides: its first ``é`` may stand far down.
"""

from __future__ import annotations

import codecs
import io
import re
from pathlib import Path
from typing import Final

from essaim.loaders.archives import open_content
from essaim.ontology.errors import BadInput

__all__ = ["decoded", "encoding_of"]

_BLOCK: Final = 2**20
_WIDE: Final = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CHARACTERS: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_CUT: Final = re.compile(rb"(?:[\xc2-\xc5]|[\xe2][\x80-\xbf]?)\Z")
"""The beginning of a character of European text, cut off."""
_ASCII: Final = bytes(range(128))
_UNDEFINED: Final = frozenset(b"\x81\x8d\x8f\x90\x9d")
"""The bytes that stand for nothing in Windows-1252."""


def encoding_of(path: Path) -> str:
    """The encoding of a file's content: ``utf-8``, ``utf-16`` or ``cp1252``.

    A file that is not UTF-8 is Windows-1252 when its accented letters only make sense so. One that
    holds more UTF-8 characters than stray bytes is a damaged UTF-8 file, and is refused rather than
    read as ``Ã©``.

    Raises:
        BadInput: as :func:`essaim.loaders.archives.open_content`; or the text is cut off in the
            middle of a character, damaged, or no text at all.
    """
    with open_content(path) as stream:
        head = stream.read(4)
    for mark, name in _WIDE.items():
        if head.startswith(mark):
            return name
    fault = _first_fault(path)
    if fault is None:
        return "utf-8"
    return _single_byte(path, fault)


def decoded(stream: io.BufferedReader, encoding: str) -> io.TextIOWrapper:
    """The text of a stream, its byte order marks dropped however many there are.

    Args:
        stream: at its beginning.
        encoding: what :func:`encoding_of` said.
    """
    if encoding == "utf-8":
        while stream.peek(3)[:3] == codecs.BOM_UTF8:
            stream.read(3)
    return io.TextIOWrapper(stream, encoding=encoding, errors="strict", newline="")


def _first_fault(path: Path) -> int | None:
    """The line of the first byte that is not UTF-8, counted from 1."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    line = 1
    with open_content(path) as stream:
        while True:
            block = stream.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return line + error.object.count(b"\n", 0, error.start)
            line += text.count("\n")
            if "\0" in text:
                raise BadInput(f"{path.name} is not a text file.", "Give a table.")
            if not block:
                return None


def _single_byte(path: Path, line: int) -> str:
    characters = strays = 0
    is_defined = is_text = True
    tail = b""
    with open_content(path) as stream:
        while text := stream.readline(_BLOCK):  # no character straddles a line end
            characters += len(_CHARACTERS.findall(text))
            rest = _CHARACTERS.sub(b"", text).translate(None, _ASCII)
            strays += len(rest)
            is_defined = is_defined and not _UNDEFINED.intersection(rest)
            is_text = is_text and b"\0" not in text
            tail = text
    cut = _CUT.search(tail)
    if cut and strays <= len(cut.group()):
        raise BadInput(
            f"{path.name}, line {line}: the file is cut off in the middle of a character.",
            "Get it again from where it came.",
        )
    if not is_text:
        raise BadInput(f"{path.name} is not a text file.", "Give a table.")
    if characters >= strays or not is_defined:
        raise BadInput(
            f"{path.name}, line {line}: this is neither UTF-8 nor Windows-1252.",
            "Save the file again as UTF-8.",
        )
    return "cp1252"
