"""Issued text against returned text: which clause was changed, left out or added.

Compared are words without case, accents, punctuation, line breaks and hyphenation. Values filled into the
blanks of a clause, and headers and footers that a page break puts into it, are no change.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from functools import cached_property, lru_cache
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from parsers.folding import words_of
from parsers.remembered import TEXTS_OF_MAILS
from parsers.signing.outside import ruling_sentences

_TOKEN = re.compile(r"(?P<blank>_{2,}|\.{4,}|…+|\[[^\]]{0,80}\]|\ufffc)|(?P<word>[^\W_]+)")
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
_LONGEST_FURNITURE, _MOST_PLACES = 60, 100  # words compared at once, places of one pair of words


@dataclass(frozen=True, slots=True)
class _Text:
    """Words folded and as written, and where in `whole` they begin; `blanks` are the word counts before which
    something is filled in."""

    words: tuple[str, ...]
    written: tuple[str, ...]
    blanks: frozenset[int] = frozenset()
    starts: tuple[int, ...] = ()
    whole: str = ""

    def quoted(self, start: int, end: int) -> str:
        text = " ".join(self.written[start : min(end, start + 12)])
        return f"« {text}{' …' if end - start > 12 else ''} »"

    def around(self, start: int, end: int) -> tuple[str, str]:
        """The text before the word `start` and from the word `end` on."""
        before = self.whole[: self.starts[start]] if start < len(self.starts) else self.whole
        return before, self.whole[self.starts[end] :] if end < len(self.starts) else ""


@dataclass(frozen=True, slots=True)
class _Found:
    """A clause in the text: where it begins and ends there (words), and what differs."""

    start: int
    end: int
    changes: tuple[str, ...] = ()


def differences(text: str, clauses: Sequence[str], *, ocr: bool = False) -> tuple[str, ...]:
    """Short French sentences, one per change, in the order of the clauses; empty when all is as issued."""
    document = _read(text)
    issued = [_issued(clause) for clause in clauses]
    found: list[_Found | None] = [_exact(clause, document) for clause in issued]
    for index, clause in enumerate(issued):
        if found[index] is None:
            low = max((f.end for f in found[:index] if f is not None), default=0)
            high = min((f.start for f in found[index + 1 :] if f is not None), default=len(document.words))
            if low < high:
                found[index] = _aligned(clause, document, low, high, found, ocr)
    if not any(found):
        return ("Le texte émis n'y figure pas.",)
    result = []
    for wording, place in zip(clauses, found, strict=True):
        name = _name(wording)
        result += (
            [f"{name} : absent du texte."] if place is None else [f"{name} : {c}" for c in place.changes]
        )
    return (*result, *_additions(clauses, document, found, ocr))


@lru_cache(maxsize=256)
def _issued(clause: str) -> _Text:
    return _read(clause)


def _read(text: str) -> _Text:
    if "[" in text:  # what stands in brackets may go over several lines
        return _read_line(text)
    words: list[str] = []
    written: list[str] = []
    blanks: set[int] = set()
    starts: list[int] = []
    lines = [_read_line(line) for line in text.split("\n")]
    before = 0
    for line in lines:
        blanks.update(len(words) + blank for blank in line.blanks)
        words += line.words
        written += line.written
        starts += [before + start for start in line.starts]
        before += len(line.whole) + 1
    whole = "\n".join(line.whole for line in lines)
    return _Text(tuple(words), tuple(written), frozenset(blanks), tuple(starts), whole)


@lru_cache(maxsize=1024)
def _read_line(text: str) -> _Text:
    """Kept, as most lines are the same in every copy."""
    words: list[str] = []
    written: list[str] = []
    blanks: set[int] = set()
    starts: list[int] = []
    whole = text.replace("\u00ad", "")
    for token in _TOKEN.finditer(whole):
        word = token["word"]
        if not word:
            blanks.add(len(words))
            continue
        folded = _folded(word)
        if folded:
            words.append(folded)
            written.append(word)
            starts.append(token.start())
    return _Text(tuple(words), tuple(written), frozenset(blanks), tuple(starts), whole)


@lru_cache(maxsize=TEXTS_OF_MAILS)
def _folded(word: str) -> str:
    return "".join(words_of(word))


def _name(clause: str) -> str:
    """« Article 4 » of « Article 4 – Documentation … », else the heading or the first words."""
    heading = clause.strip().split("\n", 1)[0]
    if match := _ARTICLE.match(heading):
        return match[0][:1].upper() + match[0][1:].rstrip(" .)")
    return heading if len(heading) <= 40 else heading[:37].rstrip() + "…"


def _exact(clause: _Text, document: _Text) -> _Found | None:
    size = len(clause.words)
    if not size or clause.blanks:
        return _Found(0, 0) if not size else None
    first, words = clause.words[0], document.words
    start = -1
    for _ in range(words.count(first)):
        start = words.index(first, start + 1)
        if words[start : start + size] == clause.words:
            return _Found(start, start + size)
    return None


def _aligned(
    clause: _Text, document: _Text, low: int, high: int, others: Sequence[_Found | None], ocr: bool
) -> _Found | None:
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
    furniture = _Furniture(document, [f for f in (*others, _Found(start, end)) if f is not None])
    for kind, a0, a1, b0, b1 in inner.get_opcodes():
        if kind == "equal":
            continue
        change = _change(clause, document, (a0, a1), (start + b0, start + b1), furniture, ocr)
        if change:
            changes.append(change)
    return _Found(start, end, tuple(changes))


def _compact(blocks: Sequence[Match], size: int) -> list[Match]:
    """The blocks around the largest one; single common words far away belong to other text."""
    if not blocks:
        return []
    main = max(blocks, key=lambda b: b.size)
    return [b for b in blocks if abs((b.b - b.a) - (main.b - main.a)) <= max(60, size // 2)]


def _likeness(
    clause: _Text, document: _Text, low: int, blocks: Sequence[Match], ocr: bool
) -> Iterator[float]:
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
    clause: _Text, document: _Text, a: tuple[int, int], b: tuple[int, int], furniture: _Furniture, ocr: bool
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


class _Furniture:
    """Headers and footers: runs that stand in the text at least twice, once of them outside every clause."""

    def __init__(self, document: _Text, clauses: Sequence[_Found]) -> None:
        self._document = document
        self._clauses = sorted((f.start, f.end) for f in clauses)

    @cached_property
    def _words(self) -> list[str]:
        return [w if w.isalpha() else re.sub(r"\d+", "#", w) for w in self._document.words]

    @cached_property
    def _starts(self) -> dict[tuple[str, str], list[int]]:
        """Where each pair of words stands; seldom asked for, as most texts are as they were issued."""
        starts: dict[tuple[str, str], list[int]] = {}
        for index, pair in enumerate(pairwise(self._words)):
            starts.setdefault(pair, []).append(index)
        return starts

    def stripped(self, start: int, end: int) -> tuple[int, int]:
        """The run without furniture at its ends; empty when it is nothing else."""
        if start >= end:
            return end, end
        at = start
        while at < end and (size := self._size(at, end)):
            at += size
        rest = self._words[at:end]
        if not rest or (at > start and all(word == "#" or len(word) == 1 for word in rest)):
            return end, end
        return at, end

    def _size(self, at: int, end: int) -> int:
        """How many words from `at` on stand elsewhere too, outside the clauses."""
        best = 0
        if at + 1 >= end:
            return 0
        # A text of one phrase over and over must not be compared with itself at every place: a longer run is
        # found piece by piece.
        end = min(end, at + _LONGEST_FURNITURE)
        for other in self._starts.get((self._words[at], self._words[at + 1]), ())[:_MOST_PLACES]:
            if other == at or self._in_clause(other):
                continue
            size = 0
            while (
                at + size < end
                and other + size < len(self._words)
                and self._words[at + size] == self._words[other + size]
            ):
                size += 1
            best = max(best, size)
        return best

    def _in_clause(self, index: int) -> bool:
        at = bisect_right(self._clauses, (index, len(self._words) + 1)) - 1
        return at >= 0 and self._clauses[at][0] <= index < self._clauses[at][1]


def _additions(
    clauses: Sequence[str], document: _Text, found: Sequence[_Found | None], ocr: bool
) -> Iterator[str]:
    """Text put between two articles that follow each other, and articles that were never issued."""
    furniture = _Furniture(document, [f for f in found if f is not None])
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


def _around(document: _Text, found: Sequence[_Found | None], behind: int) -> Iterator[str]:
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
