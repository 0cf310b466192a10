"""The command as a process: its exit codes, its speed, its signals, and the service it starts."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from essaim.graph.workspace import Workspace
from essaim.service.commands_serve import listen

from .conftest import SLOW, Command

ESSAIM = [sys.executable, "-m", "essaim.service.cli"]


def call(*arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ESSAIM, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **settings},
    )


def assert_one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2, done
    assert done.stderr.count("\n") == 1, done.stderr
    for word in words:
        assert word in done.stderr


def test_help_is_immediate() -> None:
    """Processor time, so that a busy machine does not matter; there is no waiting in it."""
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert "practices" in call("--help").stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 0.4, times


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from essaim.service.cli import run; run(['--help']); "
        "print([m for m in ('pyoxigraph', 'rdflib', 'networkx', 'scipy', 'fastapi', 'pydantic', "
        "'jinja2', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")


def test_the_version_is_said() -> None:
    assert re.fullmatch(r"essaim \d+\.\d+.*\n", call("--version").stdout)


def test_every_command_has_help(essaim: Command) -> None:
    shown = essaim("--help").out
    commands = re.findall(r"^  ([a-z]+) ", shown.partition("Commands:")[2], re.MULTILINE)
    assert set(commands) == {
        "init", "load", "sources", "status", "query", "queries", "practices", "connections",
        "validate", "graph", "export", "serve", "generations", "diff", "rollback", "verify",
        "backup", "restore", "settings", "token", "audit",
    }  # fmt: skip
    for name in commands:
        assert "--help" in essaim(name, "--help").out


def test_a_reader_that_stops_reading_is_no_error(demo: Workspace) -> None:
    arguments = [*ESSAIM, "-w", str(demo.path), "export"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        writer.stdout.read(10)
        writer.stdout.close()
        assert writer.stderr.read() == b""


def test_an_output_that_is_full_is_one_line(demo: Workspace) -> None:
    assert_one_line(call("-w", demo.path, "export", "-o", "/dev/full"), "/dev/full")


def test_a_folder_that_may_not_be_written_to(demo: Workspace) -> None:
    nobody_writes_here = Path("/sys/x.nq")
    assert_one_line(call("-w", demo.path, "export", "-o", nobody_writes_here), "x.nq")


def test_ctrl_c_ends_at_once_and_quietly(demo: Workspace, tmp_path: Path) -> None:
    (tmp_path / "slow.rq").write_text(SLOW, encoding="utf-8")
    process = subprocess.Popen(
        [*ESSAIM, "-w", str(demo.path), "query", str(tmp_path / "slow.rq")],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "ESSAIM_QUERY_TIMEOUT": "60"},
        start_new_session=True,
    )
    time.sleep(2)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the whole group gets it
    _, told = process.communicate(timeout=10)
    assert (process.returncode, told) == (130, "")


def test_a_label_in_another_encoding_is_printed_somehow(demo: Workspace) -> None:
    done = call(
        "-w", demo.path, "practices", "replicable", "--for", "departement:43", "--limit", "1",
        PYTHONIOENCODING="ascii",
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr == ""


@contextmanager
def started(workspace: Path, *arguments: str, **settings: str) -> Iterator[tuple[str, int]]:
    """``essaim serve`` as a process: its address and its number."""
    process = subprocess.Popen(
        [*ESSAIM, "-w", str(workspace), "serve", "--port", "0", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **settings},
    )
    try:
        assert process.stderr is not None
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found is not None
        yield found[0], process.pid
    finally:
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)
        assert process.returncode == 130
        assert told == ""


def test_serve_answers_and_stops_quietly(demo: Workspace) -> None:
    with started(demo.path) as (address, _):
        assert httpx.get(f"{address}health", timeout=20).json()["status"] == "ok"
        assert "<html" in httpx.get(address, timeout=20).text


def test_settings_reach_the_service(demo: Workspace) -> None:
    settings = {"ESSAIM_QUERY_TIMEOUT": "5", "ESSAIM_WORKERS": "1", "ESSAIM_LANG": "en"}
    with started(demo.path, **settings) as (address, _):
        response = httpx.get(f"{address}sparql", params={"query": SLOW}, timeout=20)
        assert "5 s" in response.json()["detail"]
        assert '<html lang="en">' in httpx.get(address, timeout=20).text
        assert httpx.get(f"{address}health", timeout=20).json()["workers"] == 1


def test_no_worker_outlives_the_service(demo: Workspace) -> None:
    process = subprocess.Popen(
        [*ESSAIM, "-w", str(demo.path), "serve", "--port", "0"],
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    found = re.search(r"http://\S+", process.stderr.readline())
    assert found is not None
    httpx.get(f"{found[0]}health", timeout=20)
    process.kill()
    process.wait()
    process.stderr.close()
    deadline = time.monotonic() + 10
    while _in_group(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _in_group(process.pid)


def _in_group(group: int) -> list[int]:
    """The processes of a group that are not yet gone."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, _, its_group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            except OSError:
                continue
            if int(its_group) == group and state != "Z":
                found.append(int(entry.name))
    return found


def test_a_port_in_use_is_one_line(demo: Workspace) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        assert_one_line(call("-w", demo.path, "serve", "--port", port), str(port), "--port")


def test_serving_a_missing_workspace_is_one_line(tmp_path: Path) -> None:
    assert_one_line(call("-w", tmp_path / "none", "serve", "--port", "0"), "essaim init")
