"""A load's report for people: a text and a page, in French or in English.

Everything shown comes from a file that somebody wrote: the page escapes all of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml
from jinja2 import Environment

from essaim.loaders.report import Issue, Report

__all__ = ["report_html", "report_text", "say_reason"]

_SHOWN: Final = 200
"""How many things that were not understood a page shows; the others are in ``issues.jsonl``."""

_UNKNOWN: Final = "Column not understood"

_PAGE: Final = """<!doctype html>
<html lang="{{ language }}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ title }} – {{ source }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem }
tr { border-bottom: 1px solid #ccc }
td.number { text-align: right; white-space: nowrap }
td { overflow-wrap: anywhere }
</style>
<h1>{{ title }} – {{ source }}</h1>
<table>
{% for name, value in summary %}<tr><th scope="row">{{ name }}</th><td>{{ value }}</td></tr>
{% endfor %}</table>
{% for name, rows in tables if rows %}<h2>{{ name }}</h2>
<table>
{% for text, count in rows %}<tr><td class="number">{{ count }}</td><td>{{ text }}</td></tr>
{% endfor %}</table>
{% endfor %}{% if warnings %}<h2>{{ words.warnings }}</h2>
<ul>
{% for text in warnings %}<li>{{ text }}</li>
{% endfor %}</ul>
{% endif %}{% for name, sentences, more in findings if sentences %}<h2>{{ name }}</h2>
<ul>
{% for text in sentences %}<li>{{ text }}</li>
{% endfor %}</ul>
{% if more %}<p>{{ more }}</p>
{% endif %}{% endfor %}{% if issues %}<h2>{{ words.place }}</h2>
<table>
<tr><th>{{ words.place }}</th><th>{{ words.value }}</th><th>{{ words.issues }}</th>\
<th>{{ words.times }}</th></tr>
{% for place, value, reason, times in issues %}<tr><td>{{ place }}</td><td>{{ value }}</td>\
<td>{{ reason }}</td><td class="number">{{ times }}</td></tr>
{% endfor %}</table>
{% if more %}<p>{{ more }}</p>
{% endif %}{% endif %}</html>
"""


def say_reason(reason: str, language: str) -> str:
    """A reason in the reader's language; one that has no translation stays as it is.

    Example:
        >>> say_reason("Not a date: office's start", "fr")
        "Ce n'est pas une date : office's start"
    """
    if language != "fr":
        return reason
    for pattern, told in _reasons():
        found = pattern.fullmatch(reason)
        if found:
            return told.format(*found.groups())
    return reason


def report_text(report: Report, language: str = "fr") -> str:
    """The report as plain text, one thing a line."""
    page = _page(report, language)
    lines = [f"{page['title']} – {report.source}", ""]
    lines += [f"{name} : {value}" for name, value in page["summary"]]
    for name, rows in page["tables"]:
        if rows:
            lines += ["", name, *(f"{count:>9}  {text}" for text, count in rows)]
    if page["warnings"]:
        lines += ["", page["words"]["warnings"], *(f"- {text}" for text in page["warnings"])]
    for name, sentences, more in page["findings"]:
        if sentences:
            lines += ["", name, *(f"- {sentence}" for sentence in sentences)]
            lines += [more] if more else []
    if page["issues"]:
        lines += ["", page["words"]["place"]]
        for place, value, reason, times in page["issues"]:
            shown = f' "{value}"' if value else ""
            lines.append(f"- {place}:{shown} {reason}" + (f" ({times})" if times > 1 else ""))
        lines += [page["more"]] if page["more"] else []
    return "\n".join(lines) + "\n"


def report_html(report: Report, language: str = "fr") -> str:
    """The report as one page that needs nothing else."""
    template = Environment(autoescape=True).from_string(_PAGE)
    return template.render(_page(report, language))


def _page(report: Report, language: str) -> dict[str, Any]:
    words = {key: told[language] for key, told in _words()["headings"].items()}
    told = sum(report.left_out.values())
    outcome = words.get(report.outcome, report.outcome).format(report.generation)
    columns: list[tuple[str, int]] = []
    reasons: dict[str, int] = {}
    for issue in report.issues:
        if issue.reason == _UNKNOWN:
            columns.append((f"{issue.file} : {issue.column}", issue.times))
        else:
            reasons[issue.reason] = reasons.get(issue.reason, 0) + issue.times
    changes = report.changes
    return {
        "language": language,
        "title": words["title"],
        "source": report.source,
        "words": words,
        "summary": [
            (words["outcome"], outcome or words["none"]),
            (words["files"], ", ".join(path.name for path in report.files) or words["none"]),
            (words["rows"], report.rows),
            (words["stated"], report.rows - told),
            (words["left_out"], told),
            (words["statements"], report.statements),
            (
                words["changes"],
                f"{changes.added} {words['added']}, {changes.removed} {words['removed']},"
                f" {changes.changed} {words['changed']}",
            ),
        ],
        "tables": [
            (words["entities"], sorted(report.entities.items())),
            (words["left_out"], _counted(report.left_out, language)),
            (words["columns"], columns),
            (words["fixes"], _counted(report.fixes, language)),
            (words["matches"], _counted(report.matches, language)),
            (words["issues"], _counted(reasons, language)),
        ],
        "warnings": report.warnings,
        "findings": [
            _found(report, severity, words, language) for severity in ("violation", "warning")
        ],
        "issues": [_told(issue, words, language) for issue in report.issues[:_SHOWN]],
        "more": words["more"].format(len(report.issues) - _SHOWN)
        if len(report.issues) > _SHOWN
        else "",
    }


def _found(
    report: Report, severity: str, words: Mapping[str, str], language: str
) -> tuple[str, list[str], str]:
    """A heading, what the shapes object to with this severity, and how much more there is."""
    all_ = [f.sentence(language) for f in report.findings if f.severity == severity]
    more = words["more_findings"].format(len(all_) - _SHOWN) if len(all_) > _SHOWN else ""
    return words[severity], all_[:_SHOWN], more


def _told(issue: Issue, words: Mapping[str, str], language: str) -> tuple[str, str, str, int]:
    place = issue.file
    if issue.line is not None:
        place += f", {words['line']} {issue.line}"
    if issue.column is not None:
        place += f", {words['column']} « {issue.column} »"
    return place, (issue.value or "")[:200], say_reason(issue.reason, language), issue.times


def _counted(counts: Mapping[str, int], language: str) -> list[tuple[str, int]]:
    """Counts in the reader's words, the largest first."""
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(say_reason(text, language), count) for text, count in ranked if count]


@cache
def _words() -> dict[str, Any]:
    text = files("essaim.loaders").joinpath("report_words.yml").read_text("utf-8")
    words: dict[str, Any] = yaml.safe_load(text)
    return words


@cache
def _reasons() -> list[tuple[re.Pattern[str], str]]:
    """Each reason as a pattern, the ones without a variable part first, with its French."""
    told = _words()["reasons"]
    ordered = sorted(told, key=lambda reason: (reason.count("{}"), -len(reason)))
    return [
        (re.compile("(.*)".join(map(re.escape, reason.split("{}"))), re.DOTALL), told[reason])
        for reason in ordered
    ]
