"""What would be done with a mail against the current store, and why. Reads the store; writes nothing."""

from __future__ import annotations

import hashlib
from typing import Any

from mailbot.bootstrap import Service
from mailbot.consider import Read
from mailbot.identify import Identified
from mailbot.outbox import Cause
from mailbot.record import About
from mailbot.rows import DossierRow
from parsers.machine import MachineMark
from parsers.types import MailReading
from rules.types import Decision, Finding, Submission

_NEWEST = 2**31  # the id that the mail would get is larger than all
_NAMED = ("rule", "criterion", "severity", "message", "field", "code", "document", "file")


def explain(service: Service, raw: bytes) -> dict[str, Any]:
    """The object that `explain --json` prints. Raises ReadingFailed when the mail cannot be read at all."""
    now = service.clock.now()
    reading = service.readers.read_mail(raw)
    considering = service.considering
    mark = considering.mark(reading.message)
    if considering.is_for_nobody(reading, mark):
        return _described(reading, mark, Identified(None), "ignore", why="written by a machine")
    digest = hashlib.sha256(raw).hexdigest()
    found = considering.identify(reading)
    known = _known(service, reading, digest, found.row)
    if known:
        return _described(reading, mark, found, "record", why=known)
    answer_from = service.config.imap.answer_from
    if answer_from is not None and now < answer_from:
        return _described(reading, mark, found, "record", why="received before imap.answer_from")
    read = Read(reading, now, sha256=digest)
    dossier = found.row.dossier if found.row else None
    if dossier is None and considering.opens_dossier(reading):
        dossier = considering.opened(read)
    reads = [*_waiting_with(service, found.row, reading), read]
    submission = considering.submission(reads, dossier, contested=found.contested)
    decision = considering.decide(dossier, submission, found.row.id if found.row else None)
    return _decided(service, reading, mark, found, decision, submission)


def _known(service: Service, reading: MailReading, digest: str, row: DossierRow | None) -> str:
    """Why the mail would only be recorded, as one that was here before; empty when it was not."""
    if service.store.mail_by_sha256(digest) is not None:
        return "this mail is known already"
    earlier = service.considering.same_content(reading, _NEWEST, row)
    return f"the same content came before, as mail {earlier.id}" if earlier is not None else ""


def _waiting_with(service: Service, row: DossierRow | None, reading: MailReading) -> list[Read]:
    """Mails of the same sender that wait for the dossier to settle: they are decided with this one."""
    sender = reading.message.sender.email if reading.message.sender else ""
    if row is None or not sender:
        return []
    waiting = [
        m for m in service.store.mails_of_dossier(row.id) if m.state == "waiting" and m.sender == sender
    ]
    return [service.processing.read_again(mail) for mail in waiting]


def _decided(
    service: Service,
    reading: MailReading,
    mark: MachineMark,
    found: Identified,
    decision: Decision,
    submission: Submission,
) -> dict[str, Any]:
    about = About(Cause(key="explain", at=service.clock.now(), message=reading.message), submission)
    state, codes = service.recorder.state_of_mails(decision, about, found.row)
    exceptions = [{"code": code, "message": message} for code, message in codes.items()]
    exceptions += [{"code": code, "message": task.message} for task in decision.tasks for code in task.codes]
    names = [mail.template for mail in decision.mails]
    outcome = "queue" if exceptions else "reply" if names else "record"
    described = _described(reading, mark, found, outcome)
    reference = found.row.dossier.reference if found.row else None
    return described | {
        "case": f"{reference}/{decision.case}" if reference and decision.case else None,
        "templates": names if state == "due" else [],
        "drafts": names if state == "draft" else [],
        "exceptions": exceptions,
        "findings": [_finding(finding) for finding in decision.findings],
    }


def _described(
    reading: MailReading, mark: MachineMark, found: Identified, decision: str, why: str = ""
) -> dict[str, Any]:
    message = reading.message
    return {
        "message": {
            "message_id": message.message_id,
            "from": message.sender.email if message.sender else None,
            "subject": message.subject,
            "date": message.date.isoformat() if message.date else None,
            "language": message.language,
            "intent": reading.intent.model_dump(mode="json"),
            "machine": sorted(mark.kinds),
            "identified_by": list(found.by),
            "contested": found.contested,
            "problems": [problem.model_dump(mode="json") for problem in message.problems],
        },
        "documents": [document.public() for document in reading.documents],
        "dossier": found.row.dossier.reference if found.row else None,
        "case": None,
        "decision": decision,
        "why": why,
        "templates": [],
        "drafts": [],
        "exceptions": [],
        "findings": [],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    said = finding.model_dump(mode="json")
    return {name: said[name] for name in _NAMED}
