"""The wheel holds the tree: every package, and every data file they read."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS = ("ontology", "queries", "graph", "loaders", "viz", "service")
LICENCES = ("LICENSE", "LICENSE-DATA")


def tracked() -> list[Path]:
    """The files of the six folders that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *FOLDERS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return sorted(Path(name) for name in listed if (ROOT / name).is_file())


def package_of(folder: Path) -> str:
    return ".".join(("essaim", *folder.parts))


def test_every_python_folder_is_a_listed_package() -> None:
    listed = set(PROJECT["tool"]["setuptools"]["packages"])
    found = {package_of(path.parent) for path in tracked() if path.suffix == ".py"}
    assert listed == found
    mapping = PROJECT["tool"]["setuptools"]["package-dir"]
    assert {name: package_of(Path(folder)) for name, folder in mapping.items()} == {
        name: name for name in listed
    }


def test_the_six_bare_names_are_banned() -> None:
    banned = PROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
    assert set(banned) == set(FOLDERS)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel built from a copy of the tree."""
    place = tmp_path_factory.mktemp("wheel")
    for path in (*tracked(), *map(Path, ("pyproject.toml", "README.md", *LICENCES))):
        (place / "tree" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, place / "tree" / path)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--wheel-dir", str(place), str(place / "tree")]
    subprocess.run(command, check=True, capture_output=True, cwd=place)
    with zipfile.ZipFile(next(place.glob("*.whl"))) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_the_tree(wheel: set[str]) -> None:
    expected = {f"essaim/{path.as_posix()}" for path in tracked()}
    assert {name for name in wheel if name.startswith("essaim/")} == expected


def test_the_wheel_carries_both_licences(wheel: set[str]) -> None:
    names = {name.rpartition("/")[2] for name in wheel if ".dist-info/" in name}
    assert set(LICENCES) <= names
