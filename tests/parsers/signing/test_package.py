"""Signatures in DOCX files: pasted pictures, and XML signatures of the package."""

import base64
import io
import zipfile

import pytest
from cryptography.hazmat.primitives import serialization
from docx import Document as open_docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from PIL import Image

from parsers.documents.docx import read_docx
from parsers.forms import load_forms
from parsers.signatures import find_signatures
from parsers.types import ReadOptions, Signature
from tests.parsers.signing import pictures
from tests.parsers.signing.authority import ROOT, authority, person

OPTIONS = ReadOptions()
BLANK = (ROOT / "outbox_templates" / "blank_forms" / "nda.docx").read_bytes()


def found(docx: bytes) -> Signature:
    return find_signatures(docx, read_docx(docx, OPTIONS), load_forms().for_kind("nda"), OPTIONS)


def pasted(image: Image.Image, *, column: int, width: float) -> bytes:
    """The blank NDA with a picture in the last row of the signature table."""
    document = open_docx(io.BytesIO(BLANK))
    picture = io.BytesIO()
    image.save(picture, "PNG")
    cell = document.tables[-1].rows[-1].cells[column]
    cell.paragraphs[0].add_run().add_picture(io.BytesIO(picture.getvalue()), width=Pt(width))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def seen(signature: Signature) -> list[tuple[str, str, str]]:
    return [(signer.role, signer.kind, signer.status) for signer in signature.signers]


def test_a_blank_is_not_signed() -> None:
    assert found(BLANK) == Signature()


@pytest.mark.parametrize(("column", "role"), [(0, "industriel"), (3, "aes")])
def test_a_picture_of_a_signature_in_its_place_is_handwritten(column: int, role: str) -> None:
    docx = pasted(pictures.signature(4), column=column, width=140)
    assert seen(found(docx)) == [(role, "image", "handwritten")]


def test_a_picture_at_the_very_end_is_the_signature_of_who_signs_first() -> None:
    document = open_docx(io.BytesIO(BLANK))
    picture = io.BytesIO()
    pictures.signature(4).save(picture, "PNG")
    document.add_picture(io.BytesIO(picture.getvalue()), width=Pt(140))
    out = io.BytesIO()
    document.save(out)
    assert seen(found(out.getvalue())) == [("industriel", "image", "handwritten")]


def test_what_was_drawn_with_words_pen_is_seen_in_its_picture() -> None:
    docx = pasted(pictures.signature(4), column=0, width=140)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                before, drawing, after = part.partition(b"<w:drawing>")
                picture, end, rest = after.partition(b"</w:drawing>")
                ink = (
                    b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
                    b' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml">'
                    b'<mc:Choice Requires="wpi">'
                    b"<w:drawing><w14:contentPart/></w:drawing></mc:Choice><mc:Fallback>"
                )
                part = before + ink + drawing + picture + end + b"</mc:Fallback></mc:AlternateContent>" + rest
            new.writestr(name, part)
    assert seen(found(out.getvalue())) == [("industriel", "image", "handwritten")]


def test_a_line_drawn_by_hand_in_its_place_waits_for_a_person() -> None:
    points = "".join(f'<a:lnTo><a:pt x="{20 * n}" y="{n * n % 37}"/></a:lnTo>' for n in range(40))
    document = open_docx(io.BytesIO(BLANK))
    run = document.tables[-1].rows[-1].cells[0].paragraphs[0].add_run()
    run._r.append(
        parse_xml(
            f"<w:drawing {nsdecls('w', 'a')}><a:custGeom><a:pathLst><a:path>{points}</a:path></a:pathLst>"
            "</a:custGeom></w:drawing>"
        )
    )
    out = io.BytesIO()
    document.save(out)
    signature = found(out.getvalue())
    assert (signature.status, seen(signature)) == ("unknown", [("industriel", "ink", "unknown")])


def test_a_stamp_is_listed_and_is_no_signature() -> None:
    for image, width in ((pictures.round_stamp(), 80), (pictures.text_stamp(), 140)):
        signature = found(pasted(image, column=0, width=width))
        assert seen(signature) == [("industriel", "stamp", "absent")]
        assert signature.status == "absent"


@pytest.mark.parametrize("image", [pictures.typed(), pictures.logo()], ids=["typed name", "logo"])
def test_other_pictures_are_no_signature(image: Image.Image) -> None:
    assert found(pasted(image, column=0, width=100)) == Signature()


def test_an_xml_signature_is_reported_unverified() -> None:
    who = person("Alice Muller", authority())
    der = who.certificate.public_bytes(serialization.Encoding.DER)
    xml = (
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><KeyInfo><X509Data><X509Certificate>'
        f"{base64.b64encode(der).decode()}</X509Certificate></X509Data></KeyInfo><Object>"
        '<xd:SigningTime xmlns:xd="http://uri.etsi.org/01903/v1.3.2#">2025-06-02T09:30:00Z</xd:SigningTime>'
        "</Object></Signature>"
    )
    out = io.BytesIO(BLANK)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("_xmlsignatures/sig1.xml", xml)
    signature = found(out.getvalue())
    (signer,) = signature.signers
    assert (signer.kind, signer.status, signer.name, signature.status) == (
        "digital",
        "unknown",
        "Alice Muller",
        "unknown",
    )
    assert signer.signed_at is not None
    assert signer.signed_at.isoformat() == "2025-06-02T09:30:00+00:00"


def test_a_damaged_package_has_no_signature() -> None:
    reading = read_docx(BLANK, OPTIONS)
    assert find_signatures(BLANK[:2000], reading, load_forms().for_kind("nda"), OPTIONS) == Signature()
