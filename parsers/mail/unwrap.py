"""A Letter and everything wrapped in it to a Message: one way in for mails, archives and Outlook files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from parsers import sniff
from parsers.mail import archives, headers
from parsers.mail.budget import Budget, Exhausted
from parsers.mail.decoration import is_decoration
from parsers.mail.language import language_of
from parsers.mail.letter import Leaf, Letter
from parsers.types import Address, Message, Part, Problem, ReadOptions

# What takes mails apart is imported where one is met: a file that is none needs not wait for it.

Path = tuple[int, ...]
MAX_TEXT = 200_000
_HEADER_LINE = re.compile(rb"\s*[A-Za-z][\w-]{1,60}[ \t]*:")
_SIGNED_FILE = re.compile(r"\.p7[mzs]$", re.I)


@dataclass(slots=True)
class Gathered:
    """What the files of one mail add to it besides parts."""

    html: str = ""
    texts: list[str] = field(default_factory=list)
    forwarded: list[Message] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Unwrapper:
    """Walks through all layers under one budget. With `wanted`, only what leads to that path is opened."""

    def __init__(self, options: ReadOptions, wanted: Path | None = None) -> None:
        self.budget = Budget(options)
        self.wanted = wanted
        self.parts: list[Part] = []
        self.problems: list[Problem] = []
        self.stopped = False

    def mail(self, letter: Letter, path: Path = (), trail: str = "", depth: int = 0) -> Message:
        """A mail with the text and the mails inside it; its files go to `self.parts`."""
        gathered = Gathered(html=letter.html, problems=list(letter.problems))
        for number, leaf in enumerate(letter.leaves, 1):
            self.file(leaf, (*path, number), trail, depth, gathered)
        return _message(letter, gathered)

    def file(self, leaf: Leaf, path: Path, trail: str, depth: int, into: Gathered) -> None:
        """One file, unwrapped where it wraps others. Limits and damage become problems of its part."""
        if self.wanted is not None and self.wanted[: len(path)] != path[: len(self.wanted)]:
            return
        if self.stopped:
            return
        kind = sniff.media_type(leaf.data, leaf.name)
        if leaf.declared in ("message/rfc822", "message/global") and _HEADER_LINE.match(leaf.data):
            kind = sniff.EML
        opener = self._OPENERS.get(kind)
        try:
            if opener is None or leaf.problems:
                self.budget.count()
                self._emit(leaf, kind, path, trail, into)
                return
            self.budget.check_time()
            if depth >= self.budget.max_depth:
                raise Exhausted(Problem(code="bomb", message="nested deeper than is read"))
            opener(self, leaf, path, trail, depth, into)
        except archives.Unreadable as error:
            self._emit(leaf, kind, path, trail, into, error.problem)
        except Exhausted as error:
            if error.problem.code == "bomb":
                self._emit(leaf, kind, path, trail, into, error.problem)
            else:
                self.problems.append(error.problem)
                self.stopped = True
        except RecursionError:
            self._emit(leaf, kind, path, trail, into, Problem(code="damaged", message="nested too deep"))

    def _emit(
        self, leaf: Leaf, kind: str, path: Path, trail: str, into: Gathered, *problems: Problem
    ) -> None:
        said = [*leaf.problems, *problems]
        if said and not leaf.data:
            kind = sniff.UNKNOWN  # not empty: locked or lost
        if kind == sniff.PGP and not leaf.machine:
            said.append(Problem(code="pgp", message="encrypted with PGP"))
        if kind == sniff.EMPTY and not said:
            said.append(Problem(code="empty", message="an empty file"))
        part = Part(
            path=".".join(map(str, path)),
            name=trail + (leaf.name or _default_name(kind, path)),
            media_type=kind,
            declared_type=leaf.declared[:200],
            size=len(leaf.data),
            sha256=hashlib.sha256(leaf.data).hexdigest(),
            decoration=is_decoration(leaf, kind, into.html),
            problems=tuple(said),
            data=leaf.data,
        )
        self.parts.append(part)

    def _forwarded(self, leaf: Leaf, path: Path, trail: str, depth: int, into: Gathered) -> None:
        from parsers.mail import mime

        inner = mime.letter(leaf.data)
        self._inner_mail(inner, leaf, path, trail, depth, into)

    def _outlook(self, leaf: Leaf, path: Path, trail: str, depth: int, into: Gathered) -> None:
        from parsers.mail import outlook

        inner = outlook.msg_letter(leaf.data)
        if inner.problems and not inner.fields:
            raise archives.Unreadable(inner.problems[0])
        self._inner_mail(inner, leaf, path, trail, depth, into)

    def _inner_mail(
        self, inner: Letter, leaf: Leaf, path: Path, trail: str, depth: int, into: Gathered
    ) -> None:
        self.budget.count()
        if leaf.machine:
            for file in inner.leaves:
                file.machine = True
        name = leaf.name or "message.eml"
        into.forwarded.append(self.mail(inner, path, f"{trail}{name}!", depth + 1))

    def _tnef(self, leaf: Leaf, path: Path, trail: str, depth: int, into: Gathered) -> None:
        from parsers.mail import tnef

        inner = tnef.letter(leaf.data)
        if inner.problems:
            raise archives.Unreadable(inner.problems[0])
        into.html += inner.html
        into.texts.append(inner.text)
        for number, file in enumerate(inner.leaves, 1):
            self.file(file, (*path, number), trail, depth + 1, into)

    def _signed(self, leaf: Leaf, path: Path, trail: str, depth: int, into: Gathered) -> None:
        from parsers.mail import cms, mime

        content, problem = cms.content(leaf.data)
        if not content:
            raise archives.Unreadable(problem)
        self.budget.take(len(content))
        wrapper = Leaf(leaf.data, leaf.name, leaf.declared, machine=True)
        self._emit(wrapper, sniff.PKCS7, path, trail, into, problem)
        kind = sniff.media_type(content, "")
        if kind == sniff.EML or re.match(rb"\s*(?:content-|mime-version)[\w-]*\s*:", content, re.I):
            inner = mime.letter(content)
            if headers.first(inner.fields, "from"):
                self._inner_mail(inner, leaf, path, trail, depth, into)
                return
            into.html += inner.html
            into.texts.append(inner.text)
            into.problems.extend(inner.problems)
            files = inner.leaves
        else:
            files = [Leaf(content, _SIGNED_FILE.sub("", leaf.name))]
        for number, file in enumerate(files, 1):
            self.file(file, (*path, number), trail, depth + 1, into)

    def _zip(self, leaf: Leaf, path: Path, trail: str, depth: int, into: Gathered) -> None:
        self._members(archives.zip_members(leaf.data, self.budget), leaf, path, trail, depth, into)

    def _seven_zip(self, leaf: Leaf, path: Path, trail: str, depth: int, into: Gathered) -> None:
        self._members(archives.seven_zip_members(leaf.data, self.budget), leaf, path, trail, depth, into)

    def _members(
        self,
        members: Iterator[archives.Member],
        leaf: Leaf,
        path: Path,
        trail: str,
        depth: int,
        into: Gathered,
    ) -> None:
        number = 0
        inside = f"{trail}{leaf.name or 'archive.zip'}!"
        for number, (name, data, problems) in enumerate(members, 1):
            member = Leaf(data, name, machine=leaf.machine, problems=problems)
            self.file(member, (*path, number), inside, depth + 1, into)
            if self.stopped:
                break
        if not number:
            raise archives.Unreadable(Problem(code="empty", message="an archive without files"))

    _OPENERS: dict[str, Callable[..., None]] = {
        sniff.EML: _forwarded,
        "multipart/related": _forwarded,
        sniff.MSG: _outlook,
        sniff.TNEF: _tnef,
        sniff.PKCS7: _signed,
        sniff.ZIP: _zip,
        sniff.SEVEN_ZIP: _seven_zip,
    }


def _default_name(kind: str, path: Path) -> str:
    extensions = {
        "application/pdf": "pdf",
        sniff.DOCX: "docx",
        sniff.XLSX: "xlsx",
        "image/jpeg": "jpg",
        "image/png": "png",
        "image/tiff": "tif",
        "image/heic": "heic",
        "text/plain": "txt",
        "text/html": "html",
        "text/csv": "csv",
    }
    return f"part-{'.'.join(map(str, path))}.{extensions.get(kind, 'dat')}"


def _message(letter: Letter, gathered: Gathered) -> Message:
    raw = letter.fields
    subject = headers.words(headers.first(raw, "subject"))[: headers.MAX_VALUE].strip()
    body = letter.text
    if not body.strip():
        body = next((text for text in gathered.texts if text.strip()), "")
    elif gathered.texts and len(body.split()) < 5:
        body = max([body, *gathered.texts], key=len)
    problems = list(gathered.problems)
    body = body[:MAX_TEXT]
    if "-----BEGIN PGP MESSAGE-----" in body:
        problems.append(Problem(code="pgp", message="the text is encrypted with PGP"))
    body = _without_armour(body)
    to = _addresses(raw, "to")
    known = [word for address in to for word in (address.email, address.name) if word]
    from parsers.mail import quoting

    text, quoted = quoting.split(body, subject, known)
    froms = headers.addresses(value for name, value in raw if name == "from")
    return Message(
        message_id=next(iter(headers.message_ids(headers.first(raw, "message-id"))), ""),
        in_reply_to=headers.message_ids(headers.first(raw, "in-reply-to")),
        references=headers.message_ids(headers.first(raw, "references")),
        sender=froms[0] if froms else None,
        reply_to=_addresses(raw, "reply-to"),
        to=to,
        cc=_addresses(raw, "cc"),
        subject=subject,
        date=headers.date_of(headers.first(raw, "date")),
        text=text,
        quoted=quoted,
        language=language_of(text) or language_of(subject),
        headers={**headers.collected(raw), **letter.report},
        forwarded=tuple(gathered.forwarded),
        problems=tuple(problems),
    )


def _addresses(raw: headers.Fields, name: str) -> tuple[Address, ...]:
    return headers.addresses(value for field_name, value in raw if field_name == name)


def _without_armour(text: str) -> str:
    """A clear-signed text (RFC 9580) without its frame."""
    if "-----BEGIN PGP SIGNED MESSAGE-----" not in text:
        return text
    text = re.sub(r"-----BEGIN PGP SIGNED MESSAGE-----\s*(?:\n?Hash:[^\n]*\n)*\n?", "", text)
    text = re.sub(r"-----BEGIN PGP SIGNATURE-----.*?(?:-----END PGP SIGNATURE-----|$)", "", text, flags=re.S)
    return re.sub(r"^- ", "", text, flags=re.M)
