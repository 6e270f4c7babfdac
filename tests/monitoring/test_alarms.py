"""INCERT hears of a trouble once, and once when it is over."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbot.breaker import HELD, HOLD, TROUBLE
from mailbot.monitoring.alarms import Alarms
from mailbot.monitoring.token import token_expires_at
from mailbot.monitoring.troubles import Troubles
from mailbot.reconcile import Gap, Reconciliation
from mailbot.settings import OAuth
from tests.monitoring.conftest import GIGABYTE, Watched


def test_a_mailbox_that_is_away_for_long_is_told_once_and_when_it_is_back(watched: Watched) -> None:
    world, vitals = watched.world, watched.vitals
    vitals.mailbox_failed(world.clock.now())
    assert watched.look() == []  # it may be back in a moment
    world.later(minutes=11)
    vitals.mailbox_failed(world.clock.now())
    (alarm,) = watched.look()
    assert (alarm.template, alarm.to) == ("alarme", ("sons-equipe@incert.lu",))
    assert "La boîte aux lettres (127.0.0.1) est inaccessible." in alarm.words
    world.later(hours=5)
    assert watched.look() == []
    watched.alarms = Alarms(world.service)  # a restart does not tell it again
    assert watched.look() == []
    vitals.polled(world.clock.now())
    assert watched.look() == []  # it might be gone again in a moment
    world.later(minutes=6)
    vitals.polled(world.clock.now())
    (over,) = watched.look()
    assert over.subject.startswith("Fin de l'alarme")
    assert watched.look() == []
    assert [h.what for h in world.store.history() if "alarm" in h.what] == ["alarm", "alarm_over"]


def test_a_blip_is_not_told(watched: Watched) -> None:
    for _ in range(3):
        watched.vitals.smtp_failed(watched.world.clock.now())
        assert watched.look() == []
        watched.world.later(minutes=8)
        watched.vitals.polled(watched.world.clock.now())
        watched.vitals.sent()
        assert watched.look() == []


def test_one_trouble_again_is_another_alarm(watched: Watched) -> None:
    for _ in range(2):
        watched.free = GIGABYTE // 10
        assert [m.template for m in watched.look()] == ["alarme"]
        watched.free = 50 * GIGABYTE
        watched.world.later(minutes=20)
        watched.vitals.polled(watched.world.clock.now())
        assert [m.template for m in watched.look()] == ["alarme"]
        watched.world.later(minutes=20)
        watched.vitals.polled(watched.world.clock.now())


def test_what_is_wrong_has_a_name(watched: Watched) -> None:
    world, vitals = watched.world, watched.vitals
    assert watched.names() == []
    world.later(minutes=30)
    assert watched.names() == ["no_poll"]
    vitals.polled(world.clock.now())
    vitals.smtp_failed(world.clock.now())
    vitals.scanner_failed(world.clock.now())
    vitals.web_failed(world.clock.now())
    world.service.alarms.alarm(TROUBLE, "200 réponses automatiques en une heure.")
    with world.store.transaction():
        gaps = (Gap(kind="archive_lacks", number=2),)
        found = Reconciliation(at=world.clock.now(), mailbox="compared", gaps=gaps)
        world.store.set_switch("reconciliation", found.model_dump_json())
    watched.free = 999_000_000
    assert watched.names() == [
        "smtp_failing",
        "scanner_unreachable",
        "web_down",
        "sending_held",
        "reconciliation_gap",
        "disk_nearly_full",
    ]


@pytest.mark.parametrize("by_breaker", [True, False])
def test_only_the_breakers_own_alarm_leaves_while_sending_is_held(watched: Watched, by_breaker: bool) -> None:
    world = watched.world
    world.deliver("qui@example.org", "Bonjour, quand ferme la labélisation ?")
    world.service.intake.once()
    world.service.processing.run()
    with world.store.transaction():
        world.store.set_switch(HOLD, HELD)
    watched.free = 0
    if by_breaker:
        world.service.alarms.alarm(TROUBLE, "200 réponses automatiques en une heure.")
    assert [m.template for m in watched.look()] == (["alarme", "alarme"] if by_breaker else [])
    with world.store.transaction():
        world.store.set_switch(HOLD, "")
        world.service.alarms.over(TROUBLE)
    assert "orientation_contact" in [m.template for m in world.send()]
    assert TROUBLE not in watched.names()


def test_of_a_small_disk_a_tenth_is_enough(watched: Watched) -> None:
    for free, names in ((7_000_000, []), (6_000_000, ["disk_nearly_full"])):
        sizes = (64_000_000, free)
        troubles = Troubles(watched.world.service, watched.vitals, lambda folder, sizes=sizes: sizes)  # type: ignore[misc]
        assert [trouble.name for trouble in troubles.now()] == names


def test_where_incert_has_no_address_an_alarm_stands_in_the_trail(watched: Watched) -> None:
    config = watched.world.service.config
    parties = config.parties.model_copy(update={"incert_address": ""})
    watched.world.service.config = config.model_copy(update={"parties": parties})
    watched.free = 0
    assert watched.look() == []
    assert [h.detail for h in watched.world.store.history()] == [{"trouble": "disk_nearly_full"}]


def jwt(claims: dict[str, object]) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.x"


@pytest.mark.parametrize(
    ("token", "expires"),
    [
        (jwt({"exp": 1_780_000_000}), datetime.fromtimestamp(1_780_000_000, UTC)),
        ("opaque", None),
        ("a.b.c", None),
        (jwt({"sub": "x"}), None),
        ("", None),
    ],
)
def test_the_end_of_a_token_is_read_where_it_says_so(
    tmp_path: Path, token: str, expires: datetime | None
) -> None:
    (tmp_path / "token").write_text(token)
    assert token_expires_at(OAuth(token_file=tmp_path / "token")) == expires


def test_the_end_of_a_kept_token_is_read(tmp_path: Path) -> None:
    cache = tmp_path / "oauth.json"
    assert token_expires_at(OAuth(token_cache=cache)) is None
    cache.write_text(
        json.dumps({"AccessToken": {"a": {"expires_on": "1780000000"}, "b": {"expires_on": "1"}}})
    )
    assert token_expires_at(OAuth(token_cache=cache)) == datetime.fromtimestamp(1_780_000_000, UTC)
