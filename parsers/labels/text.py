"""Whether a text is a label from end to end, and of which fields.

Labels are compared without case, accents, numbering, stars and colons; a bilingual label
("Matricule / Matrikelnummer") counts by either half; OCR slips are forgiven in long labels only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz, process

from parsers.concepts import fields_meant, foreign, meanings, understood
from parsers.folding import without_brackets, words_of
from parsers.labels.index import ARTICLES, STOP, LabelIndex, Strength
from parsers.remembered import TEXTS_OF_MAILS

_SPLIT = re.compile(r"\s*(?:/|\||\(|\)|;|\s[-–—]\s)\s*")
_YES_NO = re.compile(r"(?:\boui|\bja|\byes) ?/ ?(?:non|nein|no)\b", re.I)
"""How the question may be answered."""
_LETTERED = re.compile(r"^\s*\(?[a-z]\)\s+(?=\S)")
_GENERIC = frozenset({"nom", "prenom", "date_signature"})
"""Fields that one general word names: another word beside it may make it somebody else's."""
_LEGAL_FORM = frozenset("sarl") | {"sarl", "sa"}
"""The end of a firm's name on a line of its own ("S.à r.l.-S"), no register."""
_FUZZY = 87.0
PARTLY = 0.93
"""The score of a label of which a piece is not understood."""


@lru_cache(maxsize=TEXTS_OF_MAILS)
def match_text(text: str, index: LabelIndex) -> tuple[tuple[str, ...], Strength, float] | None:
    """(field ids, strength, score) for a text that is a label from end to end."""
    text = _YES_NO.sub(" ", _LETTERED.sub("", text))
    tokens = words_of(text)
    if not tokens or _LEGAL_FORM.issuperset(tokens):
        return None
    bare = without_numbering(tokens)
    outside = without_numbering(words_of(re.sub(r"\([^)]*\)?", " ", without_brackets(text))))
    if foreign(word for word in bare if word not in outside):
        outside = bare  # the brackets say whose it is: "Personne de contact (comptabilité)"
    for variant in dict.fromkeys((tokens, bare, outside)):
        for skip in (0, 1, 2):
            if skip and not all(t in ARTICLES for t in variant[:skip]):
                break
            key = " ".join(variant[skip:])
            if key in index.exact and (variant in (tokens, bare) or not fields_meant(bare, index.fields)):
                return index.exact[key], "exact", 1.0
    meant = fields_meant(bare, index.fields) or fields_meant(outside, index.fields)
    if len(meant) == 1 or (
        len(meant) == 2 and meant[0].removesuffix("nom") == meant[1].removesuffix("prenom")
    ):
        return meant, "fuzzy", 0.97
    pieces = [p for p in _SPLIT.split(text) if words_of(p)]
    if meant:
        told = _match_pieces(pieces, index) if len(pieces) > 1 else None
        return told if told is not None and told[1] == "exact" else (meant, "weak", 0.8)
    if foreign(tokens) and not (len(pieces) > 1 and all(_names(p, index) for p in pieces)):
        return None
    if len(pieces) > 1:
        combined = _match_pieces(pieces, index)
        if combined:
            return combined
    if understood(bare):
        return None  # every word is known, and together they ask for something else
    fuzzy = _fuzzy(tokens, index)
    if fuzzy:
        return fuzzy
    return _weak(tokens, index) or (_part_of(tokens, index) if text.rstrip().endswith(":") else None)


