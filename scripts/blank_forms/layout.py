"""What a blank prints and in which order: the layout's TOML joined with the form's definition.

Labels, choices and clauses come from the definition in force, so that blank and reader cannot drift
apart; the layout adds what only the printed form has (introduction, sections, hints, notes).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parsers.forms import load_forms
from parsers.types import FieldDef, FormDef

KINDS = ("formulaire_1", "formulaire_2", "formulaire_3", "formulaire_4", "nda", "bon_de_livraison")
DEFAULT_ROWS = 8
_COLUMN_WEIGHTS = {"person": 3.0, "code_prestataire": 1.7, "int": 1.0}


@dataclass(frozen=True)
class Common:
    """What all blanks print alike."""

    parties: tuple[str, ...]
    texts: Mapping[str, str]
    placeholders: Mapping[str, str]


@dataclass(frozen=True)
class Entry:
    """A field as the blank prints it."""

    field: FieldDef
    label: str
    hint: str
    starred: bool
    rows: int = 0

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """(value, printed text) of each choice."""
        return tuple((choice, choice_label(self.field, choice)) for choice in self.field.choices)

    @property
    def multiline(self) -> bool:
        """An address takes several lines."""
        return self.field.id == "adresse"

    @property
    def column_shares(self) -> tuple[float, ...]:
        """How the columns of a table share its width: names need more of it than numbers."""
        weights = [_COLUMN_WEIGHTS.get(column.type, 2.0) for column in self.field.columns]
        return tuple(weight / sum(weights) for weight in weights)


@dataclass(frozen=True)
class Section:
    heading: str
    note: str
    entries: tuple[Entry, ...]
    after: str


@dataclass(frozen=True)
class SignatureBlock:
    """Who signs, with the fields (or lines merely printed) that stand above the signature."""

    role: str
    title: str
    entries: tuple[Entry, ...]
    printed: tuple[str, ...]

    @property
    def field_name(self) -> str:
        return f"signature_{self.role}"


@dataclass(frozen=True)
class Layout:
    form: FormDef
    common: Common
    number: str
    title: str
    intro: str
    sections: tuple[Section, ...]
    clauses: tuple[tuple[str, str], ...]
    signatures: tuple[SignatureBlock, ...]
    attachments: tuple[str, ...]
    criteria: tuple[str, ...]
    data_protection: str

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every field of the form, in printed order."""
        groups = [*(part.entries for part in self.sections), *(part.entries for part in self.signatures)]
        return tuple(entry for group in groups for entry in group)


def load_layout(kind: str, source: Path) -> Layout:
    """The layout of one form. ValueError when it prints a field twice, not at all, or an unknown one."""
    raw = tomllib.loads((source / f"{kind}.toml").read_text(encoding="utf-8"))
    shared = tomllib.loads((source / "common.toml").read_text(encoding="utf-8"))
    form = load_forms().for_kind(kind)
    if form is None:
        raise ValueError(f"no form definition of kind {kind}")
    # Where the section itself says who fills it in, its fields need not say it again.
    said = {name for block in raw["sections"] if block.get("note") for name in block["fields"]}
    entries = {field.id: _entry(field, raw, shared, condition=field.id not in said) for field in form.fields}

    printed = [name for block in (*raw["sections"], *raw["signatures"]) for name in block.get("fields", ())]
    if sorted(printed) != sorted(entries):
        raise ValueError(f"{kind}: the layout prints {sorted(printed)}, the form has {sorted(entries)}")

    texts = {name: spaced(value) for name, value in shared.items() if isinstance(value, str)}
    return Layout(
        form=form,
        common=Common(tuple(shared["parties"]), texts, shared["placeholders"]),
        number=spaced(raw["number"]),
        title=spaced(form.titles["fr"][0]),
        intro=spaced(raw["intro"]),
        sections=tuple(_section(block, entries) for block in raw["sections"]),
        clauses=tuple(_clause(text) for text in form.clauses) if raw.get("clauses") else (),
        signatures=tuple(_signature(block, form, entries) for block in raw["signatures"]),
        attachments=tuple(map(spaced, raw.get("attachments", ()))),
        criteria=tuple(map(spaced, raw.get("criteria", ()))),
        data_protection=texts["data_protection"] if raw.get("data_protection", True) else "",
    )


def _entry(field: FieldDef, raw: Mapping[str, Any], shared: Mapping[str, Any], condition: bool) -> Entry:
    hint = raw.get("hints", {}).get(field.id) or shared["hints"].get(field.type, "")
    who = shared["required"].get(field.required, "") if condition else ""
    return Entry(
        field=field,
        label=label(field),
        hint=spaced(" ; ".join(part for part in (hint, who) if part)),
        starred=field.required != "never",
        rows=raw.get("rows", {}).get(field.id, DEFAULT_ROWS) if field.type == "table" else 0,
    )


def _section(block: Mapping[str, Any], entries: Mapping[str, Entry]) -> Section:
    return Section(
        heading=spaced(block["heading"]),
        note=spaced(block.get("note", "")),
        entries=tuple(entries[name] for name in block["fields"]),
        after=spaced(block.get("after", "")),
    )


def _signature(block: Mapping[str, Any], form: FormDef, entries: Mapping[str, Entry]) -> SignatureBlock:
    role = block["role"]
    labels = form.signature_labels[role]["fr"]
    # Two parties side by side are named as such: « Pour l'Industriel », « Pour l'Agence eSanté ».
    named = [text for text in labels if text.startswith("Pour ")]
    title = named[0] if form.kind == "nda" and named else labels[0]
    return SignatureBlock(
        role=role,
        title=spaced(title),
        entries=tuple(entries[name] for name in block.get("fields", ())),
        printed=tuple(block.get("printed", ())),
    )


def _clause(text: str) -> tuple[str, str]:
    heading, _, body = text.partition("\n")
    return spaced(heading), spaced(body)


def label(field: FieldDef) -> str:
    """The first French label, which is the one our blank prints."""
    return spaced(field.labels["fr"][0])


def choice_label(field: FieldDef, choice: str) -> str:
    return spaced(field.choice_labels[choice]["fr"][0])


def spaced(text: str) -> str:
    """French punctuation kept on the line of its word by no-break spaces."""
    for mark in ":;?!»":
        text = text.replace(f" {mark}", f"\u00a0{mark}")
    return text.replace("« ", "«\u00a0")
