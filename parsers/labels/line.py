"""The label that a line is, or begins with. The longest wins: "Date de fin des tests" is not "Date"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from parsers.concepts import fields_meant, foreign, meanings, understood
from parsers.documents.reading import Word
from parsers.folding import fold, words_of
from parsers.labels.index import ARTICLES, STOP, LabelIndex, Strength
from parsers.labels.leaders import COLONS, leads_to_value
from parsers.labels.text import PARTLY, is_counted, match_text, without_numbering
from parsers.layout.sheet import Segment
from parsers.no_value import leads_to_sample
from parsers.remembered import TEXTS_OF_MAILS
from parsers.vocabulary import vocabulary

_NUMBERING = re.compile(
    r"^(?:[0-9]{1,2}(?:\.[0-9]{1,2})*[.):]?|\(?[a-z][.)]|[ivx]{1,4}[.)]|[•\-–*▪►>·])$", re.I
)
MAX_LABEL_WORDS = 14
_MORE = 4
"""Words behind a label that may belong to it."""
_NAMES = frozenset({"lastname", "first", "name"})
BEFORE_DATE = frozenset({"le", "am", "on", "du", "den", "vom"})
_COMPOSED = re.compile(r"[^\W\d_][^\W\d_A-ZÀ-Þ]{2,}[A-ZÀ-Þ][^\W\d_]")
"""A name with a capital inside, as products have it ("PraxisPilot") and no label ("eHealth", "MySecu")."""
_SAYS_MORE = frozenset({"est", "ist", "is", "der", "des", "du", "de", "of", "von"})
"""Words behind a label's words that no value begins with, where all that follows could be a label's."""
_BLANKS = frozenset({":", "?", "*", ".", "-", "–", ")", "(*)", "：", "*:", ":*"})


@dataclass(frozen=True, slots=True)
class LabelHit:
    """A printed label and the fields that it may name, best first.

    `end` is the number of words of the segment that belong to the label; `closed` says that the page
    itself marks its end (a colon, the cell's or the line's end). `parts` is filled for one label that
    names two fields ("Nom et prénom").
    """

    segment: Segment
    fields: tuple[str, ...]
    end: int
    strength: Strength
    score: float
    closed: bool
    label: str
    below: tuple[Segment, ...] = ()

    @property
    def clear(self) -> bool:
        """True for a label whose words and whose end leave no doubt."""
        return self.strength != "weak" and (self.closed or self.end == len(self.segment.words))

    @property
    def in_brackets(self) -> bool:
        """True for a label that stands in brackets from end to end: "(Dénomination sociale)"."""
        return re.fullmatch(r"\(.*\)[\s*:]*", self.label) is not None


def _after_colon(
    texts: list[str], start: int, colon: int, index: LabelIndex
) -> tuple[int, tuple[tuple[str, ...], Strength, float]] | None:
    """ "CEO : prénom :" is one label; (its last word, what it names) where every word of it is understood."""
    reach = range(colon + 1, min(colon + 12, len(texts)))
    ends = [i for i in reach if texts[i].endswith(":") or leads_to_value(texts[i])]
    for end in (*ends[:1], len(texts) - 1):
        if not colon < end <= colon + 12 or texts[colon + 1 : end + 1] == [":"]:
            continue
        meant = fields_meant(words_of(" ".join(texts[start : end + 1])), index.fields)
        first = fields_meant(words_of(" ".join(texts[start : colon + 1])), index.fields)
        rest = words_of(" ".join(texts[colon + 1 : end + 1]))
        asked = fields_meant(rest, index.fields)  # "nom" of "CEO : nom"; an answer may be another's label
        says = end == len(texts) - 1 and any(m.endswith(a) for m in meant for a in asked)
        if len(meant) == 1 and (meant != first or end in ends or says):
            return end, (meant, "fuzzy", 0.96)
    for end in range(min(colon + 2, len(texts) - 2), colon, -1):
        said = words_of(" ".join(texts[colon + 1 : end + 1]))
        meant = fields_meant(words_of(" ".join(texts[start : end + 1])), index.fields)
        names = all(any(_NAMES & group for group in meanings(word)) for word in said) and bool(said)
        if len(meant) == 1 and names and texts[end + 1][:1].isupper():
            return end, (meant, "fuzzy", 0.96)  # "Geschäftsführer: Nachname Kayl"
    return None


def match_segment(segment: Segment, index: LabelIndex) -> LabelHit | None:
    """The label that a segment is, or starts with."""
    texts = tuple(w.text for w in segment.words)
    end = looks_change(segment.words)
    titled = any(fold(text) in vocabulary().titles for text in texts[:end])
    if (
        end
        and not titled
        and names_itself(texts[end:])
        and not any(text.endswith((":", "：")) for text in texts)
    ):
        label = _match_words(texts[:end], " ".join(texts[:end]), index)
        if label is not None and label.end == end and label.strength != "weak":
            return LabelHit(segment, *label)
    shown = next((i for i in range(2, len(texts)) if leads_to_sample(texts[i - 1], texts[i])), None)
    if shown is not None and not any(":" in text for text in texts[shown:-1]):
        label = _match_words(texts[: shown - 1], " ".join(texts[: shown - 1]), index)
        if label is not None and label.end == shown - 1 and label.strength != "weak":
            return LabelHit(segment, *label._replace(end=len(texts), closed=True))
    match = _match_words(texts, segment.text, index)
    return LabelHit(segment, *match) if match is not None else None


def names_itself(texts: Sequence[str]) -> bool:
    """True for what begins as values do, and is no label of known words."""
    begins = re.search(r"[A-ZÀ-Þ\d@]", texts[0]) is not None
    return begins and (_COMPOSED.match(texts[-1]) is not None or not understood(words_of(" ".join(texts))))


def looks_change(words: Sequence[Word]) -> int:
    """Where a line is set otherwise once and for all, as from its label to its value; 0 if nowhere."""
    first, last = _set(words[0]), _set(words[-1])
    if first == last or not words[0].look or not words[-1].look:
        return 0
    end = next(i for i, word in enumerate(words) if _set(word) != first)
    return end if all(_set(word) == last for word in words[end:]) else 0


def _set(word: Word) -> tuple[str, int]:
    return word.look, round(word.size)


class _Match(NamedTuple):
    """What a LabelHit says of its segment's words."""

    fields: tuple[str, ...]
    end: int
    strength: Strength
    score: float
    closed: bool
    label: str


