"""What came in, as the person sees it: drawn pages, originals as downloads, cells that are no formula."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageDraw

from mailbot.spreadsheet import safe_cell
from mailbot.web.core_words import in_words
from mailbot.web.entry_view import Field
from mailbot.web.marked_text import marked
from mailbot.web.pages import PageNotDrawn, Pages
from parsers.types import FieldDef, FieldValue
from tests.builders import NDA
from tests.journeys.world import World
from tests.web.browser import Browser
from tests.web.cases import FORMULAIRE_1, enrolment, filled_pdf, name_mismatch, question

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def test_pages_are_drawn_and_originals_only_downloaded(world: World, claire: Browser) -> None:
    entry = name_mismatch(world)
    drawn = claire.get(f"/entry/{entry}/document/1/page/1.png")
    assert drawn.headers["content-type"] == "image/png"
    assert drawn.content.startswith(b"\x89PNG")
    original = claire.get(f"/entry/{entry}/document/1/original")
    assert original.content == filled_pdf("formulaire_1", FORMULAIRE_1)
    assert original.headers["content-disposition"].startswith("attachment")
    assert original.headers["content-type"] == "application/octet-stream"


def test_each_field_has_its_box_and_what_stands_elsewhere(world: World, claire: Browser) -> None:
    entry = name_mismatch(world)
    page = claire.get(f"/entry/{entry}?doc=2").text
    assert 'data-field="denomination" x=' in page
    assert "Medisoft S.à r.l." in page.split('id="field-denomination"')[1].split("</tr>")[0]


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+352 1", "'+352 1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("  =1+1", "'  =1+1"),
        ("Medisoft", "Medisoft"),
        (None, ""),
        (3, "3"),
    ],
)
def test_no_cell_is_a_formula(cell: object, safe: str) -> None:
    assert safe_cell(cell) == safe


def test_an_export_is_a_zip_and_stands_in_the_history(world: World, claire: Browser) -> None:
    name_mismatch(world)
    reference = world.store.dossiers()[0].dossier.reference
    answer = claire.get(f"/dossier/{reference}/export")
    assert answer.content.startswith(b"PK")
    assert "exported" in [row.what for row in world.store.history(dossier_id=1)]


def test_a_task_shows_all_of_its_case_and_marks_only_what_differs(world: World, claire: Browser) -> None:
    entry = enrolment(world)  # of the mail by which AeS sent the NDA back
    page = claire.get(f"/entry/{entry}").text
    assert "Formulaire 1.pdf" in page
    assert "Medisoft S.à r.l." in page.split('id="field-denomination"')[1].split("</tr>")[0]
    assert "≠" not in page


def test_a_corrected_value_says_who_corrected_it(world: World, claire: Browser) -> None:
    entry = name_mismatch(world)
    answer = claire.decide(entry, "correct", {"document": "1", "set.email": "neuf@medisoft.example"})
    page = claire.get(answer.headers["location"]).text
    assert "corrigé par claire" in page.split('id="field-email"')[1].split("</tr>")[0]


def test_words_that_are_searched_for_stand_in_no_address(world: World, claire: Browser) -> None:
    entry = name_mismatch(world)
    for words, found in (("Medisoft", True), ("NDA.pdf", True), ("Praxilux", False)):
        to = claire.post("/queue/search", {"q": words, "tab": "review", "sort": "age"}).headers["location"]
        assert words not in to
        assert (f"/entry/{entry}" in claire.get(to).text) is found
    to = claire.post("/dossiers/search", {"q": "MEDISOFT S.à"}).headers["location"]
    assert "SONS2-000001" in claire.get(to).text
    assert Browser.signed_in(world, "paul").get(to).status_code == 404  # the handle is claire's
    assert claire.get("/queue?s=nope").status_code == 404


def test_without_pages_the_values_are_marked_in_the_text() -> None:
    value = FieldValue(value="Medisoft", raw="Medi soft", confidence=0.9, source="docx_control")
    definition = FieldDef(id="denomination", type="company", labels={"fr": ("Nom",)})
    field = Field("denomination", "Nom", "Medisoft", "Medi soft", value, "machine", (), (), (), definition)
    short = Field("postes", "Postes", "2", "2", value, "machine", (), (), (), None)
    text = "2. Medi soft écrit <b>\nNom : Medi  soft et fin"
    pieces = [(piece, found.id if found else None) for piece, found in marked(text, (field, short))]
    assert pieces == [
        ("2. Medi soft écrit <b>\nNom : ", None),
        ("Medi  soft", "denomination"),
        (" et fin", None),
    ]


def test_a_phone_s_photo_is_drawn_as_it_is_and_set_straight(tmp_path: Path) -> None:
    out = io.BytesIO()
    sheet = Image.new("RGB", (620, 877), "white")
    ImageDraw.Draw(sheet).text((80, 100), "Formulaire 1", fill="black")
    pillow_heif.from_pillow(sheet).save(out)
    pages = Pages(tmp_path)
    assert pages.can_draw("image/heic")
    assert len(pages.sizes("cd34", "image/heic", out.getvalue)) == 1
    for straight in (False, True):
        assert pages.png("cd34", 1, "image/heic", out.getvalue, straight=straight).startswith(b"\x89PNG")


def test_pages_that_come_next_are_drawn_with_the_one_asked_for(tmp_path: Path) -> None:
    out, asked = io.BytesIO(), []
    sheets = [Image.new("L", (620, 877), shade) for shade in (250, 240, 230)]
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])

    def file() -> bytes:
        asked.append(1)
        return out.getvalue()

    pages = Pages(tmp_path)
    with ThreadPoolExecutor(3) as browser:
        numbers = [1, 2, 3] * 2
        drawn = list(browser.map(lambda n: pages.png("ef56", n, "application/pdf", file), numbers))
    shades = [Image.open(io.BytesIO(png)).convert("L").getpixel((300, 300)) for png in drawn]
    assert shades == [250, 240, 230] * 2
    assert len(asked) <= 3
    before = len(asked)
    pages.png("ef56", 3, "application/pdf", file)
    assert len(asked) == before
    with pytest.raises(PageNotDrawn):
        pages.png("ef56", 4, "application/pdf", file)


def test_word_files_are_shown_as_the_pages_that_libreoffice_makes(tmp_path: Path) -> None:
    (tmp_path / "made.pdf").write_bytes(filled_pdf("nda", NDA))
    program = tmp_path / "soffice"
    script = (
        f'while [ "$1" != --outdir ]; do shift; done; mkdir -p "$2"; cp {tmp_path}/made.pdf "$2/document.pdf"'
    )
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    pages = Pages(tmp_path / "pages", str(program))
    given: list[str] = []

    def word_file() -> bytes:
        given.append("once more")
        return b"PK"

    assert pages.can_draw(DOCX)
    assert not Pages(tmp_path).can_draw(DOCX)
    assert len(pages.sizes("ab12", DOCX, word_file)) == 2
    assert pages.png("ab12", 1, DOCX, word_file).startswith(b"\x89PNG")
    assert len(given) == 1
    (tmp_path / "made.pdf").unlink()
    for _ in range(2):
        with pytest.raises(PageNotDrawn):
            pages.sizes("cd34", DOCX, word_file)
    assert len(given) == 2  # what cannot be converted is not tried again


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("iban=x: not a value of type iban", "« x » n'est pas une valeur possible pour « iban »."),
        ("say until when: --set until=2026-06-30", "Choisir le jour jusqu'auquel reporter."),
        ("no dossier has the reference X-1", "Aucun dossier n'a la référence X-1."),
        ("Décidé à nouveau : queue. Nouvelle entrée 7.", "personne doit encore trancher (entrée 7)."),
        ("100 %(of)s something new", "100 %(of)s something new"),
    ],
)
def test_pages_do_not_speak_of_options_and_codes(said: str, shown: str) -> None:
    def filled(text: str, **values: object) -> str:
        return text % values if values else text

    assert in_words(filled, said).endswith(shown)


def test_the_queue_is_read_again_when_something_changed(world: World, claire: Browser) -> None:
    entry = name_mismatch(world)
    link = f'href="/entry/{entry}"'
    assert link in claire.get("/queue").text
    reads: list[object] = []
    read = world.store.queue_keys
    world.web_app.state.web.store.queue_keys = lambda **how: reads.append(how) or read(**how)  # type: ignore[attr-defined]  # see Browser
    assert link in claire.get("/queue").text  # looking changes nothing
    assert reads == []
    world.act(world.store.entry(entry), "postpone", set={"until": "2025-06-05"})
    assert link not in claire.get("/queue").text
    assert link in claire.get("/queue?tab=waiting").text
    assert len(reads) == 1
    world.later(days=3)
    assert link in claire.get("/queue").text  # its day has come
    world.act(world.store.entry(entry), "close")
    assert link not in claire.get("/queue").text
    assert link in claire.get("/queue?tab=closed").text


def test_next_and_previous_follow_the_list_looked_at_last(world: World, claire: Browser) -> None:
    first, second = name_mismatch(world), question(world)
    world.deliver(
        "autre@cabinet.example", "Bonjour,\n\nQui contacter pour l'eConnector ?\n", subject="Question"
    )
    world.once()
    third = max(entry.id for entry in world.store.entries())
    claire.get("/queue")
    assert f'data-after="/entry/{second}"' in claire.get(f"/entry/{first}").text
    claire.get("/queue?code=question")
    page = claire.get(f"/entry/{third}").text
    assert f'data-before="/entry/{second}"' in page
    assert "data-before" not in claire.get(f"/entry/{second}").text  # the mismatch is not of this list
    assert f'data-after="/entry/{second}"' in claire.get(f"/entry/{first}").text  # as the whole queue has it
    claire.get("/queue?sort=age")
    assert f'data-after="/entry/{second}"' in claire.get(f"/entry/{first}").text


def test_every_mail_of_a_dossier_can_be_read_and_no_other_dossiers(world: World, claire: Browser) -> None:
    enrolment(world)  # its first mail was answered without a person
    other = world.store.entry(question(world)).mail_id  # of somebody else
    reference = world.store.dossier(1).dossier.reference
    (mail, *_) = world.store.mails_of_dossier(1)
    here = f"/dossier/{reference}/mail/{mail.id}"
    assert here in claire.get(f"/dossier/{reference}").text
    page = claire.get(here).text
    (document, *_) = world.store.documents_of_mail(mail.id)
    assert f"{here}/document/{document.id}/original" in page
    assert claire.get(f"{here}/document/{document.id}/original").content.startswith(b"%PDF")
    assert claire.get(f"{here}/original").content == world.service.archive.get(mail.sha256)
    assert claire.get(f"{here}/html").headers["content-security-policy"].startswith("sandbox")
    assert claire.get(f"/dossier/{reference}/mail/{other}").status_code == 404
    assert claire.get(f"{here}/document/99/original").status_code == 404


def test_whose_dossier_it_is_stands_beside_the_reference_that_was_typed(
    world: World, claire: Browser
) -> None:
    name_mismatch(world)
    entry = question(world)
    reference = world.store.dossier(1).dossier.reference
    said = claire.preview(entry, "assign", {"dossier": reference}).text
    assert "Ce dossier est celui de Medisoft S.à r.l." in said
