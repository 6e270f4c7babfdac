"""Carrying out a decision from a page: tried first, so that the mail can be shown; then for good.

Both go through mailbot/review.py. A trial is the same thing in a transaction that is rolled back.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import timedelta

from mailbot.outbox import in_a_persons_words
from mailbot.review import Request
from mailbot.rows import EntryRow, OutboxRow
from mailbot.web.app import Web


class _TrialOver(Exception):
    """Rolls the trial back."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the action would do; `attention`: what the person should know before it."""

    message: str
    mails: tuple[OutboxRow, ...]
    attention: str = ""

    @property
    def seal(self) -> str:
        """Names exactly these mails, so that what leaves is what was shown."""
        return seal_of(self.mails)


@dataclass(frozen=True, slots=True)
class Decided:
    """What it did. `undo`: the key with which it can be taken back; empty where it cannot."""

    message: str
    mails: tuple[OutboxRow, ...]
    undo: str
    opened: int | None


class MailDiffers(Exception):
    """The mail that would leave is not the one that was shown."""


def seal_of(mails: tuple[OutboxRow, ...]) -> str:
    said = [
        [m.template, list(m.to), m.subject, m.text, [[a.name, a.ref] for a in m.attachments]] for m in mails
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def attempt(web: Web, entry_id: int, request: Request) -> Trial:
    """What would happen. Raises what review.act raises."""
    trial = Trial("", ())
    try:
        with web.store.transaction():
            done = web.service.review.act(entry_id, request)
            trial = Trial(done.message, done.mails, done.attention)
            raise _TrialOver
    except _TrialOver:
        return trial


def carry_out(web: Web, entry_id: int, request: Request, *, seal: str | None, text: str | None) -> Decided:
    """Do it. `seal`: of the mails that the person saw; `text`: the first mail's words as edited.

    Raises MailDiffers, and what review.act raises; then nothing was changed.
    """
    if request.action == "reprocess":  # reads, which takes long: no other writer may wait for it
        done = web.service.review.act(entry_id, request)
        return Decided(done.message, done.mails, "", None)
    now = web.service.clock.now()
    seconds = web.service.config.web.undo_seconds
    with web.store.transaction():
        before = web.undos.look(entry_id)
        done = web.service.review.act(entry_id, request)
        if seal is not None and seal_of(done.mails) != seal:
            raise MailDiffers
        for position, mail in enumerate(done.mails):
            changes: dict[str, object] = {}
            if seconds and (mail.not_before is None or mail.not_before < now + timedelta(seconds=seconds)):
                changes["not_before"] = now + timedelta(seconds=seconds)
            if position == 0 and text is not None and _differs(text, mail.text):
                own = in_a_persons_words(mail, text)
                changes |= {"text": own.text, "html": own.html, "headers": own.headers, "auto": own.auto}
            if changes:
                web.store.update_outbox(mail.id, **changes)
        after = web.undos.look(entry_id)
    opened = [e.id for i, e in after.entries.items() if i not in before.entries and e.state == "open"]
    can_be_undone = seconds > 0 and request.action not in ("note", "reprocess", "merge")
    until = now + timedelta(seconds=seconds)
    undo = web.undos.keep(request.by, until, before, after) if can_be_undone else ""
    return Decided(done.message, done.mails, undo, opened[-1] if opened else None)


def _differs(text: str, shown: str) -> bool:
    """Browsers drop a first line end and may change the last ones."""
    return text.strip() != shown.replace("\r\n", "\n").strip()


def marker(web: Web, entry: EntryRow) -> str:
    """Changes with everything that a decision on the entry rests on: a page that is older cannot decide."""
    dossier = web.store.dossier(entry.dossier_id) if entry.dossier_id else None
    drafts = [(o.id, o.state, o.text) for o in web.store.outbox_of_entry(entry.id)]
    said = repr((replace(entry, facts={}), dossier.version if dossier else 0, drafts))
    return hashlib.sha256(said.encode()).hexdigest()[:24]
