"""The typical mail: a 2-page AcroForm PDF, a Word file, an HTML body with a logo in it; 215 KB."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from random import Random

from PIL import Image

from mailbot.demo.filling import filled_docx, filled_pdf
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
    name = f"{random.choice(invent.COMPANY)} {number} S.à r.l."
    sender = f"direction@industriel-{number}.example"
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
        "email": sender,
        "adresse": f"{random.randint(1, 99)}, rue de l'Exemple\nL-1234 Luxembourg",
        "pays": "LU",
    }
    message = EmailMessage()
    message["From"] = f"{signatory} <{sender}>"
    message["To"] = "support@incert.test"
    message["Subject"] = f"Enrôlement de {name}"
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{number}.{int(at.timestamp())}@{sender.rpartition('@')[2]}>"
    message.set_content(f"{_WORDS}{signatory}\n")
    paragraphs = "".join(f"<p>{line}</p>" for line in _WORDS.splitlines() if line)
    html = f'<html><body>{paragraphs}<p>{signatory}</p><img src="cid:logo"></body></html>'
    message.add_alternative(html, subtype="html")
    pdf, docx = filled_pdf("formulaire_1", form), filled_docx("nda", common | {"denomination": name})
    logo = _logo(max(SIZE - (len(pdf) + len(docx)) * 77 // 57, 8_000) * 57 // 77, random)
    body = message.get_payload()[1]  # type: ignore[index]
    body.add_related(logo, maintype="image", subtype="png", cid="<logo>", filename="logo.png")  # type: ignore[union-attr]
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename="formulaire_1.pdf")
    word = "vnd.openxmlformats-officedocument.wordprocessingml.document"
    message.add_attachment(docx, maintype="application", subtype=word, filename="nda.docx")
    return message.as_bytes()


def _logo(size: int, random: Random) -> bytes:
    """A picture that no compression makes smaller, of about that many bytes."""
    height = max(size // 3 // 240, 20)
    out = io.BytesIO()
    Image.frombytes("RGB", (240, height), random.randbytes(240 * height * 3)).save(out, "PNG")
    return out.getvalue()
