"""The entry of a mail that was given up: it is archived, nothing of it was acted on, a person is told."""

from __future__ import annotations

from datetime import datetime

from mailbot.errors import MailbotError, ReadingFailed
from mailbot.record import ANYTIME
from mailbot.rows import EntryRow, MailRow
from rules.types import ExceptionCode

# An infected mail is neither forwarded nor put to a dossier; after a false alarm it is read anew.
_ON_VIRUS = ("reprocess", "reply", "note", "postpone", "close", "dismiss")


def quarantine_entry(mail: MailRow, error: Exception, now: datetime) -> EntryRow:
    """What stands in the queue for a mail that could not be processed, or may not be opened."""
    infected = isinstance(error, ReadingFailed) and error.reason == "virus"
    code: ExceptionCode = "virus" if infected else "processing_failed"
    reason = str(error) if isinstance(error, MailbotError) else type(error).__name__
    message = (
        f"Un virus a été trouvé dans ce courriel ({reason}) : rien n'en a été ouvert. L'original est archivé."
        if infected
        else f"Ce courriel n'a pas pu être traité ({reason}). L'original est archivé."
    )
    return EntryRow(
        id=0,
        codes=(code,),
        messages=(message,),
        state="open",
        created_at=now,
        received_at=mail.received_at,
        mail_id=mail.id,
        dossier_id=mail.dossier_id,
        actions=_ON_VIRUS if infected else ("reprocess", "assign", *ANYTIME, "dismiss"),
        subject=mail.subject,
        sender=mail.sender,
        facts={"mails": [mail.id]},
    )
