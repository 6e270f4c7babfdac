"""Signatures that were drawn: ink on a scan, strokes or a pasted picture in a PDF, stamps beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median

import cv2
import numpy as np

from parsers.documents.reading import Page, Reading, Widget, Word
from parsers.folding import words_of
from parsers.signing.ink import Gray, Mark, marks_in
from parsers.signing.places import (
    Line,
    Place,
    area,
    grown,
    lines_of,
    places_on,
    shared_area,
    union,
)
from parsers.signing.roles import by_order
from parsers.signing.worth_a_look import (
    AROUND,
    MOST_MARKS,
    WHOLE_PAGE,
    bands_of,
    icons_on,
    keep_nothing,
    pasted_on,
    strokes_of,
)
from parsers.types import BBox, FormDef, Signer

_DPI = 150.0
_BELONGS = 0.35
"""Share of a mark that must stand in a place."""

Render = Callable[[BBox], Gray]
PrintOf = Callable[[BBox, tuple[int, int], float], Gray | None]
"""A region of a page in points, the size of its picture and its dpi -> what the blank prints there."""
_LONG_UPRIGHT, _MEETS = 60.0, 3.0
"""Points: how long a line is that no pen draws in one stroke; how near its end is to a line that it meets."""


def drawn_signers(
    page_image: Gray,
    words: Sequence[Word],
    form: FormDef | None,
    page: Page,
    fields: Sequence[Widget] = (),
    print_of: PrintOf | None = None,
) -> list[Signer]:
    """Signatures and stamps on the picture of a page, for scans.

    `page_image` is grey, upright as `page` describes it (any resolution); `words` are what OCR read there.
    Where the blank is known, `fields` are its form fields to sign on the scan, `print_of` its print.
    """
    scale = page_image.shape[1] / page.width if page.width else 0.0
    places = places_on(page, fields, form)
    if not places or scale <= 0:
        return []
    render = _cut_from(page_image, scale)
    printed = printed_words(words)
    regions = bands_of(places, page)
    marks = [
        m for region in regions for m in _marks(render, region, printed, _lines(page), print_of=print_of)
    ]
    signers = _in_places(marks, places, page, lines_of(words), form, lambda mark: "ink")
    signers += _printed_stamps(places, page, lines_of(words), signers)
    return by_order(signers, form)


def _printed_stamps(
    places: Sequence[Place], page: Page, lines: Sequence[Line], signers: Sequence[Signer]
) -> list[Signer]:
    """Company stamps whose letters OCR read as words: three lines or more, or a frame, in a place to sign.

    A typed name is one line or two.
    """
    found = []
    for place in places:
        if not place.framed or any(s.bbox and shared_area(s.bbox, place.box) for s in signers):
            continue
        inside = [line.box for line in lines if _inside(line.box, place.box) and line.box != place.label]
        own = [
            b.box
            for b in page.boxes
            if b.tick is None
            and b.box[2] - b.box[0] >= 40
            and _inside(b.box, place.box)
            and area(b.box) < 0.8 * area(place.box)
            and any(_inside(box, grown(b.box, 2)) for box in inside)
        ]
        if len(inside) >= 3 or own:
            mark = Mark("stamp", union(own or inside), 0.0, "print in the place to sign")
            found.append(_signer(mark, page, place.role, "stamp"))
    return found


def printed_words(words: Iterable[Word]) -> list[BBox]:
    """The boxes of those words that are print and not what OCR made of a signature."""
    seen = list(words)
    sure = [w for w in seen if w.confidence is None or w.confidence >= 0.8]
    usual = median(w.box[3] - w.box[1] for w in sure) if sure else 12.0
    return [w.box for w in seen if _is_print(w, usual)]


def _is_print(word: Word, usual: float) -> bool:
    if word.handwritten:
        return False
    letters = sum(c.isalnum() for c in word.text)
    if word.confidence is None:
        return word.box[3] - word.box[1] <= 4 * usual
    if word.box[3] - word.box[1] > 2.2 * usual or letters == 0:
        return False
    return word.confidence >= 0.75 or (word.confidence >= 0.45 and letters >= 3)


def drawn_in_pdf(
    data: bytes, reading: Reading, pages: Sequence[Page], form: FormDef | None, digital: Sequence[Signer]
) -> list[Signer]:
    """Signatures and stamps on these pages of a PDF, other than the look of its digital ones.

    Pages that OCR read are left out (see `parsers.signing.scanned`).
    """
    from parsers.signing.pictures import opened, renderer

    signers: list[Signer] = []
    with opened(data, fields=any(icons_on(page, reading) for page in pages)) as document:
        for page in pages:
            render = renderer(document, page) if document is not None else None
            if render is not None:
                icons = icons_on(page, reading)
                with_fields = renderer(document, page, fields=True) if icons else None
                found = _on_page(render, with_fields or render, page, reading, form, digital)
                if not found:
                    keep_nothing(page, reading, form, digital)
                signers += found
    return by_order([*digital, *signers], form)[len(digital) :]


def _on_page(
    render: Render,
    with_fields: Render,
    page: Page,
    reading: Reading,
    form: FormDef | None,
    digital: Sequence[Signer],
) -> list[Signer]:
    places = places_on(page, reading.widgets, form)
    scanned = any(area(p.box) > WHOLE_PAGE * page.width * page.height for p in page.pictures if p.box)
    shown = [s.bbox for s in digital if s.page == page.number and s.bbox]
    typed = [w.box for w in reading.widgets if w.page == page.number and w.box and w.tells]
    notes = [a.box for a in reading.annotations if a.page == page.number and a.kind == "freetext"]
    print_ = printed_words(page.words) if scanned else [word.box for word in page.words]
    erased = [*print_, *typed, *notes, *shown]

    pasted = pasted_on(page, reading)
    stamped = [a.box for a in reading.annotations if a.page == page.number and a.kind == "stamp"]
    drawn = [a.box for a in reading.annotations if a.page == page.number and a.kind == "ink"]
    bands = bands_of(places, page)
    apart = [box for box in drawn if not any(_inside(box, band) for band in bands)]
    single = _not_too_many([*pasted, *stamped], bands)
    strokes = strokes_of(apart, page)
    bands += strokes
    marks = [mark for band in bands for mark in _marks(render, band, erased, _lines(page))]
    # A pasted picture is one thing and is looked at by itself; logos are not looked at.
    covered = [*pasted, *stamped, *([] if scanned else _logos(page, pasted))]
    marks = [mark for mark in marks if not any(_overlaps(mark.box, box) for box in covered)]
    marks += [mark for box in single for mark in _marks(render, box, erased, whole=True)]
    icons = icons_on(page, reading)
    marks += [mark for box in icons for mark in _marks(with_fields, box, shown, whole=True)]
    whole = [*pasted, *stamped, *icons]
    loose = [*whole, *drawn, *strokes]

    def kind_of(mark: Mark) -> str:
        return "image" if any(_overlaps(mark.box, box) for box in whole) else "ink"

    found = _in_places(marks, places, page, lines_of(page.words), form, kind_of)
    if not any(s.status == "handwritten" for s in found):
        outside = [m for m in marks if not _owner(m, places) and any(_overlaps(m.box, b) for b in loose)]
        found += [
            _signer(mark, page, "unknown", kind_of(mark))
            for mark in outside
            if mark.kind == "stamp" or (mark.kind == "signature" and _plausible(mark, places, page, reading))
        ]
    return found


def _not_too_many(boxes: list[BBox], bands: Sequence[BBox]) -> list[BBox]:
    """Of many pictures and stamps those where somebody signs."""
    if len(boxes) <= MOST_MARKS:
        return boxes
    return [box for box in boxes if any(shared_area(box, band) > 0 for band in bands)][:MOST_MARKS]


def _in_places(
    marks: Iterable[Mark],
    places: Sequence[Place],
    page: Page,
    lines: Sequence[Line],
    form: FormDef | None,
    kind_of: Callable[[Mark], str],
) -> list[Signer]:
    """One signer per place and kind of mark."""
    grouped: dict[tuple[Place, bool], list[Mark]] = {}
    for mark in marks:
        place = _owner(mark, places)
        if place is None or mark.kind not in ("signature", "stamp"):
            continue
        if not place.framed and _is_value(mark, lines, form, page):
            continue
        grouped.setdefault((place, mark.kind == "stamp"), []).append(mark)
    return [
        _signer(max(group, key=lambda m: area(m.box)), page, place.role, kind_of(group[0]), group)
        for (place, _), group in grouped.items()
    ]


def _signer(mark: Mark, page: Page, role: str, kind: str, group: Sequence[Mark] = ()) -> Signer:
    stamp = mark.kind == "stamp"
    return Signer.model_validate(
        {
            "role": role,
            "kind": "stamp" if stamp else kind,
            "status": "absent" if stamp else "handwritten",
            "page": page.number,
            "bbox": union(m.box for m in (group or (mark,))),
            "evidence": (mark.why,),
        }
    )


def _owner(mark: Mark, places: Sequence[Place]) -> Place | None:
    """The place that most of a mark stands in; a frame goes before open space, a label before a heading."""
    best: tuple[tuple[bool, bool, float], Place] | None = None
    for place in places:
        share = shared_area(mark.box, grown(place.box, AROUND)) / max(1.0, area(mark.box))
        if share < _BELONGS:
            continue
        rank = (not place.heading, place.framed, share)
        if best is None or rank > best[0]:
            best = (rank, place)
    return best[1] if best else None


def _is_value(mark: Mark, lines: Sequence[Line], form: FormDef | None, page: Page) -> bool:
    """Handwriting that answers a label on its row (« Nom : … »), or fills a field's own frame."""
    left, top, _, bottom = mark.box
    height = bottom - top
    if any(
        b.box[3] - b.box[1] - height < 18 and b.box[3] - b.box[1] < 34 and _inside(mark.box, grown(b.box, 4))
        for b in page.boxes
        if b.tick is None
    ):
        return True
    names = {
        words_of(text)
        for field in (form.fields if form else ())
        for texts in field.labels.values()
        for text in texts
    }
    signs = {
        words_of(text)
        for labels in (form.signature_labels.values() if form else ())
        for texts in labels.values()
        for text in texts
    }
    row = [
        line
        for line in lines
        if line.box[2] <= left + 6
        and left - line.box[2] < 150
        and top - 3 <= (line.box[1] + line.box[3]) / 2 <= bottom + 3
    ]
    if not row:
        return False
    label = max(row, key=lambda line: line.box[2])
    if any(label.words[: len(sign)] == sign for sign in signs) or any("signature" in w for w in label.words):
        return False
    return label.text.rstrip().endswith(":") or any(
        label.words[: len(name)] == name for name in names if name
    )


