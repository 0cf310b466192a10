"""Who is asking: the address a request comes from, and what its token allows.

A service behind a proxy sees the proxy's address. ``X-Forwarded-For`` says whose the request really
is, but anyone can write that header; it is believed only as far as it was written by proxies that
the setting ``trusted_proxies`` names.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import Headers

from essaim.ontology.errors import EssaimError
from essaim.service.tokens import Token, Tokens

__all__ = [
    "Caller",
    "Forbidden",
    "Network",
    "Networks",
    "Unauthorised",
    "caller_of",
    "identify",
    "is_among",
    "read_address",
    "requiring",
]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Networks = Sequence[Network]

_UNKNOWN = "unknown"


class Unauthorised(EssaimError):
    """A request that needs a token and brings none, or one that is not valid.

    Args:
        message: what is wrong, in one sentence.
        error: the code of RFC 6750, where a token was sent.
    """

    status = 401
    title = "Unauthorised"

    def __init__(self, message: str, error: str = "") -> None:
        super().__init__(
            message,
            'Send "Authorization: Bearer …" with a token made by "essaim token create".',
        )
        self.headers = {
            "WWW-Authenticate": 'Bearer realm="essaim"' + (f', error="{error}"' if error else "")
        }


class Forbidden(EssaimError):
    """A token that does not allow what is asked.

    Args:
        scope: the scope it would need.
    """

    status = 403
    title = "Forbidden"

    def __init__(self, scope: str) -> None:
        super().__init__(
            f'This token does not have the scope "{scope}".',
            f'Use a token made with "essaim token create NAME --scope {scope}".',
        )
        challenge = f'Bearer realm="essaim", error="insufficient_scope", scope="{scope}"'
        self.headers = {"WWW-Authenticate": challenge}


@dataclass(frozen=True)
class Caller:
    """Whoever sent a request.

    Args:
        address: where it comes from, as far as that can be believed.
        token: what it brings, or nothing.
        is_direct: whether nobody stands between, not even a proxy we do not know of.
    """

    address: str
    token: Token | None = None
    is_direct: bool = True

    def may(self, scope: str) -> bool:
        """Whether the caller has a scope."""
        return self.token is not None and self.token.allows(scope)

    def require(self, scope: str) -> None:
        """Refuse to go on unless the caller has a scope.

        Raises:
            Unauthorised: there is no token.
            Forbidden: the token does not allow it.
        """
        if self.token is None:
            raise Unauthorised(f'This needs a token with the scope "{scope}".')
        if not self.token.allows(scope):
            raise Forbidden(scope)

    @property
    def client(self) -> str:
        """What limits are counted by: the token, else the address; IPv6 by its /64."""
        if self.token is not None:
            return f"token:{self.token.id}"
        address = read_address(self.address)
        if address is None:
            return _UNKNOWN
        if address.version == 4:
            return str(address)
        return str(ipaddress.ip_network((address.packed[:8] + bytes(8), 64)))


def identify(
    peer: str | None, headers: Headers, tokens: Tokens, trusted_proxies: Networks
) -> Caller:
    """The caller of a request.

    Args:
        peer: the address at the other end of the connection.
        headers: the request's.
        tokens: the workspace's.
        trusted_proxies: whose ``X-Forwarded-For`` is believed.

    Raises:
        Unauthorised: there is an ``Authorization`` header and it holds no valid token.
    """
    address, is_direct = _origin(peer, headers, trusted_proxies)
    given = headers.get("authorization")
    if given is None:
        return Caller(address, None, is_direct)
    kind, _, text = given.strip().partition(" ")
    if kind.lower() != "bearer":
        raise Unauthorised("Only bearer tokens are understood here.", "invalid_request")
    token = tokens.find(text.strip())
    if token is None:
        raise Unauthorised("This token is not known, has expired or was revoked.", "invalid_token")
    return Caller(address, token, is_direct)


def _origin(peer: str | None, headers: Headers, trusted: Networks) -> tuple[str, bool]:
    """The nearest address that is not a trusted proxy's, and whether it is the peer itself."""
    address = peer or _UNKNOWN
    chain = [
        part.strip()
        for line in headers.getlist("x-forwarded-for")
        for part in line.split(",")
        if part.strip()
    ]
    forwarded = bool(chain) or "forwarded" in headers
    while chain and is_among(address, trusted):
        nearer = chain.pop()
        if read_address(nearer) is None:
            break
        address = nearer
    return address, not forwarded


def is_among(address: str, networks: Networks) -> bool:
    """Whether an address is in one of some networks."""
    found = read_address(address)
    return found is not None and any(found in network for network in networks)


def read_address(text: str) -> Address | None:
    """An address as such; IPv4 written as IPv6 is IPv4. Nothing when the text is none.

    Example:
        >>> read_address("::ffff:192.0.2.1")
        IPv4Address('192.0.2.1')
    """
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def caller_of(request: Request) -> Caller:
    """The caller of a request, as the gate found it before any route was chosen."""
    caller = request.scope["state"]["caller"]
    assert isinstance(caller, Caller)  # noqa: S101 - put there by the gate
    return caller


def requiring(scope: str) -> Callable[[Request], Awaitable[Caller]]:
    """What a route depends on to be for callers with a scope only.

    Args:
        scope: a key of :data:`essaim.service.tokens.SCOPES`.

    Example:
        ``async def load(caller: Annotated[Caller, Depends(requiring("load"))]) -> Response``
    """

    async def check(request: Request) -> Caller:
        caller = caller_of(request)
        caller.require(scope)
        return caller

    return check
