"""What a document is: its title where titles stand, the labels it prints, the names of its form fields.

A form is known by its fields, not by being mentioned: a cover letter that speaks of "Formulaire 2" has
none of its labels. Two kinds that are about as likely make each other doubtful.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parsers.coverage import coverages_of
from parsers.documents.reading import Reading, Widget
from parsers.folding import fold, fold_text, single_spaced, words_of
from parsers.forms import FormBook
from parsers.kinds import ToldBy, kinds, what_tells
from parsers.layout.pages import sheets_of
from parsers.layout.sheet import Sheet, may_come_again
from parsers.layout.text import reading_text
from parsers.remembered import Remembered
from parsers.titles import Title, titles_of
from parsers.types import FormDef, Kind
from parsers.widget_names import own_names
from parsers.wordings import in_known, in_lines

_FORMS = frozenset({"formulaire_1", "formulaire_2", "formulaire_3", "formulaire_4", "bon_de_livraison"})
_LIKELY = 0.45
_FEW_VERDICTS = 3
_MOST_LINES = 300
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
    told_by = what_tells(book)
    titles = [title for sheet in sheets for title in titles_of(sheet, told_by)]
    groups = _groups(sheets, titles, told_by)
    found: list[Classified] = []
    for group in groups:
        numbers = {s.number for s in group}
        widgets = [w for w in reading.widgets if w.page is None or w.page in numbers or reading.blocks]
        here = [t for t in titles if t.page in numbers]
        found.append(_decide(group, here, widgets, _words(group, reading, told_by), told_by, reading))
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


_FIRST_OF = re.compile(r"(?<![\d/.-])\b(?:page|seite)?\s?1\s?(?:/|von|of|sur|de)\s?\d{1,2}(?![\d/.-])")
""" "Page 1/2", "1 von 3"; not the first day or month of a date ("12/1/2026", "1/12/2026")."""


def _first_page(group: list[Sheet]) -> bool:
    text = " ".join(fold(s.text) for s in group[0].segments)
    return _FIRST_OF.search(text) is not None


def _groups(sheets: list[Sheet], titles: list[Title], told_by: ToldBy) -> list[list[Sheet]]:
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


def _whole_form(sheet: Sheet, current: str, told_by: ToldBy) -> str:
    """The kind other than the current one of which a page prints most labels, and of no other so many."""
    covered: dict[str, tuple[float, int]] = {}
    for form, (count, share) in zip(told_by.forms, coverages_of([sheet], (), told_by), strict=True):
        if form.kind in _FORMS:
            covered[form.kind] = max(covered.get(form.kind, (0.0, 0)), (share, count))
    kind = max(covered, key=lambda each: covered[each], default="")
    share, count = covered.get(kind, (0.0, 0))
    rest = max((other for each, (other, _) in covered.items() if each != kind), default=0.0)
    whole = kind != current and count >= _WHOLE_LABELS and share >= _WHOLE_SHARE
    return kind if whole and rest <= 0.6 * share else ""


@dataclass(frozen=True, slots=True)
class _Words:
    """A document's text, folded, and which typical wordings of the forms it has."""

    text: str
    wordings: frozenset[int]


def _words(group: list[Sheet], reading: Reading, told_by: ToldBy) -> _Words:
    if reading.blocks and not reading.pages:
        lines = reading_text(reading).split("\n")
        if len(lines) > _MOST_LINES:
            # The lines of a form come again with every copy; those of a log would only push others out.
            text = single_spaced(" ".join(map(fold_text, lines)))
            return _Words(text, told_by.wordings.within(text))
        folded = [line for line in map(fold, lines) if line]
        return _Words(" ".join(folded), in_lines(folded, told_by.wordings))
    numbers = {s.number for s in group}
    values = fold_text(" ".join(w.value for w in reading.widgets if w.page in numbers))
    pieces = [_words_of_sheet(sheet, told_by) for sheet in group]
    found = in_known(((piece.text, piece.wordings) for piece in pieces), values, told_by.wordings)
    return _Words(single_spaced(" ".join([*(piece.text for piece in pieces), values])), found)


_WORDS: Remembered[_Words] = Remembered(24)


def _words_of_sheet(sheet: Sheet, told_by: ToldBy) -> _Words:
    def made() -> _Words:
        text = fold_text(" ".join(s.text for s in sheet.segments))
        return _Words(text, told_by.wordings.within(text))

    return _WORDS.of((sheet, told_by), made, keep=may_come_again([sheet]))


def _decide(
    group: list[Sheet],
    titles: list[Title],
    widgets: Sequence[Widget],
    words: _Words,
    told_by: ToldBy,
    reading: Reading,
) -> Classified:
    pages = tuple(s.number for s in group)
    scores = _scores(group, titles, widgets, words, told_by, reading)
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
    titles: list[Title],
    widgets: Sequence[Widget],
    words: _Words,
    told_by: ToldBy,
    reading: Reading,
) -> list[_Score]:
    says = tuple(w.label for w in widgets if w.label)
    coverages = coverages_of(group, says, told_by)
    scores = [
        _score(form, titles, widgets, words.text, coverage, sum(c in words.wordings for c in cues), reading)
        for form, coverage, cues in zip(told_by.forms, coverages, told_by.cues, strict=True)
    ]
    return sorted((s for s in scores if s.value > 0), key=lambda s: (-round(s.value, 2), -s.title))


def _score(
    form: FormDef,
    titles: list[Title],
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
    about = kinds().get(form.kind, {})
    if value > 0.3 and not _speaks_of(text, about.get("mentions", ())):
        value = 0.3
    entitled = title is not None and title.strength >= 0.3
    if value > 0.4 and not entitled and own < 3 and not _speaks_of(text, about.get("untitled", ())):
        value = 0.4
    if form.kind == "preuve_tests" and reading.guess in ("log", "spreadsheet"):
        verdicts = _verdicts(text)
        if cues or verdicts >= _FEW_VERDICTS:
            value = max(value, min(0.85, 0.5 + 0.1 * cues + 0.05 * verdicts))
            evidence.append(f"looks like a {reading.guess}")
    return _Score(form, value, title.strength if title else 0.0, tuple(evidence))


def _verdicts(text: str) -> int:
    """How many results of tests a text lists; 0 where it does not speak of tests."""
    table = kinds().get("preuve_tests", {})
    tokens = words_of(text)
    about, verdicts = (tuple(table.get(key, [[]])[0]) for key in ("about", "verdicts"))
    if not any(token.startswith(about) for token in tokens):
        return 0
    return sum(token in verdicts for token in tokens)


def _speaks_of(text: str, groups: Iterable[Iterable[str]]) -> bool:
    """True when the text has one word of each group."""
    return all(any(word in text for word in group) for group in groups)
