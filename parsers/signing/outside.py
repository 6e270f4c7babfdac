"""Sentences around the issued clauses that rule something: what was put before or behind them.

Around the clauses stand the title, the parties and who signs, which each copy words for itself. A sentence
there that binds a party, or that sets the clauses aside, was not issued.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from parsers.folding import words_of

# A sentence ends at its stop, and where a line begins anew with a capital, a number or a quotation mark.
_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n(?=[A-ZÀ-ÖØ-Þ0-9«\"“„(])")
_PARTIES = frozenset(
    word
    for words in (
        "industriel industriels agence incert aes partie parties accord convention",
        "parteien partei vereinbarung",
        "party agreement",
    )
    for word in words.split()
)
_RULES = frozenset(
    word
    for words in (
        "peut peuvent pourra pourront doit doivent devra devront engage engagent applique appliquent",
        "autorise autorisee dispense dispensee libre repute reputee renonce renoncent",
        "darf durfen kann konnen muss mussen soll sollen gilt gelten berechtigt verpflichtet",
        "may can must shall will applies apply entitled released waives",
    )
    for word in words.split()
)
_SETS_ASIDE = (
    *("sous reserve", "nonobstant", "par derogation", "prevalent", "prevaut", "prevaudront", "prevaudra"),
    *("ne s applique pas", "ne s appliquent pas", "est sans effet", "sont sans effet"),
    *("vorbehaltlich", "abweichend von", "gilt nicht", "gelten nicht", "haben vorrang", "hat vorrang"),
    *("notwithstanding", "subject to", "shall prevail", "does not apply", "do not apply"),
)
_LEAST_WORDS = 5


def ruling_sentences(texts: Iterable[str]) -> Iterator[str]:
    """The sentences of these pieces of text that bind a party, or set aside what was agreed."""
    for text in texts:
        lines = "\n".join(line.strip() for line in text.split("\n") if line.strip())
        for sentence in _SENTENCE.split(lines):
            words = words_of(sentence)
            if len(words) >= _LEAST_WORDS and _rules(words):
                yield " ".join(sentence.split())


def _rules(words: tuple[str, ...]) -> bool:
    said = f" {' '.join(words)} "
    return bool(_PARTIES & set(words) and _RULES & set(words)) or any(f" {a} " in said for a in _SETS_ASIDE)
