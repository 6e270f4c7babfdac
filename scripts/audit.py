"""`make audit`: whether an advisory is known for a locked dependency.

pip-audit asks an index of advisories, which has to be reached. Where it cannot, that is said, and nothing is
taken for checked: exit 0 all checked and nothing known, 1 something known, 3 not (all) checked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-build.lock")
_SECONDS = 600


@dataclass(frozen=True)
class Verdict:
    """What the index says of the dependencies: `known` advisories, and what was not `checked`."""

    checked: int
    unchecked: tuple[str, ...]
    known: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        return 1 if self.known else 3 if self.unchecked or not self.checked else 0


def judge(reports: Sequence[dict[str, Any]]) -> Verdict:
    """The verdict over pip-audit's JSON reports."""
    dependencies = {d["name"]: d for report in reports for d in report.get("dependencies", ())}
    known = [
        f"{name} {d['version']}: {weakness['id']}, mended in {', '.join(weakness['fix_versions']) or '?'}"
        for name, d in sorted(dependencies.items())
        for weakness in d.get("vulns", ())
    ]
    unchecked = sorted(name for name, d in dependencies.items() if "skip_reason" in d)
    return Verdict(len(dependencies) - len(unchecked), tuple(unchecked), tuple(known))


def asked(lock: str, arguments: Sequence[str]) -> dict[str, Any]:
    """pip-audit's report on a lock file; an empty one where it could not be had."""
    command = ["uv", "tool", "run", "--quiet", "pip-audit", "--disable-pip", "--require-hashes"]
    options = ["--progress-spinner", "off", "--format", "json", "--timeout", "15"]
    program = [str(Path(sys.executable).parent / command[0]), *command[1:], *options, *arguments]
    try:
        done = subprocess.run(
            [*program, "-r", lock], cwd=ROOT, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        report: dict[str, Any] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}
    return report


def main() -> None:
    verdict = judge([asked(lock, sys.argv[1:]) for lock in LOCKS])
    for line in verdict.known:
        print(line)
    if not verdict.checked:
        print("The index of advisories cannot be reached from here: nothing was checked.", file=sys.stderr)
    elif verdict.unchecked:
        print(f"Not checked: {', '.join(verdict.unchecked)}", file=sys.stderr)
    print(f"{verdict.checked} dependencies checked, {len(verdict.known)} advisories known")
    raise SystemExit(verdict.exit_code)


if __name__ == "__main__":
    main()
