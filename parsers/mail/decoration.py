"""Which files of a mail are its dress: logos, tracking pixels, cards, signatures. Not forms, not scans."""

from __future__ import annotations

import io
import re

from parsers import sniff
from parsers.mail.letter import Leaf

_NEVER_DOCUMENTS = frozenset(
    {
        "text/vcard",
        "text/calendar",
        sniff.PKCS7_SIGNATURE,
        "application/pkcs7-certificates",
        sniff.PGP_KEYS,
        sniff.PGP_SIGNATURE,
    }
)
_MACHINE_PARTS = (
    "message/delivery-status",
    "message/disposition-notification",
    "text/rfc822-headers",
    sniff.PGP,
)
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp")
_LOGO_NAMES = re.compile(
    r"logo|signature|banner|banni[èe]re|facebook|linkedin|twitter|instagram|youtube|icone?\b"
    r"|^image\d{3,}(?:\.|$)|^outlook-|^att\d{4,}",
    re.I,
)
_CAMERA_NAMES = re.compile(
    r"^(?:img|dsc[nf]?|pxl|scan|photo|foto|whatsapp|camscanner|capture|screenshot)", re.I
)
_PAGE_SIDE, _PAGE_AREA, _PAGE_RATIO = 400, 400_000, 2.2
_SMALL_PHOTO_AREA = 150_000
_PHOTO_BYTES = 15_000


def is_decoration(leaf: Leaf, media_type: str, html: str) -> bool:
    """Whether a file is no document. `html` is the source of the mail that it came in.

    A picture in the text of a mail is a logo, unless it has the size and shape of a page, a photo or
    a screenshot: iPhones send scans that way. An attached picture is a document unless it is tiny or
    named like a logo.
    """
    if leaf.machine or media_type in _NEVER_DOCUMENTS:
        return True
    if leaf.declared in _MACHINE_PARTS and media_type.startswith(("text/", "message/")):
        return True
    shown = bool(leaf.cid) and f"cid:{leaf.cid}".lower() in html.lower()
    dressy = shown or bool(_LOGO_NAMES.search(leaf.name)) or (leaf.inline and bool(leaf.cid))
    if media_type == "image/svg+xml":
        return dressy or leaf.inline
    if media_type not in _PICTURES:
        return False
    width, height = _size(leaf.data)
    if not width or not height:
        return shown and len(leaf.data) < _PHOTO_BYTES
    if min(width, height) < 32 or width * height < 10_000:
        return True
    if not dressy and not (leaf.inline and not leaf.name):
        return False
    short, long = sorted((width, height))
    square = long / short < 1.12 and shown and short < 1600
    if _CAMERA_NAMES.match(leaf.name) and width * height >= _SMALL_PHOTO_AREA:
        return False
    page = short >= _PAGE_SIDE and width * height >= _PAGE_AREA and long / short <= _PAGE_RATIO
    return square or not page or len(leaf.data) < _PHOTO_BYTES


def _size(data: bytes) -> tuple[int, int]:
    from PIL import Image  # only for mails with pictures

    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except Exception:  # noqa: BLE001 - Pillow raises freely on damaged pictures, and on bombs
        return 0, 0
