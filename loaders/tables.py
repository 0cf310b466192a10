"""Rows of a table, whatever it is written in, read so that nothing can be dropped unnoticed.

A CSV file in UTF-8 or Windows-1252, with any delimiter and line ends, plain, gzip or zip; a
spreadsheet in XLSX, ODS or XLS: all give the same :class:`Row`.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from essaim.loaders.archives import kind_of, open_content
from essaim.loaders.encodings import decoded, encoding_of
from essaim.loaders.spreadsheets import iter_sheet
from essaim.ontology.errors import BadInput, nearest

__all__ = ["Notes", "Row", "iter_column", "iter_table"]

DELIMITERS: Final = ";,\t|"
_SAMPLE: Final = 2**16


class Notes(Protocol):
    """Who is told what a table holds that could not be taken as it stands."""

    def on_leftover(self, file: str, line: int, column: str) -> None:
        """A cell with something in it that nobody took."""

    def on_ragged(self, file: str, line: int, reason: str, *, is_left_out: bool) -> None:
        """A row that does not have the cells its header announces."""

    def on_cell(self, file: str, line: int, column: str, reason: str) -> None:
        """A cell or a column heading that can't be read as it stands."""


@dataclass(slots=True)
class Row:
    """One row, whose cells are taken out one by one; :meth:`audit` tells what nobody took.

    Args:
        file: the file's name, for reports.
        line: the line the row starts on, counting from 1.
        header: the table's columns, in their order.
        cells: what is left to understand.
        notes: told by :meth:`audit` of each column left.
    """

    file: str
    line: int
    header: tuple[str, ...]
    cells: dict[str, str]
    notes: Notes = field(repr=False)

    def __contains__(self, column: object) -> bool:
        return column in self.header

    def pop(self, column: str) -> str:
        """Take a cell, stripped; ``""`` when it is empty.

        Raises:
            BadInput: the table has no such column, or the cell was taken already.
        """
        try:
            return self.cells.pop(column).strip()
        except KeyError:
            raise self._missing(column) from None

    def pop_list(self, column: str, separator: str = "|") -> list[str]:
        """Take a cell that holds several values; empty ones are left out."""
        return [part.strip() for part in self.pop(column).split(separator) if part.strip()]

    def ignore(self, columns: Iterable[str]) -> None:
        """Take cells whose columns are known and deliberately left aside; missing ones too."""
        for column in columns:
            self.cells.pop(column, None)

    def audit(self) -> None:
        """Report every non-empty cell that nobody took."""
        for column, value in self.cells.items():
            if value.strip():
                self.notes.on_leftover(self.file, self.line, column)

    def _missing(self, column: str) -> BadInput:
        if column in self.header:
            return BadInput(f'{self.file}: column "{column}" is read twice.', "Read it once.")
        close = nearest(column, self.header)
        hint = f"Is it {' or '.join(close)}? " if close else ""
        return BadInput(
            f'{self.file} has no column "{column}".',
            f"{hint}Its columns are: {', '.join(self.header)}.",
        )


def iter_table(
    path: Path,
    notes: Notes,
    *,
    sheet: str | None = None,
    delimiter: str | None = None,
    header_after: int = 0,
) -> Iterator[Row]:
    """Read a table with a header line.

    A row with fewer cells than the header is padded and reported. One with more can't be told
    which cell is which: it is reported and left out, unless what is too many is empty. Empty rows
    are passed over.

    Args:
        path: the file.
        notes: told of what could not be taken as it stands.
        sheet: for a spreadsheet, the sheet's name; ``None`` for the first.
        delimiter: for text, what stands between cells; ``None`` to find out.
        header_after: how many lines stand before the header.

    Raises:
        BadInput: the file is missing, a directory, empty, damaged, cut off, too large once
            unpacked, in no encoding, or its quotes do not close.
        NotFound: it has no sheet of that name.
    """
    kind = kind_of(path)
    if kind in ("xlsx", "ods", "xls"):

        def on_formula(line: int, place: str) -> None:
            notes.on_cell(path.name, line, place, "Formula without a value: save the file again")

        lines = iter_sheet(path, kind, sheet, on_formula)
        yield from _rows(path, lines, notes, header_after, pads=True)
    else:
        yield from _rows(path, _iter_text(path, delimiter), notes, header_after, pads=False)


