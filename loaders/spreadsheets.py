"""Spreadsheets as rows of text: XLSX, ODS and XLS.

Cells are read by calamine, which takes what stricter readers refuse. Numbers, dates and truth
values become text without loss: ``200069581``, ``2019-06-12``, ``892228.58``, ``true``.
"""

from __future__ import annotations

import html
import re
import string
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import python_calamine
from python_calamine import CalamineError, CalamineWorkbook

from essaim.loaders.archives import Kind, check_archive
from essaim.ontology.errors import BadInput, NotFound

__all__ = ["cell_text", "iter_sheet"]

Cell = int | float | str | bool | time | date | datetime | timedelta

_MOST_CELLS: Final = 30_000_000
"""The most cells in the rectangle a sheet spans: the reader keeps the whole of it in memory."""

_BLOCK: Final = 2**20
_FORMULA: Final = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Z]+\d+)["'][^>]*>"""
    rb"""<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>|<v></v>)?</(?:\w+:)?c>"""
)
_HINT: Final = re.compile(rb"<(?:\w+:)?f\b")
_LINE: Final = re.compile(rb"""<(?:\w+:)?(?:c|row) (?:[^>]*? )?r=["'][A-Z]*(\d+)["']""")
_COLUMN: Final = re.compile(rb"""<(?:\w+:)?c (?:[^>]*? )?r=["']([A-Z]+)""")
_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE: Final = re.compile(r"""(\w+)\s*=\s*["']([^"']*)["']""")


def iter_sheet(
    path: Path, kind: Kind, sheet: str | None, on_formula: Callable[[int, str], None]
) -> Iterator[tuple[int, list[str]]]:
    """The rows of one sheet, as text.

    Args:
        path: the file.
        kind: what :func:`essaim.loaders.archives.kind_of` said it is.
        sheet: the sheet's name; ``None`` for the first one.
        on_formula: called with the line and the cell of each formula saved without its value.

    Yields:
        The line, counted from 1, and its cells; empty lines are left out.

    Raises:
        BadInput: it is damaged, protected or spans too much.
        NotFound: it has no sheet of that name; the nearest are offered.
    """
    if kind != "xls":
        _check_members(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            names = book.sheet_names
            if sheet is not None and sheet not in names:
                raise NotFound(f"sheet of {path.name}", sheet, names)
            if not names:
                raise BadInput(f"{path.name} has no sheet.", "Give a workbook with a table.")
            chosen = sheet if sheet is not None else names[0]
            if kind == "xlsx":
                _look_over(path, chosen, on_formula)
            cells = book.get_sheet_by_name(chosen)
            for line, row in enumerate(cells.iter_rows(), 1):
                texts = [cell_text(value) for value in row]
                if any(texts):
                    yield line, texts
    except python_calamine.PasswordError:
        raise BadInput(f"{path.name} is protected by a password.", "Save it without one.") from None
    except (CalamineError, OSError, ValueError) as error:
        raise BadInput(
            f"{path.name} can't be read as a spreadsheet: {' '.join(str(error).split())}.",
            "Open it in a spreadsheet program and save it again.",
        ) from None


def cell_text(value: Cell) -> str:
    """A cell as text, without loss and without a decimal point that nobody typed.

    Example:
        >>> cell_text(200069581.0), cell_text(892228.58)
        ('200069581', '892228.58')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _check_members(path: Path) -> None:
    """Refuse what would unpack to too much; a member that lies about its size is found damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(path, archive)
            damaged = archive.testzip()
    except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError):
        damaged = path.name
    if damaged is not None:
        raise BadInput(f"{path.name} is damaged.", "Get it again from where it came.")


def _look_over(path: Path, sheet: str, on_formula: Callable[[int, str], None]) -> None:
    """Refuse a sheet that spans too much, and find the formulas saved without their value.

    The reader keeps the whole rectangle a sheet spans, so one cell typed in the last corner of a
    sheet would need hundreds of gigabytes; and it reads a formula without a value as an empty cell.
    """
    rows = columns = 0
    with zipfile.ZipFile(path) as archive:
        part = _sheet_part(archive, sheet)
        names = [part] if part else [name for name in archive.namelist() if name.endswith(".xml")]
        for name in names:
            for text in _iter_elements(archive, name):
                rows = max(rows, *map(int, _LINE.findall(text)), 0)
                columns = max(columns, *map(_number, set(_COLUMN.findall(text))), 0)
                has_formula = part and _HINT.search(text)
                for found in _FORMULA.finditer(text) if has_formula else ():
                    place = found.group(1).decode()
                    on_formula(int(place.lstrip(string.ascii_uppercase)), place)
    if rows * columns > _MOST_CELLS:
        raise BadInput(
            f'{path.name}, sheet "{sheet}" spans {rows} rows and {columns} columns.',
            "Remove what stands far from the table and save it again.",
        )


def _iter_elements(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A member in blocks that end where an element ends, at a row's or a cell's if they can."""
    with archive.open(name) as stream:
        rest = b""
        while block := stream.read(_BLOCK):
            text = rest + block
            end = max(text.rfind(b"c>"), text.rfind(b"row>")) + 1 or text.rfind(b">") + 1
            yield text[:end]
            rest = text[end:]


def _number(column: bytes) -> int:
    number = 1 if not column else 0
    for letter in column:
        number = number * 26 + letter - 64
    return number


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The part of an XLSX file that holds a sheet, or nothing when it can't be told."""
    try:
        book = archive.read("xl/workbook.xml").decode()
        relations = archive.read("xl/_rels/workbook.xml.rels").decode()
    except (KeyError, UnicodeDecodeError):
        return None
    sheets = {html.unescape(each.get("name", "")): each for each in _elements(_SHEET, book)}
    targets = {each.get("Id"): each.get("Target", "") for each in _elements(_RELATION, relations)}
    target = targets.get(sheets.get(sheet, {}).get("id"), "")
    name = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return name if name in archive.namelist() else None


def _elements(pattern: re.Pattern[str], text: str) -> list[dict[str, str]]:
    return [dict(_ATTRIBUTE.findall(found)) for found in pattern.findall(text)]
