"""The common decisions, start to end, without a mouse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e_web.conftest import Person
from tests.journeys.world import World
from tests.web import cases

# Other tests run the same lines; measuring coverage once more would take as long again.
pytestmark = [pytest.mark.browser, pytest.mark.no_cover]


def leave(world: World) -> list[str]:
    """The templates of what leaves once the time to undo is over."""
    world.later(seconds=11)
    return [mail.template for mail in world.send()]


def open_first(page: Page) -> None:
    page.goto("/queue")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/entry/*")


def sent_and_on(page: Page) -> None:
    """Ctrl+Enter, and the page after it says what was done."""
    expect(page.locator("#form [data-submit]:not([disabled])")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("html[data-ready] .flash:not(.wrong)")).to_be_visible()


def test_a_draft_is_read_and_sent_and_the_next_entry_opens(world: World, person: Person) -> None:
    cases.name_mismatch(world)
    world.later(hours=1)
    second = cases.question(world)
    page = person("claire")
    open_first(page)
    expect(page.locator("#text")).to_have_value(containing("compléter ou à corriger"))
    sent_and_on(page)
    assert page.url.endswith(f"/entry/{second}")
    assert leave(world) == ["elements_manquants"]


def test_the_last_decision_is_undone_with_u(world: World, person: Person) -> None:
    entry = cases.name_mismatch(world)
    page = person("claire")
    open_first(page)
    sent_and_on(page)
    page.keyboard.press("u")
    page.wait_for_url(f"**/entry/{entry}")
    expect(page.locator(".flash")).to_contain_text("La décision est annulée")
    assert leave(world) == []


def test_enrolment_is_found_valid(world: World, person: Person, tmp_path: Path) -> None:
    cases.enrolment(world)
    folder = world.folder / "technique" / world.store.dossiers()[0].dossier.reference
    folder.mkdir(parents=True)
    (folder / "integration.pdf").write_bytes(b"%PDF-1.4 own")
    page = person("claire")
    open_first(page)
    page.keyboard.press("c")
    expect(page.locator(".outgoing")).to_contain_text("integration.pdf")
    sent_and_on(page)
    assert leave(world) == ["enrolement_valide"]


def test_access_is_configured(world: World, person: Person) -> None:
    cases.access(world)
    page = person("claire")
    open_first(page)
    page.keyboard.press("c")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type("https://test.example, client 42")
    expect(page.locator("#text")).to_have_value(containing("client 42"))
    sent_and_on(page)
    assert leave(world) == ["acces_environnement"]


def test_a_connection_is_valid_once_the_circuit_is_ticked(world: World, person: Person) -> None:
    cases.connection(world)
    page = person("claire")
    open_first(page)
    page.keyboard.press("c")
    for name in ("signature", "timestamp", "uniqueness"):
        expect(page.locator(f"[name='tick.{name}']")).to_be_focused()
        expect(page.locator("#form [data-submit]:not([disabled])")).to_have_count(0)
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    sent_and_on(page)
    assert leave(world) == ["raccordement_valide"]


def test_a_complement_is_asked_for(world: World, person: Person) -> None:
    cases.labelling(world)
    page = person("claire")
    open_first(page)
    page.keyboard.press("r")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type("Merci d'ajouter le journal PID.")
    expect(page.locator("#text")).to_have_value(containing("journal PID"))
    sent_and_on(page)
    assert leave(world) == ["complement_demande"]


def test_an_answer_is_written_and_an_entry_postponed(world: World, person: Person) -> None:
    entry = cases.question(world)
    page = person("claire")
    open_first(page)
    page.keyboard.press("r")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type("La documentation arrive avec votre enrôlement.")
    expect(page.locator("#text")).to_have_value(containing("avec votre enrôlement"))
    sent_and_on(page)
    page.goto(f"/entry/{entry}")
    page.keyboard.press("z")
    expect(page.locator("#until")).to_be_focused()
    page.locator("#until").fill("2025-07-01")  # how a date is typed depends on the system
    sent_and_on(page)
    assert world.store.entry(entry).state == "postponed"
    assert leave(world) == ["reponse_libre"]


def test_a_doubtful_value_is_reached_with_tab_and_lights_up_on_the_page(world: World, person: Person) -> None:
    entry = cases.name_mismatch(world)
    page = person("claire")
    page.goto(f"/entry/{entry}?doc=2")
    page.locator("body").press("Tab")
    row = page.locator("tr.field:focus")
    expect(row).to_have_attribute("data-field", "denomination")
    expect(page.locator("rect.box.lit")).to_have_attribute("data-field", "denomination")
    page.locator("rect.box[data-field=matricule]").hover()
    expect(page.locator("tr.field.lit")).to_have_attribute("data-field", "matricule")


def test_a_documents_kind_is_corrected_with_a_digit(world: World, person: Person) -> None:
    entry = cases.name_mismatch(world)
    page = person("claire")
    page.goto(f"/entry/{entry}?doc=2")
    page.keyboard.press("7")
    expect(page.locator("#kind")).to_have_value("preuve_tests")
    sent_and_on(page)
    assert [d.document.kind for d in world.store.documents_of_mail(1)] == ["formulaire_1", "preuve_tests"]


def test_the_keys_are_explained(world: World, person: Person) -> None:
    entry = cases.question(world)
    page = person("claire")
    page.goto(f"/entry/{entry}")
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()


def containing(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text))
