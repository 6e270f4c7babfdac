"""`make profile`: where the time of the typical mail goes, in the reader and in the service, by function."""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import tempfile
from collections.abc import Callable
from pathlib import Path

from mailbot.adapters import reading
from parsers.types import ReadOptions
from scripts.bench.desk import NOW
from scripts.bench.mails import typical_mails
from tests.journeys.world import World

_WARM_UP = 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="profile", description=__doc__)
    parser.add_argument("--mails", type=int, default=20)
    parser.add_argument("--lines", type=int, default=40)
    parser.add_argument("--sort", choices=("tottime", "cumtime"), default="tottime")
    options = parser.parse_args()
    mails = list(typical_mails(_WARM_UP + options.mails, begin=NOW))
    read_options = ReadOptions()
    for part, work in (
        ("the reader", lambda some: [reading.read_mail(raw, read_options) for raw in some]),
        ("the whole way, servers left out", _world()),
    ):
        work(mails[:_WARM_UP])
        profile = cProfile.Profile()
        profile.enable()
        work(mails[_WARM_UP:])
        profile.disable()
        print(f"\n=== {part}, {options.mails} mails")
        pstats.Stats(profile).sort_stats(options.sort).print_stats(options.lines)


def _world() -> Callable[[list[bytes]], object]:
    folder = tempfile.TemporaryDirectory(prefix="mailbot-profile-")
    world = World(Path(folder.name))

    def work(some: list[bytes]) -> object:
        for raw in some:
            world.mailbox.deliver(raw, world.clock.now())
        world.service.intake.once()
        world.service.processing.run()
        return asyncio.run(world.service.delivery.once(10**6)), folder

    return work


if __name__ == "__main__":
    main()
