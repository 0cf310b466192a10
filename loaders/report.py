"""What a load did and what it could not understand, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from essaim.graph.findings import Finding
from essaim.loaders.changes import Changes

__all__ = ["Issue", "Report"]


@dataclass(slots=True)
class Issue:
    """One thing in a file that was not understood, and where.

    Args:
        reason: what is wrong; the same words for the same fault, so that faults can be counted.
        file: the file's name.
        line: the first line it stands on, counted from 1.
        column: the column.
        value: what stands there; never the data of a person.
        times: how often it occurs, when it is told once for a whole column.
    """

    reason: str
    file: str
    line: int | None = None
    column: str | None = None
    value: str | None = None
    times: int = 1

    def sentence(self) -> str:
        """The issue as one line."""
        place = self.file
        if self.line is not None:
            place += f", line {self.line}"
        if self.column is not None:
            place += f', column "{self.column}"'
        shown = "" if self.value is None else f' "{self.value[:120]}"'
        often = "" if self.times == 1 else f" ({self.times} times)"
        return f"{place}:{shown} {self.reason}{often}"


@dataclass
class Report:
    """The account of one load.

    Args:
        source: the source's name.
        files: the files it was read from.
        rows: how many rows were read; empty ones do not count.
        left_out: how many of them state nothing in the graph, by reason.
        issues: what was not understood.
        fixes: how many values were put right, by what was wrong with them.
        matches: how many names and codes were found to mean something known, by how.
        entities: how many different entities of each class were described.
        statements: how many statements were made.
        added: how many of them are new.
        removed: how many earlier ones are gone.
        changes: how many entities are new, gone or described otherwise than before.
        warnings: what is unexpected but keeps nothing from being published.
        findings: what the shapes object to in what the load brings.
        outcome: what became of the load.
        generation: the current generation afterwards.
    """

    source: str
    files: list[Path] = field(default_factory=list)
    rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    issues: list[Issue] = field(default_factory=list)
    fixes: Counter[str] = field(default_factory=Counter)
    matches: Counter[str] = field(default_factory=Counter)
    entities: Counter[str] = field(default_factory=Counter)
    statements: int = 0
    added: int = 0
    removed: int = 0
    changes: Changes = field(default_factory=Changes)
    warnings: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    outcome: str = ""
    generation: int | None = None

    def reasons(self) -> Counter[str]:
        """How many issues there are of each kind."""
        counts: Counter[str] = Counter()
        for issue in self.issues:
            counts[issue.reason] += issue.times
        return counts

    def write(self, folder: Path) -> Path:
        """Write ``summary.json``, ``issues.jsonl`` and ``findings.jsonl`` into a folder.

        Returns:
            The folder.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in (
            ("issues", [asdict(issue) for issue in self.issues]),
            ("findings", [finding.as_dict() for finding in self.findings]),
        ):
            with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as stream:
                stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        summary = {
            "source": self.source,
            "files": [path.name for path in self.files],
            "outcome": self.outcome,
            "generation": self.generation,
            "rows": self.rows,
            "rows_left_out": dict(self.left_out.most_common()),
            "statements": self.statements,
            "added": self.added,
            "removed": self.removed,
            "changes": asdict(self.changes),
            "entities": dict(sorted(self.entities.items())),
            "fixes": dict(self.fixes.most_common()),
            "matches": dict(self.matches.most_common()),
            "issues": dict(self.reasons().most_common()),
            "warnings": self.warnings,
            "findings": dict(Counter(finding.severity for finding in self.findings)),
        }
        text = json.dumps(summary, ensure_ascii=False, indent=2)
        (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
        return folder
