"""What supervisors and Prometheus are told: enough, true, and nothing of any person."""

from __future__ import annotations

from starlette.testclient import TestClient

from mailbot.demo.filling import filled_pdf
from mailbot.errors import StoreUnreachable
from mailbot.monitoring.endpoints import monitor_app
from tests.builders import FORMULAIRE_1, MEDISOFT
from tests.monitoring.conftest import Watched


def client(watched: Watched) -> TestClient:
    return TestClient(monitor_app(watched.monitor))


def test_a_service_that_works_is_healthy_and_ready(watched: Watched) -> None:
    health = client(watched).get("/health")
    assert (health.status_code, health.json()["status"]) == (200, "ok")
    assert client(watched).get("/ready").status_code == 200


def test_trouble_outside_is_told_and_needs_no_restart(watched: Watched) -> None:
    watched.vitals.mailbox_failed(watched.world.clock.now())
    health = client(watched).get("/health")
    assert (health.status_code, health.json()["status"]) == (200, "trouble")
    assert [t["name"] for t in health.json()["troubles"]] == ["mailbox_unreachable"]


def test_a_loop_that_says_nothing_any_more_is_a_failure(watched: Watched) -> None:
    watched.vitals.beat("processing")
    watched.seconds = 899
    assert client(watched).get("/health").status_code == 200
    watched.seconds = 901
    health = client(watched).get("/health")
    assert (health.status_code, health.json()["stuck"]) == (503, ["processing"])
    watched.vitals.beat("processing")
    assert client(watched).get("/health").status_code == 200


def test_who_stands_by_is_healthy_and_not_ready(watched: Watched) -> None:
    watched.vitals.started_at, watched.vitals.standing_by_for = None, "autre:12"
    ready = client(watched).get("/ready")
    assert (ready.status_code, ready.json()["standing_by_for"]) == (503, "autre:12")
    assert client(watched).get("/health").status_code == 200


def test_a_store_that_is_gone_is_told_by_all_three(watched: Watched) -> None:
    def gone(name: str) -> str:
        raise StoreUnreachable("the disk is gone")

    def uncounted() -> None:
        raise StoreUnreachable("the disk is gone")

    store = watched.world.service.store
    store.switch = gone  # type: ignore[method-assign]  # what a dead disk does
    store.count_by_state = uncounted  # type: ignore[method-assign, assignment]  # the same
    assert client(watched).get("/health").status_code == 503
    assert client(watched).get("/ready").status_code == 503
    assert "mailbot_store_up 0.0" in client(watched).get("/metrics").text


def test_the_last_reconciliation_stands_on_health(watched: Watched) -> None:
    assert client(watched).get("/health").json()["reconciliation"] is None
    watched.world.service.reconciler.run(None)
    found = client(watched).get("/health").json()["reconciliation"]
    assert (found["mailbox"], found["gaps"]) == ("unreachable", [])


def test_the_figures_are_those_of_the_store(watched: Watched) -> None:
    world = watched.world
    world.deliver(MEDISOFT, files=[("f1.pdf", filled_pdf("formulaire_1", FORMULAIRE_1))])
    world.deliver("qui@example.org", "Bonjour, quand ferme la labélisation ?")
    world.once()
    world.later(hours=1)
    with watched.vitals.timed("poll"):
        watched.seconds += 3
    text = client(watched).get("/metrics").text
    for line in (
        "mailbot_mails_received_total 2.0",
        "mailbot_mails_sent_total 2.0",
        'mailbot_mails{state="decided"} 2.0',
        'mailbot_queue{code="question"} 1.0',
        "mailbot_queue_entries 1.0",
        "mailbot_queue_oldest_seconds 3600.0",
        "mailbot_store_up 1.0",
        "mailbot_working 1.0",
        "mailbot_token_expiry_timestamp_seconds NaN",
        'mailbot_stage_seconds_bucket{le="5.0",stage="poll"} 1.0',
        'mailbot_stage_seconds_bucket{le="2.5",stage="poll"} 0.0',
    ):
        assert line in text.splitlines(), line
    health = client(watched).get("/health").text
    for personal in ("medisoft", "qui@", "Weber", "labélisation", FORMULAIRE_1["matricule"]):
        assert personal.lower() not in (text + health).lower()
