"""Printed labels and the values beside, below or in the box next to them -> claims."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from parsers.agency import begins_with_agency
from parsers.claims import Claim
from parsers.concepts import understood
from parsers.countries import country_code
from parsers.dates import is_a_month
from parsers.firms import names_a_firm
from parsers.folding import fold, words_of
from parsers.labels.index import STOP, index_of
from parsers.labels.line import LabelHit
from parsers.layout.sheet import Sheet, may_come_again, union
from parsers.no_value import without_samples
from parsers.printed.above import goes_upward, leave_doubtful
from parsers.printed.blank import read_context
from parsers.printed.context import Context, Found, Place, look_of
from parsers.printed.evidence import (
    PLACE_DOUBT,
    PLACE_WORDS,
    cut_name,
    is_cut_off,
    is_plausible,
    read_doubt,
    source_of,
)
from parsers.printed.further_lines import may_go_on, with_town
from parsers.printed.name_pairs import name_pair, pair_claims
from parsers.printed.places import places_of
from parsers.remembered import Remembered
from parsers.table_bodies import in_table_body
from parsers.types import FieldDef, FormDef
from parsers.values import ValueResult, parse_value
from parsers.vocabulary import vocabulary

_STRONG = frozenset(
    {"matricule", "iban", "vat", "email", "date", "rcs", "code_prestataire", "country", "int"}
)
_UNFINISHED = frozenset({"des", "du", "de", "der", "of", "the", "la", "les", "le"})
"""Words with which no label ends."""
_SHAPED = _STRONG | {"ehealth_id"}
_LAST_LINE = re.compile(r"[a-zà-ÿ]|(?:[A-Z]{1,2}-)?\d{4,5}(?:-\d{3})? [^\W\d_]")
"""How a name's or an address's last line begins, not its first."""
_UNDER: frozenset[Place] = frozenset({"frame_below", "below", "cell_below"})
_ONE_ROW = 0.5
"""How sure a single row's number is to be the total: too little to cast doubt on one that is printed."""
_WHOLE_NAMES = frozenset({"signataire", "responsable", "contact_technique"})
_LINES = frozenset({"text", "company", "company_or_person"})


def claims_from_print(
    context: Context, closed_fields: frozenset[str], email: str, told: frozenset[str] = frozenset()
) -> list[Claim]:
    """Claims for all printed labels but those of fields that are `told` already. `closed_fields` have a form
    field of their own that is empty: only what was added on top (typed over, by hand) can fill them.
    """
    claims: list[Claim] = []
    for hit, sheet in _asked(context):
        claims += _claims_of_hit(hit, sheet, context, closed_fields, email, told)
    return claims


def context_of(sheets: Sequence[Sheet], form: FormDef) -> Context:
    """What the form prints, where it puts its values and how it sets them; of a known blank it is known.

    Nobody changes it: it may be a known blank's.
    """
    return _CONTEXTS.of(
        (form, *sheets), lambda: _learned(read_context(sheets, form)), keep=may_come_again(sheets)
    )


_CONTEXTS: Remembered[Context] = Remembered(12)


def _learned(context: Context) -> Context:
    """The context with where this form puts its values, once, before they are claimed."""
    for hit, sheet in _asked(context):
        _vote(hit, sheet, context)
    context.upward = goes_upward(_asked(context), context)
    if context.upward:
        leave_doubtful(context)
    return context


def _asked(context: Context) -> list[tuple[LabelHit, Sheet]]:
    """The labels that ask the Industriel."""
    return [
        (hit, sheet)
        for sheet in context.sheets
        for hit in context.hits[sheet.number]
        if id(hit.segment) not in context.aes
    ]


def _vote(hit: LabelHit, sheet: Sheet, context: Context) -> None:
    """Values that prove themselves (an IBAN, a date) show where this form puts its values."""
    definition = context.form.field(hit.fields[0])
    if definition is None or definition.type not in _STRONG or hit.strength == "weak":
        return
    for place in places_of(hit, sheet, context):
        if parse_value(definition.type, place.text, definition).certain:
            context.places[place.place] += 1
            if place.place == "below":
                context.gaps.append(_gap(hit, place))
            if place.words:
                context.looks[look_of(place.words[0].size, place.words[0].bold)] += 1
            return


