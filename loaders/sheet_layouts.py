"""How the columns of a table of practice sheets are understood: mapping files.

A mapping file says, column by column, what stands there (``is``), how several values are separated
(``split``), and which columns are left aside and why (``ignored``). Three are embedded, in
``mappings/``: our own template, a one-table inventory, the export of a YesWiki "Bazar" form. Any
other layout is read by a mapping file given beside the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from essaim.loaders.archives import kind_of
from essaim.loaders.tables import Row, iter_table
from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.vocabulary import fold

__all__ = ["FIELDS", "Column", "Layout", "embedded_layout", "layout_of", "read_layout"]

FIELDS: Final = (
    *("key", "title_fr", "title_en", "summary_fr", "summary_en", "challenge_fr", "challenge_en"),
    *("themes", "sectors", "publics", "carriers", "partners"),
    *("department", "place", "place_code", "level", "address", "latitude", "longitude"),
    *("start", "end", "period", "created", "modified"),
    *("amount", "amount_note_fr", "amount_note_en", "conditions_fr"),
    *("results_fr", "results_en", "evaluation", "page", "documents", "document_kind"),
    *("note_fr", "note_en", "practice", "adaptation_fr", "adaptation_en"),
)
"""What a column can be."""

_LISTS: Final = ("theme", "sector", "public", "evaluation", "documentation", "departement")
_COLUMN_KEYS: Final = ("is", "split", "before", "required", "help", "list", "width")
_LINES_BEFORE: Final = 6


@dataclass(frozen=True)
class Column:
    """What stands in a column.

    Args:
        name: its heading.
        fields: what it is, each one of :data:`FIELDS`.
        split: what separates several values; ``""`` when there is one.
        before: words put before its text.
        is_required: whether the table is refused without it.
        help: what the template tells about it, in French.
        list: the list the template offers for it; ``""`` for none.
        width: how wide the template makes it, in characters.
    """

    name: str
    fields: tuple[str, ...]
    split: str = ""
    before: str = ""
    is_required: bool = False
    help: str = ""
    list: str = ""
    width: int = 22


@dataclass(frozen=True)
class Layout:
    """How a table is read.

    Args:
        name: the mapping file's name.
        title: what it reads, in words.
        recognised_by: the columns by which a table is known to be meant.
        sheet: the sheet of a workbook; ``None`` for the first.
        columns: its columns by folded heading.
        ignored: folded headings that are left aside, with the reason.
        values: for a field, what a typed value stands for, by folded value.
        replications: how the table of replications is read, if there is one.
    """

    name: str
    title: str
    recognised_by: tuple[str, ...]
    sheet: str | None
    columns: Mapping[str, Column]
    ignored: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    replications: Layout | None = None

    def fits(self, header: tuple[str, ...]) -> bool:
        """Whether a table with these columns is meant."""
        have = {plain_heading(name) for name in header}
        return all(plain_heading(name) in have for name in self.recognised_by)

    def take(self, row: Row) -> Iterator[tuple[Column, str]]:
        """The cells of a row that hold something, with what they are; the rest is audited."""
        for name in row.header:
            column = self.columns.get(plain_heading(name))
            if column is not None:
                text = row.pop(name)
                if text:
                    yield column, text
            elif plain_heading(name) in self.ignored:
                row.ignore([name])
        row.audit()


def plain_heading(name: str) -> str:
    """A heading as it is compared; forms mark required fields with a star."""
    return fold(name.rstrip(" *"))


def embedded_layout(name: str) -> Layout:
    """A mapping of ``mappings/``, such as ``"fiches"``."""
    return _embedded()[name]


def layout_of(path: Path, given: list[Layout]) -> tuple[Layout, int]:
    """The layout of a table, and how many lines stand before its header.

    Args:
        path: the table.
        given: the layouts given beside it, which come before the embedded ones.

    Raises:
        BadInput: none fits; the columns that the nearest one misses are told.
    """
    candidates = [*given, *_embedded().values()]
    is_book = kind_of(path) in ("xlsx", "ods", "xls")
    sheets: set[str | None] = {layout.sheet if is_book else None for layout in candidates}
    headers = list(_iter_headers(path, sheets))
    for layout in candidates:
        for before, sheet, header in headers:
            if (sheet == layout.sheet or not is_book) and layout.fits(header):
                return layout, before
    if not headers:
        raise BadInput(f"{path.name} has no row under a header.", "Give the whole table.")
    nearest = max(
        ((layout, header) for layout in candidates for _, _, header in headers),
        key=lambda pair: sum(plain_heading(n) in pair[0].columns for n in pair[1]),
    )
    raise BadInput(f"{path.name} has none of the layouts that are known.", _advice(*nearest))


def read_layout(name: str, content: Any) -> Layout:  # noqa: ANN401
    """A mapping from the content of its file.

    Raises:
        BadInput: it is not written as expected, with what is wrong.
    """
    if not isinstance(content, dict) or not isinstance(content.get("columns"), dict):
        raise BadInput(f"{name} has no columns.", "List them under `columns`.")
    columns = {}
    for heading, told in content["columns"].items():
        columns[plain_heading(str(heading))] = _column(name, str(heading), told)
    known = {"title", "recognised_by", "sheet", "columns", "ignored", "values", "replications"}
    unknown = sorted(set(content) - known)
    if unknown:
        raise BadInput(f"{name} has an unknown part: {unknown[0]}.", f"Known: {', '.join(known)}.")
    replications = content.get("replications")
    return Layout(
        name=name,
        title=str(content.get("title", name)),
        recognised_by=tuple(
            content.get("recognised_by")
            or [column.name for column in columns.values() if column.is_required]
            or [column.name for column in columns.values()]
        ),
        sheet=content.get("sheet"),
        columns=columns,
        ignored={plain_heading(k): v for k, v in (content.get("ignored") or {}).items()},
        values={
            of: {fold(str(k)): v for k, v in pairs.items()}
            for of, pairs in (content.get("values") or {}).items()
        },
        replications=read_layout(name, replications) if replications else None,
    )


def _column(file: str, heading: str, told: object) -> Column:
    told = {"is": told} if isinstance(told, str) else told
    if not isinstance(told, dict) or not told.get("is"):
        raise BadInput(f'{file}: column "{heading}" does not say what it is.', "Write is: title_fr")
    unknown = sorted(set(told) - set(_COLUMN_KEYS))
    if unknown:
        raise BadInput(
            f'{file}: column "{heading}" has an unknown part: {unknown[0]}.',
            f"Known: {', '.join(_COLUMN_KEYS)}.",
        )
    fields = (told["is"],) if isinstance(told["is"], str) else tuple(told["is"])
    for name in fields:
        if name not in FIELDS:
            raise NotFound(f'field of column "{heading}" of {file}', str(name), FIELDS)
    if told.get("list") and told["list"] not in _LISTS:
        raise NotFound(f'list of column "{heading}" of {file}', str(told["list"]), _LISTS)
    return Column(
        heading,
        fields,
        split=str(told.get("split", "")),
        before=str(told.get("before", "")),
        is_required=bool(told.get("required")),
        help=str(told.get("help", "")),
        list=str(told.get("list", "")),
        width=int(told.get("width", 22)),
    )


def _iter_headers(
    path: Path, sheets: set[str | None]
) -> Iterator[tuple[int, str | None, tuple[str, ...]]]:
    """The headers a table may have: on its first lines, on each sheet a layout names."""
    for sheet in sorted(sheets, key=lambda name: name or ""):
        for before in range(_LINES_BEFORE):
            try:
                row = next(iter_table(path, _Silent(), sheet=sheet, header_after=before), None)
            except NotFound:
                break
            except BadInput:
                if before:
                    break
                raise
            if row is not None:
                yield before, sheet, row.header


class _Silent:
    """Hears what a table holds while its layout is looked for, and tells nobody."""

    def on_leftover(self, file: str, line: int, column: str) -> None: ...

    def on_ragged(self, file: str, line: int, reason: str, *, is_left_out: bool) -> None: ...

    def on_cell(self, file: str, line: int, column: str, reason: str) -> None: ...


def _advice(layout: Layout, header: tuple[str, ...]) -> str:
    have = {plain_heading(name) for name in header}
    missing = [name for name in layout.recognised_by if plain_heading(name) not in have]
    return (
        f"The nearest, {layout.name}, misses {', '.join(missing)}; the table has"
        f" {', '.join(header[:12])}. Give a mapping file (.yml) beside it."
    )


@cache
def _embedded() -> dict[str, Layout]:
    folder = files("essaim.loaders").joinpath("mappings")
    found = {}
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".yml"):
            content = yaml.safe_load(entry.read_text(encoding="utf-8"))
            found[entry.name.removesuffix(".yml")] = read_layout(entry.name, content)
    return found
