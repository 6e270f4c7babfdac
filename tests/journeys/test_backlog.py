"""However many mails come, what each of them took is given back."""

from __future__ import annotations

import gc

from tests.journeys.world import World


def test_no_mail_stays_in_memory(world: World) -> None:
    counts = [_objects_after_mails(world, first, 5) for first in (0, 5, 10)]
    assert counts[1] == counts[2]


def _objects_after_mails(world: World, first: int, mails: int) -> int:
    """How many of our own objects live, and how many classes, once that many mails were answered."""
    for number in range(first, first + mails):
        world.deliver(f"direction@client-{number}.example", f"Quel est le délai pour le dossier {number} ?")
    assert len(world.once()) == mails
    for box in world.mailbox.boxes.values():
        box.mails.clear()
    gc.collect()
    return sum(
        isinstance(found, type) or type(found).__module__.startswith(("mailbot.", "rules.", "parsers."))
        for found in gc.get_objects()
    )
