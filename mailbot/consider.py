"""From a reading to a decision.

Looking things up but changing nothing: what `process` does and `explain` shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailbot.config import Config
from mailbot.identify import Identified, identify
from mailbot.references import References
from mailbot.rows import DossierRow, MailRow
from mailbot.store_port import Store
from outbox_templates.blanks import blank_digests
from parsers.authentication import AuthVerdict, authentication
from parsers.machine import MachineMark, machine_mark
from parsers.received import received_by
from parsers.types import Document, Intent, MailReading, Message
from rules.checks.uniqueness import client_key
from rules.decide import decide
from rules.enrolment_data import registered_from
from rules.facts import Policy, Precedents
from rules.filing import FILED
from rules.types import Decision, Dossier, Exhibit, Party, Sender, Submission

_OPENS_A_DOSSIER = frozenset({"formulaire_1", "nda"})
_NEVER_PROCESSED = frozenset({"bounce", "auto_reply", "delivery_notice", "receipt"})
_PASSED = "authenticated:"  # a switch for each domain
_STRONGEST_FIRST = ("question", "change_request", "major_change", "cover", "thanks", "empty")


@dataclass(frozen=True, slots=True)
class Read:
    """One mail, read, with its place in the store (ids are 0 for a mail that is only explained)."""

    reading: MailReading
    received_at: datetime
    mail_id: int = 0
    sha256: str = ""
    document_ids: tuple[int, ...] = ()


class Considering:
    """Turns mails into decisions with what the store knows."""

    def __init__(self, store: Store, config: Config, policy: Policy, references: References) -> None:
        self._store = store
        self._config = config
        self.policy = policy
        self._references = references
        self._own_hosts = own_hosts(config)
        self._own_addresses = {a.casefold() for a in (config.smtp.address, config.imap.username) if "@" in a}
        self._blank_digests = frozenset(blank_digests())

    def mark(self, message: Message) -> MachineMark:
        """What kind of machine wrote the mail, if one did."""
        return machine_mark(message)

    def identify(self, reading: MailReading) -> Identified:
        return identify(self._store, self._references, reading.message, reading.documents)

    def dossier_of_sent(self, message: Message) -> int | None:
        """The dossier that a mail of staff's is about: by its thread, its reference, or whom it goes to."""
        found = identify(self._store, self._references, message.model_copy(update={"sender": None}), ())
        if found.row is not None:
            return found.row.id
        rows = [row for to in (*message.to, *message.cc) for row in self._store.find_dossiers(email=to.email)]
        return rows[0].id if len({row.id for row in rows}) == 1 else None

    def opens_dossier(self, reading: MailReading) -> bool:
        """Whether a mail of no known dossier opens one: Formulaire 1 or NDA, whichever comes first."""
        sender = reading.message.sender.email if reading.message.sender else ""
        if self.party(sender) in ("cns", "ciss", "incert"):
            return False
        return any(d.kind in _OPENS_A_DOSSIER and self.is_submitted(d) for d in reading.documents)

    def is_submitted(self, document: Document) -> bool:
        """Not our own blank that came back with a reply, nor a blank next to other words."""
        return document.sha256 not in self._blank_digests

    def is_for_nobody(self, reading: MailReading, mark: MachineMark) -> bool:
        """Machine mail: out-of-office, lists, spam, bounces, our own.

        What carries a form is never dropped.
        """
        sender = reading.message.sender.email if reading.message.sender else ""
        if sender.casefold() in self._own_addresses:
            return True
        if mark.kinds & _NEVER_PROCESSED:
            return True
        if self.party(sender) == "aes" or not mark.kinds:
            return False
        return not any(
            d.kind not in ("other", "unreadable") and self.is_submitted(d) for d in reading.documents
        )

    def same_content(self, reading: MailReading, before: int, row: DossierRow | None) -> MailRow | None:
        """The earlier mail with the same content, if this one adds nothing to it."""
        content = content_key(reading)
        earlier = self._store.same_content(content, before) if content else None
        return earlier if earlier is not None and (row is None or earlier.dossier_id == row.id) else None

    def opened(self, read: Read) -> Dossier:
        """A new dossier as the mail's Formulaire 1 (or NDA) would register it, without a reference yet."""
        dossier = Dossier(language=read.reading.message.language or "fr")
        for exhibit in self._exhibits(read, self.sender(read.reading.message)):
            if exhibit.kind == "formulaire_1":
                dossier = registered_from(dossier, exhibit)
        return dossier

    def sender(self, message: Message) -> Sender:
        """Who wrote: the party by its domain, and what our own server says of the mail's authenticity."""
        email = message.sender.email if message.sender else ""
        verdict = authentication(message, self._config.trust.authserv_id)
        required = self._config.trust.require_authentication
        if verdict.verdict == "none" and not required:
            required = self._used_to_pass(verdict)
        believed = verdict.verdict != "fail" and (verdict.verdict == "pass" or not required)
        mark = self.mark(message)
        return Sender(
            email=email,
            party=self.party(email),
            authentication=verdict.verdict,
            believed=believed,
            answerable=bool(email) and not mark.kinds,
        )

    def remember_authentication(self, message: Message) -> None:
        """A domain that our server vouched for once is expected to be vouched for from then on."""
        verdict = authentication(message, self._config.trust.authserv_id)
        if verdict.verdict == "pass" and not self._used_to_pass(verdict):
            self._store.set_switch(_PASSED + verdict.domain, "1")

    def _used_to_pass(self, verdict: AuthVerdict) -> bool:
        if not self._config.trust.authserv_id or not verdict.domain:
            return False
        return self._store.switch(_PASSED + verdict.domain) == "1"

    def party(self, email: str) -> Party:
        parties = self._config.parties
        if email.casefold() in {a.casefold() for a in parties.portal_senders}:
            return "aes"
        if email and email.casefold() == parties.aes_address.casefold():
            return "aes"
        domain = email.rpartition("@")[2].casefold()
        by_domain: tuple[tuple[Party, Sequence[str]], ...] = (
            ("aes", parties.aes_domains),
            ("cns", parties.cns_domains),
            ("ciss", parties.ciss_domains),
            ("incert", parties.incert_domains),
        )
        for party, domains in by_domain:
            if any(domain == d or domain.endswith("." + d) for d in domains):
                return party
        return "unknown"

    def submission(
        self,
        reads: Sequence[Read],
        dossier: Dossier | None,
        *,
        accepted: bool = False,
        deadline_overruled: bool = False,
        contested: bool = False,
    ) -> Submission:
        """Mails of one sender, oldest first, as one submission."""
        last = reads[-1]
        sender = self.sender(last.reading.message).model_copy(update={"contested": contested})
        exhibits = [e for read in reads for e in self._exhibits(read, sender)]
        return Submission(
            sender=sender,
            subject=last.reading.message.subject,
            received_at=last.received_at,
            language=last.reading.message.language or (dossier.language if dossier else "fr"),
            intent=_strongest(reads),
            words="\n\n".join(r.reading.message.text for r in reads if r.reading.message.text),
            changes={k: v for r in reads for k, v in r.reading.changes.items()},
            exhibits=tuple(e for e in exhibits if e.kind != "unreadable"),
            unreadable=tuple(e for e in exhibits if e.kind == "unreadable"),
            accepted=accepted,
            deadline_overruled=deadline_overruled,
        )

    def vouched_for(self, submission: Submission) -> Submission:
        """The same from a sender whom staff know: its documents came another way and were entered by them."""
        known = {"authentication": "pass", "believed": True, "contested": False, "answerable": True}
        return submission.model_copy(update={"sender": submission.sender.model_copy(update=known)})

    def _exhibits(self, read: Read, sender: Sender) -> list[Exhibit]:
        documents = read.reading.documents
        stamped_at = received_by(read.reading.message, self._own_hosts)
        ids = read.document_ids or (0,) * len(documents)
        only_blanks = self._brings_only_blanks(read.reading)
        return [
            Exhibit(
                id=document_id,
                document=document,
                mail_id=read.mail_id,
                mail_sha256=read.sha256,
                received_at=read.received_at,
                stamped_at=stamped_at,
                sender=sender.email,
                party=sender.party,
            )
            for document, document_id in zip(documents, ids, strict=True)
            if (only_blanks or self.is_submitted(document)) and not _quoted_blank(document, read.reading)
        ]

    def _brings_only_blanks(self, reading: MailReading) -> bool:
        """Our own blank as all there is, with words that announce a form or none: what was typed got lost."""
        announced = reading.intent.kind in ("cover", "empty")
        return announced and not any(self.is_submitted(d) for d in reading.documents)

    def precedents(self, exhibits: Iterable[Exhibit], dossier_id: int | None) -> Precedents:
        """Where the documents of a connection request, or its client, were used before."""
        used: dict[str, str] = {}
        clients: dict[str, str] = {}
        for exhibit in exhibits:
            if exhibit.kind not in ("formulaire_4", "bon_de_livraison"):
                continue
            document = exhibit.document
            for other_id, other_dossier, case in self._store.document_uses(
                document.sha256, document.content_key
            ):
                if other_id != exhibit.id and not (other_dossier == dossier_id and not case):
                    reference = self._store.dossier(other_dossier).dossier.reference
                    if other_dossier != dossier_id or self._is_settled(other_dossier, case):
                        used[document.sha256] = f"{reference}/{case}"
            if exhibit.kind == "formulaire_4" and (key := client_key(exhibit)):
                found = self._store.client_elsewhere(key, dossier_id)
                if found:
                    clients[key] = found
        return Precedents(used_documents=used, client_elsewhere=clients)

    def _is_settled(self, dossier_id: int, case_name: str) -> bool:
        """The earlier use completed its step; sending again what was asked for is no second use."""
        cases = self._store.dossier(dossier_id).dossier.cases
        return any(c.name == case_name and c.state in ("a_verifier", "valide") for c in cases)

    def decide(self, dossier: Dossier | None, submission: Submission, dossier_id: int | None) -> Decision:
        return decide(dossier, submission, self.policy, self.precedents(submission.exhibits, dossier_id))