def iter_column(path: Path, column: str) -> Iterator[str]:
    """The cells of one column of a text or of a spreadsheet's first sheet, stripped.

    For what must be known of a whole table before its first row is stated. Nothing when there is
    no such column, or for a row without that cell.

    Raises:
        BadInput: as :func:`iter_table`.
    """
    kind = kind_of(path)
    if kind in ("xlsx", "ods", "xls"):
        lines = iter_sheet(path, kind, None, lambda *_: None)
    else:
        lines = _iter_text(path, None)
    _, header = next(lines, (0, []))
    names = [" ".join(name.split()) for name in header]
    if column in names:
        place = names.index(column)
        for _, cells in lines:
            if len(cells) > place:
                yield cells[place].strip()


def _rows(
    path: Path,
    lines: Iterator[tuple[int, list[str]]],
    notes: Notes,
    header_after: int,
    *,
    pads: bool,
) -> Iterator[Row]:
    found = next((cells for line, cells in lines if line > header_after), None)
    if found is None:
        raise BadInput(f"{path.name} has no header line.", "Give a table with a header line.")
    header = _header(path, found, notes, header_after + 1)
    width = len(header)
    for line, cells in lines:
        if len(cells) > width:
            if any(map(str.strip, itertools.islice(cells, width, None))):
                reason = "Row with more cells than its header, left out"
                notes.on_ragged(path.name, line, reason, is_left_out=True)
                continue
            del cells[width:]
        elif len(cells) < width:
            if not pads:
                notes.on_ragged(
                    path.name, line, "Row with fewer cells than its header", is_left_out=False
                )
            cells.extend([""] * (width - len(cells)))
        yield Row(path.name, line, header, dict(zip(header, cells, strict=True)), notes)


def _header(path: Path, cells: Sequence[str], notes: Notes, line: int) -> tuple[str, ...]:
    """The columns' names, each different and none empty."""
    names = [" ".join(cell.split()) for cell in cells]
    if not any(names):
        raise BadInput(f"{path.name} has no header line.", "Give a table with a header line.")
    times: Counter[str] = Counter()
    header = []
    for number, name in enumerate(names, 1):
        times[name] += 1
        unique = name or f"column {number}"
        if name and times[name] > 1:
            unique = f"{name} ({times[name]})"
            notes.on_cell(path.name, line, name, f'Column given twice, read as "{unique}"')
        header.append(unique)
    return tuple(header)


def _iter_text(path: Path, delimiter: str | None) -> Iterator[tuple[int, list[str]]]:
    encoding = encoding_of(path)
    line = 1
    try:
        if delimiter is None:
            with open_content(path) as stream, decoded(stream, encoding) as text:
                delimiter = _delimiter(text.read(_SAMPLE))
        with open_content(path) as stream, decoded(stream, encoding) as text:
            reader = csv.reader(text, delimiter=delimiter, strict=True)
            for cells in reader:
                start, line = line, reader.line_num + 1
                if any(cells):
                    yield start, cells
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{path.name} is not {encoding} ({error.reason}).", "Save it as UTF-8."
        ) from None
    except csv.Error as error:
        raise BadInput(
            f"{path.name}, line {line}: {error}.", "Check the quotes and delimiters there."
        ) from None


def _delimiter(sample: str) -> str:
    """The delimiter under which the rows of a sample have the most cells, evenly."""

    def evenness(candidate: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=candidate)
        widths = [len(cells) for cells in reader if any(cells)]
        if len(widths) > 2 and len(sample) >= _SAMPLE:
            widths.pop()  # the sample may end inside a row
        if not widths or widths[0] < 2:
            return 0.0, 0
        return sum(width == widths[0] for width in widths) / len(widths), widths[0]

    ranked = {candidate: evenness(candidate) for candidate in DELIMITERS}
    even = {candidate: rank for candidate, rank in ranked.items() if rank[0] > 0.5}
    chosen = even or ranked
    best = max(chosen, key=lambda candidate: (chosen[candidate][1], chosen[candidate][0]))
    return best if chosen[best][1] else ","
