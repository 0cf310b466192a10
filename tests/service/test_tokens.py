"""Tokens: hashed at rest, scoped, expiring, revoked at once; and who a caller is taken for."""

from __future__ import annotations

import ipaddress
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from essaim.graph.workspace import Workspace
from essaim.ontology.errors import BadInput, NotFound, WorkspaceError
from essaim.service.access import Caller, Forbidden, Unauthorised, identify
from essaim.service.audit import AuditLog
from essaim.service.tokens import SCOPES, Tokens

from .conftest import Command, is_one_line


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path)


def test_only_a_hash_is_kept_and_only_the_owner_reads_it(tokens: Tokens, tmp_path: Path) -> None:
    made = tokens.create("loader", ["load"], days=1)
    kept = (tmp_path / "tokens.json").read_text(encoding="utf-8")
    secret = made.text.split("_", 2)[2]
    assert len(secret) == 43
    assert secret not in kept
    assert stat.S_IMODE((tmp_path / "tokens.json").stat().st_mode) == 0o600


def test_what_is_not_quite_the_token_is_not_the_token(tokens: Tokens) -> None:
    text = tokens.create("loader", ["load"], days=1).text
    other = tokens.create("other", ["load"], days=1).text
    _, id_, secret = text.split("_", 2)
    assert tokens.find(text) is not None
    for wrong in (
        "", id_, secret, text[:-1], text + "A", text.upper(), f" {text}", f"{text}\n",
        text[:-1] + ("A" if text[-1] != "A" else "B"), f"essaim_{other.split('_')[1]}_{secret}",
        "é" * 59,
    ):  # fmt: skip
        assert tokens.find(wrong) is None, wrong


def test_another_process_revokes_it_at_once(tokens: Tokens, tmp_path: Path) -> None:
    made = tokens.create("loader", ["load"], days=1)
    assert tokens.find(made.text) == made.token
    Tokens(tmp_path).revoke(made.token.id)
    assert tokens.find(made.text) is None
    (tmp_path / "tokens.json").unlink()
    assert tokens.find(made.text) is None


def test_it_expires(tokens: Tokens, tmp_path: Path) -> None:
    made = tokens.create("loader", ["load"], days=1)
    assert made.token.is_valid(datetime.now(UTC) + timedelta(hours=23))
    assert not made.token.is_valid(datetime.now(UTC) + timedelta(hours=25))
    file = tmp_path / "tokens.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    content["tokens"][0]["expires"] = datetime.now(UTC).isoformat()
    file.write_text(json.dumps(content), encoding="utf-8")
    assert tokens.find(made.text) is None
    assert [token.id for token in tokens.all()] == [made.token.id]


@pytest.mark.parametrize(
    ("name", "scopes", "days", "kind", "word"),
    [
        (" ", ["load"], 1, BadInput, "name"),
        ("x", [], 1, BadInput, "scope"),
        ("x", ["lod"], 1, NotFound, "lod"),
        ("x", ["load"], 0, BadInput, "0 days"),
        ("x", ["load"], 5_000, BadInput, "5000 days"),
    ],
)
def test_what_a_token_can_not_be(
    tokens: Tokens, name: str, scopes: list[str], days: int, kind: type[Exception], word: str
) -> None:
    with pytest.raises(kind, match=word):
        tokens.create(name, scopes, days=days)
    assert tokens.all() == []


@pytest.mark.parametrize(
    "content", ["", "[", "{}", "[]", '{"tokens": 1}', '{"tokens": [{"id": "x"}]}', "null"]
)
def test_a_damaged_file_lets_nobody_in(tokens: Tokens, tmp_path: Path, content: str) -> None:
    text = tokens.create("loader", ["load"], days=1).text
    (tmp_path / "tokens.json").write_text(content, encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"tokens\.json"):
        tokens.find(text)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_allows_itself_and_admin_allows_all(tokens: Tokens, scope: str) -> None:
    one = Caller("192.0.2.1", tokens.create("one", [scope], days=1).token)
    one.require(scope)
    assert Caller("192.0.2.1", tokens.create("all", ["admin"], days=1).token).may(scope)
    for other in SCOPES:
        assert one.may(other) == (scope in (other, "admin"))
    if scope != "admin":
        with pytest.raises(Forbidden, match="admin"):
            one.require("admin")
    with pytest.raises(Unauthorised):
        Caller("192.0.2.1").require(scope)


