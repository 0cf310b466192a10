"""Headers are read, parameters are bound as terms, and broken files are named."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, Store

from essaim.ontology.errors import BadInput, NotFound
from essaim.queries.catalogue import catalogue, named_query, read_query

TEXT = """#+ summary: {fr: Les choses, en: The things}
#+ parameters:
#+   who: {kind: text, fr: qui, en: who}
#+ columns:
#+   s: {fr: sujet, en: subject}
SELECT ?s { # VALUES ?who { "in a comment" }
  VALUES ?who { "Ada" }
  ?s <a:name> ?who .
  FILTER(?s != "VALUES ?who { 1 }")
}
"""


def store() -> Store:
    found = Store()
    found.update('INSERT DATA { <a:1> <a:name> "Ada" . <a:2> <a:name> "} UNION { ?s ?p ?o }" }')
    return found


def test_the_default_runs_as_it_stands() -> None:
    query = read_query("t/q", TEXT)
    assert query.parameters["who"].default == '"Ada"'
    assert [str(row["s"]) for row in store().query(query.text)] == ["<a:1>"]


def test_a_bound_value_is_a_term_and_never_query_text() -> None:
    hostile = "} UNION { ?s ?p ?o }"
    bound = read_query("t/q", TEXT).bind({"who": [Literal(hostile)]})
    assert [str(row["s"]) for row in store().query(bound)] == ["<a:2>"]


def test_several_values_are_bound_together() -> None:
    query = read_query("t/q", TEXT)
    bound = query.bind({"who": [query.parameters["who"].literal("Ada"), Literal("x")]})
    assert '{ "Ada" "x" }' in bound


def test_an_unknown_parameter_is_named_with_the_nearest() -> None:
    with pytest.raises(NotFound) as error:
        read_query("t/q", TEXT).bind({"whoo": [NamedNode("a:b")]})
    assert '"whoo"' in error.value.message
    assert '"who"' in error.value.hint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("#+ summary: [\nASK {}", "header is broken"),
        ("#+ just text\nASK {}", "not a mapping"),
        ("#+ parameters: 3\nASK {}", "not a mapping"),
        ("#+ parameters: {x: {kind: text}}\nASK {}", "no VALUES block"),
        ("#+ parameters: {x: {kind: text}}\nASK { VALUES ?x { } }", "default"),
        ("#+ view: hologram\nASK {}", "no view"),
    ],
)
def test_a_broken_header_is_refused_by_name(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as error:
        read_query("mine.rq", text)
    assert error.value.message.startswith("mine.rq")
    assert error.value.hint


def test_an_unknown_query_is_named_with_the_nearest() -> None:
    name = next(iter(catalogue()), "")
    with pytest.raises(NotFound) as error:
        named_query(name + "x")
    assert name in error.value.hint
