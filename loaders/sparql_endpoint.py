"""A public SPARQL endpoint, asked politely: one query at a time, with pauses, tried again later.

Whoever runs the endpoint decides when it is too much: its ``Retry-After`` is obeyed, and between
two queries the client waits at least as long as the last one took. An answer that is cut off is no
answer. When an endpoint does not answer after all tries, the load is refused whole.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any, Final

import httpx

from essaim.ontology.errors import BadInput, Refused

__all__ = ["Endpoint"]

_TRIES: Final = 6
_PAUSE: Final = 1.0
"""The least to wait between two queries, in seconds."""
_LONGEST_WAIT: Final = 300.0
"""The most to wait before another try, in seconds, whatever the endpoint asks for."""
_TIME: Final = httpx.Timeout(120.0, connect=20.0)
_MOST_BYTES: Final = 128 * 2**20
_LATER: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""The statuses after which the same query may be answered."""
_RESULTS: Final = "application/sparql-results+json"


class Endpoint:
    """A SPARQL endpoint that is only read.

    Args:
        address: its address, ``https://…/sparql``.

    Raises:
        BadInput: it is not an address that can be asked.

    Example:
        ``with Endpoint("https://query.wikidata.org/sparql") as endpoint: endpoint.rows(query)``
    """

    def __init__(self, address: str) -> None:
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            url = httpx.URL()
        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            raise BadInput(f'"{address}" is not the address of an endpoint.', "Write https://….")
        self.address = str(url)
        self._client = httpx.Client(
            headers={
                "Accept": _RESULTS,
                "User-Agent": f"Essaim/{version('essaim')} (https://w3id.org/essaim) httpx",
            },
            timeout=_TIME,
            follow_redirects=False,
        )
        self._wait = 0.0

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def rows(self, query: str) -> list[dict[str, str]]:
        """The solutions of a SELECT: the text of each bound variable.

        Args:
            query: the query's text.

        Raises:
            BadInput: this is no SPARQL endpoint, or it refuses the query.
            Refused: it does not answer, however often it is asked.
        """
        problem = ""
        for attempt in range(_TRIES):
            time.sleep(self._wait)
            started = time.monotonic()
            try:
                answer = self._ask(query)
            except _Later as later:
                problem = str(later)
                self._wait = min(later.wait or _PAUSE * 2**attempt, _LONGEST_WAIT)
            else:
                self._wait = max(_PAUSE, time.monotonic() - started)
                return list(_iter_rows(answer))
        raise Refused(
            f"{self.address} does not answer: {problem}, {_TRIES} times.",
            "Nothing was loaded; try again later.",
        )

    def _ask(self, query: str) -> Any:  # noqa: ANN401 - JSON
        """The answer as JSON, or the reason to ask again later."""
        try:
            with self._client.stream("POST", self.address, data={"query": query}) as response:
                _check_status(self.address, response)
                content = _read(self.address, response)
        except httpx.TransportError as error:
            raise _Later(f"{type(error).__name__} {error}".strip()) from None
        try:
            return json.loads(content)
        except ValueError:
            raise _Later("its answer is cut off") from None


class _Later(Exception):
    """The endpoint may answer later; ``wait`` is how long it asks to be left alone, if it does."""

    def __init__(self, problem: str, wait: float = 0.0) -> None:
        super().__init__(problem)
        self.wait = wait


def _check_status(address: str, response: httpx.Response) -> None:
    status = response.status_code
    if status in _LATER:
        raise _Later(f"HTTP {status}", _retry_after(response.headers.get("Retry-After", "")))
    if response.is_redirect:
        where = response.headers.get("Location", "elsewhere")
        raise BadInput(f"{address} has moved to {where}.", "Give that address, if you trust it.")
    if status != httpx.codes.OK:
        raise BadInput(f"{address} refuses the query (HTTP {status}).", "Check the address.")
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in (_RESULTS, "application/json"):
        raise BadInput(
            f"{address} answers with {kind or 'no content type'}, not with SPARQL results.",
            "Give the address of a SPARQL endpoint.",
        )


def _read(address: str, response: httpx.Response) -> bytes:
    blocks, size = [], 0
    for block in response.iter_bytes():
        size += len(block)
        if size > _MOST_BYTES:
            raise BadInput(f"{address} answers with more than {_MOST_BYTES >> 20} MB.", "")
        blocks.append(block)
    return b"".join(blocks)


def _retry_after(text: str) -> float:
    """Seconds to wait, from a number of seconds or a date; 0 when neither is told."""
    if text.strip().isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _iter_rows(answer: Any) -> Iterator[dict[str, str]]:  # noqa: ANN401 - JSON
    try:
        for binding in answer["results"]["bindings"]:
            yield {name: str(term["value"]) for name, term in binding.items()}
    except (KeyError, TypeError, AttributeError):
        raise BadInput(
            "The endpoint's answer is not a table of SPARQL results.",
            "Give the address of a SPARQL endpoint.",
        ) from None
