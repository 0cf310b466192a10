"""What a load did and what it could not understand, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

__all__ = ["Issue", "Report"]


@dataclass(frozen=True)
class Issue:
    """One thing in a file that was not understood, and where."""

    reason: str
    file: str
    line: int | None = None
    column: str | None = None
    value: str | None = None

    def sentence(self) -> str:
        """The issue as one line."""
        place = self.file
        if self.line is not None:
            place += f", line {self.line}"
        if self.column is not None:
            place += f', column "{self.column}"'
        shown = "" if self.value is None else f' "{self.value[:120]}"'
        return f"{place}:{shown} {self.reason}"


@dataclass
class Report:
    """The account of one load.

    Args:
        source: the source's name.
    """

    source: str
    files: list[Path] = field(default_factory=list)
    rows: int = 0
    issues: list[Issue] = field(default_factory=list)
    entities: Counter[str] = field(default_factory=Counter)
    statements: int = 0
    added: int = 0
    removed: int = 0
    warnings: list[str] = field(default_factory=list)
    outcome: str = ""
    generation: int | None = None

    def reasons(self) -> Counter[str]:
        """How many issues there are of each kind."""
        return Counter(issue.reason for issue in self.issues)

    def write(self, folder: Path) -> Path:
        """Write ``summary.json`` and ``issues.jsonl`` into a folder and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "issues.jsonl").open("w", encoding="utf-8") as stream:
            for issue in self.issues:
                stream.write(json.dumps(asdict(issue), ensure_ascii=False) + "\n")
        summary = {
            "source": self.source,
            "files": [path.name for path in self.files],
            "outcome": self.outcome,
            "generation": self.generation,
            "rows": self.rows,
            "statements": self.statements,
            "added": self.added,
            "removed": self.removed,
            "entities": dict(sorted(self.entities.items())),
            "issues": dict(self.reasons().most_common()),
            "warnings": self.warnings,
        }
        text = json.dumps(summary, ensure_ascii=False, indent=2)
        (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
        return folder
