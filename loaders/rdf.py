"""Any RDF file: Turtle, N-Triples, N-Quads, TriG, RDF/XML or JSON-LD, plain, gzip or zip.

Each file is a graph of its own, ``source/rdf/<name of the file>``: loading it again replaces what
it stated, and other files stay. The file is read as a stream; one that is not well-formed states
nothing, and the error names line and column. Nothing is ever fetched: neither a remote JSON-LD
context nor an external XML entity.

A blank node gets an IRI: the file's part and its number in the order of the file, so that the same
file always gives the same statements. Relative IRIs are resolved against the file's graph. The
graphs that N-Quads and TriG name are not kept apart. What must be named in French and English and
is named in one language, or by another property, gets that name in both. Statements that hold a
person's contact, birth, sex or profession (``rdf.yml``) are left out and counted.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias, cast

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from essaim.loaders.archives import open_content
from essaim.loaders.context import Context
from essaim.loaders.source import Source
from essaim.ontology.errors import BadInput
from essaim.ontology.names import DCTERMS, ESS, FOAF, M8G, ORG, RDF, RDFS, SCHEMA, SKOS

__all__ = ["SOURCE", "load"]

SOURCE: Final = Source(
    name="rdf",
    title_fr="Fichier RDF",
    title_en="RDF file",
    publisher="Ceux qui ont écrit le fichier",
    licence="https://w3id.org/essaim",
    homepage="https://w3id.org/essaim",
    version="1",
)

_FORMATS: Final = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "rdf": RdfFormat.RDF_XML,
    "owl": RdfFormat.RDF_XML,
    "xml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "json": RdfFormat.JSON_LD,
}
_PACKED: Final = ("gz", "zip")
_HEAD: Final = 2**20
_ENTITY: Final = re.compile(
    rb"""<!ENTITY\s+[\w.-]+\s+(?:"(?P<double>[^"<&]{0,500})"|'(?P<single>[^'<&]{0,500})')\s*>"""
)
_NAMES: Final = (
    RDFS.label,
    SKOS.prefLabel,
    FOAF.name,
    SCHEMA.name,
    DCTERMS.title,
    SKOS.notation,
)
"""What names something, the best first."""
_NAMED: Final = frozenset({FOAF.Person, ORG.Organization, M8G.PublicOrganisation, SKOS.Concept})
"""Classes whose members must be named in both languages, besides those of Essaim."""
_ROOT: Final = re.compile(rb"<[A-Za-z_]")

Node: TypeAlias = NamedNode | BlankNode


def load(ctx: Context) -> None:
    """State what each file states, in a graph of its own."""
    if not ctx.files:
        raise BadInput("rdf reads the files you give it.", "essaim load rdf ontology.ttl")
    words = ctx.yaml(Path(__file__).with_suffix(".yml"))
    for path in ctx.files:
        _File(ctx, path, words).state()


