"""A writer that is killed loses nothing it acknowledged; ``benchmarks/crash.py`` runs longer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CRASH = Path(__file__).parents[2] / "benchmarks" / "crash.py"


def test_killed_writers_leave_whole_generations() -> None:
    done = subprocess.run(
        [sys.executable, str(CRASH), "--kills", "8"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 kills" in done.stdout
    assert "none lost, none in part" in done.stdout
