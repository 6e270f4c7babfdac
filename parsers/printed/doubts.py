"""How sure a value is that stands where a label's is expected."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from parsers.addresses import begins_in_its_middle, begins_with_town
from parsers.choices import choices_in_words
from parsers.concepts import understood
from parsers.countries import country_code
from parsers.documents.reading import Word
from parsers.firms import names_a_firm
from parsers.folding import fold, without_brackets, words_of
from parsers.labels.index import STOP, index_of
from parsers.layout.sheet import union
from parsers.printed.candidate import UNDER, Candidate
from parsers.printed.columns import has_more_cells_in_its_row, is_one_of_several
from parsers.printed.context import gap_of, look_of
from parsers.printed.evidence import PLACE_DOUBT, is_cut_off, read_doubt
from parsers.printed.frames import is_in_one_of_many_boxes
from parsers.printed.further_lines import may_go_on
from parsers.table_bodies import in_table_body
from parsers.vocabulary import vocabulary

_LABEL_READ = {"exact": 0.985, "fuzzy": 0.965, "weak": 0.85}
_PROVEN, _PROVEN_WEAK_LABEL, _PROVEN_ALONE = 0.975, 0.88, 0.955
"""A value with a check digit or a shape of its own; the last where nothing else on a form looks like it."""
_UNIQUE = 0.7
"""How well a weak label must match at least, where its value proves itself."""
_WHOLE_NAMES = frozenset({"signataire", "responsable", "contact_technique"})
_LOWER_CASE = re.compile(r"[a-zà-ÿ]+(?![a-zà-ÿ]*[A-Z])")
"""How a firm's name goes on, and seldom begins; one with a capital in it ("eHealthworks") does."""
_OVER = 1.2
"""Points by which words of a line reach into each other at least where one is printed over the other."""
_CUT = 0.01
"""Off for a name from which words about it were cut."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    at_most: float
    holds: Callable[[Candidate], bool]
    note: str = ""


def how_sure(candidate: Candidate) -> tuple[float, list[str]]:
    """The confidence in a value, 0 to 1, and what was noted against it."""
    sure = _of_label_and_place(candidate)
    notes = []
    for doubt in _DOUBTS:
        if doubt.holds(candidate):
            sure = min(sure, doubt.at_most)
            notes += [doubt.note] if doubt.note else []
    if candidate.cut:
        sure -= _CUT
    sure, read = read_doubt(sure, candidate.place.words, candidate.result)
    return sure, [*notes, *read]


def _of_label_and_place(c: Candidate) -> float:
    sure = _LABEL_READ[c.hit.strength]
    sure -= PLACE_DOUBT[c.stands] if c.used(c.stands) < 2 else 0.01
    if not c.proven:
        return sure
    sure = max(sure, _PROVEN if c.hit.strength != "weak" else _PROVEN_WEAK_LABEL)
    shaped = c.definition.type in ("iban", "email") or str(c.result.value)[:2].isalpha()
    if c.hit.score >= _UNIQUE and c.definition.type in ("iban", "vat") and shaped:
        sure = max(sure, _PROVEN_ALONE)
    return sure


def _is_odd(c: Candidate) -> bool:
    """True for a value that is not of its type, or was mended where this form writes little."""
    if c.proven:
        return False
    usual = c.stands in ("inline", "right", "frame_right") or (c.stands != "below" and c.used(c.stands) >= 2)
    return c.result.problem == "malformed" or bool(not c.result.problem and c.result.note and not usual)


def _is_unproven_below(c: Candidate) -> bool:
    """True for what is of the type perhaps, but nothing proves it."""
    if not c.strong or c.result.certain:
        return False
    open_place = not c.result.problem and c.stands in ("below", "cell_below") and not c.place.closed
    return open_place or (c.stands in UNDER and c.used(c.stands) < 2)


def _is_open_below(c: Candidate) -> bool:
    return not c.strong and c.stands == "below" and not c.place.closed


def _is_usual_below(c: Candidate) -> bool:
    """True where proven values of this form stand as far below their labels, or are set otherwise."""
    usual = sum(abs(gap_of(c.hit, c.place) - gap) < 2.5 for gap in c.context.gaps) >= 2
    own_look = look_of(c.hit.segment.size, c.hit.segment.bold) not in c.context.looks
    return c.used("below") >= 2 and (usual or own_look)


def _is_open_in_cell(c: Candidate) -> bool:
    return c.stands == "in_cell" and not c.place.closed and not c.strong and not c.used("in_cell")


def _begins_further_up(c: Candidate) -> bool:
    if c.stands not in ("above", "below"):
        return False
    if c.definition.id == "adresse":
        return begins_in_its_middle(c.text)
    return c.is_firm and (_LOWER_CASE.match(c.text) is not None or begins_with_town(c.text))


def _first_line_is_the_label_s(c: Candidate) -> bool:
    *tops, _ = c.text.split("\n")
    return bool(tops) and (understood(words_of(tops[0])) or any(line.endswith(":") for line in tops))


def _label_goes_on(c: Candidate) -> bool:
    return (
        c.text.rstrip().endswith(":")
        or c.hit.label.rstrip().endswith(("/", "|", "–", "-"))
        or fold(c.hit.label.split()[-1]) in vocabulary().no_label_ends
    )


def _is_half_a_name(c: Candidate) -> bool:
    """True for one word where a whole name is asked for: the other half may stand on another line."""
    in_line = c.stands in ("right", "inline")
    return c.definition.id in _WHOLE_NAMES and in_line and " " not in str(c.result.value)


def _is_no_name(c: Candidate) -> bool:
    """True for what is no person's name, but perhaps what somebody is, or two where one is asked for."""
    if c.definition.type != "person":
        return False
    one_name = re.fullmatch(r"(?:.*_)?(?:pre)?nom", c.definition.id) is not None
    return (
        re.search(r"[/()*:]", c.text) is not None
        or understood(words_of(c.text))
        or (one_name and "," in str(c.result.value))
    )


