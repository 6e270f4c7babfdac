"""Issued text against returned text: which clause was changed, left out or added.

Compared are words without case, accents, punctuation, line breaks and hyphenation. Values filled into the
blanks of a clause, and headers and footers that a page break puts into it, are no change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import Match, SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from parsers.signing.furniture import Found, Furniture, Values
from parsers.signing.outside import ruling_sentences
from parsers.signing.wording import Text, read

_ARTICLE = re.compile(
    r"(?:(?:articles?|artikel|art\.|§|clause|section|abschnitt)\s*(?:\d+|premier|1er|[ivx]+)\b|\d{1,2}[.)]\s)",
    re.IGNORECASE,
)
_NEGATIONS = frozenset(
    word
    for words in (
        "ne n pas ni non aucun aucune aucuns aucunes jamais sans sauf nul nulle",
        "nicht kein keine keinen keiner nie ohne ausser",
        "not no never nor without except unless",
    )
    for word in words.split()
)
_LOOKS_LIKE = str.maketrans("oilszb", "011528")
"""Letters that OCR takes for digits, and back."""
_MISSING = {False: 0.5, True: 0.4}
"""Share of a clause's words below which it counts as left out, digital and OCR."""
_NOISE = 62.0
_LONGEST_VALUE = 20
_ENDING = frozenset({"signature", "signatures", "pour", "fait", "unterschrift", "unterschriften"})
_LONG_ADDITION = 12


def differences(
    text: str, clauses: Sequence[str], *, ocr: bool = False, values: Iterable[str] = ()
) -> tuple[str, ...]:
    """Short French sentences, one per change, in the order of the clauses; empty when all is as issued.

    `values` are what the form was filled with: a flattened page may hold them behind its text.
    """
    document = read(text)
    filled = frozenset(words for value in values if (words := read(value).words))
    issued = [_issued(clause) for clause in clauses]
    whole = f" {' '.join(document.words)} "
    found: list[Found | None] = [_exact(clause, whole) for clause in issued]
    for index, clause in enumerate(issued):
        if found[index] is None:
            low = max((f.end for f in found[:index] if f is not None), default=0)
            high = min((f.start for f in found[index + 1 :] if f is not None), default=len(document.words))
            if low < high:
                found[index] = _aligned(clause, document, low, high, found, filled, ocr)
    if not any(found):
        return ("Le texte émis n'y figure pas.",)
    result = []
    for wording, place in zip(clauses, found, strict=True):
        name = _name(wording)
        result += (
            [f"{name} : absent du texte."] if place is None else [f"{name} : {c}" for c in place.changes]
        )
    return (*result, *_additions(clauses, document, found, filled, ocr))


@lru_cache(maxsize=256)
def _issued(clause: str) -> Text:
    return read(clause)


def _name(clause: str) -> str:
    """« Article 4 » of « Article 4 – Documentation … », else the heading or the first words."""
    heading = clause.strip().split("\n", 1)[0]
    if match := _ARTICLE.match(heading):
        return match[0][:1].upper() + match[0][1:].rstrip(" .)")
    return heading if len(heading) <= 40 else heading[:37].rstrip() + "…"


def _exact(clause: Text, document: str) -> Found | None:
    """Where the document, its words with a space before and after each, first says the same."""
    size = len(clause.words)
    if not size or clause.blanks:
        return Found(0, 0) if not size else None
    at = document.find(f" {' '.join(clause.words)} ")
    start = document.count(" ", 0, at)
    return Found(start, start + size) if at >= 0 else None


def _aligned(
    clause: Text,
    document: Text,
    low: int,
    high: int,
    others: Sequence[Found | None],
    filled: Values,
    ocr: bool,
) -> Found | None:
    window = document.words[low:high]
    matcher = SequenceMatcher(None, clause.words, window, autojunk=False)
    blocks = [b for b in matcher.get_matching_blocks() if b.size]
    kept = _compact(blocks, len(clause.words))
    near = sum(_likeness(clause, document, low, kept, ocr))
    if not kept or near / len(clause.words) < _MISSING[ocr]:
        return None
    start = low + max(0, kept[0].b - kept[0].a)
    end = min(high, low + kept[-1].b + kept[-1].size + len(clause.words) - kept[-1].a - kept[-1].size)
    # The next clause's heading is not this one's changed end.
    end = (
        max(low + kept[-1].b + kept[-1].size, end)
        if kept[-1].a + kept[-1].size < len(clause.words)
        else (low + kept[-1].b + kept[-1].size)
    )
    inner = SequenceMatcher(None, clause.words, document.words[start:end], autojunk=False)
    changes = []
    furniture = Furniture(document, [f for f in (*others, Found(start, end)) if f is not None], filled)
    for kind, a0, a1, b0, b1 in inner.get_opcodes():
        if kind == "equal":
            continue
        change = _change(clause, document, (a0, a1), (start + b0, start + b1), furniture, ocr)
        if change:
            changes.append(change)
    return Found(start, end, tuple(changes))