@lru_cache(maxsize=TEXTS_OF_MAILS)
def _match_words(words: tuple[str, ...], text: str, index: LabelIndex) -> _Match | None:
    texts = list(words)
    start = _skip_numbering(texts)
    if ")" in text and "(" not in text and not start and not re.match(r"\w{1,3}\)", text):
        return None  # the end of a note that began on the line above
    if start >= len(texts) or (not start and texts[0].isdigit()):
        return None
    if len(texts) - start <= 2 and re.search(r"\w\+$", texts[-1]) and not texts[-2:][0].endswith(":"):
        return None  # "Cabinet+": a product's name
    colon = _colon(texts, start)
    if colon is not None:
        found = match_text(" ".join(texts[start : colon + 1]), index)
        further = _after_colon(texts, start, colon, index)
        if further is not None:
            colon, found = further
        if found and not (found[1] == "weak" and colon - start > 8):
            return _Match(found[0], colon + 1, found[1], found[2], True, " ".join(texts[start : colon + 1]))
        return None
    starred = _up_to_star(texts, start, index)
    if starred is not None:
        return starred
    whole = texts[start:]
    tokens = words_of(" ".join(whole))
    if texts[-1] in ("*", "(*)") and understood(tokens) and match_text(" ".join(whole), index) is None:
        return None  # "Name der Bank *", which must be filled in
    if whole[-1][:1].islower() and foreign(tokens) and understood(tokens):
        return None  # "Nom de la banque", no name behind its label
    if len(whole) > 1 and fold(whole[-1]) in vocabulary().titles:
        return _match_prefix(texts, start, index)  # the name goes on in the next line
    if len(whole) > 1 and _COMPOSED.match(whole[-1]) and (named := _match_prefix(texts, start, index)):
        return named  # "Nom du logiciel PraxisPilot"
    if len(whole) <= MAX_LABEL_WORDS + 4:
        found = match_text(" ".join(whole), index)
        prefix = _match_prefix(texts, start, index)
        if found and found[1] != "weak":
            shared = prefix is not None and set(prefix.fields) & set(found[0])
            if found[2] == PARTLY and prefix is not None and shared:
                return prefix  # "Société / Firmenname Medisoft SARL": two languages, and the value
            bracketed = _up_to_brackets(texts, start, found[0], index) if found[2] == PARTLY else None
            if bracketed is not None:
                return bracketed
            return _Match(found[0], len(texts), found[1], found[2], True, " ".join(whole))
    else:
        found = None
        prefix = _match_prefix(texts, start, index)
    if prefix is not None:
        return prefix
    if found:
        return _Match(found[0], len(texts), found[1], found[2], True, " ".join(whole))
    return None