def _claims_of_hit(
    hit: LabelHit,
    sheet: Sheet,
    context: Context,
    closed_fields: frozenset[str],
    email: str,
    told: frozenset[str],
) -> list[Claim]:
    fields = [f for i in hit.fields if (f := context.form.field(i)) is not None]
    fields = [f for f in fields if f.type not in ("bool", "choices", "table")]
    if not fields:
        return []
    pair = name_pair(hit, fields, context)
    if told.issuperset(f.id for f in pair or fields[:1]):
        return []
    found = list(places_of(hit, sheet, context))
    if pair:
        return pair_claims(hit, pair, found, context, closed_fields, email)
    definition = fields[0]
    for place in found:
        if definition.id in closed_fields and not all(
            w.origin != "page" or w.handwritten for w in place.words
        ):
            continue
        if definition.id == "adresse":
            place = with_town(hit, place, sheet, context)
        claim = _claim(hit, definition, place, context, sheet, ambiguous=len(fields) > 1)
        if claim is not None:
            return [claim]
    return []


def _claim(
    hit: LabelHit, definition: FieldDef, place: Found, context: Context, sheet: Sheet, ambiguous: bool
) -> Claim | None:
    if not place.words:
        return None
    strong = definition.type in _STRONG
    text = without_samples(_with_lead(hit, place))
    if not strong and text != place.text:
        return None  # the words before an example are a label's
    if not text or _is_own_edition(definition, place, hit):
        return None
    cut = ""
    if definition.type in ("company", "company_or_person", "person"):
        text, cut = cut_name(text)
    result = parse_value(definition.type, text, definition)
    if result.problem == "malformed" and "\n" in text and not _one_address(definition, text):
        first = parse_value(definition.type, text.split("\n", 1)[0], definition)
        if first.problem != "malformed":
            result, text = first, text.split("\n", 1)[0]
    if "\n" in text and definition.type in _SHAPED and not result.certain:
        result, text = _proven_line(definition, text, result)
    if result.value is None:
        return None
    if place.place in _UNDER and definition.id != "version_logiciel" and not strong and _is_a_number(text):
        return None  # the next row's number
    if result.problem == "malformed":
        # Something else stands there: only a closed place makes it this field's (wrong) value.
        kept = (
            place.place in ("inline", "frame_right", "frame_below")
            and hit.strength == "exact"
            and place.closed
        )
        if not kept or not re.search(r"\d|@", text) or len(text) > 60:
            return None
    if definition.type in ("company", "company_or_person", "person") and begins_with_agency(text):
        return None  # the other party
    if definition.type == "choice" and _lists_others(str(result.value), definition, hit, place, sheet):
        return None
    if not strong and not is_plausible(definition, hit, place, text, context):
        return None
    sure = {"exact": 0.985, "fuzzy": 0.965, "weak": 0.85}[hit.strength]
    sure -= PLACE_DOUBT[place.place] if context.places[place.place] < 2 else 0.01
    evidence = [f"label “{hit.label.rstrip(' :*')}”", PLACE_WORDS[place.place]]
    if result.certain and strong:
        sure = max(sure, 0.975 if hit.strength != "weak" else 0.93)
        shaped = definition.type in ("iban", "email") or str(result.value)[:2].isalpha()
        if hit.score >= 0.7 and definition.type in ("iban", "vat", "email") and shaped:
            sure = max(sure, 0.955)  # nothing else on a form looks like it
    elif result.problem == "malformed" or (
        not result.problem
        and result.note
        and place.place not in ("inline", "right", "frame_right")
        and not (place.place != "below" and context.places[place.place] >= 2)
    ):
        sure = min(sure, 0.75)
    elif strong and not result.problem and place.place in ("below", "cell_below") and not place.closed:
        sure = min(sure, 0.88)  # of the type perhaps, but nothing proves it
    elif not strong and place.place == "below" and not place.closed:
        usual = sum(abs(_gap(hit, place) - gap) < 2.5 for gap in context.gaps) >= 2
        known = context.places["below"] >= 2 and (usual or _own_look(hit, context))
        sure = min(sure, 0.97 if known else 0.88)
    if strong and not result.certain and place.place in _UNDER and context.places[place.place] < 2:
        sure = min(sure, 0.88)  # nothing proves it, nor that this form writes there
    several = definition.id == "adresse" or definition.type in ("company", "company_or_person")
    if several and place.place in ("above", "below") and _LAST_LINE.match(text):
        sure = min(sure, 0.85)  # what it begins with stands further up
    if not place.closed and place.place == "inline" and not (strong and result.certain):
        sure = min(sure, 0.8)
    if place.place == "in_cell" and not place.closed and not strong and not context.places["in_cell"]:
        sure = min(sure, 0.88)
    if ambiguous or _begins_with_label(text, definition, place, context):
        sure = min(sure, 0.85)
    *tops, _ = text.split("\n")
    if not strong and tops and (understood(words_of(tops[0])) or any(line.endswith(":") for line in tops)):
        sure = min(sure, 0.8)  # the first line may be the rest of the label
    if not strong and (text.rstrip().endswith(":") or hit.label.rstrip().endswith(("/", "|", "–", "-"))):
        sure = min(sure, 0.8)  # the label goes on
    if not strong and re.search(r"\?\s+\S", text):
        sure = min(sure, 0.8)  # a question that the form asks, and its answer
    if text.count(")") > text.count("("):
        sure = min(sure, 0.8)  # the end of a note that began before: "(p. ex. B / 123456)"
    if definition.id in _WHOLE_NAMES and place.place in ("right", "inline") and " " not in str(result.value):
        sure = min(sure, 0.9)  # a whole name is asked for: the other half may stand on another line
    if definition.type == "person" and (re.search(r"[/()*:]", text) or understood(words_of(text))):
        sure = min(sure, 0.8)  # no name, perhaps what somebody is
    if not strong and fold(hit.label.split()[-1]) in _UNFINISHED:
        sure = min(sure, 0.8)  # "Nachname des": whose, stands on another line
    drawn = not sheet.flow and place.words[0].origin == "page"  # elsewhere whoever wrote it ended the line
    if definition.id == "adresse" and drawn and _joins_in_doubt(text):
        sure = min(sure, 0.9)
    if not strong and text[:1].islower() and understood(words_of(text)):
        sure = min(sure, 0.8)  # words of labels only: an explanation, perhaps
    if not strong and re.match(r"(?:Name|Nom) (?:der|des|du|de|of)\b", text):
        sure = min(sure, 0.8)  # the label in another language, cut short
    goes_on = not cut and not _ends_firm(text) and may_go_on(place, hit, sheet, context)
    unfinished = (not strong or text.rstrip().endswith(("-", "–"))) and _is_unfinished(text)
    if unfinished or (not strong and goes_on):
        sure = min(sure, 0.8)
        evidence.append("its end may stand on another line")
    ends = strong and result.certain and definition.type != "email"  # a domain's end proves nothing
    if not ends and is_cut_off(place, sheet):
        sure = min(sure, 0.8)
        evidence.append("reaches the edge of its box: perhaps cut off")
    if definition.type == "email" and drawn and _domain_end(result.value) not in vocabulary().domain_ends:
        sure = min(sure, 0.9)
        evidence.append("its domain ends as few do: perhaps cut off")
    one_name = re.fullmatch(r"(?:.*_)?(?:pre)?nom", definition.id) is not None
    if definition.type == "person" and one_name and "," in str(result.value):
        sure = min(sure, 0.8)  # both names, where the label asks for one
    if not strong and _set_in_two_sizes(place):
        sure = min(sure, 0.8)
    if definition.type in _LINES and re.search(r"\S@\S+\.\w", text):
        sure = min(sure, 0.7)  # an e-mail address ran into it
    if definition.type == "int" and _in_one_of_many_boxes(place, sheet):
        sure = min(sure, 0.8)
        evidence.append("one digit of several, perhaps: its box is one of a row")
    if definition.type == "int" and place.place in _UNDER:
        under = union(w.box for w in place.words)
        if under and in_table_body(hit.segment, under, sheet, context.labels):
            sure = min(sure, _ONE_ROW)
            evidence.append("the number of one row of a table")
    if cut:
        sure -= 0.01
    source = source_of(place, sheet)
    sure, notes = read_doubt(sure, place.words, result)
    evidence += notes
    if result.note:
        evidence.append(result.note)
    rank = 2 if hit.strength != "weak" else 1
    return Claim(
        definition.id,
        result.value,
        text,
        round(sure, 3),
        source,
        rank,
        hit.segment.page,
        union(w.box for w in place.words),
        tuple(evidence),
        result.certain,
    )