def without_numbering(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The words behind "3.", "1.2" or "b)"; a number alone stays."""
    start = 0
    while start < min(2, len(tokens) - 1) and re.fullmatch(r"\d{1,2}|[a-mo-q]", tokens[start]):
        start += 1
    if start and tokens[start - 1].isdigit() and is_counted(tokens[start].title()):
        start -= 1
    return tokens[start:]


def _part_of(tokens: Sequence[str], index: LabelIndex) -> tuple[tuple[str, ...], Strength, float] | None:
    """One word of a longer label ("Solution :"), where only one field has it."""
    printed = {t for t in tokens if t not in STOP}
    if len(printed) != 1 or len(next(iter(printed))) < 5:
        return None
    owners = {field_id for words, field_id in index.content if printed <= words}
    return ((owners.pop(),), "weak", 0.6) if len(owners) == 1 else None


def _known(piece: str, index: LabelIndex) -> bool:
    return " ".join(without_numbering(words_of(piece))) in index.exact


def _names(piece: str, index: LabelIndex) -> tuple[str, ...]:
    """The fields that one piece of a label names by itself."""
    tokens = without_numbering(words_of(piece))
    if sum(map(len, tokens)) < 3:
        return ()  # "c/o"
    bare = " ".join(t for t in tokens if t not in ARTICLES)
    return (
        index.exact.get(" ".join(tokens)) or index.exact.get(bare) or fields_meant(tokens, index.fields) or ()
    )


def _match_pieces(pieces: list[str], index: LabelIndex) -> tuple[tuple[str, ...], Strength, float] | None:
    """A label in two languages, or with an explanation behind it: its pieces must agree."""
    named: list[tuple[str, ...]] = []
    unknown: list[str] = []
    fuzzy = False
    for piece in pieces:
        owners: tuple[str, ...] | None = _names(piece, index) or None
        if owners is None:
            near = _fuzzy(words_of(piece), index)
            owners = near[0] if near else None
            fuzzy = fuzzy or owners is not None
        if owners is None:
            unknown.append(piece)
        else:
            named.append(owners)
    if not named or any(re.search(r"\d{4}|@", piece) for piece in unknown):
        return None
    common = [f for f in named[0] if all(f in owners for owners in named)]
    if not common:
        # "Nom / Prénom": one label for two fields, told by the caller from their ids.
        both = tuple(dict.fromkeys(f for owners in named for f in owners))
        return both, "weak", 0.6
    if pieces[0] in unknown and not any(_known(piece, index) for piece in pieces):
        return None  # a note that happens to speak of something we ask for
    generic = all(len(words_of(p)) == 1 for p in pieces if p not in unknown) and common[0] in _GENERIC
    if unknown and (pieces[0] in unknown or generic):
        return tuple(common), "weak", 0.7  # "Représentant – nom" may be anybody's
    return tuple(common), "fuzzy" if fuzzy else "exact", PARTLY if unknown else 0.94 if fuzzy else 0.99


def _fuzzy(tokens: Sequence[str], index: LabelIndex) -> tuple[tuple[str, ...], Strength, float] | None:
    joined = " ".join(tokens)
    if len(joined) < 6:
        return None
    best = process.extractOne(joined, index.joined, scorer=fuzz.ratio, score_cutoff=_FUZZY)
    if best is None:
        return None
    key, score, _ = best
    # A whole word more or less is another label ("Date" / "Date de naissance"), a few letters are a slip.
    if abs(len(key.split()) - len(tokens)) > 1 and score < 93:
        return None
    if _differs_in_meaning(key.split(), tokens):
        return None
    return index.exact[key], "fuzzy", score / 100


def _differs_in_meaning(label: Sequence[str], printed: Sequence[str]) -> bool:
    """True when a content word of the print is no word of the label, not even misread."""
    for token in printed:
        if any(map(str.isdigit, token)) and token not in label and printed[-1] == token:
            return True  # a value: "Version 12"
        if token in STOP or len(token) < 3:
            continue
        if not any(fuzz.ratio(token, other) >= 72 for other in label):
            return len(token) >= 4 and not any(token in "".join(label) for _ in (0,))
    return False


def _weak(tokens: Sequence[str], index: LabelIndex) -> tuple[tuple[str, ...], Strength, float] | None:
    """A label whose content words all stand in the print, among others: right perhaps."""
    printed = {t for t in tokens if t not in STOP}
    if not printed or len(printed) > 8:
        return None
    best: list[tuple[float, str]] = []
    for words, field_id in index.content:
        if words <= printed and any(len(w) >= 4 for w in words):
            share = sum(map(len, words)) / sum(map(len, printed))
            best.append((share, field_id))
    if not best:
        return None
    top = max(share for share, _ in best)
    if top < 0.34:
        return None
    owners = tuple(dict.fromkeys(f for share, f in best if share > top - 0.02))
    return owners, "weak", round(0.5 + 0.4 * top, 3)


def is_counted(text: str) -> bool:
    """True for what is counted behind a bare number."""
    return text[:1].islower() or any(
        "workstation" in group for word in words_of(text) for group in meanings(word)
    )
