"""What is fuzzed: functions of bytes. Whatever the bytes are, none may raise."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import get_args

from parsers.types import FieldType, MailReading, ReadOptions
from rules.facts import Policy

Target = Callable[[bytes], object]
OPTIONS = ReadOptions(ocr=False, seconds=20, max_unpacked=50_000_000)


def _survives_the_pipe(reading: MailReading) -> None:
    MailReading.model_validate_json(reading.model_dump_json())


def mail(data: bytes) -> None:
    from parsers.read import read_mail

    _survives_the_pipe(read_mail(data, OPTIONS))


def message(data: bytes) -> None:
    """Every part is found again by its path, too."""
    from parsers.message import part_bytes, read_message

    found = read_message(data, OPTIONS)
    for part in found.parts[:5]:
        assert part_bytes(data, part.path, OPTIONS) == part.data, f"part {part.path} is another one"


def file(data: bytes) -> None:
    from parsers.read import read_file

    for document in read_file("fuzz", data, OPTIONS):
        json.dumps(document.public(), ensure_ascii=False).encode()


def docx(data: bytes) -> None:
    from parsers.documents.docx import read_docx

    read_docx(data, OPTIONS)


def pdf(data: bytes) -> None:
    from parsers.documents.pdf import read_pdf

    read_pdf(data, OPTIONS)


def xfa(data: bytes) -> None:
    from parsers.documents.xfa_form import read_xfa

    read_xfa(data)


def values(data: bytes) -> None:
    from parsers.values import parse_value

    text = _text(data)[:5000]
    for kind in get_args(FieldType):
        parse_value(kind, text)


def clauses(data: bytes) -> None:
    """The text is compared with the NDA's own clauses, and with clauses of its own."""
    from parsers.signing.clauses import differences

    text = _text(data)[:200_000]
    differences(text, _issued(), ocr=bool(data[:1] > b"\x80"))
    differences(text, (text[:400], text[400:900], text[-300:]))


@cache
def _issued() -> tuple[str, ...]:
    from parsers.forms import load_forms

    form = load_forms(None).for_kind("nda")
    return form.clauses if form is not None else ()


def intent(data: bytes) -> None:
    from parsers.intent import read_intent
    from parsers.mail.changes import read_changes
    from parsers.types import Message

    text = _text(data)[:200_000]
    read_intent(Message(text=text, subject=text[:80]))
    read_changes(text)


def references(data: bytes) -> None:
    from mailbot.references import References

    for found in References(b"k" * 32).find(_text(data)):
        assert found.isascii()


def csv_import(data: bytes) -> None:
    from mailbot.importing import read_plan

    read_plan(_text(data), _policy(), datetime(2026, 1, 5, tzinfo=UTC))


@cache
def _policy() -> Policy:
    from mailbot.config import default_config
    from mailbot.policy import build_policy

    return build_policy(default_config(Path("config.toml")))


def configuration(data: bytes) -> None:
    """ConfigurationInvalid is the answer to a wrong one."""
    from mailbot.config import load_config
    from mailbot.errors import ConfigurationInvalid

    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder) / "config.toml"
        path.write_bytes(data)
        try:
            load_config(path, check_secrets=False)
        except ConfigurationInvalid as error:
            str(error)


def _text(data: bytes) -> str:
    """What the readers hand on: text without NUL and lone surrogates."""
    from parsers.mail.charsets import decode

    return decode(data)


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        mail,
        message,
        file,
        pdf,
        docx,
        xfa,
        values,
        clauses,
        intent,
        references,
        csv_import,
        configuration,
    )
}
