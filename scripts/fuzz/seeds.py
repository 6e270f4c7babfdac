"""Where mutation starts: the public files where they are, filled blanks, and a few texts of our own."""

from __future__ import annotations

from email.message import EmailMessage
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"
LARGEST = 400_000
_FOLDERS = {
    "mail": ("email", "msg"),
    "message": ("email", "msg"),
    "file": ("pdf", "docx", "zip", "crypto", "msg", "trust"),
    "pdf": ("pdf",),
    "docx": ("docx",),
}
_TEXT = """Bonjour,
Notre nouvelle adresse e-mail est facturation@medilux.example,
l'ancien IBAN LU28 0019 4006 4475 0000 est remplacé.
Matricule : 1893120105732
Date : 31.12.2025, TVA LU12345613, RCS Luxembourg B 123.456, dossier SONS2-000123-K7QF/L1
Quelle est la date limite ? 1 234,50 EUR ; oui / non ; ☒ ☐ ________ ....
"""
_CSV = """designation;matricule;email;iban;etat
"Medilux ""Soft"" S.à r.l.";20052400012;contact@medilux.example;LU280019400644750000;E4
"""


@cache
def seeds(target: str) -> tuple[bytes, ...]:
    """Files to start from; never empty."""
    own = _own(target)
    public = (
        path
        for folder in _FOLDERS.get(target, ())
        if CORPORA.is_dir()
        for path in sorted((CORPORA / folder).rglob("*"))
        if path.is_file() and path.stat().st_size <= LARGEST
    )
    return (*own, *(path.read_bytes() for path in public))


def _own(target: str) -> tuple[bytes, ...]:
    from tests.parsers.form_builder import acroform, blank, controls
    from tests.parsers.specimens import TYPED

    if target in ("pdf", "docx", "file", "mail", "message"):
        pdfs = [acroform(blank(f"{kind}.pdf"), TYPED[kind]) for kind in TYPED]
        documents = [controls(blank(f"{kind}.docx"), TYPED[kind]) for kind in TYPED]
        if target in ("mail", "message"):
            return tuple(_mail(files) for files in zip(pdfs[:2], documents[:2], strict=False))
        return tuple(pdfs if target == "pdf" else documents if target == "docx" else (*pdfs, *documents))
    if target == "configuration":
        return (
            (ROOT / "config.toml").read_bytes().replace(b"\n# ", b"\n"),
            (ROOT / "config.toml").read_bytes(),
        )
    if target == "csv_import":
        return (_CSV.encode(),)
    if target == "clauses":
        from scripts.fuzz.targets import _issued

        return ("\n\n".join(_issued()).encode(),)
    if target == "xfa":
        data = b"<a><b>1</b><b>2</b><c><d>x</d></c></a>"
        head = b'<x xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:datasets><xfa:data>'
        return (head + data + b"</xfa:data></xfa:datasets></x>",)
    return (_TEXT.encode(), *(line.encode() for line in _TEXT.splitlines()))


def _mail(files: tuple[bytes, ...]) -> bytes:
    made = EmailMessage()
    made["From"] = "Zoé Müller <contact@medilux.example>"
    made["Subject"] = "Formulaire 2 – SONS2-000123-K7QF"
    made.set_content(_TEXT)
    for data in files:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename="é.bin")
    return made.as_bytes()
