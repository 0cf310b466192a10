"""A query may not reach out of the process, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essaim.ontology.errors import Refused
from essaim.queries.guard import refuse_outbound
from essaim.queries.tokens import iter_tokens

OUTBOUND = [
    "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SELECT * { service silent <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p trueSERVICE<http://127.0.0.1:1/>{ ?a ?b ?c } }",
    "SELECT * { ?s ?p 1SERVICE<http://127.0.0.1:1/>{ ?a ?b ?c } }",
    "SELECT * { SERVICESILENT<http://127.0.0.1:1/>{ ?a ?b ?c } }",
    "PREFIX ex: <http://127.0.0.1:1/> SELECT * { ?s ?p trueSERVICEex:a { ?a ?b ?c } }",
    "PREFIX service: <http://127.0.0.1:1/> SELECT * { ?s ?p trueservice:a { ?a ?b ?c } }",
    "SELECT * { SERVICE ?where { ?s ?p ?o } }",
    "# a comment\nSELECT * { # <http://\nSERVICE\n<http://127.0.0.1:1/> { ?s ?p ?o } }",
    'SELECT * { ?s ?p """a"b""" SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }',
    "SELECT * { ?s ?p 'it\\'s' SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    'SELECT * { ?s ?p "\\u0022" SERVICE <http://127.0.0.1:1/> { ?s ?p "\\u0022" } }',
    "LOAD <http://127.0.0.1:1/> INTO GRAPH <a:b>",
    "load silent <file:///etc/passwd>",
]

HARMLESS = [
    'SELECT * { ?s ?p "SERVICE <http://x>" }',
    "SELECT * { ?s ?p 'LOAD' } # SERVICE <http://x>",
    "SELECT ?service { ?service <http://x/SERVICE#LOAD> ?load }",
    "SELECT * { ?s ess:service_LOAD ?o }",
    'SELECT * { ?s ?p """a " SERVICE " b""" }',
]


@pytest.mark.parametrize("text", OUTBOUND)
def test_outbound_requests_are_refused(text: str) -> None:
    with pytest.raises(Refused, match="not allowed"):
        refuse_outbound(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_the_words_alone_are_harmless(text: str) -> None:
    refuse_outbound(text)


def test_an_allowed_address_may_be_reached_and_no_other() -> None:
    refuse_outbound("SELECT * { SERVICE <http://ok/> { } }", {"http://ok/"})
    refuse_outbound("SELECT * { SERVICE SILENT <http://ok/> { } }", {"http://ok/"})
    with pytest.raises(Refused):
        refuse_outbound("SELECT * { SERVICE <http://ok/x> { } }", {"http://ok/"})
    with pytest.raises(Refused):
        refuse_outbound(
            "SELECT * { SERVICE <http://ok/> { SERVICE <http://other/> { } } }", {"http://ok/"}
        )


@given(st.text(alphabet="aSERVICE<>\"'\\#{}?:. \n\u00e9"))
def test_tokens_never_overlap_and_lose_nothing_but_space_and_comments(text: str) -> None:
    end = 0
    for token in iter_tokens(text):
        between = text[end : token.start]
        assert all(line.lstrip().startswith("#") for line in between.splitlines() if line.strip())
        assert text[token.start : token.end] == token.text
        end = token.end
