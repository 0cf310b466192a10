"""What a loader works with: it mints IRIs, reads rows, and emits entities with their provenance.

A loader can't forget provenance, because it never writes to a graph: it hands entities to the
context, and the context knows the source they come from.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import yaml
from pyoxigraph import NamedNode, Triple

from essaim.graph.statements import iter_statements, line_of
from essaim.loaders.archives import open_content
from essaim.loaders.entity import Entity
from essaim.loaders.report import Issue, Report
from essaim.loaders.source import Source
from essaim.loaders.tables import Row, iter_column, iter_table
from essaim.ontology.errors import BadInput, Refused
from essaim.ontology.names import BASE
from essaim.ontology.vocabulary import concepts, fold

__all__ = ["Context", "EndpointQuery"]

_PLAIN = re.compile(r"[A-Za-z0-9._~-]+").fullmatch
_MOST_JSON = 256 * 2**20
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class EndpointQuery:
    """What is asked of a SPARQL endpoint.

    Args:
        address: the endpoint's address.
        territories: level and code of the territories asked for, such as ``departement:43``; none
            for all.
        folder: where the answers are kept during the load.
    """

    address: str
    territories: Sequence[str]
    folder: Path


class Context:
    """The working place of one load.

    Args:
        source: what is being loaded.
        sink: receives statements as lines of N-Triples; the caller sorts, compares and publishes
            them.
        given: the files named on the command line; empty to use the embedded ones.
        base: where instances are minted.
        previous: the file of what the source states in the current generation, if it does.
        parts: gives the sink of each part of the source; ``None`` to give all to the one sink.
        query: what to ask, of a source that is an endpoint.
    """

    def __init__(
        self,
        source: Source,
        sink: Callable[[list[str]], None],
        given: Sequence[Path] = (),
        base: str = BASE,
        previous: Path | None = None,
        parts: Callable[[str], Callable[[list[str]], None]] | None = None,
        query: EndpointQuery | None = None,
    ) -> None:
        self.source = source
        self.files = list(given)
        self.report = Report(source.name)
        self._sink = sink
        self._base = base
        self._previous = previous
        self._part_sinks = parts
        self._query = query
        self.retrieved = source.retrieved
        self.parts: dict[str, Path] = {}
        self.used: list[Path] = []
        self._notes = _TableNotes(self.report)
        self._recurring: dict[tuple[str, str, str, str], int] = {}

    # identifiers

    def iri(self, kind: str, *keys: str) -> NamedNode:
        """The IRI of an instance, from its kind and the fewest stable keys that tell it apart.

        Example:
            ``ctx.iri("territory", "departement", "43")`` is ``…/id/territory/departement/43``.

        Raises:
            BadInput: a key is empty.
        """
        if not all(keys) or not keys:
            raise BadInput(f"A {kind} without a key can't be named.", "Give its code or name.")
        return NamedNode(
            self._base + "/".join(p if _PLAIN(p) else quote(p, safe="") for p in (kind, *keys))
        )

    def slug(self, text: str) -> str:
        """A readable key made from a name: ASCII, lower case, hyphens.

        Example:
            ``ctx.slug("Département de l'Isère")`` is ``"departement-de-l-isere"``.
        """
        return _NOT_SLUG.sub("-", fold(text)).strip("-")

    def concept(self, scheme: str, key: str) -> NamedNode:
        """The concept with this key; a wrong key is the loader's mistake and is refused."""
        return concepts().get(scheme, key)

    def match(self, scheme: str, text: str) -> NamedNode | None:
        """The concept with this label, or nothing; case and accents do not matter."""
        return concepts().match(scheme, text)

    # statements

    def make(self, cls: NamedNode, iri: NamedNode) -> Entity:
        """Begin to describe an entity; give it to :meth:`emit` when it is complete."""
        return Entity(cls, iri)

    def emit(self, *entities: Entity) -> None:
        """State everything that entities say, in this source's graph."""
        for entity in entities:
            self._sink(entity.lines)

    def state(self, triple: Triple) -> None:
        """State one statement as it stands; for sources that are RDF already."""
        self._sink([line_of(triple)])

    def use(self, path: Path) -> None:
        """Tell that a file was read, where no method of this class read it."""
        if path not in self.used:
            self.used.append(path)

    def begin_part(self, path: Path) -> str:
        """State what follows in a graph of its own: ``source/<source>/<name of the file>``.

        For a source whose files are independent of one another: loading a file again replaces what
        that file stated and nothing else.

        Returns:
            The part's name: the file's, without its endings, as a slug.

        Raises:
            BadInput: two files given have the same name.
        """
        name = self.slug(path.name.partition(".")[0]) or "file"
        if name in self.parts:
            raise BadInput(
                f"{self.parts[name]} and {path} have the same name.",
                "Load them one at a time, or rename one: a file's name is that of its graph.",
            )
        self.parts[name] = path
        if self._part_sinks is not None:
            self._sink = self._part_sinks(name)
        return name

    def previous(self) -> Iterator[Triple]:
        """What this source states in the current generation; nothing the first time.

        For a source whose new edition tells what became of the former one. What a loader states
        must depend on nothing else than this and the files: then loading again changes nothing.
        """
        return iter(()) if self._previous is None else iter_statements(self._previous)

    def fixed(self, what: str) -> None:
        """Count a value that was put right, by what was wrong with it."""
        self.report.fixes[what] += 1

    def matched(self, how: str) -> None:
        """Count a name or code that was found to mean something known, by how it was found."""
        self.report.matches[how] += 1

    def issue(
        self,
        reason: str,
        *,
        file: str,
        line: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        """Report something that was not understood; the load goes on."""
        self.report.issues.append(Issue(reason, file, line, column, value))

    def recurring(self, reason: str, row: Row, column: str, value: str) -> None:
        """Report a value that was not understood once, with how often it stands in the column."""
        place = self._recurring.get((reason, row.file, column, value))
        if place is None:
            self._recurring[reason, row.file, column, value] = len(self.report.issues)
            self.report.issues.append(Issue(reason, row.file, row.line, column, value))
        else:
            self.report.issues[place].times += 1

    # input

    @property
    def query(self) -> EndpointQuery:
        """What to ask of the endpoint, and where to keep the answers.

        Raises:
            BadInput: no endpoint was given.
        """
        if self._query is None:
            name = self.source.name
            raise BadInput(
                f"{name} asks a SPARQL endpoint.", f"essaim load {name} https://…/sparql"
            )
        return self._query

    def data(self, name: str) -> Path:
        """The file to read under this name: the one given with that name, or the embedded one.

        Raises:
            BadInput: there is neither.
        """
        path = self._find(name)
        self.use(path)
        return path

    def _find(self, name: str) -> Path:
        for path in self.files:
            if path.name == name:
                return path
        with as_file(files("essaim.loaders") / "corpora" / name) as path:
            if not path.is_file():
                raise BadInput(f"{self.source.name} has no file {name}.", "Give it as an argument.")
            return path

    def rows(
        self,
        path: Path,
        *,
        sheet: str | None = None,
        delimiter: str | None = None,
        header_after: int = 0,
    ) -> Iterator[Row]:
        """The rows of a table, counted; see :func:`essaim.loaders.tables.iter_table`.

        Columns nobody takes are reported by ``row.audit()``, once each.

        Args:
            path: CSV in any usual encoding, plain or compressed, or a spreadsheet.
            sheet: the spreadsheet's sheet; ``None`` for the first.
            delimiter: what stands between the cells of a text; ``None`` to find out.
            header_after: how many lines stand before the header.

        Raises:
            BadInput: it can't be read at all.
        """
        self.use(path)
        for row in iter_table(
            path, self._notes, sheet=sheet, delimiter=delimiter, header_after=header_after
        ):
            self.report.rows += 1
            yield row

    def repeated(self, path: Path, column: str) -> frozenset[str]:
        """The values that stand more than once in a column of a table.

        The table is read for it once more; however long it is, that takes a few bytes a row.

        Raises:
            BadInput: it can't be read at all.
        """
        digests = np.fromiter((_digest(text) for text in iter_column(path, column)), "u8")
        digests.sort()
        often = set(digests[1:][digests[1:] == digests[:-1]].tolist())
        if not often:
            return frozenset()
        return frozenset(text for text in iter_column(path, column) if _digest(text) in often)

    def require_columns(
        self, row: Row, needed: Iterable[str], *, wrong: Mapping[str, str] | None = None
    ) -> None:
        """Refuse a table that is not what its name says.

        Args:
            row: any row of it.
            needed: the columns it must have.
            wrong: columns that tell another content, each with what the file then is, in words
                that continue "this is ": ``{"Libellé de la région": "a file of regional
                councillors"}``.

        Raises:
            Refused: it has a column of another content, or misses one; nothing of it is loaded.
        """
        for column, content in (wrong or {}).items():
            if column in row:
                raise Refused(
                    f'{row.file} has a column "{column}": this is {content}.',
                    "Give the file that is meant.",
                )
        missing = [column for column in needed if column not in row]
        if missing:
            names = ", ".join(f'"{column}"' for column in missing)
            raise Refused(
                f"{row.file} has no column {names}.",
                f"Its columns are: {', '.join(row.header)}. Give the file that is meant.",
            )

    def leave_out(
        self, row: Row, reason: str, *, column: str | None = None, value: str | None = None
    ) -> None:
        """Report a row that states nothing in the graph, so that every row is accounted for."""
        self.report.left_out[reason] += 1
        self.issue(reason, file=row.file, line=row.line, column=column, value=value)

    def set_aside(self, reason: str) -> None:
        """Count a row that is understood and by design states nothing in the graph."""
        self.report.left_out[reason] += 1

    def json(self, path: Path) -> Any:  # noqa: ANN401
        """The content of a JSON file, plain or compressed.

        Raises:
            BadInput: it is missing, too large or is not JSON, with the line and column.
        """
        self.use(path)
        with open_content(path) as stream:
            content = stream.read(_MOST_JSON + 1)
        if len(content) > _MOST_JSON:
            raise BadInput(
                f"{path.name} is larger than {_MOST_JSON // 2**20} MB.", "Give it in parts."
            )
        try:
            return json.loads(content.removeprefix(BOM_UTF8))
        except UnicodeDecodeError:
            raise BadInput(f"{path.name} is not UTF-8.", "Save it as UTF-8.") from None
        except RecursionError:
            raise BadInput(f"{path.name} is nested too deeply.", "Check the file.") from None
        except json.JSONDecodeError as error:
            place = f"line {error.lineno}, column {error.colno}"
            raise BadInput(
                f"{path.name}, {place}: this is not JSON ({error.msg}).", "Correct the file."
            ) from None

    def yaml(self, path: Path) -> Any:  # noqa: ANN401
        """The content of a YAML file.

        Raises:
            BadInput: it is missing or is not YAML, with the line and column.
        """
        if path in self.files:
            self.use(path)
        try:
            return yaml.safe_load(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise BadInput(f"There is no file {path}.", "Check the path.") from None
        except UnicodeDecodeError:
            raise BadInput(f"{path.name} is not UTF-8.", "Save it as UTF-8.") from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
            problem = getattr(error, "problem", None) or "not YAML"
            raise BadInput(f"{path.name}{place}: {problem}.", "Correct the file.") from None
        except ValueError as error:  # a date of 37 April, read by the YAML reader itself
            raise BadInput(f"{path.name}: {error}.", "Correct the file.") from None

    def require_all_read(self) -> None:
        """Refuse a file that was given and that the source has no use for.

        Raises:
            BadInput: there is one: its name is not one the source reads, for instance.
        """
        for path in self.files:
            if path not in self.used:
                known = ", ".join(sorted({used.name for used in self.used}))
                raise BadInput(
                    f"{self.source.name} does not read {path.name}.",
                    f"It reads {known}: give your file the name of the one it replaces."
                    if known
                    else 'See what each source reads with "essaim sources".',
                )


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())


class _TableNotes:
    """What tables hold that could not be taken as it stands, told to a report."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._columns: dict[tuple[str, str], int] = {}

    def on_leftover(self, file: str, line: int, column: str) -> None:
        # its values are not told: nobody looked at them, and they may be somebody's data
        place = self._columns.get((file, column))
        if place is None:
            self._columns[file, column] = len(self._report.issues)
            self._report.issues.append(Issue("Column not understood", file, line, column))
        else:
            self._report.issues[place].times += 1

    def on_ragged(self, file: str, line: int, reason: str, *, is_left_out: bool) -> None:
        if is_left_out:
            self._report.rows += 1
            self._report.left_out[reason] += 1
        self._report.issues.append(Issue(reason, file, line))

    def on_cell(self, file: str, line: int, column: str, reason: str) -> None:
        self._report.issues.append(Issue(reason, file, line, column))