def _marks(
    render: Render,
    region: BBox,
    erased: Sequence[BBox],
    lines: Sequence[BBox] = (),
    *,
    whole: bool = False,
    print_of: PrintOf | None = None,
) -> list[Mark]:
    origin = (max(0.0, region[0]), max(0.0, region[1]))
    piece = render(region)
    printed = print_of((*origin, *region[2:]), (piece.shape[1], piece.shape[0]), _DPI) if print_of else None
    return marks_in(piece, _DPI, erased=erased, origin=origin, lines=lines, whole=whole, printed=printed)


def _lines(page: Page) -> list[BBox]:
    """Rules and the sides of frames."""
    sides = [side for b in page.boxes if not b.filled and b.tick is None for side in _sides(b.box)]
    level = [r.box for r in page.rulings if r.horizontal]
    upright = [r.box for r in page.rulings if not r.horizontal]
    return [*level, *(box for box in upright if _ends_on_rules(box, level)), *sides]


def _ends_on_rules(box: BBox, level: Sequence[BBox]) -> bool:
    """True for a long upright line or one between two level ones; a pen's upstroke is neither."""
    if box[3] - box[1] >= _LONG_UPRIGHT:
        return True
    x = (box[0] + box[2]) / 2
    crossing = [rule for rule in level if rule[0] - _MEETS <= x <= rule[2] + _MEETS]
    return all(any(abs((rule[1] + rule[3]) / 2 - y) <= _MEETS for rule in crossing) for y in (box[1], box[3]))


