"""Labels of several lines: broken, in a second language below, or with a note that goes on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from parsers.concepts import understood
from parsers.firms import names_a_firm
from parsers.folding import without_brackets, words_of
from parsers.labels.index import STOP, LabelIndex, Strength
from parsers.labels.line import LabelHit, match_segment
from parsers.labels.text import PARTLY, match_text
from parsers.layout.sheet import Segment, pitch

_NUMBERED = re.compile(r"(?:\d{1,2}(?:[.)]|\.\d{1,2}\.?)|[a-z]\))\s")
_MEANT = 0.97
"""The score of a label of which every word is understood."""
_GERMAN = frozenset({"der", "die", "das", "des", "dem", "den", "für", "zur", "zum", "einer", "eines"})
_PITCH, _TIGHT, _OTHER_SIZE = 1.5, 1.25, 1.2
"""From line to line of a label at most, in sizes of its letters; where nothing parts them."""
_FIRM_S_END = re.compile(r"[^(]\b(?:S\.|SARL|SA|GmbH|AG|SAS|Sàrl)[^)]*$")
_ALIGNED = 4
"""How many lines that end level are more than chance."""


def with_note(
    segment: Segment,
    segments: Sequence[Segment],
    number: int,
    below: dict[int, int],
    index: LabelIndex,
    hit: LabelHit | None,
) -> tuple[LabelHit, list[int]] | None:
    """A label with a note in brackets that goes on, or stands, on the line below."""
    under = below.get(number)
    if under is None:
        return None
    text = segments[under].text.strip()
    if (
        hit is not None
        and hit.clear
        and hit.end == len(segment.words)
        and re.fullmatch(r"\(.*\)[\s*:]*", text)
    ):
        whole = match_text(f"{segment.text} {text}", index)
        if whole is not None and whole[1] != "weak" and not set(whole[0]) & set(hit.fields):
            hit = replace(hit, fields=whole[0], strength=whole[1], label=f"{segment.text} {text}")
        return replace(hit, below=(segments[under],)), [under]
    opened = segment.text.rfind("(")
    if opened <= segment.text.rfind(")") or ")" not in text or "(" in text.partition(")")[0]:
        return None
    start = max((i for i, w in enumerate(segment.words) if w.text.startswith("(")), default=0)
    if not start or text.partition(")")[2].strip(" *:"):
        return None
    words = segment.words[:start]
    bare = match_segment(replace(segment, words=words, text=" ".join(w.text for w in words)), index)
    if bare is None or not bare.clear or bare.end != start:
        return None
    whole = match_text(f"{segment.text} {text}", index)
    if whole is not None and whole[1] != "weak" and not set(whole[0]) & set(bare.fields):
        bare = replace(bare, fields=whole[0], strength=whole[1], label=f"{segment.text} {text}")
    return replace(bare, segment=segment, end=len(segment.words), closed=True, below=(segments[under],)), [
        under
    ]


def match_stack(
    segment: Segment,
    segments: Sequence[Segment],
    number: int,
    below: dict[int, int],
    index: LabelIndex,
    single: LabelHit | None,
) -> tuple[LabelHit, list[int]] | None:
    """A label broken over two or three lines, or printed in a second language under the first."""
    if single is None and (
        re.search(r"\d{3}|@", segment.text) or not re.search(r"[^\W\d_]{2}|N[°o.]", segment.text)
    ):
        return None  # a value, and the label below it is another one
    if (single is None or single.strength == "weak") and (
        names_a_firm(segment.text) or re.search(r"\d{4}", segment.text)
    ):
        return None
    texts, current = [segment.text], number
    used: list[int] = []
    best: tuple[LabelHit, list[int]] | None = None
    for _ in range(5):
        nxt = below.get(current)
        if nxt is None:
            break
        before, under = segments[current], segments[nxt]
        ended = (
            used
            and before.text.rstrip().endswith(":")
            and (under.frame is None or under.frame != segment.frame)
        )
        if _NUMBERED.match(under.text) or ended:
            break  # the next label
        current = nxt
        if re.search(r"\d{3}|@", under.text) or (_FIRM_S_END.search(under.text) and names_a_firm(under.text)):
            break  # a value
        texts.append(under.text)
        used.append(current)
        found = match_text(" ".join(texts), index)
        own = match_segment(under, index)
        so_far = best[0] if best is not None else single
        same = own is not None and so_far is not None and so_far.clear and own.fields == so_far.fields
        if own is not None and own.clear and not same and _heads(before, under):
            break  # the heading of a section, and its first label
        accepted = best
        if found and found[2] == PARTLY and not understood(words_of(under.text)):
            found = None  # a value, perhaps
        if (
            found
            and found[1] != "weak"
            and (_goes_on(before, under, so_far, found, own) or _ends_second(before, under, so_far, index))
        ):
            best = (
                LabelHit(segment, found[0], len(segment.words), found[1], found[2], True, " ".join(texts),
                         tuple(segments[i] for i in used)),
                list(used),
            )  # fmt: skip
        elif (
            best is None
            and single is not None
            and single.strength == "weak"
            and own is not None
            and own.clear
            and own.end == len(under.words)
            and not set(single.fields) & set(own.fields)
        ):
            # The line below says in another language what the first one left open.
            best = (
                replace(single, fields=own.fields, strength=own.strength, score=own.score, closed=True,
                        label=" ".join(texts), below=tuple(segments[i] for i in used)),
                list(used),
            )  # fmt: skip
        elif single is not None and own is not None and own.closed and own.end == len(under.words):
            shared = tuple(f for f in (so_far or single).fields if f in own.fields)
            end = (so_far or single).end
            whole = end == len(segment.words) and not (_both_names(single) and not _both_names(own))
            if shared and whole and _translation(segment, under):
                strength: Strength = (
                    "exact" if "exact" in (single.strength, own.strength) else single.strength
                )
                best = (
                    LabelHit(segment, shared, end, strength, max(single.score, own.score), True,
                             " ".join(texts), tuple(segments[i] for i in used)),
                    list(used),
                )  # fmt: skip
        broken = segment.frame is not None and under.text[:1].islower() and understood(words_of(under.text))
        if best is accepted and so_far is not None and so_far.clear and not broken:
            break
    return best


def _heads(first: Segment, second: Segment) -> bool:
    """True for a line set larger or bolder than the one below, and further apart than lines of one label."""
    larger = first.size >= second.size + 0.6 or (first.bold and not second.bold)
    return larger and second.box[1] - first.box[3] > 0.35 * (first.box[3] - first.box[1])


def _both_names(hit: LabelHit) -> bool:
    """True for a label that asks for last and first name."""
    return any(f.endswith("prenom") for f in hit.fields) and any(
        f.endswith("nom") and not f.endswith("prenom") for f in hit.fields
    )


def _goes_on(
    segment: Segment,
    under: Segment,
    single: LabelHit | None,
    joined: tuple[tuple[str, ...], Strength, float],
    own: LabelHit | None,
) -> bool:
    """True when the line below is more of the label, not its value. `own`: the label that it is by itself."""
    words = words_of(without_brackets(under.text)) or words_of(under.text)
    if segment.text.rstrip().endswith(":"):
        in_cell = segment.frame is not None and segment.frame == under.frame
        if single is None or own is None:
            return False
        new = joined[0] not in (single.fields, own.fields)
        whose = single.fields[0] == f"ceo_{own.fields[0]}" and joined[0] == single.fields
        return in_cell and (new or whose) and joined[1] != "weak" and _set_tight(segment, under)
    if single is None or single.strength == "weak" or not single.closed:
        return joined[2] >= _MEANT or understood(words)
    last = words_of(segment.text)[-1:]
    dashed = segment.text.rstrip().endswith(("-", "–", "—", "/", "|", ","))
    opened = segment.text.count("(") > segment.text.count(")")
    unfinished = dashed or opened or (bool(last) and last[0] in STOP)
    broken = under.text[:1].islower() and joined[0] == single.fields
    alone = own is not None and own.clear and not under.text[:1].islower()
    if joined[1] != "weak" and joined[0] != single.fields and not alone and _set_tight(segment, under):
        return True  # "Nom de l'éditeur / du logiciel": the two lines together are a known label
    known = joined[1] == "exact" and (joined[2] >= 0.99 or not alone)
    if known and single.strength != "exact" and _set_tight(segment, under):
        return True
    if broken and joined[1] != "weak" and (own is None or not own.clear) and _set_tight(segment, under):
        return True
    ended = under.text.rstrip().endswith(":") and not segment.text.rstrip().endswith("*")
    if ended and own is None and joined[1] != "weak" and _set_tight(segment, under):
        return True  # a value ends with no colon
    whose = own is not None and single.fields[0] == f"ceo_{own.fields[0]}" and joined[0] == single.fields
    if whose and joined[1] != "weak" and _set_tight(segment, under):
        return True  # "Prénom du CEO / CEO / given name"
    if own is None and _lacks_its_noun(segment) and understood(words) and _set_tight(segment, under):
        return True
    if own is not None and own.clear and not unfinished and not broken:
        return False
    if unfinished and joined[1] != "weak" and joined[0] == single.fields:
        return True
    if single.strength == "exact":
        return unfinished or (joined[1] == "exact" and not alone and _set_tight(segment, under))
    if joined[2] >= 1.0 or dashed:
        return True
    return understood(words) and (joined[0] != single.fields or under.text[:1].islower())


def _ends_second(before: Segment, under: Segment, hit: LabelHit | None, index: LabelIndex) -> bool:
    """True for a line that the label's last language needs ("E-mail / Elektronische", "Adresse"), or without
    which that asks for something else ("Prénom du dirigeant / Geschäftsführer:", "Vorname")."""
    begun = re.split(r"\s[/|–]\s", before.text)[-1]
    alone = match_text(begun, index)
    if hit is None or begun == before.text:
        return False
    told = alone is not None and alone[1] != "weak"
    asks_another = told and alone is not None and not set(alone[0]) & set(hit.fields)
    if not asks_another and (told or begun.rstrip().endswith(":")):
        return False
    whole = match_text(f"{begun} {under.text}", index)
    same = whole is not None and whole[1] != "weak" and bool(set(whole[0]) & set(hit.fields))
    return same and _set_tight(before, under)


def _lacks_its_noun(segment: Segment) -> bool:
    """True for German words that end in lower case, as no label does ("Name der unterschreibenden")."""
    words = segment.text.split()
    return words[-1].isalpha() and words[-1].islower() and any(word in _GERMAN for word in words[:-1])


def _set_tight(first: Segment, second: Segment) -> bool:
    """True for two lines of one cell, set alike and close, of which the first does not end the label."""
    gap = second.box[1] - first.box[3]
    same = abs(first.size - second.size) < 0.6 and first.bold == second.bold and first.frame == second.frame
    height = max(first.box[3] - first.box[1], second.box[3] - second.box[1])
    close = gap < 0.5 * (first.box[3] - first.box[1]) or (
        first.words[0].confidence is None
        and pitch(first.box, second.box) <= _TIGHT * min(first.size, 1.5 * height)
    )
    return same and close and not first.text.rstrip().endswith("*")


def _translation(first: Segment, second: Segment) -> bool:
    return words_of(first.text) != words_of(second.text)


def _right_edges(segments: Sequence[Segment]) -> set[int]:
    """Where, to a point, several lines end that begin in different places: a column set to the right."""
    begins: dict[int, set[int]] = {}
    for segment in segments:
        if segment.words[0].confidence is None:
            begins.setdefault(round(segment.box[2]), set()).add(round(segment.box[0]))
    return {right for right, lefts in begins.items() if len(lefts) >= _ALIGNED}


def _right_aligned(segment: Segment, below: Segment, rights: set[int]) -> bool:
    return round(segment.box[2]) in rights and abs(below.box[2] - segment.box[2]) < 1


def stacked(segments: Sequence[Segment]) -> dict[int, int]:
    """For each segment the one directly under it: same left edge, same frame, no gap."""
    found: dict[int, int] = {}
    rights = _right_edges(segments)
    for number, segment in enumerate(segments):
        height = max(segment.box[3] - segment.box[1], 5.0)
        for other in range(number + 1, min(number + 14, len(segments))):
            below = segments[other]
            gap = below.box[1] - segment.box[3]
            size = max(below.size, below.words[-1].size)  # a small note may stand before a value
            alike = abs(segment.size - size) < _OTHER_SIZE and segment.words[0].confidence is None
            if gap > 0.6 * height and not (alike and pitch(segment.box, below.box) <= _PITCH * size):
                if gap > 3 * height:
                    break
                continue
            if (
                (abs(below.box[0] - segment.box[0]) < 4 or _right_aligned(segment, below, rights))
                and below.box[1] > segment.box[1] + 0.5 * height
                and below.frame == segment.frame
                and not below.entered
            ):
                found[number] = other
                break
    return found
