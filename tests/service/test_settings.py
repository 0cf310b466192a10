"""Settings come from the environment, and the command line wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from essaim.ontology.errors import BadInput
from essaim.service.settings import Settings, make_settings


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
    }  # fmt: skip
    assert set(Settings.model_fields) == tested
    assert all(field.description for field in Settings.model_fields.values())


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
    ],
)  # fmt: skip
def test_a_bad_value_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"ESSAIM_{name}", value)
    with pytest.raises(BadInput, match=rf'ESSAIM_{name} is "{value}"'):
        make_settings()


def test_a_bad_option_names_the_option() -> None:
    with pytest.raises(BadInput, match=r"--port"):
        make_settings(port=70_000)
