"""What a form prints to explain its labels: notes, sentences of several lines, samples."""

from __future__ import annotations

import re
from dataclasses import replace

from parsers.folding import words_of
from parsers.labels.index import STOP
from parsers.labels.line import LabelHit
from parsers.layout.sheet import Segment, Sheet
from parsers.no_value import is_hint
from parsers.printed.context import Context, is_free
from parsers.types import BBox


def is_help_text(segment: Segment, sheet: Sheet, context: Context) -> bool:
    """A note in brackets that begins its cell or stands under a label, a sentence of the form."""
    text = segment.text.strip()
    if text == "*":
        return True
    if re.fullmatch(r"\(.*\)\s*\*?", text):
        return not any(_continues(segment, s, context) for s in sheet.segments)
    return len(segment.words) > 14 and segment.frame is None


def mark_samples(sheet: Sheet, context: Context) -> None:
    """A code that is counted up ("123456-78") is the form's sample where another code stands by it, or where
    it is set smaller than most of the page."""
    codes = [s for s in sheet.segments if re.fullmatch(r"\d{6}-\d{2}", s.text)]
    for sample in (s for s in codes if s.text == "123456-78" and not s.entered):
        smaller = sum(s.size > sample.size + 0.9 for s in sheet.segments) > 0.5 * len(sheet.segments)
        if smaller or any(s.text != sample.text and _close_to(s.box, sample.box) for s in codes):
            context.printed.add(id(sample))


def _close_to(box: BBox, other: BBox) -> bool:
    """True in the next line or two, or in the same one."""
    return max(box[1] - other[3], other[1] - box[3]) < 2.5 * (other[3] - other[1])


def with_hints(hit: LabelHit, sheet: Sheet, context: Context) -> LabelHit:
    """The label with the lines right under it that explain it: its value may stand beside the last one."""
    if hit.end < len(hit.segment.words):
        return hit
    block = [hit.segment, *hit.below]
    for line in sheet.segments:
        last = block[-1]
        if (
            id(line) in context.printed
            and line.frame == last.frame
            and abs(line.box[0] - hit.segment.box[0]) < 3
            and -2 <= line.box[1] - last.box[3] < 0.6 * (last.box[3] - last.box[1])
            and line.box[1] > last.box[1] + 2
            and (is_hint(line.text) or len(block) > 1 + len(hit.below) or line.text.startswith("("))
        ):
            block.append(line)
    return replace(hit, below=tuple(block[1:])) if len(block) > 1 + len(hit.below) else hit


def mark_broken_sentences(sheet: Sheet, context: Context) -> None:
    """Explanations of two or three lines, of which only the whole is a sentence."""
    for number, first in enumerate(sheet.segments):
        if not is_free(first, context) or first.entered or len(first.words) < 3 or first.text.endswith("."):
            continue
        lines = [first]
        for line in sheet.segments[number + 1 : number + 12]:
            last = lines[-1]
            if (
                len(lines) < 3
                and abs(line.box[0] - first.box[0]) < 3
                and -2 <= line.box[1] - last.box[3] < 0.6 * (last.box[3] - last.box[1])
                and not last.text.endswith(".")
                and is_free(line, context)
                and not line.entered
                and line.frame == first.frame
                and line.bold == first.bold
                and abs(line.size - first.size) < 0.3
            ):
                lines.append(line)
        whole = " ".join(s.text for s in lines)
        if len(lines) > 1 and whole.endswith(".") and is_hint(whole):
            context.printed.update(id(s) for s in lines)


def mark_rest_of_hints(sheet: Sheet, context: Context) -> None:
    """The lines that a hint goes on in ("Le nom doit être identique dans tous les / documents.")."""
    for segment in sheet.segments:
        if id(segment) not in context.printed or not is_hint(segment.text) or segment.text.endswith("."):
            continue
        last = segment
        for line in sheet.segments:
            if (
                is_free(line, context)
                and not line.entered
                and line.frame == last.frame
                and abs(line.box[0] - last.box[0]) < 3
                and abs(line.size - last.size) < 0.3
                and line.bold == last.bold
                and -2 <= line.box[1] - last.box[3] < 0.5 * (last.box[3] - last.box[1])
                and "@" not in line.text
                and (line.text[:1].islower() or {*words_of(last.text)[-1:]} & STOP)
            ):
                context.printed.add(id(line))
                last = line


def _continues(segment: Segment, above: Segment, context: Context) -> bool:
    """True for the second line of what is no label: "Soins+ UG / (haftungsbeschränkt)"."""
    return (
        above.frame == segment.frame
        and id(above) not in context.printed
        and id(above) not in context.labels
        and abs(above.box[0] - segment.box[0]) < 3
        and abs(above.size - segment.size) < 0.6
        and -2 <= segment.box[1] - above.box[3] < 0.5 * (segment.box[3] - segment.box[1])
    )
