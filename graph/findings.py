"""What the shapes object to: as sentences, in order, and kept with a generation."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from essaim.graph.forms import Fault
from essaim.graph.shapes import Constraint, Severity, constraints
from essaim.graph.terms import shown

__all__ = ["Finding", "Severity", "finding_of", "in_order", "read_findings", "write_findings"]

_ORDER = {"violation": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, order=True)
class Finding:
    """One thing the shapes object to.

    Args:
        severity: a ``violation`` keeps a load from being published, a ``warning`` does not.
        focus: the IRI of the entity.
        path: the IRI of the property, several with ``|`` between them, or ``""``.
        term: the value objected to, as in N-Triples, or ``""``.
        message_fr: what is wrong, in French.
        message_en: what is wrong, in English.
        shape: the IRI of the shape.
        component: the kind of constraint, by the name of its SHACL component.
    """

    severity: Severity
    focus: str
    path: str
    term: str
    message_fr: str
    message_en: str
    shape: str
    component: str

    @property
    def value(self) -> str:
        """The value objected to, as it is shown, or ``""``."""
        return shown(self.term) if self.term else ""

    def as_dict(self) -> dict[str, str]:
        """The finding as plain data."""
        return {**asdict(self), "value": self.value}

    def sentence(self, language: str = "fr") -> str:
        """The finding as one line."""
        message = self.message_fr if language == "fr" else self.message_en
        shown_value = f' ("{self.value}")' if self.value else ""
        return f"{self.focus}: {message}{shown_value}"


def finding_of(fault: Fault) -> Finding:
    """What is said of a constraint that does not hold."""
    term = "" if fault.value is None or fault.constraint.hides_value else fault.value
    return _finding(fault.constraint, shown(fault.focus), term)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in a stable order; of several by one shape on one value, the first is kept."""
    ordered = sorted(findings, key=lambda found: (_ORDER[found.severity], found))
    unique: dict[tuple[str, str, str], Finding] = {}
    for found in ordered:
        unique.setdefault((found.shape, found.focus, found.term), found)
    return list(unique.values())


def write_findings(findings: Iterable[Finding], path: Path) -> None:
    """Keep findings in a file, without their messages, which are the shapes'."""
    with gzip.GzipFile(path, "wb", compresslevel=1, mtime=0) as stream:
        for found in findings:
            row = [found.shape, found.component, found.focus, found.term]
            stream.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def read_findings(path: Path) -> list[Finding]:
    """The findings of a file, which the same shapes must have made."""
    known = constraints()
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = (json.loads(line) for line in stream)
        return [
            _finding(known[shape, component], focus, term) for shape, component, focus, term in rows
        ]


def _finding(constraint: Constraint, focus: str, term: str) -> Finding:
    return Finding(
        severity=constraint.severity,
        focus=focus,
        path="|".join(shown(name) for name in constraint.near or ()),
        term=term,
        message_fr=constraint.message_fr,
        message_en=constraint.message_en,
        shape=constraint.shape,
        component=constraint.component,
    )
