"""A term that was released stays, and means what it meant.

``tests/data/ontology/register.tsv`` lists every class, property and concept with the version it
came in and what its meaning rests on: its kind, what is above it, its domain and range, and a
fingerprint of its definition in both languages. While the version a term came in is not released,
the register only has to follow (``ESSAIM_REGISTER=write`` writes it anew). After that, a term that
goes, or whose meaning changes, fails here, unless it is deprecated, replaced and told in the
changelog.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, URIRef
from rdflib.namespace import DCTERMS

from essaim.ontology.names import ESS, PREFIXES, VOCABULARIES

ROOT = Path(__file__).parents[2]
REGISTER = ROOT / "tests" / "data" / "ontology" / "register.tsv"
HEAD = "term\tsince\tkind\tabove\tdomain\trange\tdefinition"
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, SKOS.Concept)
ABOVE = (RDFS.subClassOf, RDFS.subPropertyOf, SKOS.broader)


@dataclass(frozen=True)
class Meaning:
    """What a term's meaning rests on."""

    kind: str
    above: str
    domain: str
    range: str
    definition: str


@dataclass(frozen=True)
class Entry:
    """A line of the register."""

    since: str
    meaning: Meaning


def short(iri: object) -> str:
    for prefix, base in sorted(PREFIXES.items(), key=lambda pair: -len(pair[1])):
        if str(iri).startswith(base):
            return f"{prefix}:{str(iri).removeprefix(base)}"
    return str(iri)


def meanings(graph: rdflib.Graph) -> dict[str, Meaning]:
    """The terms of ours in a graph, and what each means."""
    found = {}
    for kind in KINDS:
        for term in graph.subjects(RDF.type, kind):
            if not str(term).startswith((ESS.base, VOCABULARIES)):
                continue
            texts = sorted((v.language, str(v)) for v in graph.objects(term, SKOS.definition))

            def names(*props: URIRef, term: URIRef = term) -> str:
                return " ".join(sorted(short(o) for p in props for o in graph.objects(term, p)))

            found[short(term)] = Meaning(
                kind=short(kind),
                above=names(*ABOVE),
                domain=names(RDFS.domain),
                range=names(RDFS.range),
                definition=hashlib.sha256(repr(texts).encode()).hexdigest()[:12],
            )
    return found


def read_register(text: str) -> dict[str, Entry]:
    head, *lines = text.rstrip("\n").split("\n")
    assert head == HEAD
    rows = [line.split("\t") for line in lines]
    return {term: Entry(since, Meaning(*parts)) for term, since, *parts in rows}


def write_register(entries: Mapping[str, Entry]) -> str:
    lines = [HEAD]
    for term, entry in sorted(entries.items()):
        m = entry.meaning
        fields = (term, entry.since, m.kind, m.above, m.domain, m.range, m.definition)
        lines.append("\t".join(fields))
    return "\n".join(lines) + "\n"


def is_released(version: str, changelog: str) -> bool:
    return f"\n## {version} (" in changelog and f"\n## {version} (unreleased)" not in changelog


def objections(
    register: Mapping[str, Entry], graph: rdflib.Graph, changelog: str
) -> tuple[list[str], list[str]]:
    """What is wrong: breaches of the promise, and lines the register is behind by."""
    now = meanings(graph)
    breaches, behind = [], [f"{term} is new" for term in now if term not in register]
    for term, entry in register.items():
        if now.get(term) == entry.meaning:
            continue
        if not is_released(entry.since, changelog):
            behind.append(f"{term} has changed")
        elif term not in now:
            breaches.append(
                f"{term} is gone: bring it back with owl:deprecated and what replaces it"
            )
        else:
            breaches.extend(_deprecation(term, graph, changelog))
    return breaches, behind


def _deprecation(term: str, graph: rdflib.Graph, changelog: str) -> list[str]:
    """Why the change of a released term is not excused."""
    prefix, _, local = term.partition(":")
    node = URIRef(PREFIXES[prefix] + local)
    replacement = graph.value(node, DCTERMS.isReplacedBy)
    if str(graph.value(node, OWL.deprecated)) != "true":
        return [f"{term} has changed meaning: name a new term, and make this one owl:deprecated"]
    if replacement is None or (replacement, RDF.type, None) not in graph:
        return [f"{term} is deprecated, but dcterms:isReplacedBy names no term"]
    told = [line for line in changelog.split("\n") if term in line and short(replacement) in line]
    return [] if told else [f"no line of the changelog names {term} and {short(replacement)}"]


