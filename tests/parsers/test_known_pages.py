"""Copies of a blank that was read before: its pages are not read again, and nothing new on them is missed."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
from PIL import Image

from parsers.documents.pdf import read_pdf
from parsers.documents.pdf_digest import Digests, PagePrint
from parsers.forms import load_forms
from parsers.signatures import find_signatures
from parsers.signing import drawn
from parsers.types import ReadOptions
from tests.parsers.signing import pictures
from tests.parsers.signing.authority import blank, filled

OPTIONS = ReadOptions()
NAME = "denomination"


def copy_of(pdf: bytes, name: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as copy:
        (field,) = (f for f in copy.Root.AcroForm.Fields if str(f.get("/T", "")) == NAME)
        field.V = pikepdf.String(name)
        copy.save(out)
    return out.getvalue()


def with_look(pdf: bytes, name: str, image: bytes) -> bytes:
    """The PDF with a picture of a signature as the look of a form field that holds nothing."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as target, pikepdf.open(io.BytesIO(image)) as source:
        (field,) = (f for f in target.Root.AcroForm.Fields if str(f.get("/T", "")) == name)
        note = next(a for a in source.pages[1].Annots if str(a.Subtype) == "/Stamp")
        field.AP = target.copy_foreign(source.make_indirect(note.AP))
        target.save(out)
    return out.getvalue()


def test_the_pages_of_a_copy_are_those_of_the_first() -> None:
    first, second = (read_pdf(filled("nda", **{NAME: name}), OPTIONS) for name in ("Un SA", "Deux SARL"))
    assert [w.value for w in second.widgets if w.name == NAME] == ["Deux SARL"]
    assert all(one is other for one, other in zip(first.pages, second.pages, strict=True))


def test_what_a_copy_prints_besides_is_read() -> None:
    read_pdf(blank("nda"), OPTIONS)
    typed = pictures.drawn_on(blank("nda"), 1, lambda c: c.drawString(80, 60, "Ajout"))
    assert "Ajout" in [w.text for w in read_pdf(typed, OPTIONS).pages[1].words]


@pytest.mark.parametrize("sign", [pictures.pasted, pictures.stamp_annotation])
def test_a_signature_on_a_copy_of_a_blank_without_one_is_found(
    sign: Callable[[bytes, int, Image.Image, pictures.BBox], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    form = load_forms().for_kind("nda")
    issued = pictures.drawn_on(blank("nda"), 1, lambda c: c.circle(290, 440, 3))  # where somebody signs
    first, second = copy_of(issued, "Un SA"), copy_of(issued, "Deux SARL")
    assert not find_signatures(first, read_pdf(first, OPTIONS), form, OPTIONS).signers
    with monkeypatch.context() as patched:
        patched.setattr(drawn, "_on_page", pytest.fail)  # nothing is looked for again
        assert not find_signatures(second, read_pdf(second, OPTIONS), form, OPTIONS).signers
    signed = sign(second, 1, pictures.signature(1, pen=6), (70.0, 350.0, 200.0, 400.0))
    assert find_signatures(signed, read_pdf(signed, OPTIONS), form, OPTIONS).status == "handwritten"


def test_how_an_empty_field_looks_counts_and_how_a_filled_one_does_not() -> None:
    signed = pictures.stamp_annotation(blank("nda"), 1, pictures.signature(1), (70.0, 350.0, 200.0, 400.0))
    plain, empty, full = (
        read_pdf(copy, OPTIONS).bare
        for copy in (
            filled("nda", signataire="Jean Weis"),
            with_look(filled("nda", signataire="Jean Weis"), "signature_industriel", signed),
            with_look(filled("nda", signataire="Jean Weis"), "signataire", signed),
        )
    )
    assert plain == full != empty


def test_what_only_looks_like_a_reference_is_told_as_the_words_that_it_is() -> None:
    def told(number: int) -> PagePrint | None:
        with pikepdf.new() as pdf:
            page = pdf.add_blank_page()
            alike = [pdf.make_indirect(pikepdf.Array([1])) for _ in range(2)]
            page.obj.Resources = pikepdf.Dictionary(Alike=alike, Said=pikepdf.String(f"\\( {number} 0 R)"))
            return Digests(pdf).of(page, [])

    assert told(5) == told(5) != told(6)
