"""The pages: whole, without any distant address, and deaf to what labels would have them do."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from essaim.graph.workspace import Workspace
from essaim.queries.catalogue import catalogue
from essaim.service.policy import page_policy

from .conftest import HOSTILE, publish_practices, serving
from .test_sparql import problem

PAGES = [
    "/",
    "/practices",
    "/practices?target=departement:43",
    "/practices?target=openlab:nievre&theme=theme:public-reading&weight_need=3",
    "/connections",
    "/connections?territory=departement:43&from_sector=sector:culture",
    "/search",
    "/search?q=nievre",
    "/queries",
    "/api",
    "/sparql",
    "/entity?iri=openlab:nievre",
    "/explore?iri=openlab:nievre",
    *(f"/queries/{name}" for name in catalogue()),
]
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_whole(client: httpx.Client, path: str, language: str) -> None:
    address = f"{path}{'&' if '?' in path else '?'}lang={language}"
    response = client.get(address, headers=BROWSER)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{language}">' in response.text
    assert response.text.rstrip().endswith("</html>")


@pytest.mark.parametrize("path", PAGES)
def test_pages_load_nothing_from_elsewhere(client: httpx.Client, path: str) -> None:
    text = client.get(path, headers=BROWSER).text
    loaded = re.findall(r"<(?:script|img|iframe|source|audio|video)[^>]*\ssrc=\"([^\"]*)\"", text)
    loaded += re.findall(r"<link[^>]*\shref=\"([^\"]*)\"", text)
    assert all(re.match(r"/(?!/)|data:", address) for address in loaded), loaded


@pytest.mark.parametrize("path", ["/", "/practices", "/search", "/queries", "/api"])
def test_every_door_of_a_page_opens(client: httpx.Client, path: str) -> None:
    for address in set(re.findall(r'href="(/[^"#]*)"', client.get(path, headers=BROWSER).text)):
        response = client.get(address.replace("&amp;", "&"), headers=BROWSER)
        assert response.status_code < 400, address


def test_home_says_what_is_inside(client: httpx.Client) -> None:
    text = client.get("/", params={"lang": "en"}).text
    for word in ("OpenLab", "https://creativecommons.org/licenses/by/4.0/", "LUCAS"):
        assert word in text


def test_entities_are_linked_data(client: httpx.Client) -> None:
    found = client.get("/id/openlab/nievre")
    assert found.status_code == 303
    target = found.headers["location"]
    assert "nievre" in client.get(target, headers=BROWSER).text
    for media_type, form in (
        ("text/turtle", RdfFormat.TURTLE),
        ("application/ld+json", RdfFormat.JSON_LD),
        ("application/n-triples", RdfFormat.N_TRIPLES),
        ("application/rdf+xml", RdfFormat.RDF_XML),
    ):
        response = client.get(target, headers={"Accept": media_type})
        assert response.headers["content-type"].partition(";")[0] == media_type
        assert len(list(pyoxigraph.parse(input=response.content, format=form))) > 5
    problem(client.get(target, headers={"Accept": "image/png"}), 406)


@pytest.mark.parametrize("path", ["/practices?target=nowhere", "/connections?territory=nowhere"])
def test_a_form_keeps_what_was_wrong(client: httpx.Client, path: str) -> None:
    response = client.get(path, headers=BROWSER)
    assert response.status_code == 404
    assert 'role="alert"' in response.text
    assert 'value="nowhere"' in response.text


def test_a_person_gets_a_page_for_an_error_and_a_program_the_details(client: httpx.Client) -> None:
    page = client.get("/nope", headers=BROWSER)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    problem(client.get("/nope"), 404)
    problem(client.get("/api/v1/nope", headers=BROWSER), 404)


def test_inline_scripts_and_styles_are_allowed_by_their_hash(client: httpx.Client) -> None:
    response = client.get("/explore", params={"iri": "openlab:nievre"})
    policy = response.headers["content-security-policy"]
    scripts = re.findall(
        r"<script(?![^>]*application/json)[^>]*>(.*?)</script>", response.text, re.DOTALL
    )
    assert scripts
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_the_policy_of_a_page() -> None:
    policy = page_policy(
        '<script>a&lt;b</script><script src="/x.js"></script>'
        '<script type="application/json">{}</script><style>p{}</style>'
    )
    assert policy.count("sha256-") == 2
    digest = base64.b64encode(hashlib.sha256(b"a&lt;b").digest()).decode()
    assert f"'sha256-{digest}'" in policy


@pytest.fixture(scope="module")
def hostile(
    empty: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, Workspace]]:
    """The service on a workspace whose labels would do something if they could."""
    import shutil  # noqa: PLC0415

    place = tmp_path_factory.mktemp("hostile")
    workspace = Workspace.open(Path(shutil.copytree(empty, place / "workspace")))
    publish_practices(workspace, HOSTILE, place)
    with serving(workspace.path, workers=1) as opened:
        yield opened, workspace


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_labels_are_text(hostile: tuple[httpx.Client, Workspace], number: int) -> None:
    client, _ = hostile
    for path in (
        f"/entity?iri=practice:p{number}",
        f"/explore?iri=practice:p{number}",
        "/search?q=a",
        "/practices",
        "/",
    ):
        text = client.get(path, headers=BROWSER).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert ">49<" not in text


@pytest.mark.parametrize(
    "value",
    ["<script>alert(1)</script>", '"><script>alert(1)</script>', "{{7*7}}", "%00", "\u202e"],
)
def test_hostile_parameters_are_text(client: httpx.Client, value: str) -> None:
    for path, name in (
        ("/practices", "target"), ("/connections", "territory"), ("/search", "q"),
        ("/entity", "iri"), ("/explore", "iri"), ("/practices", "theme"),
    ):  # fmt: skip
        response = client.get(path, params={name: value}, headers=BROWSER)
        assert response.status_code < 500
        assert "<script>alert" not in response.text
