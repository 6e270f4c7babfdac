"""The floor: the cheapest safe way of each stage in a bare loop, and no more of the service than that.

Fetch in batches, archive with fsync, the standard library's MIME parser, raw PDFium, pikepdf and lxml, ten
mails a commit, one SMTP connection. No rules, sandbox, templates or audit trail: it understands nothing.
"""

from __future__ import annotations

import ctypes
import email
import hashlib
import io
import json
import os
import sqlite3
import sys
import zipfile
from email.policy import default
from pathlib import Path

import pikepdf
import pypdfium2.raw as pdfium
from lxml import etree

from scripts.bench.bare import Bare, begin

_BATCH_BYTES = 16_000_000
_COMMIT = 10
_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"


def main() -> None:
    bare = begin(sys.argv[1])
    store = sqlite3.connect(bare.folder / "floor.db")
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        store.execute(f"PRAGMA {pragma}")
    store.execute("CREATE TABLE mails (sha256 TEXT UNIQUE, size INTEGER, subject TEXT)")
    store.execute("CREATE TABLE rows (sha256 TEXT, name TEXT, said TEXT)")
    while True:
        uids = bare.wait_for_mail()
        for start in range(0, len(uids), _COMMIT):
            some = uids[start : start + _COMMIT]
            answers = bare.imap.fetch(some, [b"BODY.PEEK[]", b"INTERNALDATE"])
            mails = [answers[uid][b"BODY[]"] for uid in some]
            senders = [take(bare, store, raw) for raw in mails]
            store.commit()
            for sender in senders:
                bare.send_on_one_connection(sender)
            bare.imap.move(some, "Traites")


def take(bare: Bare, store: sqlite3.Connection, raw: bytes) -> str:
    """Archive and read one mail, add its rows; returns whom to answer."""
    digest = hashlib.sha256(raw).hexdigest()
    archive(bare.folder / "archive" / digest[:2], digest, raw)
    message = email.message_from_bytes(raw, policy=default)
    found = []
    for part in message.walk():
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True) or b""
        name = part.get_filename() or part.get_content_type()
        if data.startswith(b"%PDF"):
            found.append((digest, name, json.dumps([form(data), words(data)])))
        elif data.startswith(b"PK"):
            found.append((digest, name, document(data)))
        else:
            found.append((digest, name, data.decode("utf-8", "replace") if b"\0" not in data else ""))
    store.execute("INSERT INTO mails VALUES (?, ?, ?)", (digest, len(raw), str(message["Subject"])))
    store.executemany("INSERT INTO rows VALUES (?, ?, ?)", found[:5])
    return str(message["From"].addresses[0].addr_spec)


def archive(folder: Path, digest: str, raw: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{digest}"
    with temporary.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(folder / digest)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(handle)
    os.close(handle)


def form(data: bytes) -> dict[str, str]:
    """The fields of an AcroForm."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        fields = pdf.Root.AcroForm.Fields if "/AcroForm" in pdf.Root else []
        return {str(field.get("/T")): str(field.get("/V")) for field in fields}


def words(data: bytes) -> list[tuple[str, list[float]]]:
    """The lines of every page with their boxes, by PDFium's own rectangles."""
    found = []
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    box = [ctypes.c_double() for _ in range(4)]
    buffer = ctypes.create_string_buffer(4096)
    for number in range(pdfium.FPDF_GetPageCount(document)):
        page = pdfium.FPDF_LoadPage(document, number)
        text = pdfium.FPDFText_LoadPage(page)
        for place in range(pdfium.FPDFText_CountRects(text, 0, -1)):
            pdfium.FPDFText_GetRect(text, place, *box)
            units = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
            length = pdfium.FPDFText_GetBoundedText(text, *(b.value for b in box), units, 2000)
            found.append((buffer.raw[: 2 * length].decode("utf-16-le", "replace"), [b.value for b in box]))
        pdfium.FPDFText_ClosePage(text)
        pdfium.FPDF_ClosePage(page)
    pdfium.FPDF_CloseDocument(document)
    return found


def document(data: bytes) -> str:
    """All text of a Word file."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        root = etree.fromstring(package.read("word/document.xml"))
    return "".join(run.text or "" for run in root.iter(_TEXT))


if __name__ == "__main__":
    pdfium.FPDF_InitLibrary()
    main()