def _compact(blocks: Sequence[Match], size: int) -> list[Match]:
    """The blocks around the largest one; single common words far away belong to other text."""
    if not blocks:
        return []
    main = max(blocks, key=lambda b: b.size)
    return [b for b in blocks if abs((b.b - b.a) - (main.b - main.a)) <= max(60, size // 2)]


def _likeness(clause: Text, document: Text, low: int, blocks: Sequence[Match], ocr: bool) -> Iterator[float]:
    """Words in common; with OCR also those that are merely misread."""
    for one, other in pairwise([None, *blocks, None]):
        if one is not None:
            yield float(one.size)
        if ocr and one is not None and other is not None:
            a = clause.words[one.a + one.size : other.a]
            b = document.words[low + one.b + one.size : low + other.b]
            if a and b:
                yield fuzz.ratio(" ".join(a), " ".join(b)) / 100 * len(a)


def _change(
    clause: Text, document: Text, a: tuple[int, int], b: tuple[int, int], furniture: Furniture, ocr: bool
) -> str | None:
    """What a differing run means, or None when it means nothing."""
    b = furniture.stripped(*b)
    old, new = clause.words[slice(*a)], document.words[slice(*b)]
    if "".join(old) == "".join(new):
        return None  # hyphenation, words run together
    if any(a[0] <= blank <= a[1] for blank in clause.blanks) and not old and len(new) <= _LONGEST_VALUE:
        return None
    if ocr and not _matters(old, new):
        return None
    if not old:
        return f"ajout de {document.quoted(*b)}."
    if not new:
        return f"{clause.quoted(*a)} supprimé."
    return f"{clause.quoted(*a)} remplacé par {document.quoted(*b)}."


def _matters(old: Sequence[str], new: Sequence[str]) -> bool:
    """With OCR: a difference that misreading does not explain."""
    joined_old, joined_new = "".join(old), "".join(new)
    if [w for w in old if w.isdigit()] != [w for w in new if w.isdigit()]:
        return joined_old.translate(_LOOKS_LIKE) != joined_new.translate(_LOOKS_LIKE)
    lost, won = [w for w in old if w in _NEGATIONS], [w for w in new if w in _NEGATIONS]
    if lost != won:
        # A misread « ne » is still a word of its size in its place.
        return Levenshtein.distance(joined_old, joined_new) > max(1, len(joined_old) // 4) or not joined_new
    if not old or not new:
        return sum(len(w) >= 4 for w in (*old, *new)) >= 2
    likeness = fuzz.ratio(joined_old, joined_new)
    return likeness < _NOISE and min(len(joined_old), len(joined_new)) >= 4


def _additions(
    clauses: Sequence[str],
    document: Text,
    found: Sequence[Found | None],
    filled: Values,
    ocr: bool,
) -> Iterator[str]:
    """Text put between two articles that follow each other, and articles that were never issued."""
    furniture = Furniture(document, [f for f in found if f is not None], filled)
    for (clause, place), (follower, then) in pairwise(zip(clauses, found, strict=True)):
        if place is None or then is None or not (_numbered(clause) and _numbered(follower)):
            continue
        start, end = furniture.stripped(place.end, then.start)
        least = 4 if ocr else 1
        if end - start >= least and any(len(w) > 2 for w in document.words[start:end]):
            yield f"Après {_name(clause).lower()} : ajout de {document.quoted(start, end)}."
    last, behind = found[-1] if found else None, 0
    if last is not None and _numbered(clauses[-1]):
        end = next(
            (i for i in range(last.end, len(document.words)) if document.words[i] in _ENDING), last.end
        )
        start, end = furniture.stripped(last.end, end)
        if end - start >= _LONG_ADDITION:
            behind = end
            yield f"Après {_name(clauses[-1]).lower()} : ajout de {document.quoted(start, end)}."
    yield from _around(document, found, behind)


def _around(document: Text, found: Sequence[Found | None], behind: int) -> Iterator[str]:
    """Sentences that rule something too, before all clauses and after them (from the word `behind` on)."""
    placed = [place for place in found if place is not None and place.end > place.start]
    if placed:
        around = document.around(min(f.start for f in placed), max(behind, *(f.end for f in placed)))
        for sentence in ruling_sentences(around):
            words = sentence.split()
            text = " ".join(words[:12]) + (" …" if len(words) > 12 else "")
            yield f"Hors des articles : ajout de « {text} »."


def _numbered(clause: str) -> bool:
    return _ARTICLE.match(clause.strip()) is not None
