"""The command that starts the service: ``serve``."""

from __future__ import annotations

import errno
import socket
from typing import Annotated

import typer

from essaim.ontology.errors import BadInput, PortInUse
from essaim.service.commands import Run, command

__all__ = ["register"]

_BACKLOG = 2048


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    command(app, "serve")(serve)


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
    import uvicorn  # noqa: PLC0415 - slow to import

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
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        uvicorn.Server(config).run(sockets=[listening])


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
