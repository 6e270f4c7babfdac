"""What a person gets who installs the wheel: all that the checkout has, nothing of the workshop."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from email.parser import Parser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("mailbot", "rules", "parsers", "outbox_templates")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as ``make wheel`` does: with the build tools of this environment, without network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=100,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z", *PACKAGES], cwd=ROOT, check=True, capture_output=True, timeout=20
    ).stdout
    wanted = {name for name in tracked.decode().split("\0") if name and (ROOT / name).exists()}
    assert wanted
    with zipfile.ZipFile(wheel) as archive:
        assert wanted - set(archive.namelist()) == set()


def test_nothing_of_the_workshop_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
        assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
        assert [name for name in archive.namelist() if name.endswith(".pyc")] == []


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    with zipfile.ZipFile(wheel) as archive:
        info = f"mailbot-{project['version']}.dist-info"
        metadata = Parser().parsestr(archive.read(f"{info}/METADATA").decode())
        assert metadata["License-Expression"] == "EUPL-1.2"
        assert archive.read(f"{info}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
        assert "mailbot = mailbot.cli:main" in archive.read(f"{info}/entry_points.txt").decode()


def test_the_packages_work_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    """Every module can be imported where the checkout is not, from what the wheel holds."""
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    program = (
        "import importlib, pkgutil\n"
        f"for package in {PACKAGES!r}:\n"
        "    module = importlib.import_module(package)\n"
        "    print(module.__file__)\n"
        "    for found in pkgutil.walk_packages(module.__path__, package + '.'):\n"
        # Alembic's scripts run inside Alembic only; a __main__ runs when imported.
        "        if '.migrations.' not in found.name and not found.name.endswith('__main__'):\n"
        "            importlib.import_module(found.name)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    assert [Path(line).is_relative_to(unpacked) for line in said.stdout.splitlines()] == [True] * len(
        PACKAGES
    )


def test_every_library_that_is_imported_is_declared() -> None:
    """One that only another library brings along would vanish with that library's next version."""
    imported = {
        top for package in PACKAGES for file in (ROOT / package).rglob("*.py") for top in _imports(file)
    }
    distributions = packages_distributions()
    owners = {top: distributions.get(top, []) for top in imported - set(PACKAGES) - sys.stdlib_module_names}
    declared = _normalised(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])
    assert {top: names for top, names in owners.items() if not _normalised(names) & declared} == {}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-build.lock"])
def test_the_lock_files_hold_versions_and_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"://|--(extra-)?index-url|--find-links|file:|@ ", text)
    for requirement in re.split(r"\n(?=\S)", text):
        if not requirement.startswith("#"):
            assert re.match(r"[a-z0-9._-]+==\S+", requirement), requirement
            assert "--hash=sha256:" in requirement, requirement


def test_every_dependency_is_locked() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*settings["project"]["dependencies"], *settings["dependency-groups"]["dev"]]
    locked = set(re.findall(r"(?m)^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text()))
    assert _normalised(wanted) - locked == set()


def _imports(file: Path) -> set[str]:
    """The top-level names that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def _normalised(requirements: Iterable[str]) -> set[str]:
    """The projects' names as the package index writes them, without versions."""
    names = (re.split(r"[^A-Za-z0-9._-]", requirement)[0] for requirement in requirements)
    return {re.sub(r"[-._]+", "-", name).lower() for name in names}
