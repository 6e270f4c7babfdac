"""Mails as the programs of the world write them, to read in tests. People and firms are invented."""

from __future__ import annotations

import io
import struct
import zipfile
from email.message import EmailMessage, MIMEPart

from PIL import Image

from parsers.message import read_message
from parsers.types import Message, Part, ReadOptions

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
OPTIONS = ReadOptions(seconds=20)


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    """A picture with enough noise in it to weigh what a photo weighs."""
    image = Image.effect_noise((width, height), 60).convert("RGB")
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def docx(main: str = "wordprocessingml.document.main+xml", first: str = "word/document.xml") -> bytes:
    """The outside of an Office file: enough to tell what it is."""
    types = f'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.{main}"/></Types>'
    return zipped({"[Content_Types].xml": types.encode(), first: b"<x/>"})


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def mail(
    text: str = "Bonjour", subject: str = "Formulaire 2", sender: str = "jean@medisoft.example"
) -> EmailMessage:
    """A plain mail of an Industriel, to build upon."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "support_labelisation@incert.example"
    message["Subject"] = subject
    message["Date"] = "Mon, 02 Jun 2025 10:00:00 +0200"
    message["Message-ID"] = "<1@medisoft.example>"
    message.set_content(text)
    return message


def outlook(text: str, logo: bytes, files: dict[str, bytes]) -> EmailMessage:
    """Outlook: related HTML with a logo by cid, files as attachments of their declared type."""
    message = mail(text)
    html = f"<html><body><p>{text}</p><p>Jean<br><img src='cid:image001.png@01DB'></p></body></html>"
    message.add_alternative(html, subtype="html")
    body = message.get_payload()[1]
    body.add_related(
        logo, "image", "png", cid="<image001.png@01DB>", filename="image001.png", disposition="inline"
    )
    for name, data in files.items():
        message.add_attachment(data, "application", "octet-stream", filename=name)
    return message


def apple_mail(text: str, name: str, data: bytes, maintype: str, subtype: str) -> EmailMessage:
    """Apple Mail: the file inline, between two pieces of text, nothing called an attachment."""
    message = mail(text)
    message.make_mixed()
    part = MIMEPart()
    part.set_content(data, maintype, subtype, disposition="inline", filename=name)
    message.attach(part)
    tail = MIMEPart()
    tail.set_content("\nEnvoyé de mon iPhone\n")
    message.attach(tail)
    return message


def scanner(data: bytes) -> EmailMessage:
    """A multi-function device: no text, the scan an octet-stream called .dat."""
    message = EmailMessage()
    message["From"] = "scan@medisoft.example"
    message["Subject"] = "Message from KM_C258"
    message.set_content("")
    message.add_attachment(data, "application", "octet-stream", filename="SKM_C25825060210000.dat")
    return message


def winmail(files: dict[str, bytes]) -> bytes:
    """A TNEF stream with these files."""

    def attribute(level: int, name: int, kind: int, body: bytes) -> bytes:
        return (
            struct.pack("<BHHI", level, name, kind, len(body)) + body + struct.pack("<H", sum(body) % 65536)
        )

    out = b"\x78\x9f\x3e\x22\x01\x00"
    for name, data in files.items():
        out += attribute(2, 0x9002, 6, b"\x00" * 14)
        out += attribute(2, 0x8010, 1, name.encode("cp1252") + b"\x00")
        out += attribute(2, 0x800F, 6, data)
        long = name.encode("utf-16-le") + b"\x00\x00"
        long_name = struct.pack("<HHII", 0x1F, 0x3707, 1, len(long)) + long + b"\x00" * (-len(long) % 4)
        out += attribute(2, 0x9005, 6, struct.pack("<I", 1) + long_name)
    return out


def read(message: EmailMessage | bytes | str, **options: object) -> Message:
    """The mail as the readers see it."""
    if isinstance(message, str):
        message = message.replace("\n", "\r\n").encode("utf-8")
    raw = message if isinstance(message, bytes) else message.as_bytes()
    return read_message(raw, OPTIONS.model_copy(update=options))


def documents(message: Message) -> list[Part]:
    """The parts that are no decoration."""
    return [part for part in message.parts if not part.decoration]


def codes(part: Part | Message) -> list[str]:
    """The problem codes of a part or a mail."""
    return [problem.code for problem in part.problems]
