"""From a planned mail to a row of the outbox: rendered, addressed, with one Message-ID for life."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from mailbot.config import Config
from mailbot.rows import OutboxRow, OutboxState
from mailbot.store_port import Store
from mailbot.templates import Templates
from parsers.types import Message
from rules.types import Letter, PlannedMail

_SUPPRESS = "DR, RN, NRN, OOF, AutoReply"  # not All: bounces are wanted


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a mail leaves. `key` names the event: the same event causes the same row, once."""

    key: str
    at: datetime
    mail_id: int | None = None
    message: Message | None = None  # the mail that is answered
    entry_id: int | None = None
    by_staff: bool = False


class Outbox:
    """Adds rows. What is already there under the same key stays as it is."""

    def __init__(self, store: Store, templates: Templates, config: Config) -> None:
        self._store = store
        self._templates = templates
        self._config = config

    def add(
        self,
        planned: PlannedMail,
        cause: Cause,
        dossier_id: int | None,
        state: OutboxState,
        position: int = 0,
    ) -> OutboxRow:
        """Render and add one planned mail; an answer that the same mail had already is not sent again."""
        answers = planned.reply and cause.message is not None
        if answers and state == "due" and (earlier := self._same_answer(planned, cause.mail_id)):
            return earlier
        key = f"{cause.key}:{planned.template}:{position}"
        rendered = self._templates.render(planned.template, planned.letter, automatic=not cause.by_staff)
        row = OutboxRow(
            id=0,
            key=key,
            message_id=self.message_id(key),
            template=planned.template,
            to=tuple(dict.fromkeys((planned.address, *planned.also_to))),
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            attachments=planned.attachments,
            headers=self.headers(planned.template, cause.message if answers else None, cause.by_staff),
            state=state,
            role=planned.role,
            mail_id=cause.mail_id if answers else None,
            dossier_id=dossier_id,
            case=planned.letter.case,
            entry_id=cause.entry_id,
            not_before=planned.not_before,
            created_at=cause.at,
            letter=planned.letter,
        )
        return self._store.add_outbox(row)

    def _same_answer(self, planned: PlannedMail, mail_id: int | None) -> OutboxRow | None:
        """Decided anew, a mail may come to what its sender was told already."""
        says = _substance(planned.letter)
        return next(
            (
                row
                for row in (self._store.answers_to_mail(mail_id) if mail_id is not None else ())
                if row.template == planned.template
                and row.to[:1] == (planned.address,)
                and row.letter is not None
                and _substance(row.letter) == says
            ),
            None,
        )

    def message_id(self, key: str) -> str:
        """The Message-ID of the row with that key, the same at every attempt."""
        domain = self._config.smtp.address.rpartition("@")[2] or "mailbot.invalid"
        digest = hashlib.sha256(f"{self._config.imap.account}\0{key}".encode()).hexdigest()
        return f"<{digest[:40]}@{domain}>"

    def headers(self, template: str, answered: Message | None, by_staff: bool) -> dict[str, str]:
        """The headers that say what kind of mail it is, and what it answers."""
        kind = "auto-replied" if answered is not None and not by_staff else "auto-generated"
        headers = {
            "Auto-Submitted": kind,
            "X-Auto-Response-Suppress": _SUPPRESS,
            "X-Mailbot-Template": template,
            "X-Loop": self._config.smtp.address,  # what comes back with it, however, is a machine's
        }
        return headers | (thread_headers(answered) if answered is not None else {})


def _substance(letter: Letter) -> Letter:
    """What an answer says, without what only follows from how often and when it is said."""
    return letter.model_copy(update={"remains_of_round": 0, "settled": (), "place": None, "reference": ""})


def thread_headers(answered: Message) -> dict[str, str]:
    """In-Reply-To and References of an answer (RFC 5322, 3.6.4)."""
    if not answered.message_id:
        return {}
    references = [*(answered.references or answered.in_reply_to), answered.message_id]
    return {
        "In-Reply-To": answered.message_id,
        "References": " ".join(dict.fromkeys(references[-20:])),
    }


def in_a_persons_words(row: OutboxRow, text: str) -> OutboxRow:
    """The row with a person's text instead of the template's; such a mail is not machine-made."""
    headers = {
        k: v for k, v in row.headers.items() if k not in ("Auto-Submitted", "X-Auto-Response-Suppress")
    }
    return replace(row, text=text, html="", headers=headers, auto=False)
