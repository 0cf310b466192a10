"""The settings: made once, then passed down.

Each one comes from the first of these that gives it: an option of the command, an environment
variable ``ESSAIM_…``, the configuration file (TOML, named by ``--config`` or ``ESSAIM_CONFIG``), or
its default. ``essaim settings`` prints them all: what each means, and where its value comes from.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from essaim.ontology.errors import BadInput, nearest
from essaim.service.texts import reason

__all__ = ["Chosen", "Language", "Settings", "chosen_settings", "make_settings", "meaning"]

Language = Literal["fr", "en"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PREFIX = "ESSAIM_"
_CONFIG = "ESSAIM_CONFIG"


def _default_workers() -> int:
    return max(2, min(4, os.cpu_count() or 1))


def _listed(value: object) -> object:
    """Items as a variable of the environment writes them: apart by commas or spaces."""
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _about(fr: str, en: str, **constraints: Any) -> Any:  # noqa: ANN401 - what pydantic's Field gives
    """A field with its meaning in both languages; both name its unit."""
    return Field(description=en, json_schema_extra={"fr": fr}, **constraints)


_NetworkList = Annotated[tuple[Network, ...], BeforeValidator(_listed)]


class Settings(BaseModel):
    """What can be chosen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workspace: Annotated[
        Path, _about("Le dossier de l'espace de travail.", "The workspace's directory.")
    ] = Path("essaim-data")
    lang: Annotated[
        Language, _about("La langue des textes, fr ou en.", "The language of texts, fr or en.")
    ] = "fr"
    host: Annotated[
        str,
        _about("L'adresse où le service écoute.", "Where the service listens.", min_length=1),
    ] = "127.0.0.1"
    port: Annotated[
        int, _about("Le port où il écoute.", "The port it listens on.", ge=0, le=65535)
    ] = 8000
    trusted_proxies: Annotated[
        _NetworkList,
        _about(
            "Les réseaux des mandataires dont on croit l'en-tête X-Forwarded-For.",
            "The networks of the proxies whose X-Forwarded-For is believed.",
        ),
    ] = ()
    workers: Annotated[
        int,
        _about(
            "Les processus qui répondent aux requêtes.",
            "Processes that answer queries.",
            ge=1,
            le=64,
        ),
    ] = Field(default_factory=_default_workers)
    query_timeout: Annotated[
        float,
        _about(
            "Les secondes que peut prendre une requête.",
            "Seconds a query may take.",
            gt=0,
            le=86_400,
        ),
    ] = 10.0
    answer_timeout: Annotated[
        float,
        _about(
            "Les secondes que peut prendre une analyse.",
            "Seconds an analysis may take.",
            gt=0,
            le=86_400,
        ),
    ] = 60.0
    query_memory: Annotated[
        int,
        _about(
            "Les Mio de mémoire qu'un processus peut prendre ; au-delà, il est arrêté.",
            "MiB of memory a worker may take; more ends it.",
            ge=256,
        ),
    ] = 2048
    max_rows: Annotated[
        int,
        _about(
            "Les lignes ou triplets d'une réponse ; ce qui dépasse est coupé.",
            "Rows or triples in one answer; what is beyond is cut.",
            ge=1,
        ),
    ] = 10_000
    max_waiting: Annotated[
        int,
        _about(
            "Les demandes qui peuvent attendre un processus ; les autres reçoivent un 503.",
            "Requests that may wait for a worker; others get a 503.",
            ge=0,
        ),
    ] = 64
    max_wait: Annotated[
        float,
        _about(
            "Les secondes qu'une demande attend un processus.",
            "Seconds a request waits for a worker.",
            gt=0,
            le=3_600,
        ),
    ] = 10.0
    max_query_bytes: Annotated[
        int,
        _about(
            "Les octets que peut avoir le texte d'une requête.",
            "Bytes the text of a query may have.",
            ge=1,
        ),
    ] = 1_000_000
    max_upload_bytes: Annotated[
        int,
        _about(
            "Les octets que peut envoyer en une fois qui a le droit d'écrire.",
            "Bytes that a caller with the right to write may send at a time.",
            ge=1,
        ),
    ] = 1 << 30
    rate_requests: Annotated[
        int,
        _about(
            "Les demandes par minute d'une adresse, dix fois plus avec un jeton ; 0 : sans limite.",
            "Requests a minute from one address; ten times as many with a token; 0 for no limit.",
            ge=0,
        ),
    ] = 1_200
    rate_work: Annotated[
        float,
        _about(
            "Les secondes de calcul par minute d'une adresse, comptées de même ; 0 : sans limite.",
            "Seconds of work a minute for one address, counted likewise; 0 for no limit.",
            ge=0,
        ),
    ] = 60.0
    rate_running: Annotated[
        int,
        _about(
            "Les demandes en même temps d'une adresse, comptées de même ; 0 : sans limite.",
            "Requests at the same time from one address, counted likewise; 0 for no limit.",
            ge=0,
        ),
    ] = 32


