"""What stands in a field's place and is no value: nothing, filler, a hint, an example."""

from __future__ import annotations

import re
from functools import lru_cache

from parsers.concepts import meanings, understood
from parsers.firms import has_legal_form
from parsers.folding import fold, words_of
from parsers.remembered import TEXTS_OF_MAILS
from parsers.vocabulary import vocabulary

_FILLER = re.compile(r"[\s._…·•\-–—―‐‑/|\\:;,*=~\u25a1\u2610\ufffc]*")
_BRACKETED_SAMPLE = re.compile(r"\((?=[^()]*(?:@|(?:[0-9][^0-9()]{0,3}){5}))[^()]*\)?[\s*:]*")
"""Nobody writes a number or an address, and nothing else, in brackets; forms print their samples so."""
_LEADS_TO_SAMPLE = re.compile(
    r"(?<![\w.])(?:(?:p\. ?)?ex\.|e\. ?g\.|z\. ?b\.|(?:par )?exemple|(?:zum )?beispiel|(?:for )?example)"
    r"(?!\w)\s*:?\s*(?=\S*\d)",
    re.I,
)
"""What leads to the example of a number that a form prints ("ex. 2014 2412 345")."""


def leads_to_sample(word: str, following: str) -> bool:
    """True for "ex." before a number."""
    return _LEADS_TO_SAMPLE.match(f"{word} {following}") is not None


def without_samples(text: str) -> str:
    """The text without the examples in it; what stands behind the colon after an example is kept."""
    if _LEADS_TO_SAMPLE.search(text) is None:
        return text
    lines = []
    for line in text.split("\n"):
        sample = _LEADS_TO_SAMPLE.search(line)
        if sample is not None:
            line = line[sample.end() :].partition(":")[2] or line[: sample.start()].rstrip(" (/–-")
        lines.append(line.strip())
    return "\n".join(line for line in lines if line)


@lru_cache(maxsize=TEXTS_OF_MAILS)
def is_absent(text: str) -> bool:
    """True for nothing, filler (dots, dashes, underscores) and words that say "nothing"."""
    return (
        bool(_FILLER.fullmatch(text))
        or fold(text).strip(" .()[]-") in _bare_absent()
        or fold(text) in vocabulary().absent
        or _sends_elsewhere(text)
    )


def _sends_elsewhere(text: str) -> bool:
    """True for "voir annexe 1", "siehe Anlage": what is asked for stands in another place."""
    words = words_of(text)
    while len(words) > 1 and re.fullmatch(r"\d{1,2}|[a-z]|[ivx]+", words[-1]):
        words = words[:-1]
    return len(words) <= 6 and " ".join(words) in vocabulary().elsewhere


@lru_cache(maxsize=1)
def _bare_absent() -> frozenset[str]:
    return frozenset(word.strip(" .") for word in vocabulary().absent)


@lru_cache(maxsize=TEXTS_OF_MAILS)
def is_hint(text: str) -> bool:
    """True for what a blank form prints as help: "ex. LU28 …", "(LU28 …)", "JJ/MM/AAAA", "Cliquez ici …"."""
    if _BRACKETED_SAMPLE.fullmatch(text.strip()):
        return True
    folded = fold(text).strip(" ()[]<>{}*«»\"'_")
    words = vocabulary()
    if folded in words.hint_dates or any(h in folded for h in words.hint_dates if len(folded) <= len(h) + 14):
        return True
    if words.hint_counts & set(folded.split()) and not re.search(r"\d{5}", folded):
        return True
    if _explains(text, folded):
        return True
    return folded.startswith(words.hint_starts) and any(
        folded.startswith(start)
        and (not start[-1].isalpha() or not folded[len(start) : len(start) + 1].isalpha())
        for start in words.hint_starts
    )


def _explains(text: str, folded: str) -> bool:
    """True for a sentence that only a form says: "Le nom doit être identique dans tous les documents." """
    words = vocabulary()
    if folded.strip(" .") in words.help_alone:
        return True
    if re.search(r"\d{5}|@", folded) or has_legal_form(text.strip()[-24:]):
        return False
    said = words_of(text)
    if text.count(",") >= 2 and not re.search(r"\d|:", text) and understood(said):
        named = {concept for word in said for group in meanings(word) for concept in group}
        if not named & {"address", "lastname", "first"}:
            return True  # what is to be written, part by part: "Rue, numéro, code postal, localité"
    if text.rstrip().endswith(".") and text[:1].isupper() and len(said) >= 5:
        small = [word for word in text.split() if word.lower() in words.small_words]
        if len(small) >= 2:
            return True  # a whole sentence
    whole = f" {' '.join(said)} "
    return len(said) >= 3 and any(f" {help_} " in whole for help_ in words.help_words)
