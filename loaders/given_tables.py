"""The files given to a source, told apart by what they hold, whatever their names."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from essaim.loaders.context import Context
from essaim.loaders.tables import Row
from essaim.ontology.errors import BadInput, Refused

__all__ = ["GivenTables"]

_TABLES: Final = {".csv", ".tsv", ".txt", ".gz", ".zip", ".xlsx", ".ods", ".xls"}


class GivenTables:
    """The tables among the files given.

    Every file is recognised, or reported. A table that the source can do without and that is
    missing is reported with what is therefore not loaded.

    Args:
        ctx: the load.
        tables: for each kind of table, the columns it is recognised by (``read``), those it must
            not have (``not``), those known and left aside (``ignored``), whether it is
            ``required``, and what is missing ``without`` it.
        besides: endings of the files that are no tables; they are listed in ``besides``.

    Raises:
        BadInput: no file is given, or one can't be read.
        Refused: a table is given twice, or a required one is not given.
    """

    def __init__(
        self,
        ctx: Context,
        tables: Mapping[str, Mapping[str, Any]],
        besides: tuple[str, ...] = (),
    ) -> None:
        if not ctx.files:
            raise BadInput(
                f"{ctx.source.name} has no file to read.",
                f"Give its files: essaim load {ctx.source.name} FILE…; they hold "
                f"{', '.join(tables)}.",
            )
        self._ctx = ctx
        self._tables = tables
        self._rows: dict[str, Iterator[Row]] = {}
        self._names: dict[str, str] = {}
        self.besides: list[Path] = []
        for path in sorted(ctx.files, key=lambda each: (each.name, str(each))):
            if path.name.lower().endswith(besides):
                self.besides.append(path)
            else:
                self._recognise(path)
        self._check()

    def __contains__(self, kind: str) -> bool:
        return kind in self._rows

    def rows(self, kind: str) -> Iterator[Row]:
        """The rows of a kind of table; what is neither read nor known to be ignored is reported."""
        ignored = self._tables[kind].get("ignored", {})
        for row in self._rows.get(kind, ()):
            yield row
            row.ignore(ignored)
            row.audit()

    def _recognise(self, path: Path) -> None:
        if path.suffix.lower() not in _TABLES:
            self._ctx.issue("File not recognised: nothing of it was read", file=path.name)
            return
        rows = self._ctx.rows(path)
        first = next(rows, None)
        if first is None:
            self._ctx.issue("Table without a row: nothing of it was read", file=path.name)
            return
        kind = next((kind for kind, about in self._tables.items() if _fits(first, about)), None)
        if kind is None:
            self._ctx.leave_out(first, "File not recognised: nothing of it was read")
        elif kind in self._rows:
            raise Refused(
                f"{path.name} and {self._names[kind]} both hold the {kind}.", "Give one of them."
            )
        else:
            self._rows[kind] = itertools.chain([first], rows)
            self._names[kind] = path.name

    def _check(self) -> None:
        for kind, about in self._tables.items():
            if kind in self._rows:
                continue
            if about.get("required"):
                columns = ", ".join(about["read"])
                raise Refused(
                    f"No table of {kind} was given.", f"It is the one with the columns {columns}."
                )
            self._ctx.report.warnings.append(
                f"No table of {kind} was given: {about['without']} are not loaded."
            )


def _fits(row: Row, about: Mapping[str, Any]) -> bool:
    has_all = all(column in row for column in about["read"])
    return has_all and not any(column in row for column in about.get("not", ()))
