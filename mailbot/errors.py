"""What can go wrong, by name. Each message says what happened, where, and what to do.

`exit_code` is what the command line ends with: 2 for bad usage or configuration, 3 when the mailbox,
the SMTP server or the store cannot be reached, 1 where something needs a person's attention.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class MailbotError(Exception):
    """The base of every error that mailbot raises on purpose."""

    exit_code: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class ConfigurationProblem:
    """One thing that is wrong in a configuration: where, and what was expected there."""

    file: str
    key: str
    expected: str
    nearest: str = ""

    def __str__(self) -> str:
        hint = f" (did you mean {self.nearest}?)" if self.nearest else ""
        where = f"{self.file}: {self.key}" if self.key else self.file
        return f"{where}: {self.expected}{hint}"


class ConfigurationInvalid(MailbotError):
    """The configuration cannot be used. Carries all its problems, not only the first."""

    exit_code: ClassVar[int] = 2

    def __init__(self, problems: Sequence[ConfigurationProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(MailbotError):
    """A command was given something it cannot take."""

    exit_code: ClassVar[int] = 2


class UnknownReference(UsageError):
    """No dossier, case, queue entry or mail has that name."""


class ActionRefused(UsageError):
    """The queue entry does not offer that action, or not with these values; nothing was changed."""


class ValueInvalid(ActionRefused):
    """A person gave a value of wrong format or check digits and did not say that the document has it so."""

    def __init__(self, field: str, value: str) -> None:
        super().__init__(
            f"{field}={value}: its format or its check digits are wrong; nothing was changed. "
            "Where the document says just that, add --as-written"
        )
        self.field = field


class Unreachable(MailbotError):
    """A server that mailbot needs cannot be reached, or does not let it in."""

    exit_code: ClassVar[int] = 3


class MailboxUnreachable(Unreachable):
    """The IMAP server cannot be reached, refused the login, or dropped the connection."""


class MailboxRefused(MailboxUnreachable):
    """The IMAP server is there and refuses one command: no such folder, no right, no space, a broken mail."""


class SmtpUnreachable(Unreachable):
    """The SMTP server cannot be reached or refused the login."""


class TokenUnavailable(Unreachable):
    """No OAuth2 access token could be had for the mailbox."""


class IdentityProviderUnreachable(Unreachable):
    """The OpenID Connect provider does not answer, or not with what one answers."""


class IdentityRefused(MailbotError):
    """What came back from the OpenID Connect provider proves nobody who may come in."""


class ScannerUnreachable(Unreachable):
    """The virus scanner is configured and cannot be asked: mails wait until it can."""


class StoreUnreachable(Unreachable):
    """The database or the archive cannot be opened."""


class StoreTooNew(StoreUnreachable):
    """The database was written by a later version of mailbot."""


class ArchiveDamaged(MailbotError):
    """An archived mail is not there, or its bytes are not those that were put there."""


class StaleDossier(MailbotError):
    """The dossier was changed by somebody else meanwhile: read it again, then decide again."""


class ReadingFailed(MailbotError):
    """A mail or a file could not be read at all. `reason` is a stable word."""

    def __init__(self, reason: str, message: str = "") -> None:
        self.reason = reason
        super().__init__(message or reason)


class AttachmentUnavailable(MailbotError):
    """The bytes of an attachment cannot be found or are not those that were meant."""


class MailNotComposable(MailbotError):
    """A mail's parts make no valid mail: an address, a header or a file name that cannot be sent."""
