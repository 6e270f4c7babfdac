"""What a reader found in one file, before anybody asks what it means.

Every reader (PDF, DOCX, scan, sheet) gives the same shape, so that classifying and extracting are
written once. Boxes are (left, top, right, bottom) in points from the page's top left; pages count
from 1. Paginated sources fill `pages`; flowing sources (DOCX, sheets, text) fill `blocks`, whose
pages are unknown and whose boxes are None.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from parsers.types import BBox, Problem, ProblemCode

if TYPE_CHECKING:
    from parsers.blanks.laid import Laid

WidgetKind = Literal["text", "checkbox", "radio", "choice", "date", "signature", "button"]
WidgetSource = Literal["acroform", "xfa", "docx_control", "docx_field", "annotation"]
AnnotationKind = Literal["freetext", "stamp", "ink", "strike", "other"]
TickState = Literal["on", "off", "unsure"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it stands on a page.

    `confidence` (0 to 1) is None where the text is digital and there is nothing to doubt.
    """

    text: str
    page: int
    box: BBox
    confidence: float | None = None
    size: float = 0.0
    bold: bool = False
    handwritten: bool = False
    origin: Literal["page", "annotation", "widget"] = "page"
    """Where it comes from: drawn on the page, typed over it by a viewer, or filled into a form field."""
    look: str = ""
    """Its typeface and colour; empty where they are not known."""
    note: str = ""
    """What settled its doubtful characters, in words."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight line, horizontal or vertical."""

    page: int
    box: BBox

    @property
    def horizontal(self) -> bool:
        return self.box[2] - self.box[0] >= self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class Box:
    """A drawn rectangle: a frame to write in, a table cell, one cell of a comb, a box to tick.

    `tick` is set for boxes to tick only, by readers that see their inside (drawn marks, scans).
    """

    page: int
    box: BBox
    filled: bool = False
    tick: TickState | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Widget:
    """A form field of any technology, one per place where it shows.

    `name` is fully qualified, `export` the value that a checkbox or radio button stands for when it
    is on, `value` what is filled in ("" for empty; placeholder text is empty), `checked` None where
    there is nothing to check. `label` is what the file itself says the field is for (tooltip, alias).
    """

    name: str
    kind: WidgetKind
    source: WidgetSource
    value: str = ""
    checked: bool | None = None
    export: str = ""
    label: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """(export value, shown text) of a choice field."""
    values: tuple[str, ...] = ()
    """All selected values of a choice field that allows several."""
    page: int | None = None
    box: BBox | None = None
    block: int | None = None
    """Index in `Reading.blocks` of the paragraph or cell that holds it (flowing sources)."""
    offset: int | None = None
    """Where in that block's text it stands."""
    default: str = ""
    read_only: bool = False
    doubtful: bool = False
    """True where the file contradicts itself (a box whose state and whose look differ)."""

    @property
    def shown(self) -> str:
        """What a reader sees of its value: of a choice, the chosen option's text."""
        return next((label for export, label in self.options if export == self.value), self.value)

    @property
    def tells(self) -> bool:
        """True when it holds a value, or is a box that says whether it is ticked."""
        return bool(self.value) or self.checked is not None


@dataclass(frozen=True, slots=True)
class CellPosition:
    """Where a block stands in a table; `table` counts over the whole file, nested tables apart."""

    table: int
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a table cell of a flowing source, in reading order.

    `text` is what a reader of the document sees, values of controls included, boxes as ☐ and ☒,
    and an empty control as U+FFFC.
    """

    text: str
    kind: Literal["paragraph", "heading", "cell", "header", "footer", "textbox"] = "paragraph"
    cell: CellPosition | None = None
    bold: bool = False
    struck: bool = False
    """True where words of it were struck out; `text` is without them."""


SCRIBBLE = "scribble"
"""The digest of what is no stored image: a shape that was drawn by hand in a Word file."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image on a page: a logo, a pasted signature, a scan of the whole page.

    `size` is in pixels, `digest` the sha256 of the stored image data, hexadecimal.
    """

    page: int | None
    box: BBox | None
    size: tuple[int, int]
    digest: str
    block: int | None = None


@dataclass(frozen=True, slots=True)
class Annotation:
    """A mark put upon a PDF page by a viewer: typed text, a stamp, ink, a line of words struck out."""

    kind: AnnotationKind
    page: int
    box: BBox
    text: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Size in points, as displayed (rotation applied)."""

    number: int
    width: float
    height: float
    words: tuple[Word, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    boxes: tuple[Box, ...] = ()
    pictures: tuple[Picture, ...] = ()
    struck: tuple[Word, ...] = ()
    """Words that somebody struck out; they are none of `words`."""
    seams: tuple[BBox, ...] = ()
    """Where, inside a word, one text touches or overlaps another: a column's end and the next one."""
    curves: int = 0
    """How many free-form vector paths are drawn: a signature drawn as a path shows here."""
    strokes: tuple[BBox, ...] = ()
    """Where such paths are drawn, and every line that is neither upright nor level."""
    laid: Laid | None = None
    """Which page of a known blank a scan lies on, and how."""
    scanned: bool = field(init=False, repr=False, compare=False)
    """True when some words came from OCR."""

    def __post_init__(self) -> None:
        scanned = any(word.confidence is not None for word in self.words)
        object.__setattr__(self, "scanned", scanned)


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was found in one file.

    `needs_ocr` lists the pages that show something but have no usable text. `notes` are the
    problems met on the way; a file of which nothing could be read has only notes.
    """

    media_type: str
    pages: tuple[Page, ...] = ()
    blocks: tuple[Block, ...] = ()
    widgets: tuple[Widget, ...] = ()
    pictures: tuple[Picture, ...] = ()
    """Pictures of flowing sources; those of pages stand with their page."""
    annotations: tuple[Annotation, ...] = ()
    needs_ocr: tuple[int, ...] = ()
    notes: tuple[Problem, ...] = ()
    page_count: int = 0
    title: str = ""
    """The file's own title (metadata); a hint."""
    bare: tuple[bytes | None, ...] = ()
    """For each page how its form fields look that hold nothing, as a digest; None where anything else may
    have been put on top, or the page is none that was read before."""
    guess: str = ""
    """What an evidence file looks like ("log", "spreadsheet", "invoice", "" for don't know)."""

    @property
    def scanned(self) -> bool:
        """True when some words came from OCR."""
        return any(page.scanned for page in self.pages)

    @property
    def empty(self) -> bool:
        return not (
            any(page.words for page in self.pages)
            or any(block.text.strip("\ufffc \n\t") for block in self.blocks)
            or self.widgets
        )

    def merged(self, other: Reading) -> Reading:
        """This reading with the pages of `other` (an OCR pass over some pages) put in their places."""
        by_number = {page.number: page for page in self.pages}
        by_number.update({page.number: page for page in other.pages})
        done = {page.number for page in other.pages}
        return replace(
            self,
            pages=tuple(by_number[number] for number in sorted(by_number)),
            needs_ocr=tuple(number for number in self.needs_ocr if number not in done),
            notes=self.notes + other.notes,
        )


def refused(media_type: str, code: ProblemCode, message: str) -> Reading:
    """The reading of a file that gave nothing, and why."""
    return Reading(media_type=media_type, notes=(Problem(code=code, message=message),))