@pytest.fixture(scope="module")
def everything(modules: rdflib.Graph, schemes: rdflib.Graph) -> rdflib.Graph:
    return modules + schemes


def test_every_term_means_what_the_register_says(everything: rdflib.Graph):
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    register = read_register(REGISTER.read_text(encoding="utf-8"))
    breaches, behind = objections(register, everything, changelog)
    assert breaches == []
    if behind and os.environ.get("ESSAIM_REGISTER") == "write":
        version = str(everything.value(URIRef(ESS.base.rstrip("#")), OWL.versionInfo))
        entries = {
            term: Entry(register[term].since if term in register else version, meaning)
            for term, meaning in meanings(everything).items()
        }
        REGISTER.write_text(write_register(entries), encoding="utf-8")
        behind = []
    assert behind == [], "ESSAIM_REGISTER=write pytest tests/ontology/test_stability.py"


def test_the_register_is_sorted_and_of_known_versions():
    text = REGISTER.read_text(encoding="utf-8")
    assert write_register(read_register(text)) == text
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = set(re.findall(r"^## (\S+)", changelog, re.MULTILINE))
    assert {entry.since for entry in read_register(text).values()} <= versions


CHANGELOG = "# Changelog\n\n## 0.2.0 (unreleased)\n\n{}\n\n## 0.1.0 (2027-01-10)\n\nFirst.\n"
LAB = 'ess:Lab a owl:Class ; skos:definition "Un lieu."@fr , "A place."@en .'
OTHER = 'ess:Other a owl:Class ; skos:definition "Autre."@fr .'
DEPRECATED = LAB.replace("lieu", "groupe")[:-1] + "; owl:deprecated true "


def graph_of(text: str) -> rdflib.Graph:
    head = f"@prefix ess: <{ESS.base}> . @prefix owl: <{OWL}> . @prefix skos: <{SKOS}> ."
    head += f"@prefix rdfs: <{RDFS}> . @prefix dcterms: <{DCTERMS}> ."
    return rdflib.Graph().parse(data=head + text, format="turtle")


@pytest.fixture
def released() -> dict[str, Entry]:
    return {term: Entry("0.1.0", m) for term, m in meanings(graph_of(LAB + OTHER)).items()}


@pytest.mark.parametrize(
    ("now", "told", "objection"),
    [
        (OTHER, "", "is gone"),
        (LAB.replace("lieu", "groupe") + OTHER, "", "has changed meaning"),
        (LAB[:-1] + "; rdfs:subClassOf ess:Other ." + OTHER, "", "has changed meaning"),
        (LAB.replace("owl:Class", "owl:ObjectProperty") + OTHER, "", "has changed meaning"),
        (DEPRECATED + "." + OTHER, "", "names no term"),
        (DEPRECATED + "; dcterms:isReplacedBy ess:Missing ." + OTHER, "", "names no term"),
        (DEPRECATED + "; dcterms:isReplacedBy ess:Other ." + OTHER, "", "no line of the changelog"),
    ],
)
def test_a_released_term_cannot_go_or_change(
    now: str, told: str, objection: str, released: dict[str, Entry]
):
    (breach,), _ = objections(released, graph_of(now), CHANGELOG.format(told))
    assert objection in breach
    assert "ess:Lab" in breach


def test_a_term_deprecated_replaced_and_told_may_change(released: dict[str, Entry]):
    now = graph_of(DEPRECATED + "; dcterms:isReplacedBy ess:Other ." + OTHER)
    told = CHANGELOG.format("- `ess:Lab` is deprecated: use `ess:Other`.")
    assert objections(released, now, told) == ([], [])


def test_a_term_that_is_not_released_may_still_change(released: dict[str, Entry]):
    changelog = "# Changelog\n\n## 0.1.0 (unreleased)\n"
    assert objections(released, graph_of(OTHER), changelog) == ([], ["ess:Lab has changed"])
    new = graph_of(LAB + OTHER + LAB.replace("ess:Lab", "ess:New"))
    assert objections(released, new, changelog) == ([], ["ess:New is new"])
