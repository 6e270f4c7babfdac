"""A scan read against its blank: what the scan has and the blank lacks is what was filled in."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from mailbot.demo.filling import filled_pdf
from outbox_templates.blanks import BLANK_KINDS, blank_bytes, blank_folders
from parsers.blanks.book import known_blanks
from parsers.blanks.combined import combined
from parsers.blanks.filled import Filled, read_filled
from parsers.blanks.kinds import by_blanks
from parsers.classify import Classified
from parsers.documents.reading import Page, Word
from parsers.read import read_file
from parsers.scans.blank_picture import print_under
from parsers.scans.blank_ticks import tick_marks
from parsers.scans.by_picture import lay_by_picture
from parsers.scans.image import binary
from parsers.scans.known_print import with_known_print
from parsers.scans.lost import lost_in_places
from parsers.scans.ocr import Token
from parsers.scans.print_seen import without
from parsers.scans.squeezed import squeezed
from parsers.signing.drawn import drawn_signers
from parsers.types import FieldValue, ReadOptions
from tests.parsers.laid_page import (
    DPI,
    as_read,
    askew,
    laid_page,
    own_blank,
    own_blanks,
    place_of,
    sheet_of,
    tokens_of,
    typed,
)

CROOKED = askew(1.6, 0.97, (6, -9))


def value(
    what: object, confidence: float, box: tuple[float, float, float, float] | None = None
) -> FieldValue:
    return FieldValue.model_validate(
        {"value": what, "raw": str(what), "confidence": confidence, "source": "ocr", "page": 1, "bbox": box}
    )


def test_a_crooked_scan_is_laid_on_its_own_page_of_its_own_blank() -> None:
    blank = own_blank("formulaire_2")
    page = laid_page(as_read(blank.reading.pages[1].words, CROOKED))
    assert page.laid is not None
    assert (page.laid.blank, page.laid.page) == (blank.sha256, 2)
    place = place_of(blank, "signataire")
    back = page.laid.on_blank(page.laid.on_scan(place))
    assert np.abs(np.subtract(back, place)).max() < 1.5


def test_a_third_of_the_words_misread_does_not_matter() -> None:
    random = Random(3)
    words = as_read(own_blank("formulaire_3").reading.pages[0].words, CROOKED)
    garbled = [replace(w, text="".join(random.sample(w.text, len(w.text)))) if n % 3 == 0 else w
               for n, w in enumerate(words)]  # fmt: skip
    laid = laid_page(garbled).laid
    assert laid is not None
    assert laid.page == 1


def test_what_is_no_known_blank_is_laid_on_none() -> None:
    words = as_read(own_blank("formulaire_1").reading.pages[0].words, CROOKED)
    others = [b for kind in ("formulaire_2", "formulaire_4", "nda") for b in (own_blank(kind),)]
    assert laid_page(words, others).laid is None
    # The same words in another layout are another form.
    random = Random(5)
    boxes = [w.box for w in words]
    random.shuffle(boxes)
    assert laid_page([replace(w, box=b) for w, b in zip(words, boxes, strict=True)]).laid is None


def test_values_come_from_the_place_they_stand_in() -> None:
    blank = own_blank("formulaire_1")
    words = as_read(blank.reading.pages[0].words, CROOKED)
    words += typed("Nordlicht S.à r.l.", place_of(blank, "denomination_sociale"), CROOKED)
    words += typed("1893 1201 05732", place_of(blank, "matricule"), CROOKED, sure=0.7)
    filled = read_filled([laid_page(words)], blank, blank.form)
    name, matricule = filled.values["denomination_sociale"], filled.values["matricule"]
    assert name.value == "Nordlicht S.à r.l."
    assert name.confidence == pytest.approx(0.98)
    assert name.source == "ocr"
    assert "read against the blank formulaire_1.pdf" in name.evidence
    assert (matricule.value, matricule.confidence) == ("1893120105732", 0.7)
    assert matricule.bbox is not None
    assert matricule.bbox[0] == pytest.approx(words[-3].box[0])
    assert {"ceo_nom", "iban", "email"} <= filled.empty


def test_each_page_says_by_its_blank_what_it_is_whatever_the_order() -> None:
    def page(kind: str, number: int, of_file: int) -> Page:
        words = as_read(own_blank(kind).reading.pages[number - 1].words, CROOKED)
        return replace(laid_page(words), number=of_file)

    said = [Classified("other", None, 0.6, ())]
    pages = [
        page("formulaire_2", 2, 1),
        page("formulaire_2", 1, 2),
        page("formulaire_2", 2, 3),
        page("nda", 1, 4),
    ]
    found = by_blanks(said, pages, own_blanks())
    assert [(one.kind, one.pages) for one in found] == [
        ("formulaire_2", (1, 2)), ("formulaire_2", (3,)), ("nda", (4,)),
    ]  # fmt: skip
    alone = by_blanks(said, pages[:1], own_blanks())
    assert [(one.kind, one.pages, one.confidence) for one in alone] == [("formulaire_2", None, 0.99)]
    letter = Page(5, 595.0, 842.0, words=(Word("Bonjour", 5, (50, 50, 90, 60), 0.9),))
    assert by_blanks(said, [*pages, letter], own_blanks()) == said


def test_a_value_that_was_struck_out_is_none() -> None:
    blank = own_blank("formulaire_1")
    place = place_of(blank, "ceo_nom")
    words = as_read(blank.reading.pages[0].words, CROOKED)
    words += (name := typed("Schneider", place, CROOKED)) + typed("Faber", place_of(blank, "nom"), CROOKED)
    read = laid_page(words)
    page = replace(read, words=tuple(w for w in read.words if w not in name), struck=tuple(name))
    filled = read_filled([page], blank, blank.form)
    assert "ceo_nom" in filled.empty
    assert filled.values["nom"].value == "Faber"
    by_label = combined({"ceo_nom": value("Schneider", 0.98, name[0].box)}, filled)["ceo_nom"]
    assert by_label.confidence < 0.95
    assert "struck out" in by_label.evidence


def test_a_part_of_the_page_that_another_edition_moved_says_nothing() -> None:
    blank = own_blank("formulaire_1")
    lower = 430.0
    words = [
        replace(w, box=(w.box[0], w.box[1] + 17, w.box[2], w.box[3] + 17)) if w.box[1] > lower else w
        for w in blank.reading.pages[0].words
    ]
    read = as_read(words, CROOKED) + typed("Weis", place_of(blank, "ceo_nom"), CROOKED)
    read += typed("Kayl", place_of(blank, "pays"), CROOKED)
    page = laid_page(read)
    if page.laid is None:
        return  # rejected as a whole: as good
    filled = read_filled([page], blank, blank.form)
    assert "pays" not in filled.values
    assert "matricule" not in filled.empty


def test_the_labels_reading_and_the_blank_s_agree_or_are_shown_both() -> None:
    place, elsewhere = (100.0, 100.0, 200.0, 112.0), (300.0, 300.0, 380.0, 312.0)
    filled = Filled("b.pdf", {"email": value("a@b.lu", 0.97, place)}, frozenset({"rcs", "iban"}))
    filled.printed = [(1, elsewhere)]
    agreed = combined({"email": value("A@b.lu", 0.8, place)}, filled)
    assert agreed["email"].confidence == 0.97
    both = combined({"email": value("c@d.lu", 0.9, (1.0, 1.0, 50.0, 10.0))}, filled)["email"]
    assert (both.value, both.confidence) == ("a@b.lu", 0.9)
    assert any("c@d.lu" in note for note in both.evidence)
    # What the blank prints itself is nobody's value; ink beside an empty place may be one.
    rest = combined({"rcs": value("B1", 0.98, elsewhere), "iban": value("LU1", 0.98, (5, 5, 9, 9))}, filled)
    assert "rcs" not in rest
    assert rest["iban"].confidence == 0.9


def test_words_that_the_blank_prints_need_no_second_reading_and_neighbours_are_no_line() -> None:
    blank = own_blank("bon_de_livraison")
    name, code = place_of(blank, "prestataires.0.nom"), place_of(blank, "prestataires.0.code_prestataire")
    words = as_read(blank.reading.pages[0].words, CROOKED)
    words = [replace(w, text="lívralson") if w.text == "livraison" else w for w in words]
    words += typed("Weis", name, CROOKED) + typed("123456-78", code, CROOKED)
    page = laid_page(words)
    assert page.laid is not None
    tokens = with_known_print(tokens_of(words), sheet_of(), blank, page.laid)
    assert [t.printed for t in tokens[-2:]] == [False, False]
    assert tokens[-2].place != tokens[-1].place
    assert sum(t.printed for t in tokens[:-2]) > 0.97 * len(tokens[:-2])
    assert "lívralson" not in {t.text for t in tokens}


def rendered(data: bytes, page: int, turn: float) -> np.ndarray:
    document = pdfium.PdfDocument(data)
    document.init_forms()
    pixels = document[page - 1].render(scale=DPI / 72, grayscale=True).to_numpy()
    gray = np.ascontiguousarray(pixels if pixels.ndim == 2 else pixels[:, :, 0])
    scale = np.diag([DPI / 72, DPI / 72, 1])
    matrix = (scale @ askew(turn) @ np.linalg.inv(scale))[:2]
    return cv2.warpAffine(gray, matrix, gray.shape[::-1], flags=cv2.INTER_LINEAR, borderValue=255)


def noisy(gray: np.ndarray) -> np.ndarray:
    grain = np.random.default_rng(7).normal(0, 12, gray.shape)
    return np.clip(cv2.GaussianBlur(gray, (0, 0), 0.8) + grain, 0, 255).astype(np.uint8)


def test_a_sheet_is_known_by_its_look_and_only_what_was_filled_in_is_left() -> None:
    blank = own_blank("formulaire_1")
    data = filled_pdf("formulaire_1", {"denomination_sociale": "Nordlicht S.à r.l.", "pays": "Autriche"})
    sheet = sheet_of(noisy(rendered(data, 1, 0.3)))
    known = lay_by_picture(sheet, own_blanks())
    assert known is not None
    assert (known.blank.name, known.laid.page) == ("formulaire_1.pdf", 1)
    assert len(known.print.tokens) > 0.97 * len(blank.reading.pages[0].words)
    left = binary(without(sheet.gray, known.print.tokens, sheet)) > 0
    for field, there in (("denomination_sociale", True), ("pays", True), ("iban", False)):
        x0, y0, x1, y1 = (round(v / sheet.points) for v in known.laid.on_scan(place_of(blank, field)))
        assert (left[y0 + 9 : y1 - 9, x0 + 9 : x1 - 9].mean() > 0.01) == there  # grain is less


def test_a_page_without_its_empty_rows_gives_words_where_they_stand() -> None:
    gray = np.full((2339, 1654), 255, np.uint8)
    gray[500:530, 300:400] = gray[1500:1530, 700:800] = 0
    strips = squeezed(gray, sheet_of(gray))
    assert strips is not None
    assert strips.gray.shape[0] < 200
    top = int(np.flatnonzero(strips.rows == 1500)[0])
    read = Token("7", (700 - strips.left, top - 40, 800 - strips.left, top + 30), 0.9, (1, 1, 1))
    left, y0, right, y1 = strips.on_page(read).box  # the box reaches into the strip above
    assert (left, right, y1) == (700, 800, 1530)
    assert 1470 < y0 <= 1500


def test_what_was_passed_over_in_a_place_is_found() -> None:
    gray = np.full((2339, 1654), 255, np.uint8)
    cv2.putText(gray, "Carole Weis", (620, 830), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (0,), 2)
    gray[810:814, 1200:1203] = 0  # a speck
    read, place = (735, 800, 810, 836), (600, 790, 1500, 850)
    (lost,) = lost_in_places(gray, [read], [place], sheet_of(gray))
    assert lost[0] < 640
    assert lost[2] <= 745


def test_an_issued_text_is_read_whole() -> None:
    known = lay_by_picture(sheet_of(rendered(blank_bytes("nda", "pdf"), 1, 0.0)), own_blanks())
    assert known is not None
    assert (known.blank.form.kind, known.print.matched, known.print.tokens) == ("nda", 1.0, ())


def test_a_sheet_that_is_no_known_blank_is_read_as_it_is() -> None:
    sheet = sheet_of(rendered(blank_bytes("formulaire_1", "pdf"), 1, 0.0))
    others = tuple(b for b in own_blanks() if b.form.kind != "formulaire_1")
    assert lay_by_picture(sheet, others) is None


def test_boxes_are_ticked_by_the_ink_that_the_blank_lacks() -> None:
    blank = own_blank("formulaire_1")
    data = filled_pdf("formulaire_1", {"type_personne": "physique", "participation_vague_1": True})
    sheet = sheet_of(rendered(data, 1, 0.8))
    page = laid_page(as_read(blank.reading.pages[0].words, askew(0.8)))
    assert page.laid is not None
    marks = tick_marks(sheet, blank, page.laid, ())
    states = {tuple(round(v) for v in mark.box[:2]): mark.state for mark in marks}
    assert states == {(227, 232): "off", (327, 232): "on", (227, 708): "on"}
    assert min(mark.confidence for mark in marks) >= 0.95


def test_a_signature_with_a_stroke_as_level_as_a_rule_is_seen() -> None:
    blank = own_blank("formulaire_1")
    # The loops of this seed run into one long level stroke.
    data = filled_pdf("formulaire_1", {}, signed_by=("industriel",))
    gray = rendered(data, 2, 0.5)
    page = laid_page(as_read(blank.reading.pages[1].words, askew(0.5)))
    assert page.laid is not None
    fields = [replace(w, page=1, box=page.laid.on_scan(w.box))
              for w in blank.reading.widgets if w.kind == "signature" and w.box]  # fmt: skip

    def print_of(region, size, dpi):  # type: ignore[no-untyped-def]
        return print_under(blank, page.laid, region, size, dpi)

    signed = drawn_signers(gray, page.words, blank.form, page, fields, print_of)
    assert [(s.role, s.status) for s in signed] == [("industriel", "handwritten")]
    bare = rendered(blank_bytes("formulaire_1", "pdf"), 2, 0.5)
    assert drawn_signers(bare, page.words, blank.form, page, fields, print_of) == []


@pytest.mark.tesseract
def test_a_scan_of_a_known_blank_is_read_against_it_from_end_to_end() -> None:
    rows = [{"nom": "Weis Léa", "code_prestataire": "123456-78", "postes": 3}]
    values = {"denomination": "Nordlicht S.A.", "type_client": "maison_medicale", "nombre_postes": 3}
    paper = filled_pdf("bon_de_livraison", {**values, "prestataires": rows}, signed_by=("client",))
    picture = io.BytesIO()
    Image.fromarray(noisy(rendered(paper, 1, 0.7))).save(picture, "PNG", dpi=(DPI, DPI))
    (document,) = read_file("scan.png", picture.getvalue(), ReadOptions(blanks=blank_folders(), seconds=110))
    assert {k: v.value for k, v in document.fields.items()} == {**values, "prestataires": rows}
    assert all("read against the blank bon_de_livraison.pdf" in v.evidence for v in document.fields.values())
    assert (document.kind, document.signature.status) == ("bon_de_livraison", "handwritten")


def test_the_word_blanks_are_known_as_they_are_printed() -> None:
    printed = [blank for blank in own_blanks() if Path(blank.path).parent.name == "printed"]
    assert {blank.form.kind for blank in printed} == set(BLANK_KINDS)
    # A value takes the place of the prompt.
    assert not any("appuyez" in w.text for b in printed for p in b.reading.pages for w in p.words)


def test_only_unfilled_forms_count_as_blanks(tmp_path: Path) -> None:
    (tmp_path / "nda.pdf").write_bytes(blank_bytes("nda", "pdf"))
    (tmp_path / "kept.pdf").write_bytes(filled_pdf("formulaire_2", {"denomination": "Nordlicht S.A."}))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (tmp_path / "notes.txt").write_text("nda")
    found = known_blanks(ReadOptions(blanks=(str(tmp_path), str(tmp_path / "gone"))))
    assert [(blank.name, blank.form.kind) for blank in found] == [("nda.pdf", "nda")]
