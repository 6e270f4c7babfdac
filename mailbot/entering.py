"""Documents that came another way (by post, by hand): made into a mail, archived, and decided like one."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mailbot.bootstrap import Service
from mailbot.fingerprint import outline
from mailbot.rows import RECEIVED, Arrival, DossierRow, HistoryRow, MailRow
from parsers.types import MailReading

FOLDER = "(saisie)"
_MAIL_OF = "formulaire_1"


def enter(
    service: Service,
    row: DossierRow | None,
    files: Sequence[tuple[str, bytes]],
    received_at: datetime,
    sender: str = "",
) -> MailRow:
    """Enter the files for a dossier, or for one that they open. Returns the mail that stands for them.

    `sender`: whose documents they are (such as AeS's), the registered e-mail's if left out. Staff vouch for
    who sent them, so nobody's address is in doubt; what is read in them is judged as always.
    """
    sender = sender or (row.dossier.email if row is not None else "")
    raw = _as_mail(service, sender, row.dossier.reference if row else "", files, received_at)
    reading = service.readers.read_mail(raw)
    if not sender and (address := _address_in(reading)):
        raw = _as_mail(service, address, row.dossier.reference if row else "", files, received_at)
        reading = service.readers.read_mail(raw)
    mail = _record(service, raw, received_at)
    service.processing.enter(mail, reading, row)
    return service.store.mail(mail.id)


def _as_mail(
    service: Service, sender: str, reference: str, files: Sequence[tuple[str, bytes]], at: datetime
) -> bytes:
    """The mail that the Industriel might have written. It says that it was not."""
    message = EmailMessage(policy=SMTP)
    if sender:
        message["From"] = sender
    message["To"] = service.config.smtp.address
    names = ", ".join(name for name, _ in files)
    message["Subject"] = f"Documents saisis : {names}" + (f" [{reference}]" if reference else "")
    message["Date"] = format_datetime(at)
    message["X-Mailbot-Entered"] = "by staff"
    message.set_content("Ci-joint des documents parvenus par une autre voie, saisis par le personnel.\n")
    for name, data in files:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if kind.partition("/")[0] in ("message", "multipart"):
            kind = "application/octet-stream"  # those are encoded in other ways; what it is, its content says
        main, _, sub = kind.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def _address_in(reading: MailReading) -> str:
    for document in reading.documents:
        claim = document.fields.get("email")
        if document.kind == _MAIL_OF and claim is not None and claim.value:
            return str(claim.value)
    return ""


def _record(service: Service, raw: bytes, received_at: datetime) -> MailRow:
    digest = service.archive.put(raw)
    seen = outline(raw)
    arrival = Arrival(
        account=service.config.imap.account,
        folder=FOLDER,
        uidvalidity=0,
        uid=int(digest[:12], 16),
        sha256=digest,
        size=len(raw),
        received_at=received_at,
        seen_at=service.clock.now(),
        sender=seen.sender,
        subject=seen.subject,
        fingerprint=seen.fingerprint,
    )
    with service.store.transaction():
        (mail,) = service.store.record_arrivals([arrival])
        places = service.store.unhandled(arrival.account, FOLDER, 0)
        service.store.mark_handled([place.id for place in places])
        came = HistoryRow(0, arrival.seen_at, "staff", RECEIVED, {"mails": {str(mail.id): digest}})
        service.store.add_history(came)
    return mail
