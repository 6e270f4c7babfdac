"""Which pages of a PDF have to be drawn to see whether somebody signed them. Most have not."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from parsers.documents.reading import Page, Reading
from parsers.remembered import Remembered
from parsers.signing.places import Place, area, grown, places_on, shared_area, union
from parsers.types import BBox, FormDef, Signer

_HEADER = 0.14
"""Share of the page's height where logos stand."""
WHOLE_PAGE = 0.6
MOST_MARKS = 60
"""Strokes, pictures or stamps of one page that are looked at one by one; nobody signs with more."""
AROUND = 14.0
"""Points by which ink may overshoot its place."""


def to_look_at(reading: Reading, form: FormDef | None, digital: Sequence[Signer]) -> list[Page]:
    """The pages on which something may be drawn or pasted where somebody signs, or anywhere on top."""
    worth = []
    for page in reading.pages:
        if _is_known(page, reading, form, digital):
            continue
        if _worth_a_look(page, reading, form):
            worth.append(page)
        elif form is not None:
            keep_nothing(page, reading, form, digital)
    return worth


def _worth_a_look(page: Page, reading: Reading, form: FormDef | None) -> bool:
    if page.scanned:
        return False
    if form is None and not reading.widgets:
        return False
    on_top = any(a.page == page.number and a.kind != "strike" for a in reading.annotations)
    if on_top or icons_on(page, reading):
        return True
    if not (page.curves or page.pictures):
        return False
    if pasted_on(page, reading) or any(not picture.box for picture in page.pictures):
        return True
    drawn = [*page.strokes, *(picture.box for picture in page.pictures if picture.box)]
    bands = bands_of(places_on(page, reading.widgets, form), page)
    return any(shared_area(grown(box, 2), band) > 0 for band in bands for box in drawn)


_NOTHING: Remembered[bool] = Remembered(64)
"""Pages on which nothing is drawn but the blank's own print and what form fields hold."""


def keep_nothing(page: Page, reading: Reading, form: FormDef | None, digital: Sequence[Signer]) -> None:
    """Nothing was found on that page: nobody needs to look at it again while it is the same."""
    told = _told_by(page, reading, digital)
    if told is not None:
        _NOTHING.keep((page, form), True, told)


def _is_known(page: Page, reading: Reading, form: FormDef | None, digital: Sequence[Signer]) -> bool:
    told = _told_by(page, reading, digital)
    return told is not None and _NOTHING.find((page, form), told) is not None


def _told_by(page: Page, reading: Reading, digital: Sequence[Signer]) -> Hashable:
    """What decides, besides the page and its form, whether anything is drawn there: not what its form fields
    hold, since those are not looked at. None where something may have been put on top of it."""
    bare = reading.bare[page.number - 1] if page.number <= len(reading.bare) else None
    if digital or bare is None or any(a.page == page.number for a in reading.annotations):
        return None
    if icons_on(page, reading):
        return None
    fields = tuple(
        (w.kind == "signature", w.name, w.box)
        for w in reading.widgets
        if w.page == page.number and (w.tells or w.kind == "signature")
    )
    return bare, fields, tuple(pasted_on(page, reading))


def bands_of(places: Sequence[Place], page: Page) -> list[BBox]:
    """What has to be looked at for the places of a page, overlapping pieces together."""
    return joined([_on_paper(grown(place.box, 3 * AROUND), page) for place in places])


def strokes_of(boxes: Sequence[BBox], page: Page) -> list[BBox]:
    """What has to be looked at for strokes of a pen: those that touch together, as one signature is many."""
    if len(boxes) > MOST_MARKS:
        boxes = [*boxes[:MOST_MARKS], union(boxes[MOST_MARKS:])]
    return joined([_on_paper(grown(box, 2), page) for box in boxes])


def _on_paper(box: BBox, page: Page) -> BBox:
    return (max(0.0, box[0]), max(0.0, box[1]), min(page.width, box[2]), min(page.height, box[3]))


def joined(boxes: Sequence[BBox]) -> list[BBox]:
    """Overlapping boxes together."""
    bands: list[BBox] = []
    for band in boxes:
        while (touching := next((b for b in bands if shared_area(b, band) > 0), None)) is not None:
            bands.remove(touching)
            band = union((touching, band))
        bands.append(band)
    return [band for band in bands if area(band) > 0]


def pasted_on(page: Page, reading: Reading) -> list[BBox]:
    """Pictures that could be a signature: neither the whole page, nor in its header, nor on every page."""
    digests = [p.digest for other in reading.pages for p in {q.digest: q for q in other.pictures}.values()]
    return [
        p.box
        for p in page.pictures
        if p.box
        and area(p.box) < WHOLE_PAGE * page.width * page.height
        and p.box[3] > _HEADER * page.height
        and (not p.digest or digests.count(p.digest) < 2)
    ]


def icons_on(page: Page, reading: Reading) -> list[BBox]:
    """Where form fields for pictures show one, other than in the header."""
    return [
        w.box
        for w in reading.widgets
        if w.kind == "button" and w.page == page.number and w.box and w.box[3] > _HEADER * page.height
    ]
