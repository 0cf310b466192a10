"""The commands of the service: ``serve`` starts it, ``settings`` says what can be chosen."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from essaim.ontology.errors import BadInput, PortInUse
from essaim.service.commands import FormatOption, Run, command

if TYPE_CHECKING:
    from fastapi import FastAPI
    from uvicorn import Server

__all__ = ["listen", "make_server", "register"]

_BACKLOG = 2048


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    command(app, "serve")(serve)
    command(app, "settings")(settings)


def serve(
    run: Run,
    *,
    host: Annotated[
        str | None,
        typer.Option(help="Where to listen [ESSAIM_HOST; default: 127.0.0.1].", show_default=False),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="The port [ESSAIM_PORT; default: 8000].", show_default=False),
    ] = None,
) -> None:
    """Answer over HTTP: SPARQL, the API and the pages."""
    from essaim.service.app import create_app  # noqa: PLC0415 - slow to import
    from essaim.service.settings import make_settings  # noqa: PLC0415 - slow to import

    kept = run.settings.model_dump(exclude={"host", "port"})
    settings = make_settings(
        **kept, host=host or run.settings.host, port=run.settings.port if port is None else port
    )
    run.workspace().store()
    app = create_app(settings)
    with listen(settings.host, settings.port) as listening:
        address = f"http://{_in_address(settings.host)}:{listening.getsockname()[1]}/"
        run.notes.print(run.say("serving", address=address), soft_wrap=True)
        make_server(app).run(sockets=[listening])


def make_server(app: FastAPI) -> Server:
    """The server of an application; which proxies to believe is the application's own matter."""
    import uvicorn  # noqa: PLC0415 - slow to import

    return uvicorn.Server(
        uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, proxy_headers=False
        )
    )


def settings(run: Run, *, format: FormatOption = "table") -> None:  # noqa: A002 - the option's name
    """Say what can be chosen, what is, and where each value comes from."""
    from essaim.service.settings import Settings, meaning  # noqa: PLC0415 - slow to import

    values = run.settings.model_dump(mode="json")
    rows = [
        {
            "setting": name,
            "value": shown(values[name]),
            "origin": run.say("default") if origin == "default" else origin,
            "variable": f"ESSAIM_{name.upper()}",
            "meaning": meaning(Settings.model_fields[name], run.language),
        }
        for name, origin in run.chosen.origins.items()
    ]
    headings = {
        name: run.say(name) for name in ("setting", "value", "origin", "variable", "meaning")
    }
    if format != "table":
        run.print_rows(format, headings, rows)
        return
    for row in rows:
        run.print(f"{row['setting']} = {row['value']}  ({row['origin']})", style="bold")
        run.print(f"  {row['meaning']}")


def shown(value: object) -> str:
    """A setting's value as the environment and the configuration file write it."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, made before anything else is started.

    Raises:
        PortInUse: something else listens there.
        BadInput: this machine has no such address, or may not listen there.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(
                f"Something else listens on {host}:{port}.",
                "Stop it, or choose another port with --port.",
            ) from None
        reason = error.strerror or str(error)
        raise BadInput(
            f"Nothing can listen on {host}:{port}: {reason}.", "Choose another --host or --port."
        ) from None


def _in_address(host: str) -> str:
    """A host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host
