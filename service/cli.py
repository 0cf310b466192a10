"""The command line: ``essaim COMMAND``.

Nothing heavy is imported before a command needs it, so that ``essaim --help`` is immediate.
Whatever goes wrong is said in one line and gives exit code 2.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from essaim.ontology.errors import EssaimError
from essaim.service import (
    commands_access,
    commands_connections,
    commands_graph,
    commands_history,
    commands_load,
    commands_practices,
    commands_query,
    commands_serve,
)
from essaim.service.commands import ConfigOption, LangOption, WorkspaceOption, visible
from essaim.service.texts import reason

__all__ = ["app", "main", "run"]

app = typer.Typer(
    name="essaim",
    help="A knowledge graph of cultural cooperation: load sources, then ask what could take root "
    "elsewhere and who should meet.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _module in (
    commands_load,
    commands_query,
    commands_practices,
    commands_connections,
    commands_graph,
    commands_history,
    commands_serve,
    commands_access,
):
    _module.register(app)


def _show_version(value: bool) -> None:  # noqa: FBT001 - called by Typer
    if value:
        from importlib.metadata import version  # noqa: PLC0415 - only needed here

        typer.echo(f"essaim {version('essaim')}")
        raise typer.Exit


@app.callback()
def _shared(
    ctx: typer.Context,
    *,
    workspace: WorkspaceOption = None,
    lang: LangOption = None,
    config: ConfigOption = None,
    version: Annotated[  # noqa: ARG001 - acts by its callback
        bool, typer.Option("--version", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    ctx.obj = {"workspace": workspace, "lang": lang, "config": config}


def main() -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command and say what goes wrong, if anything, in one line.

    Args:
        arguments: what follows ``essaim``.

    Returns:
        0; 1 when a check found something wrong; 2 for an error; 130 when interrupted.
    """
    try:
        outcome = app(list(arguments), prog_name="essaim", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:
        _abandon_output()
        return 1
    except Exception as error:  # noqa: BLE001 - the last resort: a user never sees a traceback
        return _say(*_told(error))
    return outcome if isinstance(outcome, int) else 0


def _told(error: Exception) -> tuple[str, str]:
    """What to say of an error, and what to do next."""
    if isinstance(error, EssaimError):
        return str(error), error.hint
    if isinstance(error, typer.TyperException):
        what, colon, why = error.format_message().rpartition(": ")
        return f"{what}{colon}{reason(why)}".rstrip(".") + ".", _help_hint(error)
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}.", "Check the path and its permissions."
    if os.environ.get("ESSAIM_DEBUG"):
        raise error
    return (
        f"Something went wrong: {type(error).__name__} {error}.",
        "Set ESSAIM_DEBUG=1 to see where, and report it.",
    )


def _say(message: str, hint: str) -> int:
    """Print an error as one line on the error output."""
    line = " ".join(visible(f"{message} {hint}").split())
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    with contextlib.suppress(OSError):
        sys.stderr.write(f"essaim: {line}\n")
    return 2


def _help_hint(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "essaim"
    return f'See "{path} --help".'


def _abandon_output() -> None:
    """Nobody reads the output any more: let what is still buffered go nowhere."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


if __name__ == "__main__":
    main()
