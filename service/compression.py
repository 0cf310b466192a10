"""Compressing what is sent, as the client can take it: zstd, br or gzip."""

from __future__ import annotations

import zlib
from typing import Final, Protocol

import brotli
import zstandard

__all__ = ["ENCODINGS", "Compressor", "choose_encoding", "compressor"]

ENCODINGS: Final = ("zstd", "br", "gzip")
"""The content codings there are, the preferred ones first."""


class Compressor(Protocol):
    """Compresses a body in parts."""

    def compress(self, data: bytes, /) -> bytes:
        """The compressed bytes that are ready."""

    def flush(self) -> bytes:
        """The rest of them."""


class _Brotli:
    def __init__(self) -> None:
        self._compressor = brotli.Compressor(quality=4)

    def compress(self, data: bytes, /) -> bytes:
        return bytes(self._compressor.process(data))

    def flush(self) -> bytes:
        return bytes(self._compressor.finish())


def compressor(encoding: str) -> Compressor | None:
    """What compresses a body with a content coding; nothing for ``""``.

    Example:
        >>> made = compressor("gzip")
        >>> zlib.decompress(made.compress(b"abc") + made.flush(), wbits=31)
        b'abc'
    """
    if encoding == "gzip":
        return zlib.compressobj(level=4, wbits=31)
    if encoding == "br":
        return _Brotli()
    if encoding == "zstd":
        return zstandard.ZstdCompressor(level=3).compressobj()
    return None


def choose_encoding(accept_encoding: str | None) -> str:
    """The content coding to use for a client, ``""`` for none.

    Args:
        accept_encoding: its ``Accept-Encoding`` header.

    Example:
        >>> choose_encoding("gzip, deflate, br;q=0.5, zstd;q=0"), choose_encoding("identity")
        ('gzip', '')
    """
    if not accept_encoding:
        return ""
    wanted: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        coding, _, quality = part.partition(";")
        try:
            wanted[coding.strip()] = float(quality.partition("=")[2]) if quality else 1.0
        except ValueError:
            continue
    best = max(ENCODINGS, key=lambda coding: wanted.get(coding, wanted.get("*", 0.0)))
    return best if wanted.get(best, wanted.get("*", 0.0)) > 0 else ""
