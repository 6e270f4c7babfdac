"""Kills the running service over and over, between servers that misbehave; what became of the mails?

    python -m scripts.chaos [--kills 200] [--seed 1] [--seconds 4] [--minutes 40] [--keep]

Every other kill is at a named point (scripts/chaos/points.py), in turn, one that was not reached again
later; the rest are at a random moment. In between the SMTP server refuses for now and for good and hangs up
before and after it has taken a mail, the mailbox is slow, cut off, away or numbered anew, and the disk is
full. In the end everything works again, and every mail has to be archived, decided and answered once, or
stand in the queue. Else the exit code is 1.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

from scripts.chaos.judge import Verdict, judge, undone
from scripts.chaos.life import begin
from scripts.chaos.points import POINTS, Side
from scripts.chaos.world import GRAVE, MILD, World, running_world

RANDOM = "at a random moment"
POINT_SECONDS = 20.0  # for a life to come to its point
CALM_SECONDS = 90.0
CALM_LIVES = 4  # each with a later clock, for what waits for its next try


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.chaos", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200, help="how often it is killed (200)")
    parser.add_argument("--seed", type=int, default=1, help="another one makes another run (1)")
    parser.add_argument(
        "--seconds", type=float, default=4, help="the longest life of those killed by chance (4)"
    )
    parser.add_argument("--minutes", type=float, default=40, help="stop killing after that time (40)")
    parser.add_argument("--keep", type=Path, help="copy what the service left to this folder")
    args = parser.parse_args(argv)
    print(f"seed {args.seed}, {args.kills} kills", flush=True)
    began = time.monotonic()
    with running_world(args.seed) as world, _kept(world.folder, args.keep):
        run = Run(world, random.Random(args.seed), args.seconds)
        for number in range(args.kills):
            if time.monotonic() - began > args.minutes * 60:
                print(f"stopped after {number} kills: {args.minutes:g} minutes are over")
                break
            run.one_life(number)
            if number % 20 == 19:
                print(f"{number + 1} kills, {len(world.delivered)} mails", flush=True)
        run.calm()
        verdict = judge(world)
    _print(run, verdict, time.monotonic() - began)
    return 1 if verdict.findings or run.findings else 0


@contextmanager
def _kept(folder: Path, to: Path | None) -> Iterator[None]:
    try:
        yield
    finally:
        if to is not None:
            shutil.copytree(folder, to, dirs_exist_ok=True)


class Run:
    """The lives of one daemon, one after another."""

    def __init__(self, world: World, rng: random.Random, seconds: float) -> None:
        self.world = world
        self.rng = rng
        self.seconds = seconds
        self.findings: list[str] = []
        self.killed: Counter[str] = Counter()
        self._points = deque(rng.sample(POINTS, len(POINTS)))

    def one_life(self, number: int) -> None:
        """Mails come, something goes wrong, the daemon starts and is killed."""
        self.world.deliver()
        at_a_point = number % 2 == 0
        trouble = self.world.trouble(MILD if at_a_point else GRAVE)
        point: tuple[str, Side, int] | None = None
        if at_a_point:
            point = (*self._points.popleft(), 1)
        limited = trouble == "disk" and not self.world.small_disk
        life = begin(
            [*self.world.arguments, "run"],
            self.world.folder,
            point,
            self.world.largest_file if limited else None,
        )
        life.join(POINT_SECONDS if point else self.rng.uniform(0.2, self.seconds))
        reached = point is not None and life.exitcode == -9
        self._kill(life)
        self.killed[f"{point[1]} {point[0]}" if point and reached else RANDOM] += 1
        if point is not None:
            where = len(self._points) if reached else min(5, len(self._points))
            self._points.insert(where, point[:2])
        if life.exitcode != -9 and trouble not in ("disk",):
            self.findings.append(f"life {number} ended by itself with {life.exitcode} ({trouble})")
        self.world.mend()

    @staticmethod
    def _kill(life: BaseProcess) -> None:
        life.kill()
        life.join(20)

    def calm(self) -> None:
        """Everything works; the daemon runs until it is through with what waits."""
        self.world.mend()
        for _ in range(CALM_LIVES):
            life = begin([*self.world.arguments, "run"], self.world.folder, None, None)
            until = time.monotonic() + CALM_SECONDS / CALM_LIVES
            while time.monotonic() < until and life.is_alive() and undone(self.world):
                time.sleep(0.2)
            time.sleep(1.0)  # the copy of the last mail is being saved
            if not life.is_alive():
                self.findings.append(f"it ended by itself with {life.exitcode}, and nothing was wrong")
            life.terminate()
            life.join(20)
            self._kill(life)
            if not undone(self.world):
                return


def _print(run: Run, verdict: Verdict, seconds: float) -> None:
    points = {name: count for name, count in run.killed.items() if name != RANDOM}
    print(f"{sum(run.killed.values())} kills in {seconds:.0f} s: {sum(points.values())} at a named point")
    print(f"   {len(points)} of {len(POINTS)} named points were reached")
    missed = sorted(f"{side} {step}" for step, side in POINTS if f"{side} {step}" not in points)
    if missed:
        print(f"   not reached: {', '.join(missed)}")
    print(f"   troubles: {', '.join(f'{k} {v}' for k, v in sorted(run.world.troubles.items()))}")
    print("   " + ", ".join(f"{name} {count}" for name, count in verdict.figures.items()))
    for finding in (*run.findings, *verdict.findings):
        print(f"FOUND {finding}", file=sys.stderr)
    print("nothing lost, nothing twice" if not run.findings and not verdict.findings else "NOT GOOD")


if __name__ == "__main__":
    sys.exit(main())
