"""Printed labels: which words of a page name which field of a form.

Labels are compared without case, accents, numbering, stars and colons; a bilingual label
("Matricule / Matrikelnummer") counts by either half; OCR slips are forgiven in long labels only.
The longest label wins: "Date de fin des tests" is not "Date".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, NamedTuple

from rapidfuzz import fuzz, process

from parsers.concepts import fields_meant, foreign, meanings, understood
from parsers.folding import without_brackets, words_of
from parsers.layout.sheet import Segment
from parsers.types import FieldDef, FormDef
from parsers.values import is_hint

Strength = Literal["exact", "fuzzy", "weak"]

_NUMBERING = re.compile(r"^(?:[0-9]{1,2}(?:\.[0-9]{1,2})*[.)]?|[a-z][.)]|[ivx]{1,4}[.)]|[•\-–*▪►>·])$", re.I)
_ARTICLES = frozenset(
    [
        "le",
        "la",
        "l",
        "les",
        "votre",
        "vos",
        "notre",
        "nos",
        "der",
        "die",
        "das",
        "den",
        "ihr",
        "ihre",
        "the",
        "your",
        "du",
        "de",
        "des",
        "d",
        "of",
    ]
)
_STOP = _ARTICLES | frozenset(
    [
        "et",
        "ou",
        "und",
        "oder",
        "and",
        "or",
        "en",
        "in",
        "im",
        "a",
        "au",
        "aux",
        "pour",
        "fur",
        "for",
        "par",
        "von",
        "s",
        "n",
        "no",
        "nr",
        "zum",
        "zur",
        "mit",
        "dem",
        "bei",
        "on",
        "to",
        "with",
    ]
)
_SPLIT = re.compile(r"\s*(?:/|\||\(|\)|;|\s[-–—]\s)\s*")
_GENERIC = frozenset({"nom", "prenom", "date_signature"})
"""Fields that one general word names: another word beside it may make it somebody else's."""
_SHAPED = frozenset({"matricule", "matricule_mysecu", "iban", "email", "numero_tva", "code_prestataire"})
"""Fields whose values no word of a label could begin."""
_MAX_LABEL_WORDS = 14
_FUZZY = 87.0
_PARTLY = 0.93
"""The score of a label of which a piece is not understood."""
_BLANKS = frozenset({":", "*", ".", "-", "–", ")", "(*)", "：", "*:", ":*"})


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


@dataclass(frozen=True, slots=True, eq=False)
class LabelIndex:
    """The labels of a form, prepared for looking up. Compared by identity: `index_of` makes each once."""

    exact: dict[str, tuple[str, ...]]
    joined: tuple[str, ...]
    content: tuple[tuple[frozenset[str], str], ...]
    most_words: int
    fields: frozenset[str]


@lru_cache(maxsize=64)
def _index(fields: tuple[tuple[str, tuple[str, ...]], ...]) -> LabelIndex:
    exact: dict[str, list[str]] = {}
    content: list[tuple[frozenset[str], str]] = []
    for field_id, labels in fields:
        for label in labels:
            for variant in {label, re.sub(r"\([^)]*\)", " ", label)}:
                tokens = words_of(variant)
                if not tokens:
                    continue
                owners = exact.setdefault(" ".join(tokens), [])
                if field_id not in owners:
                    owners.append(field_id)
                content.append((frozenset(t for t in tokens if t not in _STOP), field_id))
    return LabelIndex(
        {key: tuple(owners) for key, owners in exact.items()},
        tuple(key for key in exact if len(key) >= 5),
        tuple(dict.fromkeys(c for c in content if c[0])),
        max((len(key.split()) for key in exact), default=1),
        frozenset(field_id for field_id, _ in fields),
    )


def index_of(fields: Iterable[FieldDef]) -> LabelIndex:
    """The labels of these fields in all languages; a definition's own, a tuple, are known by identity."""
    if not isinstance(fields, tuple):
        return _index(_labels_of(fields))
    known = _INDEXES.get(id(fields))
    if known is None or known[0] is not fields:
        if len(_INDEXES) >= _INDEXES_KEPT:
            _INDEXES.clear()
        known = _INDEXES[id(fields)] = (fields, _index(_labels_of(fields)))
    return known[1]


_INDEXES_KEPT = 128
_INDEXES: dict[int, tuple[tuple[FieldDef, ...], LabelIndex]] = {}
"""Comparing two definitions would take longer than making their index."""


