"""What a file is, told by its bytes. The name only decides where the bytes leave it open (csv, pgp, mht)."""

from __future__ import annotations

import io
import re

import filetype

from parsers import zipped

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOCM = "application/vnd.ms-word.document.macroEnabled.12"
DOTX = "application/vnd.openxmlformats-officedocument.wordprocessingml.template"
DOTM = "application/vnd.ms-word.template.macroEnabled.12"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSM = "application/vnd.ms-excel.sheet.macroEnabled.12"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
DOC, XLS, PPT, MSG = (
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.ms-outlook",
)
ENCRYPTED_OFFICE = "application/x-ole-encrypted"
OLE = "application/x-ole-storage"
ZIP, SEVEN_ZIP, TNEF = "application/zip", "application/x-7z-compressed", "application/vnd.ms-tnef"
EML = "message/rfc822"
PKCS7, PKCS7_SIGNATURE = "application/pkcs7-mime", "application/pkcs7-signature"
PGP, PGP_KEYS, PGP_SIGNATURE = (
    "application/pgp-encrypted",
    "application/pgp-keys",
    "application/pgp-signature",
)
EMPTY = "application/x-empty"
UNKNOWN = "application/octet-stream"

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x78\x9f\x3e\x22", TNEF),
    (b"{\\rtf", "application/rtf"),
    (b"%FDF-", "application/vnd.fdf"),
    (b"%!PS", "application/postscript"),
)
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_OOXML: tuple[tuple[bytes, str], ...] = (
    (b"ms-word.document.macroEnabled.main+xml", DOCM),
    (b"ms-word.template.macroEnabledTemplate.main+xml", DOTM),
    (b"wordprocessingml.template.main+xml", DOTX),
    (b"wordprocessingml.document.main+xml", DOCX),
    (b"ms-excel.sheet.macroEnabled.main+xml", XLSM),
    (b"spreadsheetml.sheet.main+xml", XLSX),
    (b"spreadsheetml.template.main+xml", XLSX),
    (b"presentationml.presentation.main+xml", PPTX),
)
_OLE_STREAMS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", ENCRYPTED_OFFICE),
    ("__properties_version1.0", MSG),
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("Book", XLS),
    ("PowerPoint Document", PPT),
)
_PDF = re.compile(rb"%PDF-\d")
_OID_PKCS7 = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
_MAIL_FIELDS = re.compile(
    rb"^(from|to|subject|date|message-id|received|return-path|mime-version|content-type|reply-to"
    rb"|delivered-to|in-reply-to|x-mailer)[ \t]*:",
    re.I | re.M,
)
_HEADER_LINE = re.compile(rb"(?:[!-9;-~]+[ \t]*:|[ \t]|>?From )")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|div|meta|p|span|font|br)\b", re.I)
_CONTROL = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 27}) + b"\x7f"


def media_type(data: bytes, name: str) -> str:
    """The media type of these bytes (RFC 6838, lower-case except where the registered name is not).

    `application/x-ole-encrypted` is an Office file under a password, `application/x-empty` nothing at
    all, `application/octet-stream` something unknown. Looks at a few kilobytes, never raises.
    """
    if not data.strip(b"\x00"):
        return EMPTY
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    head = data[:4096]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return (
        _riff_or_iso(head)
        or _container(data, head)
        or _pkcs7(head, extension)
        or _pdf_or_text(data, extension)
        or _binary(data, head, extension)
    )


def _riff_or_iso(head: bytes) -> str | None:
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        brands = {head[8:12]} | {head[i : i + 4] for i in range(16, min(head[3] or 0, 64), 4)}
        if brands & {b"avif", b"avis"} and not brands & (_HEIF - {b"mif1", b"msf1"}):
            return "image/avif"
        if brands & _HEIF:
            return "image/heic"
    bitmap = head.startswith(b"BM") and len(head) > 26 and head[6:10] == b"\x00\x00\x00\x00"
    if bitmap and head[14] in (12, 40, 108, 124):
        return "image/bmp"
    return None


def _container(data: bytes, head: bytes) -> str | None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK00PK\x03\x04")):
        return _zip(data)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole(data)
    if head[257:262] == b"ustar":
        return "application/x-tar"
    return None


def _zip(data: bytes) -> str:
    try:
        archive = zipped.opened(data)
        names = set(archive.namelist())
        for member in ("[Content_Types].xml", "mimetype"):
            if member in names:
                with archive.open(member) as stream:
                    kind = _office(stream.read(1_000_000))
                if kind:
                    return kind
    except Exception:  # noqa: BLE001 - zipfile and zlib raise a dozen kinds on damaged archives
        local = re.findall(rb"PK\x03\x04.{26}([\w\[\]./ -]{1,60})", data[:200_000], re.S)
        names = {name.decode("latin-1") for name in local}
    if any(n.startswith("word/") for n in names):
        return DOCX
    if any(n.startswith("xl/") for n in names):
        return XLSX
    return ZIP


def _office(manifest: bytes) -> str | None:
    if manifest.startswith((b"application/vnd.oasis.opendocument.", b"application/epub+zip")):
        return manifest[:100].decode("ascii", "replace").strip()
    return next((kind for mark, kind in _OOXML if mark in manifest), None)


