"""What a configuration may say and probably does not mean. `mailbot check` shows it; nothing is refused."""

from __future__ import annotations

from collections.abc import Iterator

from mailbot.settings import Config


def remarks(config: Config) -> Iterator[tuple[str, str]]:
    """The key, and what follows from it."""
    if config.imap.answer_from is None:
        yield "imap.answer_from", "is not set: every mail in the mailbox is answered, however old it is"
    for key, value, consequence in (
        ("aes_address", config.parties.aes_address, "no NDA can be sent to the AeS for its signature"),
        ("incert_address", config.parties.incert_address, "nobody gets the daily summary"),
    ):
        if not value:
            yield f"parties.{key}", f"is not set: {consequence}"
    if config.trust.require_authentication and not config.trust.authserv_id:
        yield "trust.authserv_id", "is not set: no sender can be authenticated, so every answer is a draft"
    if config.trust.authserv_id and not config.trust.require_authentication:
        yield (
            "trust.require_authentication",
            "is false: a mail that nobody vouches for is answered like any other",
        )
    if config.automation.resend_uncertain:
        yield (
            "automation.resend_uncertain",
            "is true: after a broken connection a mail may reach its recipient twice",
        )
    if not config.trust.certificates:
        yield "trust.certificates", "is empty: every digital signature waits for a person"
    for key, path in (
        ("technical_dir", config.documents.technical_dir),
        ("forms_dir", config.documents.forms_dir),
        ("blank_forms_dir", config.documents.blank_forms_dir),
        ("templates_dir", config.documents.templates_dir),
    ):
        if path is not None and not path.is_dir():
            yield f"documents.{key}", f"there is no folder {path}"
    own = config.smtp.address.lower()
    if own in (config.parties.aes_address.lower(), config.parties.incert_address.lower()):
        yield "smtp.from", "is the address of another party too: mail from ourselves is never answered"