def _labels_of(fields: Iterable[FieldDef]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((f.id, tuple(w for wordings in f.labels.values() for w in wordings)) for f in fields)


def find_labels(segments: Sequence[Segment], form: FormDef) -> list[LabelHit]:
    """Every printed label of the form on these segments, in reading order."""
    index = index_of(form.fields)
    hits: list[LabelHit] = []
    taken: set[int] = set()
    below = _stacked(segments)
    for number, segment in enumerate(segments):
        if number in taken or segment.entered or _only_a_hint(segment.text):
            continue
        hit = match_segment(segment, index)
        under = below.get(number)
        carried = _carried_on(segment, segments, under, index, hit)
        if carried is not None and under is not None:
            taken.add(under)
            hits.append(carried)
            continue
        noted = _with_note(segment, segments, number, below, index, hit)
        if noted is not None:
            hit, used = noted
            taken.update(used)
            hits.append(hit)
            continue
        whole = hit is not None and hit.closed and hit.strength != "weak"
        if under is not None and (not whole or (hit is not None and hit.end == len(segment.words))):
            longer = _match_stack(segment, segments, number, below, index, hit)
            if longer is not None:
                hit, used = longer
                taken.update(used)
        if hit is not None and not (re.fullmatch(r"\(.*\)[\s*:]*", segment.text) and not hit.below):
            hits.append(hit)  # what stands in brackets alone explains another label
        elif under is not None and foreign(words_of(segment.text)) and not re.search(r"\d{3}", segment.text):
            rest = segments[under].text
            broken = rest[:1].islower() or words_of(segment.text)[-1] in _STOP
            if broken and understood(words_of(rest)):
                taken.add(under)  # "Fonction / du signataire", broken over two lines
    return hits


def _only_a_hint(text: str) -> bool:
    """True for "(Beispiel: name@firma.lu)", not for "Date (JJ/MM/AAAA)"."""
    return is_hint(text) and (text.startswith("(") or is_hint(without_brackets(text)))


def _carried_on(
    segment: Segment,
    segments: Sequence[Segment],
    under: int | None,
    index: LabelIndex,
    hit: LabelHit | None,
) -> LabelHit | None:
    """A label whose second language begins the line below, with the value behind it."""
    if under is None:
        return None
    rest = segments[under]
    broken = _broken_before_colon(segment, rest, index)
    if broken is not None:
        return broken
    if hit is None or not hit.clear or hit.end < len(segment.words):
        return None
    second = match_segment(rest, index)
    if second is not None and second.end == len(rest.words):
        return None
    if second is not None and second.strength != "weak" and second.closed:
        end, named = second.end, second.fields
    else:
        texts = [w.text for w in rest.words]
        shaped = hit.fields[0] in _SHAPED
        ends = range(1 if shaped else 2, min(len(texts), _MAX_LABEL_WORDS))
        for end in reversed(ends) if shaped else ends:
            found = match_text(" ".join(texts[:end]), index)
            begins = shaped or texts[end][:1].isupper() or texts[end][:1].isdigit()
            if found is not None and found[1] != "weak" and begins and set(hit.fields) & set(found[0]):
                named = found[0]
                break
        else:
            return None
    shared = tuple(f for f in hit.fields if f in named)
    label = " ".join(w.text for w in rest.words[:end])
    if not shared or words_of(label) == words_of(hit.label):
        return None
    return LabelHit(rest, shared, end, hit.strength, hit.score, True, f"{hit.label} {label}", (segment,))


def _broken_before_colon(first: Segment, rest: Segment, index: LabelIndex) -> LabelHit | None:
    """A long label whose end, colon and value stand on the line below ("… Reference of the fee statement /
    or PID transaction: PID 4315")."""
    texts = [w.text for w in rest.words]
    colon = next((i for i, text in enumerate(texts) if text.endswith((":", "："))), len(texts))
    if (
        is_hint(rest.text)
        or colon >= len(texts) - 1
        or colon > 8
        or ":" in without_brackets(first.text)
        or len(first.words) < 3
    ):
        return None
    alone = match_text(" ".join(texts[: colon + 1]), index)
    found = match_text(f"{first.text} {' '.join(texts[: colon + 1])}", index)
    if found is None or found[1] == "weak" or (alone is not None and alone[1] == "exact"):
        return None
    label = f"{first.text} {' '.join(texts[: colon + 1])}"
    return LabelHit(rest, found[0], colon + 1, found[1], found[2], True, label, (first,))


def _with_note(
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
        return replace(hit, below=(segments[under],)), [under]
    opened = segment.text.rfind("(")
    if opened <= segment.text.rfind(")") or ")" not in text or "(" in text.partition(")")[0]:
        return None
    start = next((i for i, w in enumerate(segment.words) if w.text.startswith("(")), 0)
    if not start or text.partition(")")[2].strip(" *:"):
        return None
    words = segment.words[:start]
    bare = match_segment(replace(segment, words=words, text=" ".join(w.text for w in words)), index)
    if bare is None or not bare.clear or bare.end != start:
        return None
    return replace(bare, segment=segment, end=len(segment.words), closed=True, below=(segments[under],)), [
        under
    ]


def split_at_labels(segments: Sequence[Segment], index: LabelIndex) -> list[Segment]:
    """Several labels typed on one line ("Nom : Weis Prénom : Léa") become segments of their own."""
    result: list[Segment] = []
    for segment in segments:
        texts = [w.text for w in segment.words]
        if sum(text.endswith((":", "：")) for text in texts) < 2:
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
                if last:
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


def _after_colon(
    texts: list[str], start: int, colon: int, index: LabelIndex
) -> tuple[int, tuple[tuple[str, ...], Strength, float]] | None:
    """ "CEO : prénom :" is one label; (its last word, what it names) where every word of it is understood."""
    ends = [i for i in range(colon + 1, min(colon + 12, len(texts))) if texts[i].endswith(":")]
    for end in (*ends[:1], len(texts) - 1):
        if not colon < end <= colon + 12 or texts[colon + 1 : end + 1] == [":"]:
            continue
        meant = fields_meant(words_of(" ".join(texts[start : end + 1])), index.fields)
        first = fields_meant(words_of(" ".join(texts[start : colon + 1])), index.fields)
        if len(meant) == 1 and (meant != first or end in ends):
            return end, (meant, "fuzzy", 0.96)
    return None


def match_segment(segment: Segment, index: LabelIndex) -> LabelHit | None:
    """The label that a segment is, or starts with."""
    match = _match_words(tuple(w.text for w in segment.words), segment.text, index)
    return LabelHit(segment, *match) if match is not None else None


class _Match(NamedTuple):
    """What a LabelHit says of its segment's words."""

    fields: tuple[str, ...]
    end: int
    strength: Strength
    score: float
    closed: bool
    label: str


@lru_cache(maxsize=4096)
def _match_words(words: tuple[str, ...], text: str, index: LabelIndex) -> _Match | None:
    texts = list(words)
    if ")" in text and "(" not in text and not re.match(r"\w{1,3}\)", text):
        return None  # the end of a note that began on the line above
    start = _skip_numbering(texts)
    if start >= len(texts) or (not start and texts[0].isdigit()):
        return None
    colon = _colon(texts, start)
    if colon is not None:
        found = match_text(" ".join(texts[start : colon + 1]), index)
        further = _after_colon(texts, start, colon, index)
        if further is not None:
            colon, found = further
        if found and not (found[1] == "weak" and colon - start > 8):
            return _Match(found[0], colon + 1, found[1], found[2], True, " ".join(texts[start : colon + 1]))
        return None
    whole = texts[start:]
    if len(whole) <= _MAX_LABEL_WORDS + 4:
        found = match_text(" ".join(whole), index)
        prefix = _match_prefix(texts, start, index)
        if found and found[1] != "weak":
            shared = prefix is not None and prefix.closed and set(prefix.fields) & set(found[0])
            if found[2] == _PARTLY and prefix is not None and shared:
                return prefix  # "Société / Firmenname Medisoft SARL": two languages, and the value
            return _Match(found[0], len(texts), found[1], found[2], True, " ".join(whole))
    else:
        found = None
        prefix = _match_prefix(texts, start, index)
    if prefix is not None:
        return prefix
    if found:
        return _Match(found[0], len(texts), found[1], found[2], True, " ".join(whole))
    return None


@lru_cache(maxsize=8192)
def match_text(text: str, index: LabelIndex) -> tuple[tuple[str, ...], Strength, float] | None:
    """(field ids, strength, score) for a text that is a label from end to end."""
    tokens = words_of(text)
    if not tokens:
        return None
    bare = without_numbering(tokens)
    outside = without_numbering(words_of(re.sub(r"\([^)]*\)?", " ", without_brackets(text))))
    for variant in dict.fromkeys((tokens, bare, outside)):
        for skip in (0, 1, 2):
            if skip and not all(t in _ARTICLES for t in variant[:skip]):
                break
            key = " ".join(variant[skip:])
            if key in index.exact and (variant in (tokens, bare) or not fields_meant(bare, index.fields)):
                return index.exact[key], "exact", 1.0
    meant = fields_meant(bare, index.fields) or fields_meant(outside, index.fields)
    if len(meant) == 1 or (
        len(meant) == 2 and meant[0].removesuffix("nom") == meant[1].removesuffix("prenom")
    ):
        return meant, "fuzzy", 0.97
    if meant:
        return meant, "weak", 0.8
    pieces = [p for p in _SPLIT.split(text) if words_of(p)]
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
    while start < min(2, len(tokens) - 1) and re.fullmatch(r"\d{1,2}|[a-k]", tokens[start]):
        start += 1
    if start and tokens[start - 1].isdigit() and _counted(tokens[start].title()):
        start -= 1
    return tokens[start:]


def _part_of(tokens: Sequence[str], index: LabelIndex) -> tuple[tuple[str, ...], Strength, float] | None:
    """One word of a longer label ("Solution :"), where only one field has it."""
    printed = {t for t in tokens if t not in _STOP}
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
    bare = " ".join(t for t in tokens if t not in _ARTICLES)
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
    return tuple(common), "fuzzy" if fuzzy else "exact", _PARTLY if unknown else 0.94 if fuzzy else 0.99


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
        if token in _STOP or len(token) < 3:
            continue
        if not any(fuzz.ratio(token, other) >= 72 for other in label):
            return len(token) >= 4 and not any(token in "".join(label) for _ in (0,))
    return False


def _weak(tokens: Sequence[str], index: LabelIndex) -> tuple[tuple[str, ...], Strength, float] | None:
    """A label whose content words all stand in the print, among others: right perhaps."""
    printed = {t for t in tokens if t not in _STOP}
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


def _match_prefix(texts: list[str], start: int, index: LabelIndex) -> _Match | None:
    """A label without a colon and its value behind it: "Matricule 1893120105732"."""
    for length in range(min(index.most_words + 2, len(texts) - start - 1), 0, -1):
        piece = texts[start : start + length]
        if length > 1 and piece[-1] in ("/", "|", "–", "-", "("):
            continue
        tokens = words_of(" ".join(piece))
        key = " ".join(tokens)
        owners = index.exact.get(key) or index.exact.get(" ".join(t for t in tokens if t not in _ARTICLES))
        if owners is None and texts[start + length] in ("/", "|"):
            meant = match_text(" ".join(piece), index)  # the page itself says where the first language ends
            owners = meant[0] if meant is not None and meant[1] != "weak" else None
        if owners is None:
            continue
        end = _second_language(texts, start + length, owners, index)
        closed = end > start + length
        more = end < len(texts) and texts[end] in ("/", "|")  # another label, and nobody knows where it ends
        while end < len(texts) and texts[end] in _BLANKS:
            end += 1
            closed = True
        closed = closed or texts[end - 1][-1:] in "*:"
        strength: Strength = "weak" if more else "exact"
        return _Match(owners, end, strength, 0.97, closed, " ".join(piece))
    return None


def _second_language(texts: list[str], end: int, owners: tuple[str, ...], index: LabelIndex) -> int:
    """Where the label ends that goes on in another language ("Name / Nom Dupont"); else `end`."""
    if end + 1 >= len(texts) or texts[end] not in ("/", "|", "–", "-"):
        return end
    for length in range(min(index.most_words + 2, len(texts) - end - 1), 0, -1):
        piece = texts[end + 1 : end + 1 + length]
        if any(text.endswith(":") for text in piece[:-1]):
            continue
        other = match_text(" ".join(piece), index)
        if other is None or other[1] == "weak" or other[2] == _PARTLY:
            continue
        if set(other[0]) & set(owners):
            return end + 1 + length
    return end


def _match_stack(
    segment: Segment,
    segments: Sequence[Segment],
    number: int,
    below: dict[int, int],
    index: LabelIndex,
    single: LabelHit | None,
) -> tuple[LabelHit, list[int]] | None:
    """A label broken over two or three lines, or printed in a second language under the first."""
    texts, current = [segment.text], number
    used: list[int] = []
    best: tuple[LabelHit, list[int]] | None = None
    for _ in range(3):
        nxt = below.get(current)
        if nxt is None:
            break
        before, under = segments[current], segments[nxt]
        if used and (before.text.rstrip().endswith(":") or re.match(r"\d{1,2}[.)]\s", under.text)):
            break  # the next label
        current = nxt
        if re.search(r"\d{3}|@", under.text):
            break  # a value
        texts.append(under.text)
        used.append(current)
        found = match_text(" ".join(texts), index)
        own = match_segment(under, index)
        so_far = best[0] if best is not None else single
        accepted = best
        if found and found[2] == _PARTLY and not understood(words_of(under.text)):
            found = None  # a value, perhaps
        if found and found[1] != "weak" and _goes_on(before, under, so_far, found, own):
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
        if best is accepted and so_far is not None and so_far.clear:
            break
    return best


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
    words = words_of(under.text)
    if segment.text.rstrip().endswith(":"):
        return False
    if single is None or single.strength == "weak" or not single.closed:
        return joined[2] >= 1.0 or understood(words)
    last = words_of(segment.text)[-1:]
    dashed = segment.text.rstrip().endswith(("-", "–", "—", "/"))
    opened = segment.text.count("(") > segment.text.count(")")
    unfinished = dashed or opened or (bool(last) and last[0] in _STOP)
    broken = under.text[:1].islower() and joined[0] == single.fields
    alone = own is not None and own.clear and not under.text[:1].islower()
    if joined[1] != "weak" and joined[0] != single.fields and not alone and _set_tight(segment, under):
        return True  # "Nom de l'éditeur / du logiciel": the two lines together are a known label
    known = joined[1] == "exact" and (joined[2] >= 0.99 or not alone)
    if known and single.strength != "exact" and _set_tight(segment, under):
        return True
    ended = under.text.rstrip().endswith(":") and not segment.text.rstrip().endswith("*")
    if ended and own is None and joined[1] != "weak" and _set_tight(segment, under):
        return True  # a value ends with no colon
    if own is not None and own.clear and not unfinished and not broken:
        return False
    if unfinished and joined[1] != "weak" and joined[0] == single.fields:
        return True
    if single.strength == "exact":
        return unfinished or (joined[1] == "exact" and not alone and _set_tight(segment, under))
    if joined[2] >= 1.0 or dashed:
        return True
    return understood(words) and (joined[0] != single.fields or under.text[:1].islower())


def _set_tight(first: Segment, second: Segment) -> bool:
    """True for two lines of one cell, set alike and close, of which the first does not end the label."""
    gap = second.box[1] - first.box[3]
    same = abs(first.size - second.size) < 0.6 and first.bold == second.bold and first.frame == second.frame
    return same and gap < 0.5 * (first.box[3] - first.box[1]) and not first.text.rstrip().endswith("*")


def _translation(first: Segment, second: Segment) -> bool:
    return words_of(first.text) != words_of(second.text)


def _stacked(segments: Sequence[Segment]) -> dict[int, int]:
    """For each segment the one directly under it: same left edge, same frame, no gap."""
    found: dict[int, int] = {}
    for number, segment in enumerate(segments):
        height = max(segment.box[3] - segment.box[1], 5.0)
        for other in range(number + 1, min(number + 14, len(segments))):
            below = segments[other]
            gap = below.box[1] - segment.box[3]
            if gap > 0.6 * height:
                if gap > 3 * height:
                    break
                continue
            if (
                abs(below.box[0] - segment.box[0]) < 4
                and below.box[1] > segment.box[1] + 0.5 * height
                and below.frame == segment.frame
                and not below.entered
            ):
                found[number] = other
                break
    return found


def _skip_numbering(texts: list[str]) -> int:
    start = 0
    while start < len(texts) and start < 3 and (_NUMBERING.match(texts[start]) or texts[start] in _BLANKS):
        start += 1
    if 0 < start < len(texts) and texts[start - 1].isdigit() and _counted(texts[start]):
        start -= 1  # "12 postes" is a number of them
    return start


def _counted(text: str) -> bool:
    """True for what is counted behind a bare number."""
    return text[:1].islower() or any(
        "workstation" in group for word in words_of(text) for group in meanings(word)
    )


def _colon(texts: list[str], start: int) -> int | None:
    """The word that ends the label with a colon; not a colon inside a time, a web address or a sentence."""
    opened = counted = 0
    for position in range(start, len(texts)):
        text = texts[position]
        opened += text.count("(") - text.count(")")
        counted += opened <= 0
        if counted > _MAX_LABEL_WORDS:
            return None
        if text.endswith((":", "：")):
            if opened > 0 and any(")" in later for later in texts[position + 1 :]):
                continue  # "(exemple : nom@societe.lu)"
            return position
        if text.endswith((".", ";", "?")) and len(text) > 4 and position > start + 1 and opened <= 0:
            return None
    return None