def _joins_lines(c: Candidate) -> bool:
    """True for an address with a line's end that may be the cell's as well as the street's or the name's."""
    if c.definition.id != "adresse" or not c.drawn:
        return False
    lines = [line.strip() for line in c.text.split("\n")]
    return any(
        not before.endswith(",")
        and not re.match(r"(?:[A-Z]{1,2}[- ]?)?\d{4,5}\b", after)
        and not country_code(after)
        for before, after in pairwise(lines)
    )


def _explains(c: Candidate) -> bool:
    """True for words of labels only, or a label in another language, cut short ("Name des …")."""
    explains = c.text[:1].islower() and understood(words_of(c.text))
    return explains or re.match(r"(?:Name|Nom) (?:der|des|du|de|of)\b", c.text) is not None


def _may_be_printed(c: Candidate) -> bool:
    """True for several choices that are not put together as a writer does it, with a comma or an "and"."""
    return (
        isinstance(c.result.value, list)
        and len(c.result.value) > 1
        and re.search(r"[/\n]", c.text) is not None
    )


def _end_stands_elsewhere(c: Candidate) -> bool:
    unfinished = (not c.strong or c.text.rstrip().endswith(("-", "–"))) and _is_unfinished(c.text)
    if unfinished or c.strong:
        return unfinished
    if c.stands == "frame_right" and has_more_cells_in_its_row(c.place, c.hit, c.sheet, c.context):
        return True
    return not c.cut and not _ends_firm(c.text) and may_go_on(c.place, c.hit, c.sheet, c.context)


def _ends_firm(text: str) -> bool:
    """True for a name that ends with its legal form, as a firm's name does."""
    return names_a_firm(" ".join(text.split()[-2:])) and not re.search(r"(?:&|\bet|\bund|\band) \S+$", text)


def _is_unfinished(text: str) -> bool:
    """True for a text that ends as no name does: "Martin & Fils société à", "L'Étoile du Nord –"."""
    last = text.split()[-1:] or [""]
    if text.count("«") > text.count("»") or text.count("(") > text.count(")"):
        return True
    return text.rstrip().endswith(("-", "–", "&", "+ ", "/", ",", "(")) or (
        (last[0].islower() or (len(last[0]) > 1 and last[0].isupper() and text.isupper()))
        and fold(last[0]) in STOP
    )


def _is_cut_off(c: Candidate) -> bool:
    whole = c.proven and c.definition.type != "email"  # a domain's end proves nothing
    return not whole and is_cut_off(c.place, c.sheet)


def _is_printed_over(c: Candidate) -> bool:
    """True where words stand over each other, among the value's own or over its last one: which are whose
    cannot be told."""
    words = c.place.words
    if not c.drawn or words[0].confidence is not None:
        return False
    own = {id(w) for w in words}
    others = (w for s in c.sheet.segments for w in s.words if id(w) not in own)
    return any(_over(a, b) for a, b in pairwise(words)) or any(_over(words[-1], w) for w in others)


def _over(a: Word, b: Word) -> bool:
    (left, top, right, bottom), other = a.box, b.box
    level = min(other[3], bottom) - max(other[1], top) > 0.6 * (bottom - top)
    return level and other[0] < right - _OVER and left + _OVER < other[2]


def _has_a_rare_domain(c: Candidate) -> bool:
    if c.definition.type != "email" or not c.drawn:
        return False
    return str(c.result.value).rpartition(".")[2].lower() not in vocabulary().domain_ends


def _set_in_two_sizes(c: Candidate) -> bool:
    """True for words of clearly different sizes: one of them is the form's own print."""
    sizes = [w.size for w in c.place.words if w.confidence is None and w.size]
    return not c.strong and bool(sizes) and max(sizes) - min(sizes) > 0.9


