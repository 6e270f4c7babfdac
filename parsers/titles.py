"""Which lines of a page are titles, and of which kinds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from parsers.folding import fold, words_of
from parsers.kinds import ToldBy, kinds
from parsers.layout.sheet import Segment, Sheet, may_come_again
from parsers.remembered import TEXTS_OF_MAILS, Remembered


@dataclass(frozen=True, slots=True)
class Title:
    """A line that may be the title of a form of that kind. `strength` is 1 for one that is and stands out."""

    kind: str
    page: int
    strength: float
    text: str
    top: float


_TITLES: Remembered[list[Title]] = Remembered(24)


def titles_of(sheet: Sheet, told_by: ToldBy) -> list[Title]:
    """Every title of a page, of whatever kinds."""
    return _TITLES.of((sheet, told_by), lambda: _found_titles(sheet, told_by), keep=may_come_again([sheet]))


def _found_titles(sheet: Sheet, told_by: ToldBy) -> list[Title]:
    sizes: Counter[int] = Counter()
    for segment in sheet.segments:
        sizes[round(segment.size)] += len(segment.words)
    usual = sizes.most_common(1)[0][0] if sizes else 10
    found: list[Title] = []
    segments = sheet.segments
    for number, segment in enumerate(segments):
        if len(segment.words) > 22 or not segment.words or segment.entered:
            continue
        if segment.text[:1].islower() and _goes_on_from_above(segment, segments[:number]):
            continue  # a sentence's next line: "…faut-il joindre / l'attestation de réussite des tests ?"
        looks = _prominence(segment, usual, sheet)
        for text in _with_following(segment, segments, number):
            tokens = words_of(text)
            if len(tokens) > 26:
                continue
            for kind, strength in _title_matches(tokens, told_by).items():
                found.append(Title(kind, sheet.number, strength * looks, text, segment.box[1]))
            if looks >= 1.0 and "*" not in text and segment.box[1] < 0.5 * sheet.height:
                found += [
                    Title(kind, sheet.number, 0.8 * looks, text, segment.box[1])
                    for kind in _topics(text, tokens)
                ]
    return found


def _goes_on_from_above(segment: Segment, above: Sequence[Segment]) -> bool:
    """True for a line right under another that is set alike and begins at the same edge."""
    height = segment.box[3] - segment.box[1]
    return any(
        abs(s.box[0] - segment.box[0]) < 3
        and -2 <= segment.box[1] - s.box[3] < 0.7 * height
        and abs(s.size - segment.size) < 0.3
        and s.bold == segment.bold
        for s in above[:-8:-1]
    )


def _topics(text: str, tokens: tuple[str, ...]) -> list[str]:
    """Kinds that a line speaks of as a title may, in words of its own."""
    if (
        not tokens
        or any(len(words_of(piece)) > 12 for piece in text.split("/"))
        or text.rstrip().endswith((":", ".", ",", ";"))
    ):
        return []
    folded = fold(text) + " "
    return [
        kind
        for kind, table in kinds().items()
        if "topic" in table and all(any(word in folded for word in group) for group in table["topic"])
    ]


@lru_cache(maxsize=TEXTS_OF_MAILS)
def _title_matches(tokens: tuple[str, ...], told_by: ToldBy) -> dict[str, float]:
    """Kind -> how well the line is one of its titles; kinds without a match are left out."""
    starts = {token[:4] for token in tokens[:3]}
    best: dict[str, float] = {}
    for kind, title in told_by.titles:
        # A title starts with its first word, a letter or two misread at most.
        if title and title[0][:4] not in starts and not (len(title) >= 3 and _near_start(tokens, title)):
            continue
        strength = _title_match(tokens, title)
        if strength > best.get(kind, 0.0):
            best[kind] = strength
    return best


def _near_start(tokens: tuple[str, ...], title: tuple[str, ...]) -> bool:
    first = tokens[0] if tokens else ""
    return first[:1] == title[0][:1] and len(title[0]) >= 5 and fuzz.ratio(first, title[0]) >= 75


def _with_following(segment: Segment, segments: Sequence[Segment], number: int) -> list[str]:
    """The segment, and joined with the line or two under it: long titles are broken."""
    texts = [segment.text]
    box = segment.box
    for other in segments[number + 1 : number + 8]:
        height = box[3] - box[1]
        centred = abs((other.box[0] + other.box[2]) - (box[0] + box[2])) < 30
        if (
            other.box[1] - box[1] - 0.5 * height >= 0
            and other.box[1] - box[3] < 0.9 * height
            and (abs(other.box[0] - box[0]) < 6 or centred)
            and abs(other.size - segment.size) < 1.5
        ):
            texts.append(f"{texts[-1]} {other.text}")
            box = other.box
            if len(texts) == 3:
                break
    return texts


def _title_match(tokens: Sequence[str], title: Sequence[str]) -> float:
    """How well a line is this title: whole, or with a few words behind it."""
    if not title or len(tokens) < len(title):
        if len(title) >= 4 and len(tokens) >= 3:
            ratio = fuzz.ratio(" ".join(tokens), " ".join(title))
            return 0.9 if ratio >= 88 else 0.0
        return 0.0
    weight = 1.0 if len(title) >= 3 or (len(title) == 2 and not title[1].isdigit()) else 0.75
    start = 0
    while start < 2 and start < len(tokens) and re.fullmatch(r"\d{1,2}|[ivx]+|sons|annexe", tokens[start]):
        start += 1
    for skip in {0, start}:
        rest = tokens[skip:]
        if tuple(rest[: len(title)]) == tuple(title):
            more = len(rest) - len(title)
            if more == 0:
                return weight
            return weight * (0.85 if more <= 8 and len(title) >= 2 else 0.7 if more <= 5 else 0.25)
    if len(title) >= 3:
        ratio = fuzz.ratio(" ".join(tokens[: len(title) + 1]), " ".join(title))
        if ratio >= 90 and len(tokens) <= len(title) + 6:
            return 0.9 * weight
    return 0.0


def _prominence(segment: Segment, usual: float, sheet: Sheet) -> float:
    """1 for what looks like a title: larger or bold, or near the top on a line of its own."""
    if segment.size >= 1.18 * usual or segment.bold:
        return 1.0
    if segment.text.rstrip().endswith((".", ",", ";")):
        return 0.15
    if segment in sheet.segments[:2]:
        return 1.0
    if sheet.flow:
        return 0.8 if segment.box[1] < 250 else 0.3
    if segment.box[1] < 0.3 * sheet.height:
        return 0.85
    return 0.35