def _up_to_star(texts: list[str], start: int, index: LabelIndex) -> _Match | None:
    """A label that ends with a star, its value behind ("Nom du logiciel * Cabinet+"), not its translation."""
    end = next((i + 1 for i in range(start + 1, len(texts) - 1) if texts[i].endswith(("*", "(*)"))), 0)
    if not end or texts[end][:1] in "/|(–-:":
        return None
    piece = " ".join(texts[start:end])
    found, rest = match_text(piece, index), match_text(" ".join(texts[end:]), index)
    if (
        found is None
        or found[1] == "weak"
        or found[2] == PARTLY
        or (rest is not None and set(rest[0]) & set(found[0]))
    ):
        return None
    return _Match(found[0], end, found[1], found[2], True, piece)


def _up_to_brackets(
    texts: list[str], start: int, fields: tuple[str, ...], index: LabelIndex
) -> _Match | None:
    """A label that ends with a pair of brackets, its value behind ("Name (Unterzeichner) Nico El Khoury")."""
    for end in range(len(texts) - 1, start + 1, -1):
        if texts[end - 1].rstrip("*:").endswith(")") and not texts[end].startswith("("):
            piece = " ".join(texts[start:end])
            found = match_text(piece, index)
            if (
                found is not None
                and found[1] != "weak"
                and found[2] != PARTLY
                and set(found[0]) & set(fields)
            ):
                return _Match(found[0], end, found[1], found[2], True, piece)
    return None


def _match_prefix(texts: list[str], start: int, index: LabelIndex) -> _Match | None:
    """A label without a colon and its value behind it: "Matricule 1893120105732"."""
    for length in range(min(index.most_words + 2, len(texts) - start - 1), 0, -1):
        piece = texts[start : start + length]
        if length > 1 and piece[-1] in ("/", "|", "–", "-", "("):
            continue
        if fold(texts[start + length]) in _SAYS_MORE and understood(words_of(" ".join(texts[start:]))):
            continue  # "Le client est", a choice below; "Name der Bank", somebody else's
        tokens = words_of(" ".join(piece))
        key = " ".join(tokens)
        bare = " ".join(t for t in tokens if t not in ARTICLES or t == tokens[-1])
        owners = index.exact.get(key) or index.exact.get(bare)
        told: Strength = "exact"
        if owners is None and _may_end(piece, texts[start + length]):
            owners, told = fields_meant(without_numbering(tokens), index.fields) or None, "fuzzy"
        if owners is None and texts[start + length] in ("/", "|"):
            meant = match_text(" ".join(piece), index)  # the page itself says where the first language ends
            told_all = meant is not None and meant[1] != "weak" and meant[2] != PARTLY
            owners = meant[0] if meant is not None and told_all else None
        if owners is None:
            continue
        if foreign(words_of(_in_brackets(texts[start + length :]))):
            return None  # "Personne de contact (comptabilité)"
        if _goes_on_foreign(texts, start, start + length):
            return None  # "Name of the bank BGL"
        if len(owners) > 1 and told == "fuzzy" and not _two_names(owners):
            continue
        end = start + length
        if "/" in texts[end : end + 2] and texts[end] in _BLANKS:
            end += 1  # a star before the second language
        end = _second_language(texts, end, owners, index)
        end = _second_in_brackets(texts, end, owners, index)
        closed = end > start + length
        more = end < len(texts) and texts[end] in ("/", "|")  # another label, and nobody knows where it ends
        while end < len(texts) and texts[end] in _BLANKS:
            end += 1
            closed = True
        closed = closed or texts[end - 1][-1:] in "*:)?"
        strength: Strength = "weak" if more else told
        return _Match(owners, end, strength, 0.97, closed, " ".join(piece))
    return None