PROXIES = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),  # nobody we know wrote it
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("::1", "198.51.100.7", "198.51.100.7"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),  # the first one is claimed
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        (None, None, "unknown"),
    ],
)
def test_where_a_request_comes_from(
    tokens: Tokens, peer: str | None, forwarded: str | None, expected: str
) -> None:
    headers = Headers({} if forwarded is None else {"x-forwarded-for": forwarded})
    caller = identify(peer, headers, tokens, PROXIES)
    assert caller.address == expected
    assert caller.is_direct == (not forwarded)


def test_limits_are_counted_by_network_of_a_home_and_by_token(tokens: Tokens) -> None:
    assert Caller("2001:db8:1:2:3::1").client == Caller("2001:db8:1:2::9").client
    assert Caller("2001:db8:1:2::1").client != Caller("2001:db8:1:3::1").client
    assert Caller("::ffff:192.0.2.1").client == Caller("192.0.2.1").client
    assert Caller("no address").client == "unknown"
    token = tokens.create("loader", ["load"], days=1).token
    assert Caller("192.0.2.1", token).client == Caller("192.0.2.9", token).client


@pytest.mark.parametrize("given", ["Basic dXNlcjpwdw==", "Bearer", "Bearer x", "", "essaim_x"])
def test_a_wrong_authorisation_is_refused_rather_than_ignored(tokens: Tokens, given: str) -> None:
    with pytest.raises(Unauthorised) as refused:
        identify("192.0.2.1", Headers({"authorization": given}), tokens, [])
    assert "error=" in refused.value.headers["WWW-Authenticate"]


# the commands


def test_a_token_is_made_listed_and_revoked(essaim: Command, scratch: Workspace) -> None:
    at = ("--workspace", scratch.path, "--lang", "en")
    assert essaim(*at, "token", "list").out == "No tokens.\n"
    made = essaim(*at, "token", "create", "the site", "--scope", "load", "--scope", "update")
    text = made.out.strip()
    found = Tokens(scratch.path).find(text)
    assert found is not None
    assert found.scopes == ("load", "update")
    assert "the site" in made.err
    assert text not in made.err
    listed = essaim(*at, "token", "list")
    assert found.id in listed.out
    assert text.split("_", 2)[2] not in listed.out
    rows = json.loads(essaim(*at, "token", "list", "--format", "json").out)
    assert rows[0]["scopes"] == ["load", "update"]
    assert "digest" not in rows[0]
    assert essaim(*at, "token", "revoke", found.id).code == 0
    assert Tokens(scratch.path).find(text) is None
    assert is_one_line(essaim(*at, "token", "revoke", found.id), found.id)
    assert is_one_line(essaim(*at, "token", "create", "x", "--scope", "rule"), "rule")
    actions = [line["action"] for line in AuditLog(scratch.path).iter_lines()]
    assert actions == ["token revoke", "token create"]


def test_writes_by_command_are_in_the_audit_log(essaim: Command, scratch: Workspace) -> None:
    at = ("--workspace", scratch.path, "--lang", "en")
    assert essaim(*at, "audit").out == "Nothing was written.\n"
    assert essaim(*at, "load", "territories", "--dry-run").code == 0
    assert essaim(*at, "load", "territories").code == 0
    assert essaim(*at, "rollback", 1).code == 0
    lines = json.loads(essaim(*at, "audit", "--format", "json").out)
    assert [line["action"] for line in lines] == ["rollback", "load"]
    assert lines[0] | {"to": 1, "before": 2, "after": 3} == lines[0]
    assert lines[1]["source"] == "territories"
    assert lines[1]["actor"]["kind"] == "command"
    assert "territories" in essaim(*at, "audit").out
    folder = scratch.path / "audit"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    file = next(folder.iterdir())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open("a", encoding="utf-8") as stream:
        stream.write('{"cut sho')
    assert len(list(AuditLog(scratch.path).iter_lines())) == 2
