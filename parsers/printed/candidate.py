"""A value that stands where a label's is expected, and what is known of its place."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.labels.line import LabelHit
from parsers.layout.sheet import Sheet
from parsers.printed.context import Context, Found, Place
from parsers.printed.evidence import STRONG
from parsers.types import FieldDef
from parsers.values import ValueResult

UNDER: frozenset[Place] = frozenset({"frame_below", "below", "cell_below"})
_FIRM_NAMES = frozenset({"company", "company_or_person"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value, where it stands and which label asks for it."""

    hit: LabelHit
    definition: FieldDef
    place: Found
    context: Context
    sheet: Sheet
    text: str
    """The place's text, as far as it is the value."""
    cut: str
    """What was cut off from a name: what the sentence goes on to say about it."""
    result: ValueResult
    ambiguous: bool
    """True for a label that may ask for another field as well."""

    @property
    def strong(self) -> bool:
        """True for a value of a shape of its own."""
        return self.definition.type in STRONG

    @property
    def proven(self) -> bool:
        return self.strong and self.result.certain

    @property
    def stands(self) -> Place:
        return self.place.place

    @property
    def is_a_choice(self) -> bool:
        """True for words that are one of the field's choices and nothing else."""
        return self.definition.type in ("choice", "choices") and self.result.certain

    @property
    def is_firm(self) -> bool:
        return self.definition.type in _FIRM_NAMES

    @property
    def drawn(self) -> bool:
        """True for print on a page; elsewhere whoever wrote it ended the line."""
        return not self.sheet.flow and self.place.words[0].origin == "page"

    def used(self, place: Place) -> int:
        """How many values that prove themselves stand in a place of this sort."""
        return self.context.places[place]
