"""The gate before the way out: who may get what. What is not in the table is not sent.

The last check before a mail is handed to SMTP, on the row as it is then, whoever made it. Source: process.md,
« Confidentiality »: the signed NDA goes to AeS; technical documentation, access details and the countersigned
NDA to the registered e-mail of an Industriel whose enrolment is valid; blank forms to anybody. What an
attachment is called counts for nothing: its bytes have to be a blank form's, or a document's of this dossier.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from mailbot.errors import MailbotError
from mailbot.given_files import was_given
from mailbot.rows import MailRow, OutboxRow
from mailbot.store_port import Store
from rules.trust import is_enrolled, is_registered
from rules.types import AttachmentRef, Dossier


class GateRefused(MailbotError):
    """The table does not allow that mail to that recipient, or an attachment is not of this dossier."""


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("mailbot").joinpath("gate.toml").read_text("utf-8"))


def _rule(template: str) -> dict[str, list[str]] | None:
    """Who may get that template (`to`), and which classes of attachment it may carry (`attachments`)."""
    rule: dict[str, list[str]] | None = _data()["templates"].get(template)
    return rule


def _sources(class_: str) -> Collection[str]:
    found: list[str] = _data()["classes"].get(class_, [])
    return found


@dataclass(frozen=True, slots=True)
class Gate:
    """Checks rows against gate.toml. Raises GateRefused; lets pass by returning."""

    store: Store
    aes_address: str
    incert_address: str
    blank_digests: Callable[[], Collection[str]]

    def __call__(self, row: OutboxRow, files: Sequence[tuple[AttachmentRef, bytes]]) -> None:
        """Fails closed: an unknown template, role, class or source is refused."""
        rule = _rule(row.template)
        if rule is None:
            raise GateRefused(f"template {row.template} is not in the table")
        if not row.to:
            raise GateRefused(f"{row.template} has no recipient")
        dossier = self.store.dossier_overview(row.dossier_id).dossier if row.dossier_id else None
        for address in row.to:
            if not any(self._is(role, address, dossier, row) for role in rule["to"]):
                raise GateRefused(f"{row.template} may not go to this address")
        if tuple(attachment for attachment, _ in files) != row.attachments:
            raise GateRefused("the attachments are not those of the mail")
        for attachment, data in files:
            if attachment.class_ not in rule["attachments"]:
                raise GateRefused(f"{row.template} may not carry {attachment.class_}")
            if not self._is_of_the_dossier(row, attachment, hashlib.sha256(data).hexdigest()):
                raise GateRefused(f"an attachment ({attachment.class_}) is not of this dossier")

    def _is(self, role: str, address: str, dossier: Dossier | None, row: OutboxRow) -> bool:
        same = address.casefold()
        match role:
            case "registered":
                return dossier is not None and is_enrolled(dossier) and same == dossier.email.casefold()
            case "industriel":
                return dossier is not None and is_registered(dossier, address)
            case "sender":
                mail = self.store.mail(row.mail_id) if row.mail_id is not None else None
                return mail is not None and bool(same) and same == mail.sender.casefold()
            case "aes":
                return bool(self.aes_address) and same == self.aes_address.casefold()
            case "incert":
                return bool(self.incert_address) and same == self.incert_address.casefold()
            case "old_or_new_address":
                return row.dossier_id is not None and same in self._addresses_in_change(row.dossier_id)
            case "chosen_by_staff":
                return not row.auto
            case _:
                return False

    def _addresses_in_change(self, dossier_id: int) -> set[str]:
        """The old and the new address of the changes of e-mail that this Industriel asked for (step C)."""
        asked = [e.facts for e in self.store.entries(open_only=False, dossier_id=dossier_id) if e.step == "C"]
        values = (facts.get(side) for facts in asked for side in ("old", "new"))
        return {str(v["email"]).casefold() for v in values if isinstance(v, dict) and v.get("email")}

    def _is_of_the_dossier(self, row: OutboxRow, attachment: AttachmentRef, digest: str) -> bool:
        """Blank forms are anybody's; all else has to be known, by its bytes, as this dossier's own."""
        source, _, rest = attachment.ref.partition(":")
        if source not in _sources(attachment.class_):
            return False
        match source:
            case "blank":
                return digest in self.blank_digests()
            case "file":
                return row.dossier_id is not None and was_given(self.store, row.dossier_id, digest)
            case "part":
                mail = self._own_mail(row, rest.partition(":")[0])
                return mail is not None and self._came_with(mail, attachment, digest)
            case "mail":
                return digest == rest and self._own_mail(row, rest) is not None
            case _:
                return False

    def _own_mail(self, row: OutboxRow, sha256: str) -> MailRow | None:
        """The mail, if it is of the same dossier, or the very one that this mail answers or forwards."""
        mail = self.store.mail_by_sha256(sha256)
        if mail is None:
            return None
        same = row.dossier_id is not None and mail.dossier_id == row.dossier_id
        return mail if same or mail.id == row.mail_id else None

    def _came_with(self, mail: MailRow, attachment: AttachmentRef, digest: str) -> bool:
        """A document of that mail with these bytes; a NDA where a NDA is to leave."""
        kinds = {
            d.document.kind for d in self.store.documents_of_mail(mail.id) if d.document.sha256 == digest
        }
        return "nda" in kinds if attachment.class_.startswith("nda_") else bool(kinds)