def own_hosts(config: Config) -> tuple[str, ...]:
    """The hosts whose Received headers are our own: as configured, and those of the mailbox's own domain."""
    domain = config.smtp.address.rpartition("@")[2]
    imap = () if config.on_loopback else (config.imap.host,)
    return tuple(h for h in (*config.trust.own_hosts, config.trust.authserv_id, domain, *imap) if h)


def _strongest(reads: Sequence[Read]) -> Intent:
    return min((r.reading.intent for r in reads), key=lambda intent: _STRONGEST_FIRST.index(intent.kind))


def _quoted_blank(document: Document, reading: MailReading) -> bool:
    """A blank form next to a question or thanks is no submission."""
    if document.kind not in FILED or document.filled or document.kind == "preuve_tests":
        return False
    signed = document.signature.status != "absent"
    return not signed and reading.intent.kind in ("question", "thanks")


def content_key(reading: MailReading) -> str:
    """The same content under a new Message-ID: writer, words and attachments.

    Empty where there is nothing.
    """
    message = reading.message
    attached = sorted(p.sha256 for p in message.parts if not p.decoration)
    if not attached:
        return ""  # «Merci», twice, is two mails
    sender = message.sender.email if message.sender else ""
    words = " ".join(message.text.split())
    return hashlib.sha256("\0".join([sender, message.subject, words, *attached]).encode()).hexdigest()
