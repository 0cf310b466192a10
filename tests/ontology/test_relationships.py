"""The relationship classes declare whole edges, and the projection schema is made of them."""

from __future__ import annotations

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode
from rdflib import OWL, RDF, RDFS, URIRef

from essaim.ontology import relationships as module
from essaim.ontology.errors import BadInput
from essaim.ontology.names import ESS, ORG
from essaim.ontology.relationships import relationships


def test_the_dated_relationships_are_the_schema():
    assert {each.cls: (each.source, each.target) for each in relationships()} == {
        ESS.Implementation: (ESS.inTerritory, ESS.implements),
        ESS.Membership: (ORG.member, ORG.organization),
        ESS.Mobilisation: (ESS.mobilises, ESS.mobilisedFor),
        ESS.Participation: (ESS.participant, ESS.participatesIn),
    }
    for each in relationships():
        assert each.label_fr
        assert each.label_en
        assert 0 < each.weight <= 1
        assert (each.start, each.end) == (ESS.start, ESS.end)


def test_the_ends_and_dates_are_properties_said_of_the_class(modules: rdflib.Graph):
    hints = URIRef("https://schema.org/domainIncludes")
    for each in relationships():
        above = set(modules.transitive_objects(URIRef(each.cls.value), RDFS.subClassOf))
        for prop in (each.source, each.target, each.start, each.end):
            node = URIRef(prop.value)
            said_of = set(modules.objects(node, RDFS.domain)) | set(modules.objects(node, hints))
            assert said_of & above, (each.cls, prop)
        for prop in (each.source, each.target):
            assert (URIRef(prop.value), RDF.type, OWL.ObjectProperty) in modules


def test_half_an_edge_is_refused():
    whole = {
        "source": ESS.participant,
        "target": ESS.participatesIn,
        "label_fr": Literal("participe à", language="fr"),
        "label_en": Literal("takes part in", language="en"),
        "weight": Literal("1.0"),
        "start": ESS.start,
        "end": ESS.end,
    }
    cls = NamedNode(f"{ESS.base}Essai")
    assert module._relationship(cls, whole).weight == 1.0
    for part in whole:
        half = {key: value for key, value in whole.items() if key != part}
        with pytest.raises(BadInput, match=part):
            module._relationship(cls, half)
