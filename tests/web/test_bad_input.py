"""Whatever is wrong in an address or a form gets a page that says so, never a failure."""

from __future__ import annotations

import pytest

from tests.journeys.world import World
from tests.web.browser import Browser, hidden
from tests.web.cases import name_mismatch, question

WRONG = (
    ("/queue?tab=nope", 400),
    ("/queue?sort=nope", 400),
    ("/queue?code=nope", 400),
    ("/queue?step=nope", 400),
    ("/queue?page=0", 400),
    ("/queue?page=-1", 400),
    ("/queue?page=x", 400),
    ("/queue?page=99999999999999999999", 400),
    ("/queue/rows?tab=nope", 400),
    ("/entry/x", 404),
    ("/entry/0", 404),
    ("/entry/-1", 404),
    ("/entry/99999999", 404),
    ("/entry/99999999999999999999999", 404),
    ("/entry/١", 404),
    ("/entry/1?doc=x", 400),
    ("/entry/1?doc=99", 404),
    ("/entry/1?do=nope", 400),
    ("/entry/1?do=tests-passed", 400),
    ("/entry/1/form/nope", 404),
    ("/entry/1/form/labelled", 422),
    ("/entry/1/document/99/original", 404),
    ("/entry/1/document/x/original", 404),
    ("/entry/1/document/1/page/99.png", 404),
    ("/entry/1/document/1/page/x.png", 404),
    ("/entry/1/document/1/page/0.png", 404),
    ("/entry/1/mail/99/html", 404),
    ("/entry/1/mail/x/original", 404),
    ("/outgoing/99", 404),
    ("/outgoing/x", 404),
    ("/dossier/nope", 404),
    ("/dossier/nope/export", 404),
    ("/dossiers?page=x", 400),
    ("/nope", 404),
    ("/static/nope.js", 404),
    ("/static/../app.py", 404),
    ("/static/%2e%2e/app.py", 404),
)


@pytest.fixture
def entry(world: World) -> int:
    return name_mismatch(world)


def test_wrong_addresses_are_said_to_be_wrong(world: World, entry: int, claire: Browser) -> None:
    answers = {path: claire.get(path).status_code for path, _ in WRONG}
    assert answers == dict(WRONG)


FORMS = (
    ("/queue/bulk", {"action": "nope", "entry": "1"}, 400),
    ("/queue/bulk", {"action": "close"}, 400),
    ("/queue/bulk", {"action": "close", "entry": "x"}, 400),
    ("/queue/bulk", {"action": "close", "entry": "999", "count": "2"}, 404),
    ("/entry/1/act/nope", {}, 404),
    ("/entry/1/act/labelled", {}, 422),
    ("/entry/1/act/postpone", {"until": "demain"}, 422),
    ("/entry/1/act/postpone", {"until": "2020-01-01"}, 422),
    ("/entry/1/act/postpone", {}, 422),
    ("/entry/1/act/reply", {"note": "  "}, 422),
    ("/entry/1/act/forward", {"to": "personne", "note": "x"}, 422),
    ("/entry/1/act/dismiss", {}, 422),
    ("/entry/1/act/correct", {"document": "x", "kind": "nda"}, 422),
    ("/entry/1/act/correct", {"document": "99", "kind": "nda"}, 422),
    ("/entry/1/act/correct", {"document": "1", "kind": "nope"}, 422),
    ("/entry/1/act/correct", {"document": "1", "signature": "nope"}, 422),
    ("/entry/1/act/correct", {"document": "1", "set.nope": "x"}, 422),
    ("/entry/1/act/correct", {"document": "1", "set.type_personne": "x"}, 422),
    ("/entry/1/act/assign", {"dossier": "SONS2-999999-AAAA"}, 422),
    ("/entry/1/act/merge", {"dossier": "\x00"}, 422),
    ("/entry/1/act/approve", {"seal": "faux"}, 409),
    ("/entry/1/preview/forward", {"to": "personne"}, 200),
    ("/undo", {"undo": "faux"}, 409),
    ("/hold", {"hold": "peut-être"}, 400),
    ("/language", {"language": "xx"}, 400),
    ("/entry/x/act/close", {}, 404),
    ("/entry/999/take-over", {}, 404),
)


def test_wrong_forms_are_said_to_be_wrong_and_change_nothing(
    world: World, entry: int, claire: Browser
) -> None:
    before = world.store.entry(entry), world.store.dossiers()
    marker = hidden(claire.get(f"/entry/{entry}"), "marker")
    answers = [
        (path, data, claire.post(path, {"marker": marker, **data}).status_code) for path, data, _ in FORMS
    ]
    assert answers == list(FORMS)
    assert (world.store.entry(entry), world.store.dossiers()) == before


def test_what_was_typed_comes_back_with_the_reason(world: World, claire: Browser) -> None:
    entry = question(world)
    answer = claire.decide(entry, "forward", {"to": "personne", "note": "Peux-tu répondre ?"})
    assert answer.status_code == 422
    assert "Peux-tu répondre ?" in answer.text
    assert "Indiquer l&#39;adresse du destinataire." in answer.text


def test_an_oversized_body_is_refused(world: World, claire: Browser) -> None:
    headers = {"Content-Length": "99999999", "Content-Type": "application/x-www-form-urlencoded"}
    assert claire.client.post("/hold", content=b"x", headers=headers).status_code == 413


def test_too_many_fields_are_refused(world: World, claire: Browser) -> None:
    fields = {f"f{n}": "x" for n in range(400)}
    assert 400 <= claire.post("/hold", fields).status_code < 500