def _begins_with_its_label(c: Candidate) -> bool:
    """True for a value that starts with words of its own label: perhaps the label in another language."""
    if c.stands == "inline" or c.strong:
        return False
    exact = index_of(c.context.form.fields).exact
    tokens = words_of(c.text)
    fewest = 1 if c.stands == "below" else 2
    starts = (" ".join(tokens[:n]) for n in range(fewest, min(len(tokens), 8)))
    return any(c.definition.id in exact.get(start, ()) for start in starts)


def _has_an_email_in_it(c: Candidate) -> bool:
    lines = c.is_firm or c.definition.type == "text"
    return lines and re.search(r"\S@\S+\.\w", c.text) is not None


_VERSION = re.compile(r"(?:v|version|release)?\s*\d+(?:[.-]\d+)+\S*(?:\s\S{1,4})?|v\.?\s?\d+", re.I)


def _is_another_field_s(c: Candidate) -> bool:
    """True for a version where the software's name is asked for, and for a version whose beginning was taken
    for the label's end ("VERSION DU LOGICIEL 7.4 build")."""
    if c.definition.id == "nom_logiciel":
        return _VERSION.fullmatch(c.text.strip()) is not None
    label = without_brackets(c.hit.label)
    return (
        c.definition.id == "version_logiciel"
        and c.stands == "inline"
        and re.search(r"\d\.\d", label) is not None
    )


def _is_a_list_s(c: Candidate) -> bool:
    """True for the choices of some field of the form and nothing else, where none is asked for."""
    if c.strong or c.definition.type in ("choice", "choices"):
        return False
    choices = choices_in_words(c.context.form)
    said = [words_of(piece) for piece in re.split(r"[/|,\n]", c.text)]
    return all(words in choices for words in said if words)


def _is_one_row_s(c: Candidate) -> bool:
    if c.definition.type != "int" or c.stands not in UNDER:
        return False
    under = union(w.box for w in c.place.words)
    return under is not None and in_table_body(c.hit.segment, under, c.sheet, c.context.labels)


def _is_one_column_s(c: Candidate) -> bool:
    return c.stands == "frame_right" and is_one_of_several(c.place, c.hit, c.definition, c.sheet, c.context)


_DOUBTS: tuple[_Doubt, ...] = (
    _Doubt(0.75, _is_odd),
    _Doubt(0.88, _is_unproven_below),
    _Doubt(0.97, _is_open_below),
    _Doubt(0.88, lambda c: _is_open_below(c) and not _is_usual_below(c)),
    _Doubt(0.85, _begins_further_up),
    # Set otherwise than values are, or further up: perhaps the form's own words over a line left empty.
    _Doubt(0.85, lambda c: c.stands == "above" and not c.place.closed and not c.proven),
    _Doubt(0.8, lambda c: c.stands == "inline" and not c.place.closed and not c.proven),
    _Doubt(0.88, _is_open_in_cell),
    _Doubt(0.85, lambda c: c.ambiguous or _begins_with_its_label(c)),
    _Doubt(0.8, lambda c: not c.strong and _first_line_is_the_label_s(c)),
    _Doubt(0.8, lambda c: not c.strong and _label_goes_on(c)),
    # A question that the form asks, and its answer.
    _Doubt(0.8, lambda c: not c.strong and re.search(r"\?\s+\S", c.text) is not None),
    # The end of a note that began before: "(p. ex. B / 123456)".
    _Doubt(0.8, lambda c: c.text.count(")") > c.text.count("(")),
    _Doubt(0.88, _is_half_a_name),
    _Doubt(0.8, _is_no_name),
    _Doubt(0.88, _joins_lines),
    _Doubt(0.8, lambda c: not c.strong and not c.is_a_choice and _explains(c)),
    # Something else is listed as well, or the form's own choices, of which one is to be struck out.
    _Doubt(0.8, lambda c: c.definition.type == "choices" and (not c.result.certain or _may_be_printed(c))),
    _Doubt(0.8, _end_stands_elsewhere, "its end may stand on another line"),
    _Doubt(0.8, _is_cut_off, "reaches the edge of its box: perhaps cut off"),
    _Doubt(0.8, _is_printed_over, "other words are printed over it"),
    _Doubt(0.88, _has_a_rare_domain, "its domain ends as few do: perhaps cut off"),
    _Doubt(0.8, _set_in_two_sizes),
    _Doubt(0.7, _has_an_email_in_it),
    _Doubt(
        0.8,
        lambda c: c.definition.type == "int" and is_in_one_of_many_boxes(c.place, c.sheet),
        "one digit of several, perhaps: its box is one of a row",
    ),
    _Doubt(0.8, _is_one_column_s, "one of several in its row: the head of its column says whose"),
    _Doubt(0.8, _is_another_field_s),
    _Doubt(0.8, _is_a_list_s, "the words of a choice"),
    # Too little to cast doubt on a total that is printed.
    _Doubt(0.5, _is_one_row_s, "the number of one row of a table"),
)
