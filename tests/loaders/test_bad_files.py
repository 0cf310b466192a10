"""Bad files: each is refused in one sentence that says what, where and what to do."""

from __future__ import annotations

import gzip
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from essaim.graph.workspace import Workspace
from essaim.loaders import festivals, rdf, rne, sheets
from essaim.ontology.errors import EssaimError
from essaim.ontology.names import BASE, ESS, RDFS
from essaim.service.cli import run

HEADER = (
    "Nom du festival;Identifiant;Code Insee commune;Département principal de déroulement;"
    "Commune principale de déroulement"
)
ROW = "Fête du fil;F1;43157;Haute-Loire;Le Puy-en-Velay"
TEN_GB = 10 * 2**30
ZEROS = 64 * 2**20


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no bad file changes."""
    folder = tmp_path_factory.mktemp("bad") / "workspace"
    Workspace.create(folder)
    return folder


def gzip_bomb(path: Path) -> None:
    """Ten gigabytes of nothing in a few megabytes: the same member, again and again."""
    member = gzip.compress(b"0" * ZEROS, mtime=0)
    with path.open("wb") as out:
        out.write(gzip.compress(f"{HEADER}\n".encode(), mtime=0))
        for _ in range(TEN_GB // ZEROS):
            out.write(member)


def zip_bomb(path: Path, name: str, others: dict[str, str] | None = None) -> None:
    """An archive whose one member declares ten gigabytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for other, text in (others or {}).items():
            archive.writestr(other, text)
        archive.writestr(name, b"0" * 2**20)
    content = path.read_bytes()
    size = struct.pack("<I", 2**20)
    assert content.count(size) >= 2
    path.write_bytes(content.replace(size, struct.pack("<I", 2**32 - 16)))


def lying_zip(path: Path) -> None:
    """An archive whose member holds far more than it declares."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = packer.compress(b"0" * ZEROS) + packer.flush()
    name = b"festivals.csv"
    fields = (20, 0, 8, 0, 0, 0, len(stream), 1000, len(name))
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", *fields, 0) + name
    central = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, *fields, 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local + stream), 0)
    path.write_bytes(local + stream + central + end)


def cut_gzip(path: Path) -> None:
    rows = "\n".join(f"Fête {n};F{n};43157;Haute-Loire;Le Puy-en-Velay" for n in range(2000))
    whole = gzip.compress(f"{HEADER}\n{rows}\n".encode())
    path.write_bytes(whole[: len(whole) // 2])


def workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER.split(";"))
    sheet.append(ROW.split(";"))
    book.save(path)


def cut_workbook(path: Path) -> None:
    workbook(path)
    path.write_bytes(path.read_bytes()[:-300])


def workbook_without_a_table(path: Path) -> None:
    openpyxl.Workbook().save(path)


def far_away_cell(path: Path) -> None:
    """A cell typed in the last corner of a sheet."""
    workbook(path)
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    sheet["XFD1048576"] = "x"
    book.save(path)


def entity_bomb_in_a_workbook(path: Path) -> None:
    """Shared strings whose entities unfold into others."""
    workbook(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    entities = '<!ENTITY a0 "x">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30)
    )
    members["xl/sharedStrings.xml"] = (
        f'<?xml version="1.0"?><!DOCTYPE sst [{entities}]>'
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><t>&a29;</t></si></sst>"
    ).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def write(text: str, encoding: str = "utf-8") -> Callable[[Path], None]:
    return lambda path: path.write_bytes(text.encode(encoding)) and None


def several_in_a_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", HEADER)
        archive.writestr("b.csv", HEADER)


def with_password(path: Path) -> None:
    """A zip archive whose member is marked as encrypted."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("festivals.csv", HEADER)
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(bytes(content))


