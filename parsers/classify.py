"""What a document is: its title where titles stand, the labels it prints, the names of its form fields.

A form is known by its fields, not by being mentioned: a cover letter that speaks of "Formulaire 2" has
none of its labels. Two kinds that are about as likely make each other doubtful.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from rapidfuzz import fuzz

from parsers.concepts import fields_meant
from parsers.documents.reading import Reading, Widget
from parsers.folding import fold, fold_text, single_spaced, words_of
from parsers.forms import FormBook
from parsers.labels.index import LabelIndex, index_of
from parsers.labels.text import without_numbering
from parsers.layout.pages import sheets_of
from parsers.layout.sheet import Segment, Sheet, may_come_again
from parsers.layout.text import reading_text
from parsers.remembered import Remembered
from parsers.types import FormDef, Kind
from parsers.widget_names import own_names

_FORMS = frozenset({"formulaire_1", "formulaire_2", "formulaire_3", "formulaire_4", "bon_de_livraison"})
_LIKELY = 0.45
_FEW_VERDICTS = 3
_WHOLE_LABELS, _WHOLE_SHARE = 6, 0.6
"""Labels of one form on a page, and their share of all that it has, that make the page that form."""


@dataclass(frozen=True, slots=True)
class Classified:
    """One document found in a reading. `pages` None: all of them."""

    kind: Kind
    pages: tuple[int, ...] | None
    confidence: float
    evidence: tuple[str, ...]
    form: FormDef | None = None


@dataclass(frozen=True, slots=True)
class _Title:
    kind: str
    page: int
    strength: float
    text: str
    top: float


@dataclass(frozen=True, slots=True)
class _Score:
    form: FormDef
    value: float
    title: float
    evidence: tuple[str, ...]


def classify(reading: Reading, book: FormBook) -> list[Classified]:
    """The documents that a reading holds, in page order; one of kind `other` where it is none of ours."""
    sheets = sheets_of(reading)
    if not sheets:
        return [Classified("other", None, 0.3, ("no text",))]
    told_by = _told_by(book)
    titles = [title for sheet in sheets for title in _titles_of(sheet, told_by)]
    groups = _groups(sheets, titles, told_by)
    found: list[Classified] = []
    for group in groups:
        numbers = {s.number for s in group}
        widgets = [w for w in reading.widgets if w.page is None or w.page in numbers or reading.blocks]
        here = [t for t in titles if t.page in numbers]
        text = _text(group, reading)
        found.append(_decide(group, here, widgets, text, book, reading))
    return _joined(found, groups, len(sheets))


def _joined(found: list[Classified], groups: list[list[Sheet]], count: int) -> list[Classified]:
    """Neighbours of one kind are one document; pages that are nothing go with the form they accompany."""
    merged: list[tuple[Classified, list[int]]] = []
    for one, group in zip(found, groups, strict=True):
        numbers = [s.number for s in group]
        restart = bool(merged) and _first_page(group)
        if merged and merged[-1][0].kind == one.kind and not (restart and one.kind in _FORMS):
            merged[-1][1].extend(numbers)
        else:
            merged.append((one, numbers))
    ours = [m for m in merged if m[0].kind != "other"]
    kept = ours or merged[:1]
    alone = len(kept) == 1 and len(kept[0][1]) == count
    return [
        Classified(c.kind, None if alone else tuple(numbers), c.confidence, c.evidence, c.form)
        for c, numbers in kept
    ]


def _first_page(group: list[Sheet]) -> bool:
    text = " ".join(fold(s.text) for s in group[0].segments)
    return bool(re.search(r"\b(?:page|seite)?\s?1\s?(?:/|von|of|sur|de)\s?\d", text))


_TITLES: Remembered[list[_Title]] = Remembered(24)


def _titles_of(sheet: Sheet, told_by: _ToldBy) -> list[_Title]:
    return _TITLES.of((sheet, told_by), lambda: _titles(sheet, told_by), keep=may_come_again([sheet]))


def _titles(sheet: Sheet, told_by: _ToldBy) -> list[_Title]:
    sizes: Counter[int] = Counter()
    for segment in sheet.segments:
        sizes[round(segment.size)] += len(segment.words)
    usual = sizes.most_common(1)[0][0] if sizes else 10
    found: list[_Title] = []
    segments = sheet.segments
    for number, segment in enumerate(segments):
        if len(segment.words) > 22 or not segment.words or segment.entered:
            continue
        for text in _with_following(segment, segments, number):
            tokens = words_of(text)
            if len(tokens) > 26:
                continue
            for kind, strength in _title_matches(tokens, told_by).items():
                seen = strength * _prominence(segment, usual, sheet)
                found.append(_Title(kind, sheet.number, seen, text, segment.box[1]))
            looks = _prominence(segment, usual, sheet)
            if looks >= 1.0 and "*" not in text and segment.box[1] < 0.5 * sheet.height:
                found += [
                    _Title(kind, sheet.number, 0.8 * looks, text, segment.box[1])
                    for kind in _topics(text, tokens)
                ]
    return found


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
        for kind, table in _kinds().items()
        if "topic" in table and all(any(word in folded for word in group) for group in table["topic"])
    ]


@lru_cache(maxsize=4096)
def _title_matches(tokens: tuple[str, ...], told_by: _ToldBy) -> dict[str, float]:
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


def _groups(sheets: list[Sheet], titles: list[_Title], told_by: _ToldBy) -> list[list[Sheet]]:
    """Pages that belong together: a prominent title of another kind near the top starts a new document.

    Where a scanner lost the title, the labels of a whole other form do.
    """
    groups: list[list[Sheet]] = []
    kind = ""
    for sheet in sheets:
        top = [
            t for t in titles if t.page == sheet.number and t.top < 0.4 * sheet.height and t.strength >= 0.7
        ]
        best = max(top, key=lambda t: (t.strength, len(t.text)), default=None)
        new = best is not None and (best.kind != kind or (_first_page([sheet]) and bool(groups)))
        if best is not None and best.kind != kind and any(t.kind == kind for t in top):
            new = False  # names the current kind as well
        labelled = "" if best is not None or not groups else _whole_form(sheet, kind, told_by)
        if not groups or new or labelled:
            groups.append([sheet])
        else:
            groups[-1].append(sheet)
        if new and best is not None:
            kind = best.kind
        kind = labelled or kind
    return groups


def _whole_form(sheet: Sheet, current: str, told_by: _ToldBy) -> str:
    """The kind other than the current one of which a page prints most labels, and of no other so many."""
    covered: dict[str, tuple[float, int]] = {}
    for form, (count, share) in zip(
        told_by.forms, _coverages(_printed_labels([sheet], ()), told_by), strict=True
    ):
        if form.kind in _FORMS:
            covered[form.kind] = max(covered.get(form.kind, (0.0, 0)), (share, count))
    kind = max(covered, key=lambda each: covered[each], default="")
    share, count = covered.get(kind, (0.0, 0))
    rest = max((other for each, (other, _) in covered.items() if each != kind), default=0.0)
    whole = kind != current and count >= _WHOLE_LABELS and share >= _WHOLE_SHARE
    return kind if whole and rest <= 0.6 * share else ""


def _text(group: list[Sheet], reading: Reading) -> str:
    if reading.blocks and not reading.pages:
        return fold_text(reading_text(reading))
    numbers = {s.number for s in group}
    values = fold_text(" ".join(w.value for w in reading.widgets if w.page in numbers))
    return single_spaced(" ".join([*map(_folded, group), values]))


_FOLDED: Remembered[str] = Remembered(24)


def _folded(sheet: Sheet) -> str:
    return _FOLDED.of(
        (sheet,), lambda: fold_text(" ".join(s.text for s in sheet.segments)), keep=may_come_again([sheet])
    )


def _decide(
    group: list[Sheet],
    titles: list[_Title],
    widgets: Sequence[Widget],
    text: str,
    book: FormBook,
    reading: Reading,
) -> Classified:
    pages = tuple(s.number for s in group)
    scores = _scores(group, titles, widgets, text, book, reading)
    if not scores:
        return Classified("other", pages, 0.6, ("none of the known kinds",))
    best = scores[0]
    second = next((s for s in scores[1:] if s.form.kind != best.form.kind), None)
    if best.value < _LIKELY:
        sure = round(min(0.95, 0.9 - best.value), 3)
        return Classified("other", pages, max(sure, 0.4), ("none of the known kinds is likely",))
    margin = best.value - (second.value if second else 0.0)
    entitled = best.title >= 0.7 and (second is None or second.title < 0.5)
    close = margin < 0.2 and not entitled
    confidence = best.value if not close else min(best.value, 0.5 + 2 * margin)
    evidence = best.evidence
    if close and second is not None:
        evidence += (f"{second.form.kind} is nearly as likely",)
    return Classified(best.form.kind, pages, round(min(0.99, confidence), 3), evidence, best.form)


def _scores(
    group: list[Sheet],
    titles: list[_Title],
    widgets: Sequence[Widget],
    text: str,
    book: FormBook,
    reading: Reading,
) -> list[_Score]:
    told_by = _told_by(book)
    says = tuple(w.label for w in widgets if w.label)

    coverages = _COVERAGES.of(
        (*group, told_by),
        lambda: _coverages(_printed_labels(group, says), told_by),
        says,
        keep=may_come_again(group),
    )
    scores = [
        _score(form, titles, widgets, text, coverage, sum(cue(text) for cue in cues), reading)
        for form, coverage, cues in zip(book.forms, coverages, told_by.cues, strict=True)
    ]
    return sorted((s for s in scores if s.value > 0), key=lambda s: (-round(s.value, 2), -s.title))


def _score(
    form: FormDef,
    titles: list[_Title],
    widgets: Sequence[Widget],
    text: str,
    covered: tuple[int, float],
    cues: int,
    reading: Reading,
) -> _Score:
    """`cues`: how many of the form's typical wordings the text has."""
    evidence: list[str] = []
    doubt = 1.0
    title = max((t for t in titles if t.kind == form.kind), key=lambda t: t.strength, default=None)
    if title is not None and title.strength >= 0.3:
        doubt *= 1 - 0.8 * title.strength
        evidence.append(f"title on page {title.page}" if reading.pages else "title")
    own = own_names(tuple(widgets), form)
    if own >= 2 and form.fields:
        doubt *= 1 - 0.97 * min(1.0, own / len(form.fields)) ** 1.5
        evidence.append(f"{own} of {len(form.fields)} form field names")
    labels, coverage = covered
    if labels:
        doubt *= 1 - 0.9 * min(1.0, 1.35 * coverage)
        evidence.append(f"{labels} of {len(form.fields)} field labels")
    if title is not None and title.strength >= 0.5 and max(labels, own) >= 4:
        doubt *= 0.4  # entitled so, and asks what such a form asks
    if cues:
        doubt *= 1 - 0.12 * min(cues, 5)
        evidence.append(f"{cues} typical wordings")
    if title is not None and title.strength >= 0.6 and form.kind not in _FORMS and cues >= 2:
        doubt *= 0.35
    value = 1 - doubt
    if form.kind in _FORMS and labels + own < max(3, len(form.fields) // 4):
        value = min(value, 0.4)  # mentioned, but not there
    if form.kind not in _FORMS and form.kind != "nda" and (title is None or title.strength < 0.3):
        value = min(value, 0.3 + 0.08 * cues) if cues >= 3 else min(value, 0.3)
    about = _kinds().get(form.kind, {})
    if not _speaks_of(text, about.get("mentions", ())):
        value = min(value, 0.3)
    entitled = title is not None and title.strength >= 0.3
    if not entitled and own < 3 and not _speaks_of(text, about.get("untitled", ())):
        value = min(value, 0.4)
    if form.kind == "preuve_tests" and reading.guess in ("log", "spreadsheet"):
        verdicts = _verdicts(text)
        if cues or verdicts >= _FEW_VERDICTS:
            value = max(value, min(0.85, 0.5 + 0.1 * cues + 0.05 * verdicts))
            evidence.append(f"looks like a {reading.guess}")
    return _Score(form, value, title.strength if title else 0.0, tuple(evidence))


def _verdicts(text: str) -> int:
    """How many results of tests a text lists; 0 where it does not speak of tests."""
    table = _kinds().get("preuve_tests", {})
    tokens = words_of(text)
    about, verdicts = (tuple(table.get(key, [[]])[0]) for key in ("about", "verdicts"))
    if not any(token.startswith(about) for token in tokens):
        return 0
    return sum(token in verdicts for token in tokens)


def _cue(wording: str) -> Callable[[str], bool]:
    """Tells whether a folded text has the wording, a short one as words of its own."""
    folded = fold(wording)
    if len(folded) > 6:
        return lambda text: folded in text
    alone = re.compile(rf"(?<!\w){re.escape(folded)}(?!\w)")
    return lambda text: folded in text and alone.search(text) is not None


@dataclass(frozen=True, slots=True, eq=False)
class _ToldBy:
    """What tells the forms of a book apart, by the form's place in it. Compared by identity: made once."""

    forms: tuple[FormDef, ...]
    titles: tuple[tuple[str, tuple[str, ...]], ...]
    """(kind, words of a title) of every form, each once."""
    labels: tuple[LabelIndex, ...]
    weights: dict[str, float]
    totals: tuple[float, ...]
    """What the labels of a form weigh together."""
    asked: frozenset[frozenset[str]]
    """The fields of every kind."""
    cues: tuple[tuple[Callable[[str], bool], ...], ...]
    """What tells whether a text has each of a form's typical wordings."""


_TOLD_BY: Remembered[_ToldBy] = Remembered(1)


def _told_by(book: FormBook) -> _ToldBy:
    """Kept for the last book asked for: a worker reads thousands of documents with one book."""
    return _TOLD_BY.of((book.forms,), lambda: _made_told_by(book))


def _made_told_by(book: FormBook) -> _ToldBy:
    forms = book.forms
    titles = dict.fromkeys(
        (form.kind, words_of(title)) for form in forms for ts in form.titles.values() for title in ts
    )
    weights = _weights(forms)
    return _ToldBy(
        forms,
        tuple(titles),
        tuple(index_of(form.fields) for form in forms),
        weights,
        tuple(sum(weights.get(f"{form.kind}:{f.id}", 0.2) for f in form.fields) for form in forms),
        frozenset(index_of(form.fields).fields for form in book.all() if form.fields),
        tuple(tuple(_cue(w) for ws in form.cues.values() for w in ws) for form in forms),
    )


_COVERAGES: Remembered[list[tuple[int, float]]] = Remembered(12)


def _coverages(printed: Iterable[str], told_by: _ToldBy) -> list[tuple[int, float]]:
    """For each form (labels found, their share weighted by how much they tell this form from others)."""
    found: list[dict[str, float]] = [{} for _ in told_by.forms]
    for text in printed:
        for place, field_id, weight in _labelled(text, told_by):
            found[place][field_id] = max(found[place].get(field_id, 0.0), weight)
    return [
        (len(fields), (sum(fields.values()) / total if total else 0.0))
        for fields, total in zip(found, told_by.totals, strict=True)
    ]


@lru_cache(maxsize=8192)
def _labelled(text: str, told_by: _ToldBy) -> tuple[tuple[int, str, float], ...]:
    """(place of the form, its field, how much that tells it from others) for each form with such a label."""
    tokens = tuple(text.split())
    found: list[tuple[int, str, float]] = []
    for place, (form, index) in enumerate(zip(told_by.forms, told_by.labels, strict=True)):
        for field_id in index.exact.get(text, ())[:1]:
            weight = told_by.weights.get(f"{form.kind}:{field_id}", 0.2)
            found.append((place, field_id, min(weight, told_by.weights.get(text, weight))))
        if text not in index.exact:
            meant = fields_meant(tokens, index.fields)
            if len(meant) == 1:
                # In words of its own it tells the less, the more kinds have such a field.
                kinds = sum(bool(fields_meant(tokens, fields)) for fields in told_by.asked)
                found.append((place, meant[0], 1.0 / max(1, kinds)))
    return tuple(found)


def _weights(forms: tuple[FormDef, ...]) -> dict[str, float]:
    """How much a label tells a kind from the others: 1 for its own, less the more kinds print it."""
    owners: dict[str, set[str]] = {}
    for form in forms:
        for text in index_of(form.fields).exact:
            owners.setdefault(text, set()).add(form.kind)
    weights = {text: 1.0 / len(kinds) for text, kinds in owners.items()}
    for form in forms:
        exact = index_of(form.fields).exact
        for definition in form.fields:
            own = [weights[text] for text, ids in exact.items() if definition.id in ids]
            weights[f"{form.kind}:{definition.id}"] = max(own, default=0.2)
    return weights


def _printed_labels(group: Iterable[Sheet], tooltips: Iterable[str]) -> frozenset[str]:
    """Every short line, line up to a colon, and tooltip, as label text."""
    texts: set[str] = set()
    for sheet in group:
        for segment in sheet.segments:
            if not segment.entered and len(segment.words) <= 16:
                texts.update(_label_texts(segment.text, len(segment.words)))
    texts.update(" ".join(without_numbering(words_of(says))) for says in tooltips)
    texts.discard("")
    return frozenset(texts)


@lru_cache(maxsize=4096)
def _label_texts(line: str, words: int) -> tuple[str, ...]:
    """What may be the label in a line of so many words."""
    texts: list[str] = []
    head, colon, _ = line.partition(":")
    for text in (line, head if colon else "", *re.split(r"[/|()]", line)):
        tokens = words_of(text)
        texts += (" ".join(without_numbering(tokens)), " ".join(tokens))
    if not colon and 1 < words <= 10:
        # A label without a colon and its value behind it.
        tokens = without_numbering(words_of(line))
        texts += (" ".join(tokens[:n]) for n in range(1, min(len(tokens), 9)))
    return tuple(texts)


def _speaks_of(text: str, groups: Iterable[Iterable[str]]) -> bool:
    """True when the text has one word of each group."""
    return all(any(word in text for word in group) for group in groups)


@lru_cache(maxsize=1)
def _kinds() -> dict[str, dict[str, list[list[str]]]]:
    text = resources.files("parsers.data").joinpath("kinds.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
