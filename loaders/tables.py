"""Rows of a table, read so that no column can be dropped unnoticed."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from essaim.ontology.errors import BadInput

__all__ = ["Row", "iter_csv"]


@dataclass
class Row:
    """One row, whose cells are taken out one by one; :meth:`audit` tells what nobody took.

    Args:
        file: the file's name, for reports.
        line: the line the row starts on, counting from 1.
        cells: what is left to understand.
        on_leftover: called by :meth:`audit` with each column left and its value.
    """

    file: str
    line: int
    cells: dict[str, str]
    on_leftover: Callable[[Row, str, str], None]
    taken: set[str] = field(default_factory=set)

    def pop(self, column: str) -> str:
        """Take a cell, stripped; ``""`` when it is empty.

        Raises:
            BadInput: the table has no such column.
        """
        try:
            value = self.cells.pop(column)
        except KeyError:
            raise BadInput(
                f'{self.file} has no column "{column}".',
                f"Its columns are: {', '.join(sorted({*self.cells, *self.taken}))}.",
            ) from None
        self.taken.add(column)
        return value.strip()

    def pop_list(self, column: str, separator: str = "|") -> list[str]:
        """Take a cell that holds several values; empty ones are left out."""
        return [part.strip() for part in self.pop(column).split(separator) if part.strip()]

    def audit(self) -> None:
        """Report every non-empty cell that nobody took."""
        for column, value in self.cells.items():
            if value.strip():
                self.on_leftover(self, column, value)


def iter_csv(
    path: Path, delimiter: str, on_leftover: Callable[[Row, str, str], None]
) -> Iterator[Row]:
    """Read a UTF-8 table with a header line.

    Raises:
        BadInput: the file is missing, not UTF-8, empty, or has a row longer than its header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, delimiter=delimiter, strict=True)
            header = next(reader, None)
            if not header:
                raise BadInput(f"{path.name} is empty.", "Give a table with a header line.")
            line = reader.line_num + 1
            for values in reader:
                start, line = line, reader.line_num + 1
                if len(values) > len(header):
                    raise BadInput(
                        f"{path.name}, line {start}: {len(values)} cells under "
                        f"{len(header)} columns.",
                        "Quote the cells that hold the delimiter.",
                    )
                if not values:
                    continue
                padded = values + [""] * (len(header) - len(values))
                yield Row(path.name, start, dict(zip(header, padded, strict=True)), on_leftover)
    except FileNotFoundError:
        raise BadInput(f"There is no file {path}.", "Check the path.") from None
    except IsADirectoryError:
        raise BadInput(f"{path} is a directory.", "Give a file.") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} is not UTF-8 ({error.reason}).", "Save it as UTF-8.") from None
    except csv.Error as error:
        raise BadInput(f"{path.name}: {error}.", "Check its quotes and delimiters.") from None