def _ole(data: bytes) -> str:
    import olefile  # only for the rare old Office file or Outlook message

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            top = {entry[0] for entry in ole.listdir(streams=True, storages=False) if len(entry) == 1}
    except Exception:  # noqa: BLE001 - olefile raises freely on damaged files
        top = {name for name, _ in _OLE_STREAMS if name.encode("utf-16-le") in data}
    return next((kind for name, kind in _OLE_STREAMS if name in top), OLE)


def _pkcs7(head: bytes, extension: str) -> str | None:
    """CMS in DER or BER (RFC 5652): SignedData without content is a detached signature."""
    if head[:1] != b"\x30" or (at := head.find(_OID_PKCS7, 0, 24)) < 0:
        return None
    if head[at + 10 : at + 11] != b"\x02":
        return PKCS7
    inner = head.find(_OID_PKCS7 + b"\x01", at + 11, at + 400)
    if inner < 2:
        return PKCS7
    detached = head[inner - 2 : inner] == b"\x30\x0b" or (
        head[inner - 2 : inner] == b"\x30\x80" and head[inner + 11 : inner + 13] == b"\x00\x00"
    )
    no_digest = b"\x31\x00" in head[at + 11 : inner]
    if detached and no_digest:
        return "application/pkcs7-certificates"
    return PKCS7_SIGNATURE if detached else PKCS7


def _pdf_or_text(data: bytes, extension: str) -> str | None:
    head = data[:4096]
    text = _is_text(head)
    if text and looks_like_mail(data, called_so=extension == "eml"):
        return "multipart/related" if extension in ("mht", "mhtml") else EML
    if _PDF.search(data, 0, 8192 if extension == "pdf" else 1100):
        return "application/pdf"
    return _text(head, extension) if text else None


def looks_like_mail(data: bytes, called_so: bool = False) -> bool:
    """Whether it opens with the header of a mail: header lines only, three of them a mail's own.

    Two are enough where one is written by servers only, or where the file is called a mail.
    """
    header = re.split(rb"\r?\n\r?\n", data[:16384].lstrip(b"\xef\xbb\xbf\r\n"), maxsplit=1)[0]
    lines = header.splitlines()
    if len(lines) < 2 or not all(_HEADER_LINE.match(line) for line in lines[:40]):
        return False
    found = {m.group(1).lower() for m in _MAIL_FIELDS.finditer(header)}
    telling = called_so or bool(found & {b"received", b"mime-version", b"return-path"})
    return len(found) >= (2 if telling else 3)


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    control = len(head) - len(head.translate(None, _CONTROL))
    return control <= len(head) // 200


def _text(head: bytes, extension: str) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "ignore").encode("utf-8")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    upper = start[:64].upper()
    if upper.startswith(b"BEGIN:VCARD"):
        return "text/vcard"
    if upper.startswith(b"BEGIN:VCALENDAR"):
        return "text/calendar"
    if b"-----BEGIN PGP " in start[:1000]:
        if b"BEGIN PGP PUBLIC KEY" in start or b"BEGIN PGP PRIVATE KEY" in start:
            return PGP_KEYS
        return PGP if b"BEGIN PGP MESSAGE" in start else PGP_SIGNATURE
    if start.startswith((b"-----BEGIN PKCS7", b"-----BEGIN CMS")):
        return PKCS7
    if extension in ("p7m", "p7s", "p7c") and re.match(rb"M[IH][A-Za-z0-9+/]{20}", start):
        return PKCS7_SIGNATURE if extension == "p7s" else PKCS7
    if start.startswith(b"<"):
        if re.match(rb"(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!doctype svg[^>]*>\s*)*<svg\b", start, re.I | re.S):
            return "image/svg+xml"
        if b"<xdp:xdp" in start[:500]:
            return "application/vnd.adobe.xdp+xml"
        if b"<xfdf" in start[:500]:
            return "application/vnd.adobe.xfdf"
        if _HTML.search(start):
            return "text/html"
        if start.startswith(b"<?xml"):
            return "application/xml"
    if extension in ("html", "htm", "xhtml") and _HTML.search(start):
        return "text/html"
    if extension in ("csv", "tsv") or (extension not in ("txt", "log", "md") and _tabular(start)):
        return "text/csv"
    if start[:1] in (b"{", b"[") and extension == "json":
        return "application/json"
    return "text/plain"


def _tabular(start: bytes) -> bool:
    """The same number of semicolons, at least two, in each of the first lines; commas are prose."""
    lines = start.splitlines()[:-1][:8]
    counts = {line.count(b";") for line in lines}
    return len(lines) >= 3 and len(counts) == 1 and min(counts) >= 2


def _binary(data: bytes, head: bytes, extension: str) -> str:
    if extension in ("pgp", "gpg") and head[0] & 0x80:
        return PGP
    guess: str | None = None
    try:
        guess = filetype.guess_mime(head)
    except Exception:  # noqa: BLE001 - a guess on hostile bytes; unknown is a good answer
        guess = None
    return guess or UNKNOWN
