"""What the commands share: their settings, what they print, and how they wait."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import typer

from essaim.ontology.errors import BadInput
from essaim.service.texts import say

if TYPE_CHECKING:
    from rich.console import Console

    from essaim.graph.workspace import Workspace
    from essaim.service.settings import Chosen, Settings
    from essaim.service.workers import Job, Reply

__all__ = [
    "ConfigOption",
    "Format",
    "LangOption",
    "Run",
    "WorkspaceOption",
    "command",
    "compact",
    "write_file",
]

Format = Literal["table", "json", "csv"]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to print the result.")]
WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        help="The workspace [ESSAIM_WORKSPACE; default: essaim-data].",
        show_default=False,
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="A configuration file [ESSAIM_CONFIG].", show_default=False),
]
LangOption = Annotated[
    Literal["fr", "en"] | None,
    typer.Option("--lang", help="The language of texts [ESSAIM_LANG; default: fr].",
                 show_default=False),
]  # fmt: skip

_COLUMN = 14
"""Characters below which the columns of a table can't be read."""

_MISLEADING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


@dataclass(frozen=True)
class Run:
    """One run of a command.

    Args:
        chosen: the settings, with where each comes from.
    """

    chosen: Chosen

    @property
    def settings(self) -> Settings:
        """What was chosen."""
        return self.chosen.settings

    @property
    def language(self) -> str:
        """The language of what is printed."""
        return self.settings.lang

    @cached_property
    def out(self) -> Console:
        """Where results go."""
        from rich.console import Console  # noqa: PLC0415 - slow to import

        return Console(markup=False, emoji=False, highlight=False)

    @cached_property
    def notes(self) -> Console:
        """Where everything that is no result goes."""
        from rich.console import Console  # noqa: PLC0415 - slow to import

        return Console(stderr=True, markup=False, emoji=False, highlight=False)

    def workspace(self) -> Workspace:
        """The workspace.

        Raises:
            WorkspaceError: there is none.
        """
        from essaim.graph.workspace import Workspace  # noqa: PLC0415 - slow to import

        return Workspace.open(self.settings.workspace)

    def say(self, key: str, /, **values: object) -> str:
        """A sentence in the language of this run."""
        return say(self.language, key, **values)

    @property
    def colon(self) -> str:
        """A colon, with the space that French puts before it."""
        return "\u00a0:" if self.language == "fr" else ":"

    @contextmanager
    def waiting(self, text: str) -> Iterator[Callable[[str], None]]:
        """Show that something is going on, on a terminal; gives a function that says what."""
        if not self.notes.is_terminal:
            yield lambda _text: None
            return
        with self.notes.status(text) as status:
            yield status.update

    def ask(self, job: Job, *, timeout: float | None = None, **arguments: object) -> Reply:
        """Do a job in a worker of its own, within its time limit.

        Args:
            job: a function of :mod:`essaim.service.jobs`.
            timeout: seconds; the setting for queries by default.
            **arguments: the job's keyword arguments.
        """
        from essaim.service.workers import run_once  # noqa: PLC0415 - slow to import

        path = self.workspace().path
        with self.waiting(self.say("asking")):
            return run_once(
                path,
                self.settings.query_memory,
                job,
                timeout or self.settings.query_timeout,
                **arguments,
            )

    # printing

    def print(self, text: str = "", *, style: str = "") -> None:
        """Print a line of a result; what could fool a terminal is taken out of it."""
        self.out.print(visible(text), style=style or None, soft_wrap=True)

    def print_json(self, content: object) -> None:
        """Print a result as JSON."""
        sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")

    def print_rows(
        self, form: Format, headings: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Print rows as a table, as JSON or as CSV.

        Args:
            form: which.
            headings: for each column, what stands above it.
            rows: a value for each column.
        """
        if form == "json":
            self.print_json([dict(row) for row in rows])
        elif form == "csv":
            from essaim.service.tables import csv_text  # noqa: PLC0415 - imports the engine

            cells = [[row.get(name) for name in headings] for row in rows]
            sys.stdout.write(csv_text(list(headings.values()), cells))
        elif self.out.width < _COLUMN * len(headings):
            self._print_blocks(headings, rows)
        else:
            self._print_table(headings, rows)

    def _print_blocks(self, headings: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
        """Each row as some lines: what a table too narrow to be read is turned into."""
        for number, row in enumerate(rows):
            if number:
                self.print()
            for name, heading in headings.items():
                shown = _cell(row.get(name), self.language)
                if shown:
                    self.out.print(f"{visible(heading)}{self.colon} {shown}")

    def _print_table(self, headings: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
        from rich import box  # noqa: PLC0415 - slow to import
        from rich.table import Table  # noqa: PLC0415 - slow to import
        from rich.text import Text  # noqa: PLC0415 - slow to import

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for name, heading in headings.items():
            is_number = bool(rows) and all(_is_number(row.get(name)) for row in rows)
            table.add_column(
                Text(visible(heading)), justify="right" if is_number else "left", overflow="fold"
            )
        for row in rows:
            table.add_row(*(Text(_cell(row.get(name), self.language)) for name in headings))
        self.out.print(table)


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command that gets a :class:`Run` and takes the shared options.

    ``--workspace``, ``--lang`` and ``--config`` are added to the command's own parameters, so that
    they can be written after the command as well as before it.

    Args:
        app: where to register it.
        name: its name.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        def with_settings(ctx: typer.Context, **given: Any) -> None:  # noqa: ANN401
            from essaim.service.settings import chosen_settings  # noqa: PLC0415 - slow to import

            shared = dict(ctx.obj or {})
            for key in ("workspace", "lang", "config"):
                chosen = given.pop(key)
                shared[key] = chosen if chosen is not None else shared.get(key)
            function(Run(chosen_settings(**shared)), **given)

        own = list(inspect.signature(function).parameters.values())[1:]
        hints = get_type_hints(function, include_extras=True)
        kind = inspect.Parameter.KEYWORD_ONLY
        parameters = [
            inspect.Parameter("ctx", kind, annotation=typer.Context),
            *(each.replace(annotation=hints[each.name], kind=kind) for each in own),
            inspect.Parameter("workspace", kind, default=None, annotation=WorkspaceOption),
            inspect.Parameter("lang", kind, default=None, annotation=LangOption),
            inspect.Parameter("config", kind, default=None, annotation=ConfigOption),
        ]
        with_settings.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        with_settings.__annotations__ = {each.name: each.annotation for each in parameters}
        with_settings.__doc__ = (function.__doc__ or "").partition("\n\n    Args:")[0]
        app.command(name)(with_settings)
        return function

    return register


def visible(text: str) -> str:
    """A text as one line, without what moves a terminal's cursor or misleads the eye.

    Example:
        >>> visible("a" + chr(27) + "[31mb")
        'a[31mb'
    """
    return _MISLEADING.sub("", re.sub(r"[\n\t\x0b\x0c\r\x85\u2028\u2029]", " ", text))


def compact(iri: str) -> str:
    """An IRI as short as it can be read on a terminal, and typed again for our own.

    Example:
        >>> compact("https://w3id.org/essaim/id/territory/departement/43")
        'departement:43'
        >>> compact("https://w3id.org/essaim/ns#Practice")
        'ess:Practice'
    """
    from essaim.ontology.names import BASE, PREFIXES  # noqa: PLC0415 - imports the engine

    if iri.startswith(BASE):
        kind, _, key = iri.removeprefix(BASE).removeprefix("territory/").partition("/")
        return f"{kind}:{key}"
    fitting = [
        (len(namespace), prefix, namespace)
        for prefix, namespace in PREFIXES.items()
        if iri.startswith(namespace) and len(iri) > len(namespace)
    ]
    if not fitting:
        return iri
    _, prefix, namespace = max(fitting)
    return f"{prefix}:{iri.removeprefix(namespace)}"


def write_file(path: Path, write: Callable[[Any], object]) -> int:
    """Write a file in one step: whatever fails, what was there before is still there.

    Args:
        path: where.
        write: given the open binary file.

    Returns:
        How many bytes were written.

    Raises:
        BadInput: it can't be written there.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        if path.exists() and not path.is_file():
            return _write_device(path, write)
        with fresh.open("wb") as stream:
            write(stream)
            size = stream.tell()
        fresh.replace(path)
    except OSError as error:
        message = f"{path} can't be written: {error.strerror or error}."
        raise BadInput(message, "Name a file in a folder you can write to.") from None
    finally:
        if fresh.is_file():
            fresh.unlink()
    return size


def _write_device(path: Path, write: Callable[[Any], object]) -> int:
    with path.open("wb") as stream:
        write(stream)
    return 0


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(value: object, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return say(language, "yes" if value else "no")
    if isinstance(value, float):
        shown = f"{value:.4g}"
        return shown.replace(".", ",") if language == "fr" else shown
    text = str(value)
    return visible(compact(text) if text.startswith("http") else text)
