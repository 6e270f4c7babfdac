"""The typical mail: a 2-page AcroForm PDF, a Word file, an HTML body with a logo in it; 215 KB. And scans."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from random import Random

import pypdfium2
from PIL import Image

from mailbot.demo.filling import filled_docx, filled_pdf
from mailbot.demo.papers import scanned
from scripts.bench_documents import invent
from scripts.grow.industriel import legal_matricule

SIZE = 215_000
_WORDS = """Madame, Monsieur,

Veuillez trouver ci-joint notre Formulaire 1 dûment rempli ainsi que le NDA.
Nous restons à votre disposition pour tout renseignement complémentaire.

Meilleures salutations
"""


def typical_mails(count: int, *, first: int = 0, begin: datetime) -> Iterator[bytes]:
    """So many mails, each of another Industriel that nobody knows yet: its answer asks for the signature."""
    for number in range(first, first + count):
        yield typical_mail(number, begin + timedelta(seconds=number))


def typical_mail(number: int, at: datetime) -> bytes:
    """The same bytes for the same number and time."""
    random = Random(number)
    writer = _writer(number, random, at)
    message = _letter(writer, f"Enrôlement de {writer.name}", at)
    paragraphs = "".join(f"<p>{line}</p>" for line in _WORDS.splitlines() if line)
    html = f'<html><body>{paragraphs}<p>{writer.signatory}</p><img src="cid:logo"></body></html>'
    message.add_alternative(html, subtype="html")
    pdf, docx = filled_pdf("formulaire_1", writer.form), filled_docx("nda", writer.nda)
    logo = _logo(max(SIZE - (len(pdf) + len(docx)) * 77 // 57, 8_000) * 57 // 77, random)
    body = message.get_payload()[1]  # type: ignore[index]
    body.add_related(logo, maintype="image", subtype="png", cid="<logo>", filename="logo.png")  # type: ignore[union-attr]
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename="formulaire_1.pdf")
    word = "vnd.openxmlformats-officedocument.wordprocessingml.document"
    message.add_attachment(docx, maintype="application", subtype=word, filename="nda.docx")
    return message.as_bytes()


def scanned_mail(number: int, pages: int, at: datetime) -> bytes:
    """The same Industriel's papers from a copier: the first pages of a Formulaire 1 and a signed NDA."""
    writer = _writer(number, Random(number), at)
    papers = pypdfium2.PdfDocument(filled_pdf("formulaire_1", writer.form))
    nda = filled_pdf("nda", writer.nda, signed_by=("industriel",))
    papers.import_pages(pypdfium2.PdfDocument(nda))
    while len(papers) > pages:
        papers.del_page(len(papers) - 1)
    out = io.BytesIO()
    papers.save(out)
    message = _letter(writer, f"Documents de {writer.name}", at)
    message.add_attachment(
        scanned(out.getvalue()), maintype="application", subtype="pdf", filename="scan.pdf"
    )
    return message.as_bytes()


def address_of(number: int) -> str:
    """Whose mail that is, and where its answer goes."""
    return f"direction@industriel-{number}.example"


@dataclass(frozen=True, slots=True)
class _Writer:
    """An invented Industriel, with what it fills into its forms."""

    number: int
    name: str
    address: str
    signatory: str
    form: dict[str, str]
    nda: dict[str, str]


def _writer(number: int, random: Random, at: datetime) -> _Writer:
    name = f"{random.choice(invent.COMPANY)} {number} S.à r.l."
    address = address_of(number)
    signatory = f"{random.choice(invent.FIRST)} {random.choice(invent.LAST)}"
    day = at.date().isoformat()
    common = {"matricule": legal_matricule(number), "signataire": signatory, "date_signature": day}
    form = common | {
        "type_personne": "morale",
        "denomination_sociale": name,
        "ceo_nom": signatory.rpartition(" ")[2],
        "ceo_prenom": signatory.partition(" ")[0],
        "rcs": invent.rcs(random),
        "numero_tva": invent.vat(random),
        "iban": invent.iban(random),
        "email": address,
        "adresse": f"{random.randint(1, 99)}, rue de l'Exemple\nL-1234 Luxembourg",
        "pays": "LU",
    }
    return _Writer(number, name, address, signatory, form, common | {"denomination": name})


def _letter(writer: _Writer, subject: str, at: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"{writer.signatory} <{writer.address}>"
    message["To"] = "support@incert.test"
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{writer.number}.{int(at.timestamp())}@{writer.address.rpartition('@')[2]}>"
    message.set_content(f"{_WORDS}{writer.signatory}\n")
    return message


def _logo(size: int, random: Random) -> bytes:
    """A picture that no compression makes smaller, of about that many bytes."""
    height = max(size // 3 // 240, 20)
    out = io.BytesIO()
    Image.frombytes("RGB", (240, height), random.randbytes(240 * height * 3)).save(out, "PNG")
    return out.getvalue()
