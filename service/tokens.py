"""Bearer tokens: who may do more than read what is public.

A token is ``essaim_<id>_<secret>``. The secret has 256 random bits and is shown once, when the
token is made; the workspace keeps only its SHA-256, in ``tokens.json``, which nobody but its owner
may read. A slow, salted hash protects passwords that can be guessed; 256 random bits can't.

A running service looks at the file again whenever it has changed, so that a token revoked by
command stops working with the next request.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from essaim.ontology.errors import BadInput, NotFound, WorkspaceError

__all__ = ["LONGEST_DAYS", "SCOPES", "NewToken", "Token", "Tokens"]

SCOPES: Final = {
    "read-restricted": "read what only the full store holds",
    "load": "load sources, try a load, see its report",
    "update": "change the graph by SPARQL Update and the Graph Store Protocol",
    "admin": "everything: also go back to a generation and erase a person",
}
"""What a token can allow, and what each scope means; ``admin`` includes the others."""

LONGEST_DAYS: Final = 1_096
"""The longest a token may be valid: three years."""

_SHAPE = re.compile(r"essaim_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class Token:
    """A token as the workspace knows it.

    Args:
        id: eight hexadecimal digits; public, it names the token in lists and in the audit log.
        name: who or what it was made for.
        scopes: keys of :data:`SCOPES`.
        created: when, ISO 8601, UTC.
        expires: until when it is valid, ISO 8601, UTC.
        digest: SHA-256 of the secret, hexadecimal.
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    created: str
    expires: str
    digest: str

    def is_valid(self, moment: datetime) -> bool:
        """Whether it has not expired."""
        return moment < datetime.fromisoformat(self.expires)

    def allows(self, scope: str) -> bool:
        """Whether it has a scope, or every one."""
        return scope in self.scopes or "admin" in self.scopes


@dataclass(frozen=True)
class NewToken:
    """A token just made, with the text to hand over; it can't be shown again.

    Args:
        token: what is kept.
        text: what its holder sends.
    """

    token: Token
    text: str


class Tokens:
    """The tokens of a workspace.

    Args:
        workspace: its directory.

    Example:
        >>> import tempfile
        >>> tokens = Tokens(Path(tempfile.mkdtemp()))
        >>> made = tokens.create("the loader of the federation", ["load"], days=30)
        >>> tokens.find(made.text).name
        'the loader of the federation'
        >>> tokens.find("essaim_guessed")
    """

    def __init__(self, workspace: Path) -> None:
        self._path = workspace / "tokens.json"
        self._lock = workspace / "tokens.lock"
        self._stamp: tuple[int, int, int] | None = None
        self._known: dict[str, Token] = {}

    def create(self, name: str, scopes: Collection[str], *, days: int) -> NewToken:
        """Make a token.

        Args:
            name: who or what it is for.
            scopes: keys of :data:`SCOPES`, at least one.
            days: for how long it is valid, at most :data:`LONGEST_DAYS`.

        Raises:
            NotFound: there is no such scope.
            BadInput: the name is empty, there is no scope, or it would be valid for too long.
        """
        name = " ".join(name.split())
        if not name:
            raise BadInput("A token needs a name.", "Say who or what it is for.")
        if not scopes:
            raise BadInput("A token needs a scope.", f"Give one or more of {', '.join(SCOPES)}.")
        for scope in scopes:
            if scope not in SCOPES:
                raise NotFound("scope", scope, SCOPES)
        if not 1 <= days <= LONGEST_DAYS:
            message = f"A token can't be valid for {days} days."
            raise BadInput(message, f"Give 1 to {LONGEST_DAYS}.")
        now = datetime.now(UTC)
        secret = secrets.token_urlsafe(32)
        token = Token(
            id=secrets.token_hex(4),
            name=name,
            scopes=tuple(scope for scope in SCOPES if scope in scopes),
            created=now.isoformat(timespec="seconds"),
            expires=(now + timedelta(days=days)).isoformat(timespec="seconds"),
            digest=_digest(secret),
        )
        with self._writing() as known:
            known[token.id] = token
        return NewToken(token, f"essaim_{token.id}_{secret}")

    def all(self) -> Sequence[Token]:
        """Every token that was not revoked, the oldest first; those that expired too.

        Raises:
            WorkspaceError: the file is damaged.
        """
        self._refresh()
        return sorted(self._known.values(), key=lambda token: (token.created, token.id))

    def revoke(self, id: str) -> Token:  # noqa: A002 - the field's name
        """Make a token worthless, now and for ever.

        Raises:
            NotFound: there is no token of this id.
        """
        with self._writing() as known:
            if id not in known:
                raise NotFound("token", id, known, "essaim token list")
            return known.pop(id)

    def find(self, text: str) -> Token | None:
        """The valid token that a text is; nothing when it is none, has expired or was revoked.

        Raises:
            WorkspaceError: the file is damaged.
        """
        shape = _SHAPE.fullmatch(text)
        if shape is None:
            return None
        self._refresh()
        token = self._known.get(shape[1])
        if token is None or not hmac.compare_digest(token.digest, _digest(shape[2])):
            return None
        return token if token.is_valid(datetime.now(UTC)) else None

    def _refresh(self) -> None:
        try:
            about = self._path.stat()
        except FileNotFoundError:
            self._known, self._stamp = {}, None
            return
        stamp = (about.st_ino, about.st_mtime_ns, about.st_size)
        if stamp != self._stamp:
            self._known, self._stamp = self._read(), stamp

    def _read(self) -> dict[str, Token]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            kept = content["tokens"]
            tokens = [Token(**{**each, "scopes": tuple(each["scopes"])}) for each in kept]
            return {token.id: token for token in tokens}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError):
            message = f"{self._path} can't be read."
            raise WorkspaceError(message, "Remove it and make the tokens again.") from None

    @contextmanager
    def _writing(self) -> Iterator[dict[str, Token]]:
        """The tokens, to change; written back in one step when nothing was raised."""
        with self._lock.open("a", encoding="utf-8") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            known = self._read()
            yield known
            fresh = self._path.with_name("tokens.json.new")
            fresh.unlink(missing_ok=True)
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump({"tokens": list(map(asdict, known.values()))}, stream, indent=2)
                stream.flush()
                os.fsync(stream.fileno())
            fresh.replace(self._path)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