_ONE_DIGIT_S_BOX = 24.0
"""Points of a box for one character at most."""


def _in_one_of_many_boxes(place: Found, sheet: Sheet) -> bool:
    """True for a digit in a narrow box that another one of its size touches: a box for each digit."""
    if len(place.text.strip()) != 1 or not place.words:
        return False
    left, top, right, bottom = place.words[0].box
    own = [
        f
        for f in sheet.frames
        if f[0] - 1 <= left and right <= f[2] + 1 and f[1] - 2 <= top + 2 and bottom - 2 <= f[3] + 2
    ]
    return any(
        f[2] - f[0] < _ONE_DIGIT_S_BOX
        and any(
            abs(o[1] - f[1]) < 2
            and abs((o[2] - o[0]) - (f[2] - f[0])) < 2
            and (abs(o[0] - f[2]) < 3 or abs(o[2] - f[0]) < 3)
            for o in sheet.frames
        )
        for f in own
    )


def _with_lead(hit: LabelHit, place: Found) -> str:
    """The place's text, with the label's last word where that leads to an example ("Matricule ex. 2014")."""
    lead = hit.segment.words[hit.end - 1].text
    if place.place != "inline" or without_samples(f"{lead} 1"):
        return place.text
    return f"{lead} {place.text}"


def _is_own_edition(definition: FieldDef, place: Found, hit: LabelHit) -> bool:
    """True for "Version 1.2 – mai 2025" outside every box: the edition of the form and its month."""
    if definition.id != "version_logiciel" or place.place != "inline" or hit.segment.frame is not None:
        return False
    dated = re.search(r"\d\s*(?:[–—,/|(-]|\bdu\b|\bvom\b|\bof\b)\s*(.+)$", place.text)
    return dated is not None and is_a_month(dated[1].strip(" ()"))


