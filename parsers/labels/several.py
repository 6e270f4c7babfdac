"""Lines that hold several labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from parsers.concepts import fields_meant
from parsers.folding import words_of
from parsers.labels.index import LabelIndex
from parsers.labels.text import match_text
from parsers.layout.sheet import Segment

_PLAIN = re.compile(r"^(?:date_|matricule|iban|rcs|numero_tva|version_|code_prestataire|nombre_)")
"""Fields whose values have no letters that a label may have, too ("PID89681836")."""
_TOUCHING = re.compile(r"(?<![^\d\s:@])([^\W\d_][^\d\s:@]*)(\d[\d./-]{2,})(?!\S)")
"""A word's letters and the number behind them, of three figures at least."""


def split_at_labels(segments: Sequence[Segment], index: LabelIndex) -> list[Segment]:
    """Several labels typed on one line ("Nom : Weis Prénom : Léa") become segments of their own."""
    result: list[Segment] = []
    for segment in (_with_number_apart(s, index) for s in segments):
        texts = [w.text for w in segment.words]
        several = segment.text.count(":") + segment.text.count("：") > 1
        if not several or sum(text.endswith((":", "：")) for text in texts) < 2:
            result.append(segment)
            continue
        cuts = []
        last = 0
        opened = 0
        for position, text in enumerate(texts):
            opened += text.count("(") - text.count(")")
            if opened > 0:
                continue
            if position and text.endswith((":", "：")):
                if last and not _one_label(texts, position + 1, index):
                    start = _label_start(texts, position, last, index)
                    if start is not None and start > last:
                        cuts.append(start)
                last = position + 1
            elif not position and text.endswith((":", "：")):
                last = 1
        if not cuts:
            result.append(segment)
            continue
        for start, end in zip([0, *cuts], [*cuts, len(texts)], strict=True):
            words = segment.words[start:end]
            box = (words[0].box[0], segment.box[1], words[-1].box[2], segment.box[3])
            result.append(replace(segment, words=words, box=box, text=" ".join(texts[start:end])))
    return result


def _with_number_apart(segment: Segment, index: LabelIndex) -> Segment:
    """The segment, a number that touches the label before it a word of its own ("Versionv2012.14"): a column
    or a tab that begins right where the label ends."""
    if _TOUCHING.search(segment.text) is None:
        return segment
    texts = [w.text for w in segment.words]
    for position, word in enumerate(segment.words[: index.most_words]):
        number = _TOUCHING.fullmatch(word.text)
        for at in range(number.end(1), max(number.end(1) - 3, 1), -1) if number else ():
            label, value = word.text[:at], word.text[at:]  # "v2012", "LU2141"
            named = match_text(" ".join([*texts[:position], label]), index)
            if named is None or named[1] != "exact" or not _PLAIN.search(named[0][0]):
                continue
            left, top, right, bottom = word.box
            middle = left + (right - left) * at / len(word.text)
            apart = (
                replace(word, text=label, box=(left, top, middle, bottom)),
                replace(word, text=value, box=(middle, top, right, bottom)),
            )
            words = (*segment.words[:position], *apart, *segment.words[position + 1 :])
            return replace(segment, words=words, text=" ".join(w.text for w in words))
    return segment


def _one_label(texts: list[str], end: int, index: LabelIndex) -> bool:
    """True for a label with a colon in it, in two languages: "CEO : prénom / CEO Vorname :"."""
    parted = any(text in ("/", "|", "–", "-") for text in texts[:end])
    if not parted or sum(text.endswith((":", "：")) for text in texts) > 2:
        return False
    return len(fields_meant(words_of(" ".join(texts[:end])), index.fields)) == 1


def _label_start(texts: list[str], colon: int, after: int, index: LabelIndex) -> int | None:
    """The first word of the label that ends at this colon: a known one, else its last capitalised word."""
    end = colon if texts[colon] in (":", "：") else colon + 1
    for start in range(max(after, end - index.most_words), end):
        if " ".join(words_of(" ".join(texts[start:end]))) in index.exact:
            return start
    for start in range(end - 1, max(after, end - 4) - 1, -1):
        if texts[start][:1].isupper():
            return start
    return None