@dataclass(frozen=True)
class Chosen:
    """The settings with where each value comes from.

    Args:
        settings: the values.
        origins: for each field, ``default``, the name of a variable, of an option or of the file.
    """

    settings: Settings
    origins: Mapping[str, str]


def make_settings(**given: object) -> Settings:
    """The settings, from the environment and from what was given on the command line.

    Args:
        **given: fields that override the environment, and ``config``, the configuration file;
            ``None`` counts as not given.

    Raises:
        BadInput: a value is not of its kind; the message names where it was given.

    Example:
        >>> make_settings(port=8080).port
        8080
    """
    return chosen_settings(**given).settings


def chosen_settings(**given: object) -> Chosen:
    """The settings as :func:`make_settings` makes them, with where each comes from.

    Raises:
        BadInput: a value is not of its kind, or the configuration file can't be understood.
    """
    options = {name: value for name, value in given.items() if value is not None}
    file = options.pop("config", None) or os.environ.get(_CONFIG)
    values: dict[str, object] = {}
    origins = dict.fromkeys(Settings.model_fields, "default")
    if file is not None:
        path = Path(str(file))
        for name, value in _read(path).items():
            values[name], origins[name] = value, str(path)
    for name in Settings.model_fields:
        if shown := os.environ.get(_PREFIX + name.upper()):
            values[name], origins[name] = shown, _PREFIX + name.upper()
    for name, value in options.items():
        values[name], origins[name] = value, f"--{name.replace('_', '-')}"
    try:
        return Chosen(Settings.model_validate(values), origins)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        origin = origins[name]
        place = origin if origin.startswith((_PREFIX, "--")) else f"{name} in {origin}"
        message = f'{place} is "{first.get("input")}", it {reason(first["msg"])}.'
        raise BadInput(message, "Correct it or leave it out.") from None


def meaning(field: FieldInfo, language: str) -> str:
    """What a setting means."""
    extra = field.json_schema_extra
    if language == "fr" and isinstance(extra, dict):
        return str(extra["fr"])
    return field.description or ""


def _read(path: Path) -> dict[str, Any]:
    """The content of a configuration file, every name in it known.

    Raises:
        BadInput: it is not there, is not TOML, or names a setting that does not exist.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"There is no configuration file {path}."
        raise BadInput(message, f"Check --config or {_CONFIG}.") from None
    except OSError as error:
        message = f"{path} can't be read: {error.strerror}."
        raise BadInput(message, "Check the file.") from None
    except ValueError as error:
        raise BadInput(f"{path} is not TOML: {error}.", "Correct the file.") from None
    for name in content:
        if name not in Settings.model_fields:
            near = nearest(name, Settings.model_fields)
            hint = f'Did you mean "{near[0]}"?' if near else '"essaim settings" lists them.'
            raise BadInput(f'{path}: there is no setting "{name}".', hint)
    return content
