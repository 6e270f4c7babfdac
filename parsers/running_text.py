"""A page's words as one running text, and which segments say what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from parsers.claims import Claim
from parsers.folding import fold, fold_text, single_spaced
from parsers.layout.sheet import Segment, Sheet, union
from parsers.types import FieldDef


@dataclass(frozen=True, slots=True)
class RunningText:
    folded: str
    pieces: tuple[tuple[int, int, Segment], ...]
    """Where in the folded text each segment begins and ends."""

    def segments(self, start: int, end: int) -> list[Segment]:
        return [s for begin, stop, s in self.pieces if begin < end and stop > start]

    def printed(self, start: int, end: int) -> str:
        """What a stretch of the folded text says as it is printed, single spaced."""
        parts = []
        for begin, stop, segment in self.pieces:
            if begin < end and stop > start:
                text = single_spaced(segment.text)
                at = _printed_at(text)
                low, high = at[max(start - begin, 0)], at[min(end - begin, len(at) - 1)]
                parts.append(text[low:high])
        return single_spaced(" ".join(parts))


def running_text(sheet: Sheet, others: Collection[int] = ()) -> RunningText:
    """The text of a page's segments but those of `others`, by id."""
    parts: list[str] = []
    pieces: list[tuple[int, int, Segment]] = []
    length = 0
    for segment in sheet.segments:
        if id(segment) in others:
            continue
        parts.append(fold(segment.text))
        end = length + len(parts[-1]) + 1
        pieces.append((length, end, segment))
        length = end
    return RunningText(" ".join(parts), tuple(pieces))


def claim_in_text(
    definition: FieldDef,
    value: JsonValue,
    raw: str,
    segments: Sequence[Segment],
    sure: float,
    evidence: str,
) -> Claim:
    """A claim for what some of a page's segments say; no surer than their reading."""
    doubts = [w.confidence for s in segments for w in s.words if w.confidence is not None]
    return Claim(
        definition.id, value, raw, min([sure, *doubts]), "ocr" if doubts else "text", 1, segments[0].page,
        union(s.box for s in segments), (evidence,), True,
    )  # fmt: skip


def _printed_at(text: str) -> list[int]:
    """For each place in the folded text and its end, where that is in a single spaced text."""
    if len(fold(text)) == len(text):
        return list(range(len(text) + 2))
    at = [i for i, letter in enumerate(text) for _ in (" " if letter == " " else fold_text(letter))]
    return [*at, len(text), len(text)]
