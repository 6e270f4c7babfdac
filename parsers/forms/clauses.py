"""The issued text of a new blank agreement, article by article, as a definition holds it.

What a returned copy is compared with. Where the blank has no articles that can be told apart, there is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from parsers.documents.reading import Reading, Word
from parsers.folding import words_of
from parsers.layout.text import reading_text
from parsers.layout.words import middle_of
from parsers.signing.clauses import differences
from parsers.signing.outside import ruling_sentences
from parsers.signing.places import label_of
from parsers.types import FormDef

_HEADS = (
    re.compile(
        r"(?:article|artikel|art\.|§|clause|section|abschnitt)\s*(?:\d+|premier|1er|[ivx]+)\b", re.IGNORECASE
    ),
    re.compile(r"\d{1,2}\s*[.)–-]\s*[A-ZÀ-ÖØ-Þ«]"),
)
_PREAMBLE = re.compile(
    r"(?:préambule|preambule|präambel|preamble|considérant|attendu|whereas|recitals|in erwägung)",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:\d{1,2}\s*[.)]\s*)?(?:fait (?:à|en)|signatures?\b|unterschrift|done (?:at|in)|executed|ausgefertigt"
    r"|geschehen zu|ort, datum)",
    re.IGNORECASE,
)
_LEAST_HEADS = 2
_LONGEST_LABEL = 8


def clauses_of(reading: Reading, form: FormDef) -> tuple[str, ...]:
    """Heading and text of each article, a preamble before them; empty where there are fewer than two.

    Sentences around them that a copy would be asked for too stand at the end, each by itself.
    """
    lines = list(_lines(reading))
    for head in _HEADS:
        at = [index for index, line in enumerate(lines) if head.match(line)]
        at = _in_order(lines, at)
        if len(at) >= _LEAST_HEADS:
            return _proved(_divided(lines, at, form), reading_text(reading))
    return ()


def _lines(reading: Reading) -> Iterator[str]:
    """Paragraphs of a flowing text, lines of pages; without headers and footers."""
    if reading.blocks and not reading.pages:
        for block in reading.blocks:
            if block.kind not in ("header", "footer") and block.text.strip():
                yield " ".join(block.text.split())
        return
    pages = [list(_page_lines(page.words)) for page in reading.pages]
    often = Counter(shape for page in pages for shape in {_shape(line) for line in page})
    for page in pages:
        yield from (line for line in page if often[_shape(line)] < 2)


def _page_lines(words: Sequence[Word]) -> Iterator[str]:
    line: list[str] = []
    last: Word | None = None
    for word in words:
        if last is not None and abs(middle_of(word) - middle_of(last)) > 0.6 * max(word.size, 6.0):
            yield " ".join(line)
            line = []
        line.append(word.text)
        last = word
    if line:
        yield " ".join(line)


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _in_order(lines: Sequence[str], at: Sequence[int]) -> list[int]:
    """Those heads whose numbers count on from the first; a line of text may begin with a number too."""
    kept: list[int] = []
    last = 0
    for index in at:
        number = next((int(n) for n in re.findall(r"\d+", lines[index][:14])), last + 1)
        if number == last + 1 or not kept:
            kept.append(index)
            last = number
    return kept


def _divided(lines: Sequence[str], at: Sequence[int], form: FormDef) -> tuple[str, ...]:
    end = next((i for i in range(at[-1] + 1, len(lines)) if _ends(lines[i], form)), len(lines))
    start = next((i for i in range(at[0]) if _PREAMBLE.match(lines[i])), at[0])
    cuts = [*([start] if start < at[0] else []), *at, end]
    return tuple(lines[first] + "\n" + " ".join(lines[first + 1 : after]) for first, after in pairwise(cuts))


def _ends(line: str, form: FormDef) -> bool:
    words = words_of(line)
    return bool(_SIGNED.match(line)) or (len(words) <= _LONGEST_LABEL and label_of(words, form) is not None)


def _proved(clauses: tuple[str, ...], text: str) -> tuple[str, ...]:
    """The clauses, if the blank itself reads as issued by them."""
    rest = tuple(ruling_sentences([_without(text, clauses)]))
    for found in (clauses, (*rest, *clauses)):
        if not differences(text, found):
            return found
    return ()


def _without(text: str, clauses: Sequence[str]) -> str:
    first, last = clauses[0].split("\n", 1)[0], clauses[-1].split()[-3:]
    begin, end = text.find(first), text.rfind(" ".join(last))
    return text[: max(0, begin)] + "\n" + text[max(0, end) :]
