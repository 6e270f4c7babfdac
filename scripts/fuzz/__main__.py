"""Mutation fuzzing, bounded: every target gets its share of the time, every finding a file and a command.

    python -m scripts.fuzz [--seconds 180] [--seed 1] [--target NAME ...] [--findings FOLDER]
    python -m scripts.fuzz --target NAME --replay FILE
    python -m scripts.fuzz --coverage NAME       (guided by coverage; needs the package atheris)

A finding is an exception, a reading over its time, or a process that ended or ran out of memory. Then the
exit code is 1.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import time
from pathlib import Path

from scripts.fuzz.mutate import mutated
from scripts.fuzz.runner import Runner
from scripts.fuzz.seeds import seeds
from scripts.fuzz.targets import TARGETS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=180, help="for all targets together (180)")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other changes (1)")
    parser.add_argument(
        "--target", action="append", choices=sorted(TARGETS), help="this one only; repeatable"
    )
    parser.add_argument("--findings", type=Path, default=Path("build/fuzz"), help="where they are written")
    parser.add_argument("--replay", type=Path, help="a finding to run again, with its --target")
    parser.add_argument("--coverage", choices=sorted(TARGETS), help="guided by coverage, for --seconds")
    args = parser.parse_args()
    names = args.target or list(TARGETS)
    if args.replay:
        TARGETS[names[0]](args.replay.read_bytes())
        return 0
    if args.coverage:
        from scripts.fuzz.coverage import run_guided

        return run_guided(args.coverage, args.seconds, args.seed, args.findings)
    return 1 if sum(_fuzz(name, args.seconds / len(names), args.seed, args.findings) for name in names) else 0


def _fuzz(name: str, seconds: float, seed: int, folder: Path) -> int:
    """How many findings; each kind (the place that raised) is written once."""
    rng = random.Random(f"{seed} {name}")
    start = seeds(name)
    until = time.monotonic() + seconds
    runs, slowest = 0, 0.0
    found: set[str] = set()
    runner = Runner(name)
    try:
        while time.monotonic() < until:
            # Each seed once as it is, then changed.
            data = start[runs] if runs < len(start) else mutated(rng, rng.choice(start), rng.choice(start))
            began = time.monotonic()
            trouble = runner.run(data)
            slowest = max(slowest, time.monotonic() - began)
            runs += 1
            if trouble and (place := _place(trouble)) not in found:
                found.add(place)
                _write(name, data, trouble, folder)
    finally:
        runner.end()
    print(f"{name:14} {runs:7} runs, slowest {slowest:6.2f} s, {len(found)} findings", flush=True)
    return len(found)


def _place(trouble: str) -> str:
    """Where it was raised, without the values that the message names."""
    lines = [line for line in trouble.splitlines() if line.startswith("  File ")]
    return lines[-1] if lines else trouble


def _write(name: str, data: bytes, trouble: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    command = f"python -m scripts.fuzz --target {name} --replay {path}"
    path.with_suffix(".txt").write_text(f"{command}\n\n{trouble}\n", errors="backslashreplace")
    last = trouble.strip().splitlines()[-1]
    print(f"FOUND {name}: {last[:160]}\n      {command}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
