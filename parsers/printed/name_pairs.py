"""One label that asks for last and first name."""

from __future__ import annotations

import re

from parsers.agreements import cut_name
from parsers.claims import Claim
from parsers.folding import fold, words_of
from parsers.labels.line import LabelHit
from parsers.layout.sheet import union
from parsers.names import split_name
from parsers.no_value import is_absent
from parsers.printed.context import Context, Found
from parsers.printed.evidence import PLACE_DOUBT, PLACE_WORDS, is_plausible, read_doubt, source_of
from parsers.types import FieldDef
from parsers.values import ABSENT, parse_value
from parsers.vocabulary import vocabulary


def name_pair(hit: LabelHit, fields: list[FieldDef], context: Context) -> tuple[FieldDef, FieldDef] | None:
    """(last name's field, first name's field) when one label asks for both."""
    by_id = {f.id: f for f in context.form.fields}
    first = fields[0].id
    prefix = re.sub(r"(pre)?nom$", "", first)
    if first == prefix or fields[0].type != "person":
        return None
    last_field, first_field = by_id.get(prefix + "nom"), by_id.get(prefix + "prenom")
    if last_field is None or first_field is None:
        return None
    if {prefix + "nom", prefix + "prenom"} <= set(hit.fields):
        return last_field, first_field
    asked = any(
        first_field.id in other.fields for hits in context.hits.values() for other in hits if other is not hit
    )
    return None if asked or first.endswith("prenom") else (last_field, first_field)


def pair_claims(
    hit: LabelHit,
    pair: tuple[FieldDef, FieldDef],
    found: list[Found],
    context: Context,
    closed_fields: frozenset[str],
    email: str,
) -> list[Claim]:
    """Claims for both fields of the pair, or one doubtful claim for a single word."""
    last_field, first_field = pair
    for place in found:
        if not place.words or is_absent(place.text):
            continue
        if last_field.id in closed_fields and not all(w.origin != "page" for w in place.words):
            continue
        text, _ = cut_name(re.sub(r"(?<=\w)-\n(?=\w)", "-", place.text))
        result = parse_value("person", text, last_field)
        if result.value is None or result.problem == "malformed":
            continue
        if not is_plausible(last_field, hit, place, place.text, context):
            continue
        label = words_of(hit.label)
        first_words = {"prenom", "vorname", "first", "given"}
        last_words = {"nom", "name", "nachname", "last", "surname", "familienname"}
        first_at = next((i for i, w in enumerate(label) if w in first_words), 99)
        last_at = next(
            (i for i, w in enumerate(label) if w in last_words and label[i - 1 : i] != ("first",)), 99
        )
        split = split_name(text, last_at < first_at if first_at != 99 else False, email)
        sheet = next(s for s in context.sheets if s.number == hit.segment.page)
        base, notes = read_doubt(0.97 - PLACE_DOUBT[place.place], place.words, ABSENT)
        evidence = (f"label “{hit.label.rstrip(' :*')}”", PLACE_WORDS[place.place], *notes)
        box = union(w.box for w in place.words)
        if split is None:
            return [
                Claim(
                    last_field.id,
                    result.value,
                    text,
                    min(base, 0.6),
                    source_of(place, sheet),
                    2,
                    hit.segment.page,
                    box,
                    (*evidence, "one word for two names"),
                )
            ]
        sure = round(min(base, split.confidence), 3)
        if re.search(r"[/()*:]", text) or fold(hit.label.split()[-1]) in vocabulary().no_label_ends:
            sure = min(sure, 0.6)  # words of the label, perhaps, or the label goes on: "Nom de la / banque"
        if hit.strength == "weak":
            sure = min(sure, 0.8)
        return [
            Claim(
                f.id,
                value,
                text,
                sure,
                source_of(place, sheet),
                2,
                hit.segment.page,
                box,
                (*evidence, split.why),
            )
            for f, value in ((last_field, split.last), (first_field, split.first))
        ]
    return []
