"""Settings come from the environment, and the command line wins."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from essaim.ontology.errors import BadInput
from essaim.service.settings import Settings, chosen_settings, make_settings, meaning

from .conftest import Command, is_one_line


def test_defaults() -> None:
    settings = make_settings()
    assert settings.workspace == Path("essaim-data")
    assert (settings.lang, settings.port, settings.query_timeout) == ("fr", 8000, 10.0)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("workspace", "/srv/graph", Path("/srv/graph")),
        ("lang", "en", "en"),
        ("host", "0.0.0.0", "0.0.0.0"),
        ("port", "81", 81),
        ("workers", "3", 3),
        ("query_timeout", "0.5", 0.5),
        ("answer_timeout", "120", 120.0),
        ("query_memory", "512", 512),
        ("max_rows", "5", 5),
        ("max_waiting", "0", 0),
        ("max_wait", "1", 1.0),
        ("max_query_bytes", "100", 100),
        ("max_upload_bytes", "100", 100),
        ("rate_requests", "0", 0),
        ("rate_work", "2.5", 2.5),
        ("rate_running", "4", 4),
        ("trusted_proxies", "10.0.0.0/8, ::1", (ip_network("10.0.0.0/8"), ip_network("::1"))),
    ],
)
def test_every_setting_has_a_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: object
) -> None:
    monkeypatch.setenv(f"ESSAIM_{name.upper()}", value)
    assert getattr(make_settings(), name) == expected


def test_the_table_above_is_complete() -> None:
    tested = {
        "workspace", "lang", "host", "port", "workers", "query_timeout", "answer_timeout",
        "query_memory", "max_rows", "max_waiting", "max_wait", "max_query_bytes",
        "max_upload_bytes", "rate_requests", "rate_work", "rate_running", "trusted_proxies",
    }  # fmt: skip
    assert set(Settings.model_fields) == tested
    for field in Settings.model_fields.values():
        assert meaning(field, "fr")
        assert meaning(field, "en")
        assert meaning(field, "fr") != meaning(field, "en")


def test_what_is_given_wins_and_none_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESSAIM_PORT", "81")
    assert make_settings(port=82).port == 82
    assert make_settings(port=None).port == 81


def test_an_empty_variable_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESSAIM_PORT", "")
    assert make_settings().port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"), ("PORT", "70000"), ("LANG", "de"), ("QUERY_TIMEOUT", "0"),
        ("QUERY_TIMEOUT", "nan"), ("QUERY_TIMEOUT", "inf"), ("WORKERS", "0"), ("MAX_ROWS", "-1"),
        ("TRUSTED_PROXIES", "everywhere"),
    ],
)  # fmt: skip
def test_a_bad_value_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"ESSAIM_{name}", value)
    with pytest.raises(BadInput, match=rf'ESSAIM_{name} is "{value}"'):
        make_settings()


def test_a_file_is_below_the_environment_and_above_the_defaults(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "essaim.toml"
    text = 'port = 81\nlang = "en"\nworkers = 3\ntrusted_proxies = ["10.0.0.0/8"]\n'
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("ESSAIM_CONFIG", str(file))
    monkeypatch.setenv("ESSAIM_LANG", "fr")
    chosen = chosen_settings(workers=4)
    settings = chosen.settings
    assert (settings.port, settings.lang, settings.workers) == (81, "fr", 4)
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"),)
    assert chosen.origins["port"] == str(file)
    assert chosen.origins["lang"] == "ESSAIM_LANG"
    assert chosen.origins["workers"] == "--workers"
    assert chosen.origins["host"] == "default"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot = 81", ["prot", '"port"']),
        ("zzzzqqqq = 1", ["zzzzqqqq", "essaim settings"]),
        ('port = "many"', ["port in", "many"]),
        ("port =", ["TOML"]),
        ("trusted_proxies = [1.5]", ["trusted_proxies in"]),
    ],
)
def test_what_is_wrong_in_a_file_is_named(
    essaim: Command, tmp_path: Path, text: str, words: list[str]
) -> None:
    file = tmp_path / "essaim.toml"
    file.write_text(text, encoding="utf-8")
    assert is_one_line(essaim("--config", file, "settings"), str(file), *words)


def test_a_file_that_is_not_there(essaim: Command, tmp_path: Path) -> None:
    assert is_one_line(essaim("settings", "--config", tmp_path / "none.toml"), "none.toml")


def test_the_settings_are_printed(essaim: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESSAIM_PORT", "81")
    told = essaim("settings", "--lang", "en").out
    assert "port = 81  (ESSAIM_PORT)" in told
    assert "workspace = essaim-data  (Default)" in told
    rows = essaim("settings", "--format", "csv").out.splitlines()
    assert len(rows) == 1 + len(Settings.model_fields)


def test_a_bad_option_names_the_option() -> None:
    with pytest.raises(BadInput, match=r"--port"):
        make_settings(port=70_000)
