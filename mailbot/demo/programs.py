"""Mails as people's programs compose them: the same words and files, each program in its own way."""

from __future__ import annotations

import email.policy
import html
import mimetypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from mailbot.demo.filling import signature_png
from mailbot.demo.industriels import MAILBOX
from rules.calendar import LUXEMBOURG

File = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to say. `answers`: the mail of ours that is replied to."""

    sender: str
    name: str
    subject: str
    text: str
    files: Sequence[File] = ()
    answers: EmailMessage | None = None
    headers: dict[str, str] = field(default_factory=dict)


def compose(program: str, draft: Draft, at: datetime, number: int) -> bytes:
    """The mail's bytes, as that program writes them."""
    message = EmailMessage()
    message["From"] = formataddr((draft.name, draft.sender))
    message["To"] = MAILBOX
    message["Date"] = format_datetime(at.astimezone(LUXEMBOURG))
    message["Message-ID"] = f"<{program}.{number:04d}@{draft.sender.rpartition('@')[2]}>"
    subject = draft.subject
    if draft.answers is not None:
        message["In-Reply-To"] = message["References"] = str(draft.answers["Message-ID"])
        subject = f"{'RE' if program == 'outlook' else 'Re'}: {draft.answers['Subject']}"
    message["Subject"] = subject
    for name, value in draft.headers.items():
        message[name] = value
    _PROGRAMS[program](message, draft)
    return message.as_bytes(policy=email.policy.SMTP)


def _outlook(message: EmailMessage, draft: Draft) -> None:
    """HTML with its text, the company's logo inside the signature, then the attachments."""
    message["X-Mailer"] = "Microsoft Outlook 16.0"
    quoted = _quoted(draft, "-----Message d'origine-----\n", mark="")
    message.set_content(draft.text + quoted)
    body = (
        f'<html><body>{_paragraphs(draft.text)}<p><img src="cid:logo"></p>{_paragraphs(quoted)}</body></html>'
    )
    message.add_alternative(body, subtype="html")
    page = message.get_payload()[1]  # type: ignore[index]  # the part that was just added
    page.add_related(  # type: ignore[union-attr]
        signature_png("logo"), "image", "png", cid="<logo>", filename="image001.png", disposition="inline"
    )
    _attach(message, draft.files)


def _gmail(message: EmailMessage, draft: Draft) -> None:
    quoted = _quoted(draft, "INCERT a écrit :\n")
    message.set_content(draft.text + quoted)
    message.add_alternative(f'<div dir="ltr">{_paragraphs(draft.text + quoted)}</div>', subtype="html")
    _attach(message, draft.files)


def _apple(message: EmailMessage, draft: Draft) -> None:
    """PDFs shown in the text: their disposition is inline."""
    message["X-Mailer"] = "Apple Mail (2.3774)"
    message.set_content(draft.text + _quoted(draft, "INCERT a écrit :\n"))
    _attach(message, draft.files, disposition="inline")


def _thunderbird(message: EmailMessage, draft: Draft) -> None:
    message["User-Agent"] = "Mozilla Thunderbird"
    message.set_content(draft.text + _quoted(draft, "INCERT a écrit :\n"), params={"format": "flowed"})
    _attach(message, draft.files)


def _scanner(message: EmailMessage, draft: Draft) -> None:
    """A copier knows its own name and nothing else."""
    message["X-Mailer"] = "Copieur multifonction"
    message.set_content(draft.text)
    _attach(message, draft.files)


_PROGRAMS: dict[str, Callable[[EmailMessage, Draft], None]] = {
    "outlook": _outlook,
    "gmail": _gmail,
    "apple": _apple,
    "thunderbird": _thunderbird,
    "scanner": _scanner,
}


def _attach(message: EmailMessage, files: Sequence[File], disposition: str = "attachment") -> None:
    for name, data in files:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        maintype, _, subtype = kind.partition("/")
        message.add_attachment(
            data, maintype=maintype, subtype=subtype, filename=name, disposition=disposition
        )


def _quoted(draft: Draft, heading: str, mark: str = "> ") -> str:
    """The mail that is answered, below the new words, as every program does."""
    if draft.answers is None:
        return ""
    body = draft.answers.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return f"\n\n{heading}" + "\n".join(f"{mark}{line}".rstrip() for line in text.splitlines())


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(p)}</p>" for p in text.split("\n\n") if p.strip()).replace("\n", "<br>")
