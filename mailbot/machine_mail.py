"""Mail that no person wrote: kept, never answered, of no effect on a case. Reports on our own mails are used.

A bounce becomes an entry of the queue; a bounce or a delivery notice proves that the mail had left.
"""

from __future__ import annotations

from datetime import datetime

from mailbot.departure import mails_reported, prove
from mailbot.record import ANYTIME
from mailbot.rows import EntryRow, HistoryRow, MailRow, OutboxRow
from mailbot.store_port import Store
from parsers.machine import Bounce, MachineMark
from parsers.types import MailReading


def file_machine_mail(
    store: Store, mail: MailRow, reading: MailReading, mark: MachineMark, now: datetime
) -> None:
    """Note what the mail reports, and that nothing more follows. In the caller's transaction."""
    references = reading.message.references
    reported: list[OutboxRow] = []
    if mark.bounce is not None:
        reported = mails_reported(store, mark.bounce, references)
        for row in reported:
            prove(store, row, "bounce", now)
        if mark.bounce.permanent or reported:
            _open_bounce(store, mail, mark.bounce, reported, now)
    elif mark.notice is not None:
        reported = mails_reported(store, mark.notice, references)
        for row in reported:
            prove(store, row, "delivery_notice", now)
    reason = "bounce" if mark.bounce else "delivered" if mark.notice else "machine"
    dossier_id = reported[0].dossier_id if reported else None
    store.update_mail(mail.id, state="decided", reason=reason, dossier_id=dossier_id, reading=reading)
    detail = {"outcome": "ignore", "ground": reason}
    store.add_history(HistoryRow(0, now, "mailbot", "decided", detail, dossier_id, mail_id=mail.id))


def _open_bounce(
    store: Store, mail: MailRow, bounce: Bounce, reported: list[OutboxRow], now: datetime
) -> None:
    """What came back, to whom it had gone, and what the other server says."""
    row = reported[0] if reported else None
    dossier = store.dossier(row.dossier_id).dossier if row is not None and row.dossier_id else None
    recipients = ", ".join(bounce.recipients) or "destinataire inconnu"
    what = f"Le courriel « {row.subject} »" if row is not None else "Un courriel"
    happened = "n'est pas arrivé" if bounce.permanent else "n'est pas encore arrivé"
    said = f" ({bounce.diagnostic})" if bounce.diagnostic else ""
    store.open_entry(
        EntryRow(
            id=0,
            codes=("bounce",),
            messages=(f"{what} {happened} : {recipients}{said}.",),
            state="open",
            created_at=now,
            received_at=mail.received_at,
            mail_id=mail.id,
            dossier_id=row.dossier_id if row is not None else None,
            case=row.case if row is not None else "",
            actions=("assign", *ANYTIME, "dismiss"),
            subject=mail.subject,
            sender=mail.sender,
            industriel=dossier.name if dossier is not None else "",
            facts={"mails": [mail.id], "bounced_id": row.id if row is not None else None},
        )
    )
