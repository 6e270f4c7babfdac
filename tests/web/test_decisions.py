"""Every action of the contract, done as a person does it: open, fill in, see the mail, send."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from mailbot.corrections import AS_WRITTEN
from tests.builders import MEDISOFT
from tests.journeys.world import Sent, World
from tests.web import cases
from tests.web.browser import Browser, hidden

PDF = ("f.pdf", b"%PDF-1.4 x", "application/pdf")
CIRCUIT = {f"tick.{name}": "1" for name in ("signature", "timestamp", "uniqueness")}
FOUR = {f"tick.{name}": "1" for name in ("ciss", "aes", "cns", "incert")}


def leaves(world: World) -> list[Sent]:
    """What leaves once the time to undo is over."""
    assert world.send() == []
    world.later(seconds=11)
    return world.send()


def shown_text(page: Any) -> str:
    found = re.search(r'<textarea id="text"[^>]*>(.*?)</textarea>', page.text, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def decide(
    browser: Browser, entry: int, action: str, data: dict[str, Any] | None = None, files: Any = None
) -> None:
    answer = browser.decide(entry, action, data, files)
    assert answer.status_code == 303, answer.text


def test_a_draft_leaves_as_it_was_shown(world: World, claire: Browser) -> None:
    entry = cases.name_mismatch(world)
    shown = shown_text(claire.get(f"/entry/{entry}"))
    decide(claire, entry, "approve")
    (sent,) = leaves(world)
    assert sent.template == "elements_manquants"
    assert sent.text.split() == shown.split()
    assert world.store.entry(entry).state == "closed"


def test_a_draft_leaves_in_the_persons_words(world: World, claire: Browser) -> None:
    entry = cases.name_mismatch(world)
    decide(claire, entry, "approve", {"text": "Bonjour, merci de nous rappeler."})
    (sent,) = leaves(world)
    assert sent.text.strip() == "Bonjour, merci de nous rappeler."
    assert sent.message["Auto-Submitted"] is None


def test_enrolment_is_two_facts(world: World, claire: Browser) -> None:
    entry = cases.enrolment(world)
    assert "AeS" in claire.get(f"/entry/{entry}?do=enrolment-valid").text
    decide(claire, entry, "enrolment-valid", {"party": "incert"})
    assert world.states() == {"E": "valide_incert"}
    assert f"/entry/{entry}" in claire.get("/queue?tab=waiting").text
    decide(claire, entry, "enrolment-valid", {"party": "aes"}, [("files", PDF)])
    (sent,) = leaves(world)
    assert sent.attachments == ["NDA.pdf", "formulaire_2.pdf", "f.pdf"]


def test_enrolment_without_its_documentation_is_refused_with_the_reason(
    world: World, claire: Browser
) -> None:
    entry = cases.enrolment(world)
    answer = claire.decide(entry, "enrolment-valid", {"party": "both"})
    assert answer.status_code == 422
    assert world.states() == {"E": "contresigne"}
    assert "documentation technique" in claire.preview(entry, "enrolment-valid", {"party": "both"}).text


@pytest.mark.parametrize(
    ("case", "action", "data", "files", "template"),
    [
        ("enrolment", "enrolment-refused", {"note": "Hors EEE."}, [], "enrolement_refuse"),
        ("access", "access-configured", {"note": "https://test.example"}, [], "acces_environnement"),
        ("access", "access-configured", {}, [("files", PDF)], "acces_environnement"),
        ("access", "access-refused", {"note": "Pas d'espace MySecu."}, [], "acces_refuse"),
        ("labelling", "complement", {"note": "Le journal PID."}, [], "complement_demande"),
        ("labelling", "tests-failed", {"note": "PID"}, [("files", PDF)], "tests_echoues"),
        ("labelling", "tests-passed", FOUR, [("files", PDF)], "tests_reussis"),
        ("connection", "connection-valid", CIRCUIT | {"amount": "640"}, [], "raccordement_valide"),
        ("connection", "connection-refused", {"note": "Pas de transaction."}, [], "raccordement_refuse"),
        (
            "change",
            "change-accepted",
            {"change.iban": "LU120010001234567891"},
            [],
            "changement_donnees_decide",
        ),
        ("change", "change-refused", {"note": "Pas signé."}, [], "changement_donnees_decide"),
        ("question", "reply", {"note": "Voici la réponse."}, [], "reponse_libre"),
        ("question", "forward", {"to": "collegue@incert.lu", "note": "Pour toi"}, [], "transfert"),
    ],
)
def test_a_decision_shows_its_mail_and_sends_it(
    world: World, claire: Browser, case: str, action: str, data: dict[str, str], files: Any, template: str
) -> None:
    entry = getattr(cases, case)(world)
    seen = shown_text(claire.preview(entry, action, data, files=files or None))
    decide(claire, entry, action, data, files or None)
    sent = leaves(world)
    assert sent[0].template == template
    assert sent[0].text.split() == seen.split()


@pytest.mark.parametrize(
    ("case", "action", "data", "said"),
    [
        ("labelling", "tests-passed", {**FOUR, "tick.cns": ""}, "Validée par la CNS"),
        ("labelling", "tests-passed", FOUR, "Attestation"),
        ("connection", "connection-valid", {**CIRCUIT, "amount": "640", "tick.timestamp": ""}, "Horodatage"),
        ("connection", "connection-valid", {**CIRCUIT, "amount": ""}, "montant"),
        ("access", "access-configured", {}, "accès manquent"),
    ],
)
def test_what_is_needed_is_asked_for(
    world: World, claire: Browser, case: str, action: str, data: dict[str, str], said: str
) -> None:
    entry = getattr(cases, case)(world)
    files = [("files", PDF)] if "tick.cns" in data and not data["tick.cns"] else None
    before = world.states()
    answer = claire.decide(entry, action, data, files)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    assert world.states() == before


def test_labelled_keeps_the_day_that_aes_named(world: World, claire: Browser) -> None:
    entry = cases.labelled(world)
    decide(claire, entry, "labelled", {"date": "2025-07-10"})
    case = world.store.dossiers()[0].dossier.case("L")
    assert case is not None
    assert (case.state, case.fact("labelled_at")) == ("labelise", "2025-07-10")


def test_a_change_shows_old_and_new_side_by_side(world: World, claire: Browser) -> None:
    entry = cases.change(world)
    page = claire.get(f"/entry/{entry}?do=change-accepted").text
    assert "LU280019400644750000" in page
    assert 'value="LU120010001234567891"' in page


def test_a_deadline_is_overruled_with_a_reason(world: World, claire: Browser) -> None:
    cases.access(world)
    world.act(world.entry(step="L2"), "access-configured", note="client 42")
    world.now("2026-07-02 09:00")
    files = [("F3.pdf", cases.filled_pdf("formulaire_3", cases.FORMULAIRE_3)), ("rapport.txt", cases.PROOF)]
    world.deliver(MEDISOFT, files=files)
    world.once()
    late = world.entry(code="deadline_passed")
    assert claire.decide(late.id, "deadline-overruled").status_code == 422
    decide(claire, late.id, "deadline-overruled", {"note": "Panne chez nous."})
    assert world.states()["L1"] == "demande_complete"


def test_a_value_is_corrected_in_place_and_decided_on_at_once(world: World, claire: Browser) -> None:
    entry = cases.name_mismatch(world)
    page = claire.get(f"/entry/{entry}?doc=2")
    given = {"marker": hidden(page, "marker"), "document": "2", "set.denomination": "Medisoft S.à r.l."}
    answer = claire.post(f"/entry/{entry}/act/correct?doc=2", given)
    assert answer.status_code == 303, answer.text
    assert world.store.entry(entry).outcome == "correct"
    assert world.queue() == []
    (document,) = [d.document for d in world.store.documents_of_mail(1) if d.document.kind == "nda"]
    assert document.fields["denomination"].evidence == ("corrigé par claire",)


def test_a_value_that_fails_its_check_is_refused_with_a_way_to_insist(world: World, claire: Browser) -> None:
    entry = cases.name_mismatch(world)
    path = f"/entry/{entry}/act/correct?doc=1"
    given = {"marker": hidden(claire.get(f"/entry/{entry}"), "marker"), "document": "1"}
    given["set.iban"] = "LU280019400644750001"
    page = claire.post(path, given)
    assert page.status_code == 422
    assert "n'est pas valable pour « IBAN »" in html.unescape(page.text)
    assert 'value="LU280019400644750001"' in page.text
    assert 'name="as_written"' in page.text
    assert claire.post(path, given | {"as_written": "1"}).status_code == 303
    (document,) = [d.document for d in world.store.documents_of_mail(1) if d.document.kind == "formulaire_1"]
    assert document.fields["iban"].value == "LU280019400644750001"
    assert document.fields["iban"].evidence == ("corrigé par claire", AS_WRITTEN)


def test_a_document_is_given_its_right_kind(world: World, claire: Browser) -> None:
    entry = cases.name_mismatch(world)
    given = {"marker": hidden(claire.get(f"/entry/{entry}"), "marker"), "document": "2", "kind": "other"}
    assert claire.post(f"/entry/{entry}/act/correct", given).status_code == 303
    assert [d.document.kind for d in world.store.documents_of_mail(1)] == ["formulaire_1", "other"]


def test_the_plain_actions(world: World, claire: Browser) -> None:
    entry = cases.question(world)
    decide(claire, entry, "note", {"note": "Appelé."})
    decide(claire, entry, "postpone", {"until": "2025-07-01"})
    assert f"/entry/{entry}" in claire.get("/queue?tab=waiting").text
    decide(claire, entry, "close")
    assert world.store.entry(entry).state == "closed"
    assert f"/entry/{entry}" in claire.get("/queue?tab=closed").text
    decide(claire, entry, "reopen")
    decide(claire, entry, "dismiss", {"note": "Publicité."})
    assert world.store.entry(entry).outcome == "dismissed"


def test_a_mail_is_put_to_another_dossier(world: World, claire: Browser) -> None:
    cases.enrolment(world)
    entry = cases.question(world)
    reference = world.store.dossiers()[0].dossier.reference
    decide(claire, entry, "assign", {"dossier": reference})
    assert world.store.entry(entry).state == "closed"


def test_the_next_entry_opens_after_a_decision(world: World, claire: Browser) -> None:
    first = cases.name_mismatch(world)
    world.later(hours=1)
    second = cases.question(world)
    answer = claire.decide(first, "approve")
    assert answer.headers["location"] == f"/entry/{second}"
    assert claire.decide(second, "close").headers["location"] == "/queue"


def test_a_mail_that_was_not_shown_does_not_leave(world: World, claire: Browser) -> None:
    entry = cases.question(world)
    marker = hidden(claire.get(f"/entry/{entry}?do=reply"), "marker")
    answer = claire.post(f"/entry/{entry}/act/reply", {"marker": marker, "note": "Oui."})
    assert answer.status_code == 422
    assert world.store.entry(entry).state == "open"


def test_trying_changes_nothing(world: World, claire: Browser) -> None:
    entry = cases.labelling(world)
    before = world.store.dossiers(), world.queue(), len(world.store.outbox_of_dossier(1))
    claire.preview(entry, "tests-passed", FOUR, files=[("files", PDF)])
    assert (world.store.dossiers(), world.queue(), len(world.store.outbox_of_dossier(1))) == before


# Undo


def undo_key(page: Any) -> str:
    return hidden(page, "undo")


@pytest.mark.parametrize(
    ("case", "action", "data", "files"),
    [
        ("name_mismatch", "approve", {}, None),
        ("labelling", "tests-passed", FOUR, [("files", PDF)]),
        ("connection", "connection-valid", CIRCUIT | {"amount": "640"}, None),
        ("question", "reply", {"note": "Oui."}, None),
        ("question", "dismiss", {"note": "Rien."}, None),
    ],
)
def test_a_decision_is_undone_while_its_mail_waits(
    world: World, claire: Browser, case: str, action: str, data: dict[str, str], files: Any
) -> None:
    entry = getattr(cases, case)(world)
    before = world.store.entry(entry), [d.dossier for d in world.store.dossiers()], world.queue()
    decide(claire, entry, action, data, files)
    key = undo_key(claire.get("/queue"))
    assert claire.post("/undo", {"undo": key}).status_code == 303
    assert (world.store.entry(entry), [d.dossier for d in world.store.dossiers()], world.queue()) == before
    world.later(minutes=1)
    assert world.send() == []
    decide(claire, entry, action, data, files)


def test_what_has_left_is_not_undone(world: World, claire: Browser) -> None:
    entry = cases.name_mismatch(world)
    decide(claire, entry, "approve")
    key = undo_key(claire.get("/queue"))
    world.later(seconds=11)
    assert len(world.send()) == 1
    assert claire.post("/undo", {"undo": key}).status_code == 409
    assert world.store.entry(entry).state == "closed"


def test_nobody_undoes_anothers_decision(world: World, claire: Browser) -> None:
    entry = cases.name_mismatch(world)
    decide(claire, entry, "approve")
    key = undo_key(claire.get("/queue"))
    assert Browser.signed_in(world, "paul").post("/undo", {"undo": key}).status_code == 409


def test_held_mail_does_not_leave(world: World, claire: Browser) -> None:
    entry = cases.name_mismatch(world)
    assert claire.post("/hold", {"hold": "1"}).status_code == 303
    decide(claire, entry, "approve")
    world.later(minutes=5)
    assert world.send() == []
    assert "Tous les envois sont suspendus" in claire.get("/queue").text
    claire.post("/hold", {"hold": ""})
    assert len(world.send()) == 1


# Two people


def test_an_entry_that_is_open_elsewhere_is_not_decided(world: World, claire: Browser) -> None:
    entry = cases.question(world)
    claire.get(f"/entry/{entry}")
    paul = Browser.signed_in(world, "paul")
    assert "Ouverte chez claire" in paul.get(f"/entry/{entry}").text
    assert paul.decide(entry, "close").status_code == 409
    assert paul.post(f"/entry/{entry}/take-over").status_code == 303
    assert paul.decide(entry, "close").status_code == 303


def test_a_lock_ends_by_itself(world: World, claire: Browser) -> None:
    entry = cases.question(world)
    claire.get(f"/entry/{entry}")
    paul = Browser.signed_in(world, "paul")
    world.later(minutes=6)
    assert paul.decide(entry, "close").status_code == 303


def test_a_page_that_is_older_than_the_entry_decides_nothing(world: World, claire: Browser) -> None:
    entry = cases.enrolment(world)
    old = hidden(claire.get(f"/entry/{entry}"), "marker") or hidden(
        claire.get(f"/entry/{entry}?do=note"), "marker"
    )
    world.act(world.store.entry(entry), "enrolment-valid", set={"party": "incert"})
    answer = claire.post(f"/entry/{entry}/act/close", {"marker": old, "note": "vieux"})
    assert answer.status_code == 409
    assert "vieux" in answer.text
    assert world.store.entry(entry).state == "open"


def test_taking_on_puts_an_entry_among_ones_own(world: World, claire: Browser) -> None:
    entry = cases.question(world)
    claire.post(f"/entry/{entry}/take-on", {"owner": "me"})
    assert f"/entry/{entry}" in claire.get("/queue?tab=mine").text
    assert f"/entry/{entry}" not in Browser.signed_in(world, "paul").get("/queue?tab=mine").text
    claire.post(f"/entry/{entry}/take-on", {"owner": ""})
    assert f"/entry/{entry}" not in claire.get("/queue?tab=mine").text


def test_several_entries_at_once_need_their_number(world: World, claire: Browser) -> None:
    entries = [cases.name_mismatch(world), cases.question(world)]
    chosen = {"action": "close", "entry": [str(e) for e in entries]}
    assert "2 entrée(s)" in claire.post("/queue/bulk", chosen).text
    assert "pas celui" in claire.post("/queue/bulk", {**chosen, "count": "3"}).text
    assert [world.store.entry(e).state for e in entries] == ["open", "open"]
    assert claire.post("/queue/bulk", {**chosen, "count": "2"}).status_code == 303
    assert [world.store.entry(e).state for e in entries] == ["closed", "closed"]


def test_a_step_whose_period_is_over_says_so_before_it_is_decided(world: World, claire: Browser) -> None:
    entry = cases.labelling(world)
    world.now("2026-10-05 09:00")
    page = claire.get(f"/entry/{entry}?do=complement")
    given = {"marker": hidden(page, "marker"), "note": "Le journal du test 3."}
    assert (
        "le délai de cette étape est passé" in claire.post(f"/entry/{entry}/preview/complement", given).text
    )
