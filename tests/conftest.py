"""What every test may rely on: nothing outside this machine is reached, and what is missing is named.

A test marked ``dovecot``, ``postgresql``, ``tesseract``, ``browser`` or ``corpora`` needs something that pip
cannot bring. Where it is missing the test is reported as not run, with the reason; with ``CI=true`` it fails
instead, so that a green run means that everything ran. The public files (``corpora``) lie outside the
checkout: their absence is never a failure.
"""

import ipaddress
import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.integration.postgresql import find_programs

# The servers are for every test that is marked for them: integration, the store's contract, end to end.
pytest_plugins = ("tests.integration.fixtures",)

ROOT = Path(__file__).resolve().parent.parent
CORPORA = ROOT.parent / "shared" / "corpora"
TESSERACT_LANGUAGES = ("fra", "deu")


# How fast values are made and tried is the machine's load, not a finding.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@cache
def _dovecot_missing() -> str | None:
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    program = shutil.which("dovecot", path=path)
    if program is None:
        return "Dovecot is not installed (package dovecot-imapd)"
    version = subprocess.run(
        [program, "--version"], capture_output=True, text=True, timeout=20, check=False
    ).stdout
    if not version.startswith("2.3."):
        return f"Dovecot {version.strip()} is installed; the test server's configuration is written for 2.3"
    return None


def _postgresql_missing() -> str | None:
    return None if find_programs() else "PostgreSQL is not installed (package postgresql)"


def _tesseract_missing() -> str | None:
    if shutil.which("tesseract") is None:
        return "tesseract is not installed (package tesseract-ocr)"
    folders = [*Path("/usr/share/tesseract-ocr").glob("*/tessdata")]
    if prefix := os.environ.get("TESSDATA_PREFIX"):
        folders.append(Path(prefix))
    for language in TESSERACT_LANGUAGES:
        if not any((folder / f"{language}.traineddata").exists() for folder in folders):
            return f"tesseract lacks a language (package tesseract-ocr-{language})"
    return None


def _browser_missing() -> str | None:
    return None if shutil.which("chromium") else "Chromium is not installed (package chromium)"


def _corpora_missing() -> str | None:
    return None if CORPORA.is_dir() else "the public files are not beside the checkout (../shared/corpora)"


NEEDS: dict[str, Callable[[], str | None]] = {
    "dovecot": _dovecot_missing,
    "postgresql": _postgresql_missing,
    "tesseract": _tesseract_missing,
    "browser": _browser_missing,
    "corpora": _corpora_missing,
}
OUTSIDE_THE_CHECKOUT = {"corpora"}


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name, missing in NEEDS.items():
        if item.get_closest_marker(name) is None:
            continue
        reason = missing()
        if reason is None:
            continue
        if os.environ.get("CI") == "true" and name not in OUTSIDE_THE_CHECKOUT:
            pytest.fail(f"not run: {reason}", pytrace=False)
        pytest.skip(f"not run: {reason}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long begins first in each process's share, so that none is left alone with it at the end."""
    processes = int(getattr(config, "workerinput", {}).get("workercount", 1))
    long = [item for item in items if item.get_closest_marker("long")]
    rest = [item for item in items if not item.get_closest_marker("long")]
    left = len(items)
    items.clear()
    for number in range(processes):
        share = left // (processes - number)  # as pytest-xdist deals them out
        first = long[number::processes]
        short = rest[: max(share - len(first), 0)]
        items += first + short
        del rest[: len(short)]
        left -= share
    items += rest


@pytest.fixture
def corpora() -> Path:
    """The folder of public files; a test that uses it is marked ``corpora``."""
    return CORPORA


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that would reach another machine fails, instead of passing only where there is a network."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise AssertionError(f"a test tried to connect to {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
