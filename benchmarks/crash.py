"""Kill the writer at random moments and look at what is left.

A child process writes to a workspace without a pause, in turns by SPARQL Update, by loading a
graph anew and by going back to the generation before; it tells each write when it is acknowledged.
The parent kills it (SIGKILL) at a random moment, then checks that the workspace opens, that its
current generation holds what its manifest says (every digest read back), that every acknowledged
write is there, and that no write is there in part. Then the next child goes on from there.

    python benchmarks/crash.py --kills 300
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from essaim.graph.history import verify
from essaim.graph.statements import StatementWriter
from essaim.graph.updates import update
from essaim.graph.workspace import Workspace

CONTEXT = multiprocessing.get_context("forkserver")
"""Children come from a process that never opened a store: RocksDB does not survive a fork."""

SOURCE = "a:source"
UPDATED = "a:updated"
EACH = 40
"""Statements in one write: all of them or none."""


def write_for_ever(path: Path, number: int, told: Connection) -> None:
    """Write after write; each one's kind and number are told once it is acknowledged."""
    workspace = Workspace.open(path)
    while True:
        number += 1
        if number % 7 == 0:
            workspace.roll_back(workspace.current().number)
            continue
        if number % 2:
            values = " ".join(f"<a:s{number}> <a:p> {place} ." for place in range(EACH))
            text = f"INSERT DATA {{ GRAPH <{UPDATED}> {{ {values} }} }}"
            workspace.revise(update(text, has_union=False), f"update {number}")
        else:
            with StatementWriter(path / f"load-{os.getpid()}.tmp") as writer:
                for place in range(EACH):
                    subject = NamedNode(f"a:s{number}")
                    writer.add(Triple(subject, NamedNode("a:p"), Literal(place)))
                workspace.publish({SOURCE: writer.finish()}, f"load {number}")
        told.send(number)


def written(workspace: Workspace, graph: str) -> dict[int, int]:
    """How many statements there are of each write."""
    rows = workspace.store().iter_rows(
        f"SELECT ?s (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} GROUP BY ?s"
    )
    return {int(row["s"].value.removeprefix("a:s")): int(row["n"].value) for row in rows}


def check(path: Path, acknowledged: list[int]) -> list[str]:
    """What is wrong with a workspace after its writer was killed."""
    workspace = Workspace.open(path)
    problems = verify(workspace, workspace.current())
    updated, loaded = written(workspace, UPDATED), written(workspace, SOURCE)
    for number, count in {**updated, **loaded}.items():
        if count != EACH:
            problems.append(f"Write {number} is there in part: {count} of {EACH}.")
    problems += [
        f"Update {number} was acknowledged and is lost."
        for number in acknowledged
        if number % 2 and number not in updated
    ]
    last = max((number for number in acknowledged if not number % 2), default=0)
    if last and max(loaded, default=0) < last:
        problems.append(f"Load {last} was acknowledged and is lost.")
    return problems


def kill_once(path: Path, number: int, seconds: float) -> list[int]:
    """Let a child write for a while, kill it; what it had acknowledged."""
    reading, told = CONTEXT.Pipe(duplex=False)
    child = CONTEXT.Process(target=write_for_ever, args=(path, number, told))
    child.start()
    told.close()
    time.sleep(seconds)
    child.kill()
    child.join()
    acknowledged = []
    with contextlib.suppress(EOFError):
        while True:
            acknowledged.append(reading.recv())
    return acknowledged


def main() -> int:
    """Run the kills and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    CONTEXT.set_forkserver_preload(["essaim.graph.updates", "essaim.graph.workspace"])
    choose = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory(prefix="essaim-crash-") as place:
        path = Path(place) / "workspace"
        Workspace.create(path, keep=3, is_bare=True)
        acknowledged: list[int] = []
        interrupted = 0
        for kill in range(chosen.kills):
            number = max(acknowledged, default=0) + kill % 2
            acknowledged += kill_once(path, number, choose.uniform(0.05, 2.0))
            interrupted += any(
                not entry.name.isdigit() for entry in (path / "generations").iterdir()
            )
            if problems := check(path, acknowledged):
                print("\n".join([f"After kill {kill + 1}:", *problems]))
                return 1
        print(
            f"{chosen.kills} kills, {interrupted} in the midst of a write; "
            f"{len(acknowledged)} writes acknowledged, none lost, none in part."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
