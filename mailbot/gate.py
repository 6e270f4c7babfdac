"""The gate before the way out: who may get what. What is not in the table is not sent.

The last check before a mail is handed to SMTP, on the row as it is then, whoever made it. Source: process.md,
« Confidentiality »: the signed NDA goes to AeS; technical documentation, access details and the countersigned
NDA to the registered e-mail of an Industriel whose enrolment is valid; blank forms to anybody.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from mailbot.errors import MailbotError
from mailbot.ports import OutboxRow, Store
from rules.trust import is_enrolled, is_registered
from rules.types import AttachmentRef, Dossier


class GateRefused(MailbotError):
    """The table does not allow that mail to that recipient, or an attachment is not of this dossier."""


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    """Template -> who may get it (`to`), and which classes of attachment it may carry (`attachments`)."""
    text = resources.files("mailbot").joinpath("gate.toml").read_text("utf-8")
    table: dict[str, dict[str, list[str]]] = tomllib.loads(text)["templates"]
    return table


@dataclass(frozen=True, slots=True)
class Gate:
    """Checks rows against gate.toml. Raises GateRefused; lets pass by returning."""

    store: Store
    aes_address: str
    incert_address: str

    def __call__(self, row: OutboxRow, files: Sequence[tuple[AttachmentRef, bytes]]) -> None:
        """Fails closed: an unknown template, role, class or source is refused."""
        rule = _table().get(row.template)
        if rule is None:
            raise GateRefused(f"template {row.template} is not in the table")
        dossier = self.store.dossier(row.dossier_id).dossier if row.dossier_id else None
        for address in row.to:
            if not any(self._is(role, address, dossier, row) for role in rule["to"]):
                raise GateRefused(f"{row.template} may not go to this address")
        for attachment, _ in files:
            if attachment.class_ not in rule["attachments"]:
                raise GateRefused(f"{row.template} may not carry {attachment.class_}")
            self._check_source(row, attachment.ref)

    def _is(self, role: str, address: str, dossier: Dossier | None, row: OutboxRow) -> bool:
        same = address.casefold()
        match role:
            case "registered":
                return dossier is not None and is_enrolled(dossier) and same == dossier.email.casefold()
            case "industriel":
                return dossier is not None and is_registered(dossier, address)
            case "sender":
                if row.mail_id is None:
                    return False
                return same == self.store.mail(row.mail_id).sender.casefold()
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

    def _check_source(self, row: OutboxRow, ref: str) -> None:
        """A part has to come from a mail of this dossier; blanks are anybody's; files were given by staff."""
        source, _, rest = ref.partition(":")
        if source == "blank":
            return
        if source == "file" and row.dossier_id is not None:
            return
        if source in ("part", "mail"):
            mail = self.store.mail_by_sha256(rest.partition(":")[0])
            if mail is not None and (mail.dossier_id, mail.id) in (
                (row.dossier_id, mail.id),
                (mail.dossier_id, row.mail_id),
            ):
                return
        raise GateRefused("an attachment is not of this dossier")