def _in_brackets(texts: list[str]) -> str:
    """What the words begin with, if that stands in brackets."""
    end = next((i for i, text in enumerate(texts) if text.rstrip("*:").endswith(")")), None)
    return " ".join(texts[: end + 1]) if end is not None and texts[0].startswith("(") else ""


def _goes_on_foreign(texts: list[str], start: int, end: int) -> bool:
    """True where the label's next words say that something else is asked for."""
    longest = min(end + _MORE, len(texts) - 1)
    return texts[end - 1][-1:] not in ("*", ")") and any(
        understood(words := words_of(" ".join(texts[start:more]))) and foreign(words)
        for more in range(end + 1, longest + 1)
    )


def _may_end(piece: list[str], following: str) -> bool:
    """True where a label may end and a value begin: not inside a phrase or a pair of brackets."""
    word, marked = piece[-1], following[:1] in "(*" or piece[-1].endswith(("*", "?"))
    if (len(piece) < 2 and not marked) or "+" in word or "&" in word:
        return False
    if re.fullmatch(r"HR[AB]?|[A-K]", word) and following[:1].isdigit():
        return False  # the register's letters are the number's
    if word.count("(") > word.count(")") or word.endswith(","):
        return False
    if fold(word) in STOP:
        return following[:1].isdigit() and fold(word) in BEFORE_DATE
    return marked or not following[:1].islower() or bool(re.search(r"[@\d]", following))


def _two_names(owners: tuple[str, ...]) -> bool:
    return len(owners) == 2 and owners[0].removesuffix("nom") == owners[1].removesuffix("prenom")


def _second_in_brackets(texts: list[str], end: int, owners: tuple[str, ...], index: LabelIndex) -> int:
    """Where the brackets close that name the same field in another language; else `end`."""
    at = end
    while at < len(texts) and texts[at] in _BLANKS:
        at += 1
    if at >= len(texts) or not texts[at].startswith("("):
        return end
    for close in range(at, min(at + MAX_LABEL_WORDS, len(texts))):
        if texts[close].rstrip("*:").endswith(")"):
            inner = " ".join(texts[at : close + 1]).strip("()*: ")
            other = match_text(inner, index)
            same = other is not None and other[1] != "weak" and set(other[0]) & set(owners)
            return close + 1 if same and close + 1 < len(texts) else end
    return end


def _second_language(texts: list[str], end: int, owners: tuple[str, ...], index: LabelIndex) -> int:
    """Where the label ends that goes on in another language ("Name / Nom Dupont"); else `end`."""
    if end + 1 >= len(texts) or texts[end] not in ("/", "|", "–", "-"):
        return end
    for length in range(min(index.most_words + 2, len(texts) - end - 1), 0, -1):
        piece = texts[end + 1 : end + 1 + length]
        if any(text.endswith(":") for text in piece[:-1]):
            continue
        other = match_text(" ".join(piece), index)
        if other is None or other[1] == "weak" or other[2] == PARTLY:
            continue
        if set(other[0]) & set(owners):
            return end + 1 + length
    return end


def _skip_numbering(texts: list[str]) -> int:
    start = 0
    while start < len(texts) and start < 3 and (_NUMBERING.match(texts[start]) or texts[start] in _BLANKS):
        start += 1
    if 0 < start < len(texts) and texts[start - 1].isdigit() and is_counted(texts[start]):
        start -= 1  # "12 postes" is a number of them
    return start


def _colon(texts: list[str], start: int) -> int | None:
    """The word that ends the label with a colon, or leads to its value as "=" does.

    Not a colon inside a time, a web address or a sentence.
    """
    opened = counted = 0
    for position in range(start, len(texts)):
        text = texts[position]
        opened += text.count("(") + text.count("«") - text.count(")") - text.count("»")
        counted += opened <= 0
        if counted > MAX_LABEL_WORDS:
            return None
        if text.endswith(COLONS) or (position > start and leads_to_value(text)):
            if opened > 0 and any(")" in later or "»" in later for later in texts[position + 1 :]):
                continue  # "(exemple : nom@societe.lu)"
            return position
        ends = text.endswith((".", ";", "?")) and len(text) > 4 and not text.lower().endswith(("nr.", "no."))
        if ends and position > start + 1 and opened <= 0:
            return None
    return None
