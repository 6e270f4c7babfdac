"""The app's languages: French in the source, English and German from their .po files, read at start."""

from __future__ import annotations

import io
from functools import cache
from importlib import resources

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = ("fr", "en", "de")
FALLBACK = "fr"


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of that language; the source's own words where there is none."""
    if language not in LANGUAGES or language == FALLBACK:
        return NullTranslations()
    path = resources.files("mailbot.web").joinpath("locale", language, "LC_MESSAGES", "mailbot.po")
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(path.read_bytes()), locale=language))
    compiled.seek(0)
    return Translations(compiled)


def best_language(wanted: str, accepted: str) -> str:
    """The chosen language, else the first of Accept-Language that there is, else French."""
    if wanted in LANGUAGES:
        return wanted
    for part in accepted.split(",")[:20]:
        code = part.partition(";")[0].strip().lower()[:2]
        if code in LANGUAGES:
            return code
    return FALLBACK
