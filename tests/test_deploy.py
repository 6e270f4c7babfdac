"""What brings mailbot into service says the truth, and gives it no right that it does not need."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from mailbot.config import SECTIONS
from scripts.audit import Verdict, judge

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
COMPOSE = (ROOT / "compose.yaml").read_text()
UNIT = ROOT / "mailbot" / "deploy" / "mailbot.service"


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, re.M)


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))


def test_the_image_is_made_by_targets_that_exist() -> None:
    called = [word for line in instructions("RUN") for word in re.findall(r"make ([a-z -]+?)(?: &&|$)", line)]
    targets = {target for words in called for target in words.split()}
    assert targets == {"packages", "install"}
    assert targets <= make_targets()
    assert not re.search(r"pip3? install|curl |wget |ADD https?:", DOCKERFILE)


def test_the_image_runs_as_a_user_that_owns_nothing_of_the_program() -> None:
    order = re.findall(r"^(FROM|COPY|RUN|USER|ENTRYPOINT|CMD)\b", DOCKERFILE, re.M)
    assert instructions("USER") == ["10001:10001"]
    assert "RUN" not in order[order.index("USER") :]
    assert "COPY" not in order[order.index("USER") :]
    assert "useradd --system --uid 10001" in DOCKERFILE
    assert not re.search(r"chown .*?/opt", DOCKERFILE)
    assert all(":" in image and not image.endswith(":latest") for image in instructions("FROM"))


def test_the_image_is_asked_for_its_health_where_the_service_tells_it() -> None:
    (check,) = instructions("HEALTHCHECK")
    listen = str(SECTIONS["health"].model_fields["listen"].default)
    assert f"http://{listen}/health" in check
    assert instructions("ENTRYPOINT") == ['["mailbot"]']
    assert instructions("CMD") == ['["run"]']


def test_nothing_private_gets_into_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv", "var", "secrets"} <= set(ignored)
    for needed in ("Makefile", "requirements.lock", "mailbot", "scripts", "README.md", "LICENSE"):
        assert needed not in ignored


@pytest.mark.parametrize(
    "said",
    [
        r"read_only: true",
        r"cap_drop:\s*- ALL",
        r"no-new-privileges:true",
        r"- /tmp:mode=1777",
        r'"127\.0\.0\.1:8025:8025"',
        r"init: true",
        r"data:/srv/mailbot",
        r"secrets:\s*- mailbox",
    ],
)
def test_the_container_may_do_no_more_than_it_needs(said: str) -> None:
    assert re.search(said, COMPOSE)


def test_the_container_is_given_the_time_to_end_well() -> None:
    grace = re.search(r"stop_grace_period: (\d+)s", COMPOSE)
    assert grace is not None
    assert int(grace[1]) > 10
    assert "privileged: true" not in COMPOSE
    assert "docker.sock" not in COMPOSE


def settings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in UNIT.read_text().splitlines():
        if re.match(r"[A-Za-z]+=", line):
            key, _, value = line.partition("=")
            found[key].append(value)
    return found


def test_the_unit_listens_to_the_service_and_outlives_its_end() -> None:
    unit = settings()
    assert unit["Type"] == ["notify"]
    assert int(unit["WatchdogSec"][0]) >= 60
    assert int(unit["TimeoutStopSec"][0]) > 10
    assert unit["ExecStart"][0].endswith(" run")
    assert unit["UMask"] == ["0077"]
    for key in ("NoNewPrivileges", "ProtectSystem", "ProtectHome", "PrivateTmp", "RestrictNamespaces"):
        assert unit[key][0] in ("yes", "strict")
    assert unit["CapabilityBoundingSet"] == [""]
    assert "landlock_restrict_self" in unit["SystemCallFilter"][0]


def test_systemd_understands_the_unit_and_finds_it_tight(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("not run: systemd-analyze is not installed (package systemd)")
    text = UNIT.read_text().replace("/opt/mailbot/bin/mailbot", "/bin/true").replace("/srv/mailbot", "/tmp")
    (tmp_path / "mailbot.service").write_text(text)
    for command in (["verify"], ["security", "--offline=true", "--no-pager", "--threshold=20"]):
        done = subprocess.run(
            [program, *command, str(tmp_path / "mailbot.service")],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Unknown" not in done.stderr


def test_an_index_that_cannot_be_reached_has_checked_nothing() -> None:
    unreached = {"dependencies": [{"name": "lxml", "skip_reason": "Dependency not found"}]}
    assert judge([{}, {}]) == Verdict(0, (), ())
    assert judge([{}]).exit_code == 3
    assert judge([unreached]) == Verdict(0, ("lxml",), ())
    assert judge([unreached]).exit_code == 3


def test_an_advisory_is_told_and_a_clean_list_is_clean() -> None:
    clean = {"name": "lxml", "version": "6", "vulns": []}
    weak = {"name": "pillow", "version": "10", "vulns": [{"id": "PYSEC-1", "fix_versions": ["11"]}]}
    assert judge([{"dependencies": [clean]}]).exit_code == 0
    verdict = judge([{"dependencies": [clean, weak]}])
    assert (verdict.known, verdict.exit_code) == (("pillow 10: PYSEC-1, mended in 11",), 1)
