"""Scans and photos to words: whatever way the paper came in, the same values come out, or a refusal."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from parsers.documents.reading import Page, Reading
from parsers.documents.scan import scan_pages
from parsers.scans import ocr
from parsers.types import ReadOptions
from tests.parsers import scan_paper as paper

pytestmark = [
    pytest.mark.tesseract,
    pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed"),
]


def read(data: bytes, media_type: str = "image/png") -> Reading:
    return scan_pages(data, media_type, ReadOptions())


def text_of(page: Page) -> str:
    return "".join(w.text for w in sorted(page.words, key=lambda w: (round(w.box[1] / 8), w.box[0])))


def believed(page: Page) -> str:
    return " ".join(w.text for w in page.words if w.confidence is not None and w.confidence >= 0.95)


def test_a_skewed_scan_gives_its_words_where_they_stand_and_its_ticks() -> None:
    page = read(paper.image_file(paper.turned(paper.pixels(paper.form()), 2.0), dpi=(200, 200))).pages[0]

    for value in (paper.MATRICULE, paper.IBAN, "Medisoft"):
        assert value in believed(page)
    assert "contact@medisoft.lu" in text_of(page)
    word = next(w for w in page.words if w.text == paper.MATRICULE)
    assert word.box[0] == pytest.approx(236, abs=12)
    assert word.box[3] == pytest.approx(841.9 - 686, abs=12)
    assert [b.tick for b in sorted(page.boxes, key=lambda b: b.box[0]) if b.tick] == ["on", "off"]


def test_a_pdf_page_that_is_only_a_picture_is_read_at_its_own_resolution() -> None:
    out = io.BytesIO()
    Image.fromarray(paper.pixels(paper.form())).save(out, "PDF", resolution=200)

    reading = scan_pages(out.getvalue(), "application/pdf", ReadOptions(), [1])

    assert paper.IBAN in believed(reading.pages[0])
    assert reading.pages[0].width == pytest.approx(595, abs=1)


def test_a_page_lying_on_its_head_is_turned() -> None:
    upside_down = np.ascontiguousarray(np.rot90(paper.pixels(paper.form()), 2))
    assert paper.MATRICULE in believed(read(paper.image_file(upside_down, dpi=(200, 200))).pages[0])


def test_a_page_lying_on_its_side_is_turned() -> None:
    sideways = np.ascontiguousarray(np.rot90(paper.pixels(paper.form()), 1))
    assert paper.MATRICULE in believed(read(paper.image_file(sideways, dpi=(200, 200))).pages[0])


def test_a_phone_photo_is_cut_out_and_set_straight() -> None:
    photo = paper.photographed(paper.pixels(paper.form(), 220))
    page = read(paper.image_file(photo, "JPEG", quality=85), "image/jpeg").pages[0]

    assert (page.width, page.height) == (pytest.approx(595, abs=2), pytest.approx(842, abs=2))
    assert paper.IBAN in text_of(page)


def test_a_coarse_fax_is_read_with_square_pixels() -> None:
    page = read(paper.fax(paper.pixels(paper.form())), "image/tiff").pages[0]
    assert page.height / page.width == pytest.approx(1.37, abs=0.06)
    assert paper.MATRICULE in text_of(page)


def test_a_comb_is_one_word_of_as_many_characters_as_cells_are_filled() -> None:
    page = read(paper.image_file(paper.pixels(paper.form(comb=True)), dpi=(200, 200))).pages[0]
    assert paper.MATRICULE in believed(page)


def test_every_page_of_a_fax_is_read_and_a_blank_one_is_no_problem() -> None:
    pages = [Image.fromarray(paper.pixels(paper.form(ruled=False))).convert("1") for _ in range(1)]
    blank = Image.new("1", pages[0].size, 1)
    out = io.BytesIO()
    blank.save(out, "TIFF", save_all=True, append_images=pages, compression="group4", dpi=(200, 200))

    reading = read(out.getvalue(), "image/tiff")

    assert [p.number for p in reading.pages] == [1, 2]
    assert reading.pages[0].words == ()
    assert reading.notes == ()
    assert paper.IBAN in text_of(reading.pages[1])


def test_a_blurred_page_is_refused_and_not_guessed_at() -> None:
    blurred = cv2.GaussianBlur(paper.pixels(paper.form()), (0, 0), 6)
    reading = read(paper.image_file(blurred, dpi=(200, 200)))
    assert [n.code for n in reading.notes] == ["illegible"]
    assert reading.empty


def test_without_tesseract_the_problem_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr.shutil, "which", lambda name: None)
    ocr._installed.cache_clear()
    try:
        reading = read(paper.image_file(paper.pixels(paper.form(), 100)))
    finally:
        ocr._installed.cache_clear()
    assert [n.code for n in reading.notes] == ["ocr_unavailable"]


def test_an_older_tesseract_does_not_say_where_its_data_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "fra.traineddata").touch()
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    said = subprocess.CompletedProcess([], 0, b"List of available languages (2):\nfra\nosd\n")
    monkeypatch.setattr(ocr.subprocess, "run", lambda *_, **__: said)
    ocr._installed.cache_clear()
    try:
        assert ocr._installed() == (str(tmp_path), ("fra",))
    finally:
        ocr._installed.cache_clear()


def test_a_picture_is_read_alike_whatever_was_read_before_it() -> None:
    line = np.full((60, 420), 255, np.uint8)
    cv2.putText(line, "Medisoft 12", (20, 42), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 2)

    def once(characters: str) -> list[ocr.Token]:
        return ocr.read(line, dpi=300, mode=ocr.LINE, seconds=20, only=("fra",), characters=characters)

    before, narrowed, after = once(""), once("0123456789"), once("")

    assert [t.text for t in before] == ["Medisoft", "12"]
    assert all(t.text.isdigit() for t in narrowed)
    assert after == before


def test_the_front_door_is_cheap_to_import() -> None:
    loaded = "import sys, parsers.documents.scan; print('cv2' in sys.modules or 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_grain_of_the_paper_is_no_ink() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(90, 17))
    canvas.setFont("Courier", 11)
    canvas.drawString(6, 5, "1.15.1")
    canvas.save()
    piece = paper.pixels(out.getvalue(), 300)
    grain = cv2.GaussianBlur(np.random.default_rng(0).normal(249, 3, piece.shape), (0, 0), 1.2)
    grainy = np.minimum(piece, grain).astype(np.uint8)
    said = ocr.read(grainy, dpi=300, mode=ocr.LINE, seconds=30, only=("fra",))
    assert [token.text for token in said] == ["1.15.1"]
