"""What every test may ask for."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from essaim.graph.workspace import Workspace
from essaim.loaders.load import load

# A shell that runs the tests in the background lets them ignore Ctrl-C, and so what they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

DEMO_SOURCES = ("territories", "openlabs", "practices")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demonstration workspace; no test writes to it."""
    workspace = Workspace.create(tmp_path_factory.mktemp("demo") / "workspace")
    for source in DEMO_SOURCES:
        assert load(workspace, source).publication.outcome == "published"
    return workspace


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of material that is read in place and never part of the project."""
    folder = Path(os.environ.get("ESSAIM_TEST_DATA", Path(__file__).parents[2] / "shared"))
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{folder} is missing: set ESSAIM_TEST_DATA")
        pytest.skip(f"{folder} is missing: it is not part of the project")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser that pages are opened with; `make system-deps` installs it."""
    found = shutil.which("chromium")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing: run make system-deps")
        pytest.skip("chromium is not installed: make system-deps installs it")
    return found
