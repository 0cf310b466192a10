"""The sources there are: every module of this folder that declares one, imported when asked for."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files

from essaim.loaders.context import Context
from essaim.loaders.source import Source
from essaim.ontology.errors import NotFound

__all__ = ["Loader", "loader", "names"]


@dataclass(frozen=True)
class Loader:
    """A source and the function that reads it."""

    source: Source
    load: Callable[[Context], None]


@cache
def names() -> tuple[str, ...]:
    """The names of the sources, sorted; no loader is imported."""
    found = [
        entry.name.removesuffix(".py")
        for entry in files("essaim.loaders").iterdir()
        if entry.name.endswith(".py") and _declares_source(entry.read_text(encoding="utf-8"))
    ]
    return tuple(sorted(found))


def loader(name: str) -> Loader:
    """The loader of a source.

    Raises:
        NotFound: there is no such source; the nearest names are offered.
    """
    if name not in names():
        raise NotFound("source", name, names(), "essaim sources")
    module = import_module(f"essaim.loaders.{name}")
    return Loader(module.SOURCE, module.load)


def _declares_source(text: str) -> bool:
    """Whether a module assigns SOURCE at its top level."""
    return any(
        isinstance(target, ast.Name) and target.id == "SOURCE"
        for statement in ast.parse(text).body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in _targets(statement)
    )


def _targets(statement: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return statement.targets if isinstance(statement, ast.Assign) else [statement.target]
