"""The settings: made once, from the environment and the command line, then passed down.

Every one can be given as an environment variable ``ESSAIM_…``, and those that a command takes as
an option are overridden by it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from essaim.ontology.errors import BadInput
from essaim.service.texts import reason

__all__ = ["Language", "Settings", "make_settings"]

Language = Literal["fr", "en"]

_PREFIX = "ESSAIM_"


def _default_workers() -> int:
    return max(2, min(4, os.cpu_count() or 1))


class Settings(BaseSettings):
    """What can be chosen; each field's description names its unit."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    workspace: Annotated[Path, Field(description="The workspace's directory.")] = Path(
        "essaim-data"
    )
    lang: Annotated[Language, Field(description="The language of texts, fr or en.")] = "fr"
    host: Annotated[str, Field(min_length=1, description="Where the service listens.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Field(ge=0, le=65535, description="The port it listens on.")] = 8000
    workers: Annotated[int, Field(ge=1, le=64, description="Processes that answer queries.")] = (
        Field(default_factory=_default_workers)
    )
    query_timeout: Annotated[
        float, Field(gt=0, le=86_400, description="Seconds a query may take.")
    ] = 10.0
    answer_timeout: Annotated[
        float, Field(gt=0, le=86_400, description="Seconds an analysis may take.")
    ] = 60.0
    query_memory: Annotated[
        int, Field(ge=256, description="MiB of memory a worker may take; more ends it.")
    ] = 2048
    max_rows: Annotated[
        int, Field(ge=1, description="Rows or triples in one answer; what is beyond is cut.")
    ] = 10_000
    max_waiting: Annotated[
        int, Field(ge=0, description="Requests that may wait for a worker; others get a 503.")
    ] = 64
    max_wait: Annotated[
        float,
        Field(gt=0, le=3_600, description="Seconds a request waits for a worker."),
    ] = 10.0
    max_query_bytes: Annotated[
        int, Field(ge=1, description="Bytes the text of a query may have.")
    ] = 1_000_000


def make_settings(**given: object) -> Settings:
    """The settings, from the environment and from what was given on the command line.

    Args:
        **given: fields that override the environment; ``None`` leaves it alone.

    Raises:
        BadInput: a value is not of its kind; the message names the variable.

    Example:
        >>> make_settings(port=8080).port
        8080
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings.model_validate(chosen)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        shown = first.get("input")
        origin = f"--{name.replace('_', '-')}" if name in chosen else f"{_PREFIX}{name.upper()}"
        message = f'{origin} is "{shown}", it {reason(first["msg"])}.'
        raise BadInput(message, "Correct it or leave it out.") from None