def _is_a_number(text: str) -> bool:
    return re.fullmatch(r"\d{1,2}[.)]?", text.strip()) is not None


def _proven_line(definition: FieldDef, text: str, result: ValueResult) -> tuple[ValueResult, str]:
    """The one line of several that is of the field's type where no other has a digit: those explain."""
    lines = [line for line in text.split("\n") if re.search(r"\d|@", line)]
    if len(lines) != 1:
        return result, text
    alone = parse_value(definition.type, lines[0], definition)
    return (alone, lines[0]) if alone.problem is None else (result, text)


def _joins_in_doubt(text: str) -> bool:
    """True for an address with a line's end that may be the cell's as well as the street's or the name's."""
    lines = [line.strip() for line in text.split("\n")]
    return any(
        not before.endswith(",")
        and not re.match(r"(?:[A-Z]{1,2}[- ]?)?\d{4,5}\b", after)
        and not country_code(after)
        for before, after in pairwise(lines)
    )


def _ends_firm(text: str) -> bool:
    """True for a name that ends with its legal form, as a firm's name does."""
    return names_a_firm(" ".join(text.split()[-2:])) and not re.search(r"(?:&|\bet|\bund|\band) \S+$", text)


def _domain_end(value: object) -> str:
    return str(value).rpartition(".")[2].lower()


def _is_unfinished(text: str) -> bool:
    """True for a text that ends as no name does: "Martin & Fils société à", "L'Étoile du Nord –"."""
    last = text.split()[-1:] or [""]
    if text.count("«") > text.count("»") or text.count("(") > text.count(")"):
        return True
    return text.rstrip().endswith(("-", "–", "&", "+ ", "/", ",", "(")) or (
        (last[0].islower() or (len(last[0]) > 1 and last[0].isupper() and text.isupper()))
        and fold(last[0]) in STOP
    )


def _one_address(definition: FieldDef, text: str) -> bool:
    """True for an e-mail address with a line below that may be its end."""
    return definition.type == "email" and " " not in text.strip()


def _set_in_two_sizes(place: Found) -> bool:
    """True for words of clearly different sizes: one of them is the form's own print."""
    sizes = [w.size for w in place.words if w.confidence is None and w.size]
    return bool(sizes) and max(sizes) - min(sizes) > 0.9


def _begins_with_label(text: str, definition: FieldDef, place: Found, context: Context) -> bool:
    """True for a value that starts with words of its own label: perhaps the label in another language."""
    if place.place == "inline" or definition.type in _STRONG:
        return False
    exact = index_of(context.form.fields).exact
    tokens = words_of(text)
    fewest = 1 if place.place == "below" else 2
    starts = (" ".join(tokens[:n]) for n in range(fewest, min(len(tokens), 8)))
    return any(definition.id in exact.get(start, ()) for start in starts)


def _gap(hit: LabelHit, place: Found) -> float:
    """From a label's last line down to its value: a label that nobody knows stands further off."""
    last = hit.below[-1] if hit.below else hit.segment
    return min(w.box[1] for w in place.words) - last.box[3] if place.words else 999.0


def _own_look(hit: LabelHit, context: Context) -> bool:
    """True when values are set otherwise than labels, so that the one is not taken for the other."""
    return look_of(hit.segment.size, hit.segment.bold) not in context.looks


_COLUMN = 25.0
"""Points within which choices begin that are listed below each other."""


def _lists_others(value: str, definition: FieldDef, hit: LabelHit, place: Found, sheet: Sheet) -> bool:
    """True when other choices are printed beside: then a mark decides, not what stands first."""
    top, bottom = hit.segment.box[1] - 14, hit.segment.box[3] + 80
    left, line = place.words[0].box[0], place.words[0].box[1]
    others = {
        words_of(wording)
        for choice, by_language in definition.choice_labels.items()
        if choice != value
        for wordings in by_language.values()
        for wording in wordings
    }
    return any(
        words_of(s.text) in others
        for s in sheet.segments
        if top <= s.box[1] <= bottom
        and not s.entered
        and (sheet.flow or abs(s.box[0] - left) < _COLUMN or abs(s.box[1] - line) < _COLUMN / 2)
    )
