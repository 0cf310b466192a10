"""Answers cut at a number of rows are whole documents, and exactly the first rows."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET

import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, QueryTriples

from essaim.service import results
from essaim.service.results import GRAPH_TYPES, RESULT_TYPES

MARKS = [
    "},{",
    '}},{"',
    '},{"v":{"type":"',
    "</result><result>",
    "\n",
    "\r\n",
    '"',
    '""',
    "\\",
    ",",
]
TEXT = st.lists(
    st.one_of(
        st.sampled_from(MARKS), st.text(st.characters(min_codepoint=32, codec="utf-8"), max_size=5)
    ),
    max_size=4,
).map("".join)


def answer(texts: list[str], *, with_gaps: bool = False) -> QuerySolutions:
    store = pyoxigraph.Store()
    for number, text in enumerate(texts):
        store.add(Quad(NamedNode(f"http://e/{number:04}"), NamedNode("http://e/p"), Literal(text)))
    shown = "?v ?gone" if with_gaps else "?s ?v"
    found = store.query(f"SELECT {shown} {{ ?s <http://e/p> ?v }} ORDER BY ?s")
    assert isinstance(found, QuerySolutions)
    return found


def write_results(found: QuerySolutions, media_type: str, most: int) -> tuple[bytes, bool]:
    out = io.BytesIO()
    truncated = results.write_results(found, media_type, most, out)
    return out.getvalue(), truncated


def write_graph(found: QueryTriples, media_type: str, most: int) -> tuple[bytes, bool]:
    out = io.BytesIO()
    truncated = results.write_graph(found, media_type, most, out)
    return out.getvalue(), truncated


def values(body: bytes, media_type: str) -> list[str]:
    """The second column, read with a reader that is not ours."""
    if media_type.endswith("json"):
        return [row["v"]["value"] for row in json.loads(body)["results"]["bindings"]]
    if media_type.endswith("xml"):
        space = "{http://www.w3.org/2005/sparql-results#}"
        rows = ET.fromstring(body).iter(f"{space}result")  # noqa: S314 - of our own making
        return [row.findall(f"{space}binding")[1][0].text or "" for row in rows]
    if media_type == "text/csv":
        return [row[1] for row in list(csv.reader(io.StringIO(body.decode(), newline="")))[1:]]
    return [
        NTRIPLE(line.split("\t")[1]) for line in body.decode().removesuffix("\n").split("\n")[1:]
    ]


def NTRIPLE(term: str) -> str:  # noqa: N802 - reads one term
    line = f"<http://e/s> <http://e/p> {term} ."
    read = next(pyoxigraph.parse(input=line, format=pyoxigraph.RdfFormat.N_TRIPLES)).object
    assert isinstance(read, Literal)
    return read.value


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TEXT, min_size=1, max_size=12), st.integers(1, 13))
def test_cut_answers_hold_exactly_the_first_rows(texts: list[str], most: int) -> None:
    for media_type in RESULT_TYPES:
        if media_type.endswith("xml"):
            # what XML can't hold, and the CR that its readers turn into LF
            texts = [re.sub("[\r\ufffe\uffff]", "", text) for text in texts]
        body, truncated = write_results(answer(texts), media_type, most)
        assert values(body, media_type) == texts[:most]
        assert truncated == (len(texts) > most)


@pytest.mark.parametrize("media_type", RESULT_TYPES)
def test_an_uncut_answer_is_what_the_engine_writes(media_type: str) -> None:
    texts = ["a", "b", "c"]
    written, truncated = write_results(answer(texts), media_type, 3)
    assert not truncated
    assert written == answer(texts).serialize(format=RESULT_TYPES[media_type])


@pytest.mark.parametrize("media_type", RESULT_TYPES)
def test_large_answers_are_cut_where_asked(media_type: str) -> None:
    texts = ["x" * 300] * 5_000
    body, truncated = write_results(answer(texts), media_type, 4_999)
    assert truncated
    assert values(body, media_type) == texts[:4_999]


def test_cutting_stops_the_query() -> None:
    store = pyoxigraph.Store()
    for number in range(2_000):
        store.add(Quad(NamedNode(f"http://e/{number}"), NamedNode("http://e/p"), Literal(number)))
    endless = store.query("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    assert isinstance(endless, QuerySolutions)
    body, truncated = write_results(endless, "text/csv", 10)
    assert truncated
    assert body.count(b"\r\n") == 11


@pytest.mark.parametrize("media_type", RESULT_TYPES)
def test_rows_with_unbound_columns_are_counted(media_type: str) -> None:
    body, truncated = write_results(answer(["a", "b"], with_gaps=True), media_type, 1)
    assert truncated
    assert b"a" in body


@pytest.mark.parametrize("media_type", GRAPH_TYPES)
def test_graphs_are_cut_too(media_type: str) -> None:
    store = pyoxigraph.Store()
    for number in range(5):
        store.add(Quad(NamedNode(f"http://e/{number}"), NamedNode("http://e/p"), Literal("x")))
    for most, cut in ((3, True), (5, False)):
        found = store.query("CONSTRUCT WHERE { ?s ?p ?o }")
        assert isinstance(found, QueryTriples)
        body, truncated = write_graph(found, media_type, most)
        assert truncated == cut
        read = list(pyoxigraph.parse(input=body, format=GRAPH_TYPES[media_type]))
        assert len(read) == most
