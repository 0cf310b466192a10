"""How the answers are printed: heads, items, sources and notes, folded to the terminal's width."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

from essaim.service.commands import Run, visible

__all__ = [
    "JOINED",
    "Json",
    "LimitOption",
    "joined",
    "labels",
    "print_head",
    "print_item",
    "print_note",
    "print_section",
    "print_sources",
    "print_title",
]

JOINED = " | "
"""What stands between several values in one cell."""

Json = Mapping[str, Any]

LimitOption = Annotated[
    int, typer.Option("--limit", min=1, max=1_000, help="How many to give at the most.")
]


def print_title(run: Run, text: str) -> None:
    """What an answer is about, before all else."""
    for line in _wrapped(run, "", text, 0):
        run.print(line, style="bold")


def print_head(run: Run, rank: int, name: str, row: Json) -> None:
    """A line with a rank, a name, and the score and coverage beneath it."""
    for line in _wrapped(run, f"{rank:>2}. ", name, 0):
        run.print(line, style="bold")
    score, coverage = row.get("score"), row.get("coverage")
    if score is not None:
        known = "" if coverage is None else f" · {run.say('coverage')} {coverage:.0%}"
        shown = f"{score:.2f}"
        if run.language == "fr":
            shown, known = shown.replace(".", ","), known.replace("%", " %")
        run.print(f"    {run.say('score')} {shown}{known}")


def print_item(run: Run, mark: str, text: str, indent: int = 4) -> None:
    """A line with a mark before it; nothing where there is no text."""
    if text:
        for line in _wrapped(run, f"{mark} ", text, indent):
            run.print(line)


def print_sources(run: Run, sources: Sequence[str]) -> None:
    """The sources, one a line and never folded, so that they can be followed."""
    mark = f"{run.say('sources')}{run.colon} "
    for source in sources:
        run.print(f"    {mark}{source}", style="dim")
        mark = " " * len(mark)


def print_note(run: Run, answer: Json) -> None:
    """What the answer says of itself."""
    if answer.get("note"):
        run.print()
        for line in _wrapped(run, "", answer["note"], 0):
            run.print(line, style="dim")


def _wrapped(run: Run, mark: str, text: str, indent: int) -> list[str]:
    width = max(40, min(run.out.width, 100))
    return textwrap.wrap(
        visible(text),
        width,
        initial_indent=" " * indent + mark,
        subsequent_indent=" " * (indent + min(len(mark), 4)),
        break_long_words=False,
        break_on_hyphens=False,
    )


def labels(things: Iterable[Json]) -> list[str]:
    """The labels of some entities."""
    return [str(thing["label"]) for thing in things]


def joined(things: Iterable[Json]) -> str:
    """The labels of some entities, in one line."""
    return ", ".join(labels(things))


def print_section(run: Run, key: str, rows: Sequence[Json]) -> None:
    """A heading, and that nothing is known under it where that is so."""
    run.print()
    run.print(run.say(key), style="bold")
    if not rows:
        run.print(f"    {run.say('nothing')}")
