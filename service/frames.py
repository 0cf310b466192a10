"""What goes between the service and a worker: messages with a length, over a pair of sockets.

A worker that has several jobs waiting reads them at once and answers at once, so that many small
answers share the cost of waking a process (measured in decision 0041). A long answer comes in
parts, so that neither side ever holds it whole.
"""

from __future__ import annotations

import pickle
import socket
import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Any, Final

__all__ = ["Frame", "FrameReader", "pack", "receive"]

_HEAD = struct.Struct("<BI")
_READ: Final = 1 << 18


class Frame(IntEnum):
    """What a message is."""

    JOB = 1
    """To the worker: a job with its arguments."""
    DONE = 2
    """From the worker: a whole reply."""
    HEAD = 3
    """From the worker: a reply whose body follows in parts."""
    PART = 4
    """From the worker: a part of a body, as it is."""
    END = 5
    """From the worker: the end of a body, and whether rows were left out."""
    FAILED = 6
    """From the worker: what went wrong."""


def pack(frame: Frame, content: object) -> bytes:
    """A message; only a :attr:`Frame.PART` is bytes already."""
    body = content if isinstance(content, bytes) else pickle.dumps(content, protocol=5)
    return _HEAD.pack(frame, len(body)) + body


class FrameReader:
    """Takes bytes as they come and gives the messages that are complete."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[Frame, Any]]:
        """The messages that these bytes complete.

        Example:
            >>> reader = FrameReader()
            >>> message = pack(Frame.END, False)
            >>> list(reader.feed(message[:4])), list(reader.feed(message[4:]))
            ([], [(<Frame.END: 5>, False)])
        """
        buffer = self._buffer
        buffer += data
        position, end = 0, len(buffer)
        while end - position >= _HEAD.size:
            kind, length = _HEAD.unpack_from(buffer, position)
            start = position + _HEAD.size
            if end - start < length:
                break
            position = start + length
            body = bytes(memoryview(buffer)[start:position])
            frame = Frame(kind)
            yield frame, body if frame is Frame.PART else pickle.loads(body)  # noqa: S301 - ours
        del buffer[:position]


def receive(channel: socket.socket, reader: FrameReader) -> list[tuple[Frame, Any]]:
    """Wait until there are messages; blocks.

    Raises:
        EOFError: the other end is closed.
        OSError: it has gone.
    """
    while True:
        data = channel.recv(_READ)
        if not data:
            raise EOFError
        if messages := list(reader.feed(data)):
            return messages