def _sides(box: BBox) -> tuple[BBox, BBox, BBox, BBox]:
    left, top, right, bottom = box
    return (
        (left, top, right, top),
        (left, bottom, right, bottom),
        (left, top, left, bottom),
        (right, top, right, bottom),
    )


def _cut_from(image: Gray, scale: float) -> Render:
    """Cuts a piece (in points) out of a page's picture, brought to the working resolution."""

    def render(region: BBox) -> Gray:
        x0, y0, x1, y1 = (max(0, round(v * scale)) for v in region)
        piece = image[y0:y1, x0:x1]
        if not piece.size:
            return piece
        factor = _DPI / 72.0 / scale
        size = (max(1, round(piece.shape[1] * factor)), max(1, round(piece.shape[0] * factor)))
        method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(piece, size, interpolation=method), dtype=np.uint8)

    return render


def _logos(page: Page, pasted: Sequence[BBox]) -> list[BBox]:
    return [p.box for p in page.pictures if p.box and p.box not in pasted]


def _plausible(mark: Mark, places: Sequence[Place], page: Page, reading: Reading) -> bool:
    """Outside any place: below the label or, without one, in the lower half of the last page."""
    if places:
        return any(mark.box[3] > place.label[1] - 20 for place in places)
    later = any(other.number > page.number for other in reading.pages)
    return not later and mark.box[1] > 0.45 * page.height


def _inside(inner: BBox, outer: BBox) -> bool:
    return shared_area(inner, outer) >= 0.95 * area(inner) > 0


def _overlaps(mark: BBox, box: BBox) -> bool:
    return shared_area(mark, grown(box, 2)) >= 0.5 * area(mark)