class _File:
    """One file being read."""

    def __init__(self, ctx: Context, path: Path, words: dict[str, Any]) -> None:
        self._ctx = ctx
        self._path = path
        self._format = _format(path)
        self._part = ctx.begin_part(path)
        self._private = frozenset(words["private"])
        self._schemes = tuple(words["private_schemes"])
        self._rewritten: dict[str, str] = words["rewritten"]
        self._numbers: dict[str, int] = {}
        self._graphs: set[str] = set()
        self._count = 0
        self._must_be_named: dict[NamedNode, NamedNode] = {}
        self._names: dict[NamedNode, dict[str, str]] = {}

    def state(self) -> None:
        """State every statement of the file, or refuse it."""
        base = f"{self._ctx.source.graph}/{self._part}/"
        with open_content(self._path) as stream:
            if self._format == RdfFormat.RDF_XML:
                _check_entities(self._path, stream.read(_HEAD))
        with open_content(self._path) as stream:
            try:
                for quad in parse(
                    input=cast("BinaryIO", stream), format=self._format, base_iri=base
                ):
                    self._one(quad)
            except SyntaxError as error:
                raise self._fault(error) from None
        if not self._count:
            raise BadInput(f"{self._path.name} states nothing.", "Give a file with statements.")
        self._name_all()
        if self._graphs:
            self._ctx.report.warnings.append(
                f"{self._path.name} names {len(self._graphs)} graphs: all is stated in one,"
                f" {base.rstrip('/')}."
            )
        self._ctx.use(self._path)

    def _one(self, quad: Quad) -> None:
        ctx = self._ctx
        ctx.report.rows += 1
        self._count += 1
        if not isinstance(quad.graph_name, DefaultGraph):
            self._graphs.add(quad.graph_name.value)
        if isinstance(quad.subject, Triple) or isinstance(quad.object, Triple):
            ctx.set_aside("Statement about a statement (RDF 1.2), not kept")
            return
        predicate = self._named(quad.predicate)
        value = quad.object
        if predicate.value in self._private:
            ctx.set_aside(f"A person's data, never kept: {predicate.value}")
            return
        if isinstance(value, NamedNode | BlankNode):
            value = self._named(value)
            if value.value.startswith(self._schemes):
                ctx.set_aside("An e-mail address or telephone number, never kept")
                return
        subject = self._named(quad.subject)
        ctx.state(Triple(subject, predicate, value))
        if isinstance(value, Literal):
            self._notice_name(subject, predicate, value)
        elif predicate == RDF.type and (value in _NAMED or value.value.startswith(ESS.base)):
            prop = SKOS.prefLabel if value == SKOS.Concept else RDFS.label
            self._must_be_named[subject] = prop

    # names

    def _notice_name(self, subject: NamedNode, predicate: NamedNode, value: Literal) -> None:
        """Remember a name by its property and language; the first of each, by its text."""
        if predicate in _NAMES:
            place = f"{_NAMES.index(predicate)} {value.language or ''}"
            known = self._names.setdefault(subject, {})
            known[place] = min(known.get(place, value.value), value.value)

    def _name_all(self) -> None:
        """Name in French and in English what must be and is not."""
        for subject, prop in self._must_be_named.items():
            known = self._names.get(subject, {})
            number = _NAMES.index(prop)
            missing = [lang for lang in ("fr", "en") if f"{number} {lang}" not in known]
            if missing:
                self._ctx.fixed("Not named in French and English: another name stands for it")
                name = known[min(known)] if known else _last(subject.value)
                for language in missing:
                    text = known.get(f"{number} {'en' if language == 'fr' else 'fr'}", name)
                    self._ctx.state(Triple(subject, prop, Literal(text, language=language)))

    def _named(self, node: Node) -> NamedNode:
        """A node as it is stated: with an IRI if it had none, put right where it must be."""
        if isinstance(node, BlankNode):
            number = self._numbers.setdefault(node.value, len(self._numbers) + 1)
            return self._ctx.iri("blank", self._part, str(number))
        for before, after in self._rewritten.items():
            if node.value.startswith(before):
                self._ctx.fixed(f"{before} written {after}")
                return NamedNode(after + node.value[len(before) :])
        return node

    def _fault(self, error: SyntaxError) -> BadInput:
        """What is wrong in the file, and where."""
        name, text = self._path.name, str(error.msg)
        if "LoadDocumentCallback" in text:
            return BadInput(
                f"{name} names a JSON-LD context that is elsewhere, and nothing is fetched.",
                "Write the context into the file.",
            )
        place = "" if error.lineno is None else f", line {error.lineno}, column {error.offset}"
        told = re.sub(r"^Parser error at line .*?: | \(line \d+\)$", "", text).rstrip(".")
        return BadInput(f"{name}{place}: {told}.", "Correct it there: nothing of it is loaded.")


def _last(iri: str) -> str:
    return re.split(r"[/#]", iri.rstrip("/#"))[-1] or iri


def _format(path: Path) -> RdfFormat:
    endings = [ending.lstrip(".").lower() for ending in path.suffixes]
    while endings and endings[-1] in _PACKED:
        endings.pop()
    found = _FORMATS.get(endings[-1]) if endings else None
    if found is None:
        raise BadInput(
            f"{path.name} does not say which RDF format it is in.",
            f"Let its name end with one of: {', '.join('.' + each for each in _FORMATS)}.",
        )
    return found


def _check_entities(path: Path, head: bytes) -> None:
    """Refuse XML entities that fetch something or unfold into others; those for IRIs are plain."""
    kind = head.find(b"<!DOCTYPE")
    if kind < 0:
        return
    root = _ROOT.search(head, kind + 9)
    prologue = head[kind : root.start()] if root else head[kind:]
    declared = prologue.count(b"<!ENTITY")
    is_plain = root is not None and len(_ENTITY.findall(prologue)) == declared
    if not is_plain or b"SYSTEM" in prologue or b"PUBLIC" in prologue:
        raise BadInput(
            f"{path.name} declares XML entities that lead elsewhere or unfold into others.",
            "Write it without them, or as Turtle.",
        )