FILES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "a directory": ("festivals.csv", Path.mkdir, r"festivals\.csv is a directory"),
    "an empty file": ("festivals.csv", write(""), r"festivals\.csv is empty"),
    "blank lines only": ("festivals.csv", write("\n\n\n"), r"has no header line"),
    "a header only": ("festivals.csv", write(f"{HEADER}\n"), "gives 0 ess:Festival, at least 1"),
    "wrong content": ("festivals.csv", write("a;b\n1;2\n"), r'has no column "Nom du festival"'),
    "a web page": (
        "festivals.csv",
        write("<!doctype html>\n<html><body>Erreur 404</body></html>\n"),
        r'has no column "Nom du festival"',
    ),
    "no text": (
        "festivals.csv",
        lambda path: path.write_bytes(bytes(range(256)) * 9),
        "not a text",
    ),
    "two encodings": (
        "festivals.csv",
        lambda path: path.write_bytes(
            f"{HEADER}\n{ROW}\n".encode() * 3 + "Fête;F2;43157;;\n".encode("cp1252")
        ),
        r"line 7: this is neither UTF-8 nor Windows-1252",
    ),
    "cut in a character": (
        "festivals.csv",
        lambda path: path.write_bytes(f"{HEADER}\n{ROW}\nFê".encode()[:-1]),
        r"line 3: the file is cut off in the middle of a character",
    ),
    "cut in quotes": (
        "festivals.csv",
        write(f'{HEADER}\n{ROW}\n"Fête du fi'),
        r"festivals\.csv, line 3: unexpected end of data",
    ),
    "cut gzip": ("festivals.csv.gz", cut_gzip, r"festivals\.csv\.gz is cut off"),
    "cut workbook": ("festivals.xlsx", cut_workbook, r"festivals\.xlsx is damaged"),
    "empty workbook": ("festivals.xlsx", workbook_without_a_table, "has no header line"),
    "far away cell": ("festivals.xlsx", far_away_cell, r"spans 1048576 rows and 16384 columns"),
    "gzip bomb": ("festivals.csv.gz", gzip_bomb, "unpacks to more than a table holds"),
    "zip bomb": (
        "festivals.zip",
        lambda path: zip_bomb(path, "festivals.csv"),
        "unpacks to more than a table holds",
    ),
    "workbook bomb": (
        "festivals.xlsx",
        lambda path: zip_bomb(path, "xl/sharedStrings.xml", {"xl/workbook.xml": "<workbook/>"}),
        "unpacks to more than a table holds",
    ),
    "lying zip": ("festivals.zip", lying_zip, "is damaged"),
    "several files": ("festivals.zip", several_in_a_zip, r"holds 2 files \(a\.csv, b\.csv\)"),
    "a password": ("festivals.zip", with_password, "is protected by a password"),
    "entity bomb": (
        "festivals.xlsx",
        entity_bomb_in_a_workbook,
        r"has no column|can't be read as a spreadsheet",
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_bad_file_is_refused_in_one_line(
    kind: str, place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    name, make, sentence = FILES[kind]
    path = tmp_path / name
    make(path)
    before = Workspace.open(place).current().content_hash
    code = run(["--workspace", str(place), "load", "festivals", str(path)])
    told = capsys.readouterr()
    assert code == 2
    assert told.err.count("\n") == 1
    assert re.search(sentence, told.err), told.err
    assert not re.search(r"Traceback|Error\b.*\(", told.err)
    assert Workspace.open(place).current().content_hash == before


def test_xml_entities_that_unfold_are_refused(state: Callable, tmp_path: Path):
    path = tmp_path / "partenaire.rdf"
    entities = '<!ENTITY a0 "x">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30)
    )
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE rdf:RDF [{entities}]><rdf:RDF'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&a29;</rdf:RDF>'
    )
    with pytest.raises(EssaimError, match="lead elsewhere or unfold into others"):
        state(rdf, [path])


def test_the_right_name_over_the_wrong_content(data: Path, state: Callable):
    path = data / "rne" / "3-elus-epci.csv"
    with pytest.raises(
        EssaimError, match="announces a file of EPCI councillors and holds regional"
    ):
        state(rne, [path])


@pytest.fixture
def festival(data: Path) -> Callable[..., dict[str, str]]:
    """A row of the list of festivals with all its columns."""
    header = (data / "festivals" / "festivals.csv").read_text("utf-8").lstrip("\ufeff")
    columns = header.splitlines()[0].split(";")
    names = HEADER.split(";")

    def row(*cells: str) -> dict[str, str]:
        return dict.fromkeys(columns, "") | dict(zip(names, cells, strict=True))

    return row


def test_a_formula_without_a_value_is_told(festival: Callable, state: Callable, tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    row = festival("=1+1", "F1", "43157", "Haute-Loire", "Le Puy-en-Velay")
    sheet.append(list(row))
    sheet.append(list(row.values()))
    book.save(tmp_path / "festivals.xlsx")
    told = state(festivals, [tmp_path / "festivals.xlsx"]).report.reasons()
    assert told["Formula without a value: save the file again"] == 1


def test_a_formula_typed_as_text_stays_text(festival: Callable, state: Callable, tmp_path: Path):
    path = tmp_path / "festivals.csv"
    row = festival('"=HYPERLINK(""http://x"")"', "F1", "43157", "Haute-Loire", "Le Puy-en-Velay")
    path.write_text(f"{';'.join(row)}\n{';'.join(row.values())}\n", "utf-8")
    labels = state(festivals, [path]).objects(f"{BASE}festival/F1", RDFS.label)
    assert labels == ['=HYPERLINK("http://x")'] * 2


def test_a_day_that_does_not_exist_is_told_and_kept_as_a_note(state: Callable, tmp_path: Path):
    path = tmp_path / "inventaire.csv"
    path.write_text(
        "Titre,Thématique,Début\nLe fil,musique,31/02/2020\n".replace(",", ";"), "utf-8"
    )
    mapping = tmp_path / "mapping.yml"
    mapping.write_text(
        "title: {fr: Essai, en: Trial}\ncolumns:\n  Titre: {is: title_fr, required: true}\n"
        "  Thématique: {is: themes}\n  Début: {is: start}\n",
        "utf-8",
    )
    stated = state(sheets, [path, mapping])
    assert stated.report.reasons()["Not a date: kept as a note"] == 1
    assert any("31/02/2020" in str(t.object) for t in stated.triples)


def test_a_commune_that_no_longer_exists_is_todays(
    festival: Callable, state: Callable, tmp_path: Path
):
    path = tmp_path / "festivals.csv"
    row = festival("Fête", "F1", "01330", "Ain", "Ruffieu")
    path.write_text(f"{';'.join(row)}\n{';'.join(row.values())}\n", "utf-8")
    stated = state(festivals, [path])
    where = stated.objects(f"{BASE}festival/F1", ESS.inTerritory)
    assert where == [f"{BASE}territory/commune/01187"]
    assert stated.report.matches["commune: code of a former commune"] == 1
