"""What a file is, by its bytes and against its name."""

from __future__ import annotations

import pytest

from parsers import sniff
from tests.parsers.mails import PDF, docx, mail, picture, winmail, zipped

SIGNED = bytes.fromhex(
    "3080 0609 2a864886f70d010702 a080 3080 020101 310b 3009 0605 2b0e03021a 0500".replace(" ", "")
)
ODT = "application/vnd.oasis.opendocument.text"
ID_DATA = bytes.fromhex("06092a864886f70d010701")


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (PDF, "form.dat", "application/pdf"),
        (b"HTTP/1.1 200 OK\r\n\r\njunk\r\n" + PDF, "form.pdf", "application/pdf"),
        (docx(), "form.pdf", sniff.DOCX),
        (docx("wordprocessingml.template.main+xml"), "form.docx", sniff.DOTX),
        (docx("spreadsheetml.sheet.main+xml", "xl/workbook.xml"), "x", sniff.XLSX),
        (
            zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}),
            "a.odt",
            "application/vnd.oasis.opendocument.text",
        ),
        (zipped({"a.txt": b"a"}), "a.docx", sniff.ZIP),
        (docx()[:-40], "cut.docx", sniff.DOCX),
        (picture(20, 20, "JPEG"), "a.pdf", "image/jpeg"),
        (picture(20, 20), "", "image/png"),
        (picture(20, 20, "TIFF"), "fax", "image/tiff"),
        (picture(20, 20, "BMP"), "", "image/bmp"),
        (picture(20, 20, "WEBP"), "", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 40, "IMG_1.HEIC", "image/heic"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\x01" * 30, "a.zip", sniff.SEVEN_ZIP),
        (winmail({"a.pdf": PDF}), "winmail.dat", sniff.TNEF),
        (b"{\\rtf1\\ansi hello}", "a.doc", "application/rtf"),
        (mail().as_bytes(), "a.txt", sniff.EML),
        (b"From: a@b.example\r\nSubject: F2\r\n\r\nBonjour", "F2.eml", sniff.EML),
        (b"From: a@b.example\r\nSubject: F2\r\n\r\nBonjour", "F2.txt", "text/plain"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD", "jean.dat", "text/vcard"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR", "", "text/calendar"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html><body>a</body></html>", "a.txt", "text/html"),
        (b"<?xml version='1.0'?><svg xmlns='x'/>", "a.png", "image/svg+xml"),
        (b"nom;code;postes\na;1;2\nb;3;4\nc;5;6\n", "liste", "text/csv"),
        ("Résumé des tests: réussi".encode("latin-1"), "log", "text/plain"),
        (b"-----BEGIN PGP MESSAGE-----\n\nabc", "a.asc", sniff.PGP),
        (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc", "OpenPGP_0x1.asc", sniff.PGP_KEYS),
        (SIGNED + b"\x30\x0b" + ID_DATA + b"\xa0\x80", "smime.p7s", sniff.PKCS7_SIGNATURE),
        (SIGNED + b"\x30\x80" + ID_DATA + b"\xa0\x80\x24\x80", "smime.p7m", sniff.PKCS7),
        (b"", "a.pdf", sniff.EMPTY),
        (b"\x00\x01\x02\x03" * 50, "a.pdf", sniff.UNKNOWN),
    ],
)
def test_content_decides(data: bytes, name: str, expected: str) -> None:
    assert sniff.media_type(data, name) == expected


def test_text_that_mentions_mail_fields_is_no_mail() -> None:
    assert (
        sniff.media_type(b"Subject: tests\nWe passed all of them.\nFrom: now on\n", "log.txt") == "text/plain"
    )
