"""The template of practice sheets: a workbook that people fill in and ``sheets`` reads back.

Its columns, help texts and lists are those of ``mappings/fiches.yml``, so that what is written and
what is read can't drift apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from essaim.loaders.gazetteer import gazetteer
from essaim.loaders.sheet_layouts import Column, Layout, embedded_layout
from essaim.ontology.errors import BadInput
from essaim.ontology.vocabulary import concepts, fold

__all__ = ["write_template"]

_ROWS: Final = 500
"""How many rows have drop-downs."""
_HEADING: Final = PatternFill("solid", fgColor="1F4E5F")
_REQUIRED: Final = PatternFill("solid", fgColor="B5472F")
_SCHEMES: Final = ("theme", "sector", "public", "evaluation", "documentation")
_GUIDE: Final = "Mode d'emploi"
_LISTS: Final = "Listes"
_WORDS: Final = (
    "Une ligne par pratique dans la feuille « Fiches », une ligne par reprise ailleurs dans la"
    " feuille « Reprises ».",
    "Les colonnes en rouge sont obligatoires. Une case vide veut dire « on ne sait pas ».",
    "N'écrivez ni courriel, ni téléphone, ni nom de personne : ils ne sont pas conservés.",
    "Ne changez pas les titres des colonnes : c'est par eux que le fichier est reconnu. Vous pouvez"
    " changer l'ordre des colonnes, et en laisser vides.",
    "Quand le fichier est prêt : essaim load sheets fiches.xlsx",
)


def write_template(path: Path) -> None:
    """Write the template of practice sheets as a workbook.

    Args:
        path: the file to write, ending in ``.xlsx``.

    Raises:
        BadInput: the file's name does not end so, or it can't be written.

    Example:
        ``write_template(Path("fiches.xlsx"))``
    """
    if path.suffix.lower() != ".xlsx":
        raise BadInput(f"{path.name} is not the name of a workbook.", "End it with .xlsx.")
    layout = embedded_layout("fiches")
    book = Workbook()
    book.remove(book.worksheets[0])
    lists = _lists()
    for told in (layout, layout.replications):
        if told is not None:
            _write_table(book.create_sheet(told.sheet), told, lists)
    _write_guide(book.create_sheet(_GUIDE), layout)
    _write_lists(book.create_sheet(_LISTS), lists)
    try:
        book.save(path)
    except OSError as error:
        raise BadInput(
            f"{path} can't be written: {error.strerror}.", "Name a file you can write to."
        ) from None


def _lists() -> dict[str, list[str]]:
    """The choices of each list, in French, in alphabetical order."""
    known = concepts()
    found = {
        scheme: sorted((known.label(known.get(scheme, k)) for k in known.keys(scheme)), key=fold)
        for scheme in _SCHEMES
    }
    return {**found, "departement": gazetteer().names("departement")}


def _write_table(sheet: Worksheet, layout: Layout, lists: dict[str, list[str]]) -> None:
    for number, column in enumerate(layout.columns.values(), 1):
        letter = get_column_letter(number)
        cell = sheet.cell(1, number, column.name)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _REQUIRED if column.is_required else _HEADING
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.comment = Comment(column.help, "Essaim", height=120, width=320)
        sheet.column_dimensions[letter].width = column.width
        if column.list:
            _offer(sheet, letter, column, lists)
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "B2"


def _offer(sheet: Worksheet, letter: str, column: Column, lists: dict[str, list[str]]) -> None:
    """Give a column a drop-down; other values stay possible, and are reported when read."""
    source = get_column_letter(list(lists).index(column.list) + 1)
    end = len(lists[column.list]) + 1
    rule = DataValidation(
        type="list",
        formula1=f"={_LISTS}!${source}$2:${source}${end}",
        allow_blank=True,
        showErrorMessage=False,
        showInputMessage=True,
        promptTitle=column.name[:32],
        prompt=column.help[:255],
    )
    sheet.add_data_validation(rule)
    rule.add(f"{letter}2:{letter}{_ROWS + 1}")


def _write_guide(sheet: Worksheet, layout: Layout) -> None:
    sheet.column_dimensions["A"].width = 30
    sheet.column_dimensions["B"].width = 100
    sheet.append(["Comment remplir ces fiches"])
    sheet["A1"].font = Font(bold=True, size=14)
    for words in _WORDS:
        sheet.append(["", words])
    for told in (layout, layout.replications):
        if told is not None:
            sheet.append([])
            _append_bold(sheet, [f"Feuille « {told.sheet} »"])
            for column in told.columns.values():
                sheet.append([column.name, column.help])
    for row in sheet.iter_rows(min_col=2, max_col=2):
        row[0].alignment = Alignment(wrap_text=True, vertical="top")


def _append_bold(sheet: Worksheet, cells: Iterable[str]) -> None:
    sheet.append(list(cells))
    sheet.cell(sheet.max_row, 1).font = Font(bold=True)


def _write_lists(sheet: Worksheet, lists: dict[str, list[str]]) -> None:
    for number, (name, choices) in enumerate(lists.items(), 1):
        sheet.column_dimensions[get_column_letter(number)].width = 32
        for row, text in enumerate([name, *choices], 1):
            sheet.cell(row, number, text)
