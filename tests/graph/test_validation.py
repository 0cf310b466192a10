"""Planted errors, one by one, are caught with a sentence for the user; sound data passes.

What is found is held against pySHACL on the same graph.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
import yaml
from pyoxigraph import RdfFormat
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH

from essaim.graph.findings import Finding
from essaim.graph.findings_graph import iter_report
from essaim.graph.provenance import source_graph
from essaim.graph.reference_validation import reference_findings
from essaim.graph.shapes import SHAPES, shapes
from essaim.graph.state import State
from essaim.graph.validation import revalidate, validate
from essaim.ontology.names import BASE, ESS
from tests.graph.conftest import StateOf, triples_of

PLACE = Path(__file__).parents[1] / "data/planted-errors"
SOUND = (PLACE / "sound.ttl").read_text(encoding="utf-8")
ERRORS = yaml.safe_load((PLACE / "errors.yml").read_text(encoding="utf-8"))


def entity(number: int) -> str:
    return f"{ERRORS[number]['shape']}.{number}"


def planted(number: int) -> str:
    return str(ERRORS[number]["graph"]).replace("$it", f":{entity(number)}")


@pytest.fixture(scope="session")
def sick(state_of: StateOf) -> State:
    return state_of(sound=SOUND, errors="\n".join(map(planted, range(len(ERRORS)))))


@pytest.fixture(scope="session")
def findings(sick: State) -> list[Finding]:
    return validate(sick)


def test_sound_data_passes(state_of: StateOf) -> None:
    assert validate(state_of(sound=SOUND)) == []


@pytest.mark.parametrize("number", range(len(ERRORS)), ids=entity)
def test_a_planted_error_is_caught(findings: list[Finding], number: int) -> None:
    about = [found for found in findings if found.focus == BASE + entity(number)]
    assert ERRORS[number]["shape"] in {found.shape.removeprefix(SHAPES.base) for found in about}
    for found in about:
        assert found.message_fr.endswith(".")
        assert found.message_en.endswith(".")
        assert found.message_fr != found.message_en


def test_every_shape_has_a_planted_error() -> None:
    asked = {constraint.shape for shape in shapes() for constraint in shape.constraints}
    assert {SHAPES.base + error["shape"] for error in ERRORS} == asked


def test_the_reference_implementation_finds_the_same(sick: State, findings: list[Finding]) -> None:
    assert comparable(findings) == comparable(reference_findings(sick))


def comparable(findings: list[Finding]) -> set[Finding]:
    """Without what may differ.

    That is the component kept of several, and the values of components that are not SHACL's own,
    which pySHACL does not tell.
    """
    own = ("Luhn", "NotBefore")
    return {
        replace(found, component="", term="" if found.component in own else found.term)
        for found in findings
    }


EXTRA = [
    "ess:Museum rdfs:subClassOf ess:Territory .",
    ":dept a org:Organization .",
    ":council a ess:Territory .",
    ":lab ess:fromCandidacy :other .",
    ":event ess:ofLab :other-lab .",
    ':other-lab a ess:OpenLab ; rdfs:label "X"@fr , "X"@en ; ess:implements :method .',
    ":p3 ess:role role:artists .",
    "role:users skos:broader role:artists .",
]


@pytest.mark.parametrize("seed", range(12))
def test_checking_what_a_change_touches_finds_the_same(state_of: StateOf, seed: int) -> None:
    chance = random.Random(seed)
    sources = [sample(chance), sample(chance)]
    before = state_of(one=sources[0], other=sources[1])
    former = validate(before)
    changed = chance.choice(["one", "other"])
    texts = {"one": sources[0], "other": sources[1]}
    texts[changed] = chance.choice([edited(chance, texts[changed]), sample(chance), ""])
    after = state_of(**texts)
    found = revalidate(before, after, [source_graph(changed).value], former)
    assert found == validate(after)


def sample(chance: random.Random) -> str:
    """Half of the sound graph's entities, some planted errors, some unlikely statements."""
    text = SOUND.replace(" .\n", " .\n\n")
    whole = [entity for entity in text.split("\n\n") if entity.startswith(":")]
    parts = chance.sample(whole, len(whole) * 2 // 3)
    parts += [planted(number) for number in chance.sample(range(len(ERRORS)), 20)]
    return "\n".join([*parts, *chance.sample(EXTRA, 3)])


def edited(chance: random.Random, text: str) -> str:
    """The text without a few of its lines, and with a few others."""
    lines = list(triples_of(text))
    kept = chance.sample(lines, len(lines) - 5)
    more = [*triples_of("\n".join(chance.sample(EXTRA, 2)))]
    return "".join(f"{triple} .\n" for triple in [*kept, *more])


def test_the_report_graph_is_shacl(findings: list[Finding]) -> None:
    text = pyoxigraph.serialize(iter_report(findings), format=RdfFormat.TURTLE)
    graph = rdflib.Graph().parse(data=text, format="turtle")
    results = list(graph.subjects(RDF.type, SH.ValidationResult))
    assert {graph.value(predicate=SH.result, object=each) for each in results} == {
        graph.value(predicate=RDF.type, object=SH.ValidationReport)
    }
    told = [
        [str(graph.value(each, name)) for name in (SH.focusNode, SH.sourceShape)]
        for each in results
    ]
    assert sorted(told) == sorted([found.focus, found.shape] for found in findings)
    for each in results:
        shape = str(graph.value(each, SH.sourceShape)).removeprefix(SHAPES.base)
        path = graph.value(each, SH.resultPath)
        assert (path is None) == (shape == "SchemaOrg")
        if shape == "Composition-users":
            gathering, *_ = Collection(graph, graph.value(path, SH.alternativePath))
            steps = list(Collection(graph, gathering))
            assert graph.value(steps[1], SH.inversePath) == rdflib.URIRef(ESS.participatesIn.value)
