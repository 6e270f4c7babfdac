"""The blank forms that ship, and how to know one of them again."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

Format = Literal["pdf", "docx"]

BLANK_KINDS = ("formulaire_1", "formulaire_2", "formulaire_3", "formulaire_4", "nda", "bon_de_livraison")
FORMATS: tuple[Format, ...] = ("pdf", "docx")
PRINTED = "printed"
"""The folder of the Word specimens as PDF: what comes back of them on paper looks like that."""


def blank_bytes(kind: str, fmt: Format = "pdf") -> bytes:
    """The specimen of one form. KeyError for a kind or format that has none."""
    if kind not in BLANK_KINDS or fmt not in FORMATS:
        raise KeyError(f"{kind}.{fmt}")
    return (resources.files("outbox_templates") / "blank_forms" / f"{kind}.{fmt}").read_bytes()


def blank_folders(own: Path | None = None) -> tuple[str, ...]:
    """Where blank forms lie: the operator's folder, the specimens as PDF, those in Word as they print."""
    shipped = resources.files("outbox_templates") / "blank_forms"
    return (*([str(own)] if own is not None else []), str(shipped), str(shipped / PRINTED))


@cache
def blank_digests() -> dict[str, str]:
    """SHA-256 in hexadecimal -> kind, for every specimen: a mail may quote our own blank back."""
    return {
        hashlib.sha256(blank_bytes(kind, fmt)).hexdigest(): kind for kind in BLANK_KINDS for fmt in FORMATS
    }
