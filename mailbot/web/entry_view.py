"""An entry as its page shows it: documents with marked fields, earlier values, mails, findings, history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from pydantic import JsonValue

from mailbot.corrections import CORRECTED_BY
from mailbot.deeds import deeds
from mailbot.errors import MailbotError
from mailbot.rows import DocumentRow, DossierRow, EntryRow, HistoryRow, MailRow
from mailbot.web.app import Web
from mailbot.web.labels import choice_words, label_of
from mailbot.web.visit import Visit
from mailbot.web.words import KINDS
from parsers.types import Document, FieldDef, FieldValue, FormDef
from rules.names import compare_companies, compare_persons
from rules.names import words as name_words

# What the same thing is called in different documents.
_SAME = {
    "denomination_sociale": "denomination",
    "matricule_mysecu": "matricule",
    "code_prestataire_client": "code_prestataire_client",
}
_NOT_COMPARED = frozenset(
    {"date_signature", "signataire", "date_tests", "type_demande", "reference_transaction"}
)
_OF_ONE_CASE = frozenset(
    {"nom_logiciel", "version_logiciel", "mode_integration", "services", "type_client", "nom_client"}
    | {"code_prestataire_client", "nombre_postes", "prestataires", "responsable"}
    | {"date_raccordement", "date_livraison"}
)
_BELIEVED = ("demand", "mismatch")


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same field elsewhere in the dossier: a value, and all the places that have it."""

    where: tuple[str, ...]
    value: str
    same: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A line of the table of fields. `value` None: not in the document. `reasons`: the evidence in words."""

    id: str
    label: str
    value: str | None
    raw: str
    claim: FieldValue | None
    mark: str
    found: tuple[str, ...]
    evidence: tuple[str, ...]
    earlier: tuple[Earlier, ...]
    definition: FieldDef | None
    reasons: tuple[str, ...] = ()

    @property
    def corrected_by(self) -> str:
        """Who said that this is the value; empty when the readers did."""
        said = next((e for e in self.evidence if e.startswith(CORRECTED_BY)), "")
        return said.removeprefix(CORRECTED_BY)

    @property
    def doubtful(self) -> bool:
        return self.mark in ("unsure", "failed", "missing") or any(not e.same for e in self.earlier)


@dataclass(frozen=True, slots=True)
class Shown:
    """A document of the entry, with where its bytes are."""

    number: int
    row: DocumentRow
    mail: MailRow
    fields: tuple[Field, ...]

    @property
    def document(self) -> Document:
        return self.row.document


class EntryView:
    def __init__(self, web: Web, visit: Visit, entry: EntryRow) -> None:
        self._web = web
        self._visit = visit
        self.entry = entry
        store = web.store
        self.dossier: DossierRow | None = store.dossier(entry.dossier_id) if entry.dossier_id else None
        ids = [int(i) for i in entry.facts.get("mails") or ([entry.mail_id] if entry.mail_id else [])]
        self.mails = [store.mail(mail_id) for mail_id in ids]
        rows = [(row, mail) for mail in self.mails for row in store.documents_of_mail(mail.id)]
        if not rows or "manual_task" in entry.codes:
            known = {row.id for row, _ in rows}
            rows += [(row, mail) for row, mail in self._of_the_case() if row.id not in known]
        self._rows = rows

    def _of_the_case(self) -> Iterator[tuple[DocumentRow, MailRow]]:
        """A task stands on everything that the case has, the documents that came earlier included."""
        case = (
            next((c for c in self.dossier.dossier.cases if c.name == self.entry.case), None)
            if self.dossier
            else None
        )
        for exhibit in case.exhibits if case else ():
            try:
                yield self._web.store.document(exhibit.id), self._web.store.mail(exhibit.mail_id)
            except MailbotError:
                continue  # entered another way, or read afresh meanwhile

    def __len__(self) -> int:
        return len(self._rows)

    def strip(self) -> list[tuple[int, Document]]:
        return [(n, row.document) for n, (row, _) in enumerate(self._rows, start=1)]

    def first_interesting(self) -> int:
        """The document to show first: one that a finding names, else a form, else the first."""
        kinds = {f.get("document") for f in self.entry.findings}
        for wanted in (lambda d: d.kind in kinds, lambda d: d.fields, lambda d: True):
            for number, document in self.strip():
                if wanted(document):
                    return number
        return 0

    def shown(self, number: int) -> Shown | None:
        if not 1 <= number <= len(self._rows):
            return None
        row, mail = self._rows[number - 1]
        return Shown(number, row, mail, tuple(self._fields(row)))

    def history(self) -> list[HistoryRow]:
        return deeds(self._web.store.history(entry_id=self.entry.id))

    def reasons(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """Every exception with what was found for it; its own sentence where nothing else says it."""
        left = [f for f in self.entry.findings if f.get("message")]
        found = []
        for code, message in zip_longest(self.entry.codes, self.entry.messages, fillvalue=""):
            said = [f for f in left if f["message"] in message]
            left = [f for f in left if f not in said]
            found.append((code, said or [{"message": message, "severity": "note"}]))
        return [*found, *([("", left)] if left else [])]

    def _fields(self, row: DocumentRow) -> Iterator[Field]:
        document = row.document
        form: FormDef | None = self._web.service.policy.forms.for_kind(document.kind)
        definitions = {f.id: f for f in form.fields} if form else {}
        about = [f for f in self.entry.findings if self._concerns(f, document)]
        named = {str(f["field"]) for f in about if f.get("field")}
        order = [i for i in definitions if i in document.fields or i in named]
        order += [i for i in document.fields if i not in definitions]
        for field_id in order:
            definition, claim = definitions.get(field_id), document.fields.get(field_id)
            said = [f for f in about if f.get("field") == field_id]
            value = (
                None if claim is None or claim.value in (None, "") else self.words_of(claim.value, definition)
            )
            earlier = () if value is None else _grouped(self._earlier(row, field_id, claim, definition))
            yield Field(
                field_id,
                label_of(field_id, definition, self._visit.language),
                value,
                claim.raw or "" if claim else "",
                claim,
                self._mark(claim, said, value),
                tuple(self._visit.say_finding(f.get("message", "")) for f in said),
                claim.evidence if claim else (),
                earlier,
                definition,
                tuple(self._visit.say_evidence(said) for said in claim.evidence) if claim else (),
            )

    @staticmethod
    def _concerns(finding: dict[str, Any], document: Document) -> bool:
        if finding.get("file"):
            return bool(finding["file"] == document.file)
        return finding.get("document") in (None, document.kind)

    def _mark(self, claim: FieldValue | None, findings: list[dict[str, Any]], value: str | None) -> str:
        if value is None or claim is None:
            return "missing"
        if any(f.get("severity") in _BELIEVED for f in findings):
            return "failed"
        if any(said.startswith(CORRECTED_BY) for said in claim.evidence):
            return "person"
        unsure = claim.confidence < self._web.service.config.automation.min_confidence
        return "unsure" if unsure or any(f.get("severity") == "doubt" for f in findings) else "machine"

    def words_of(self, value: JsonValue, definition: FieldDef | None = None) -> str:
        """A value as people read it."""
        if value is True or value is False:
            return self._visit.say("oui") if value else self._visit.say("non")
        if isinstance(value, list):
            return ", ".join(self.words_of(v, definition) for v in value)
        if isinstance(value, dict):
            return " · ".join(str(v) for v in value.values() if v not in (None, ""))
        text = str(value)
        if definition is not None and text in definition.choice_labels:
            return choice_words(definition, text, self._visit.language)
        if definition is not None and definition.type == "date" and len(text) == 10:
            return f"{text[8:10]}/{text[5:7]}/{text[:4]}"
        return text

    def _earlier(
        self, row: DocumentRow, field_id: str, claim: FieldValue | None, definition: FieldDef | None
    ) -> Iterator[Earlier]:
        """The registered value, and that of every earlier document of the dossier."""
        if self.dossier is None or field_id in _NOT_COMPARED or claim is None:
            return
        mine = claim.value
        concept = _SAME.get(field_id, field_id)
        registered = self._registered(concept)
        if registered and row.document.kind != "formulaire_1":
            text = self.words_of(registered, definition)
            yield Earlier((self._visit.say("enregistré"),), text, _same(registered, mine, definition))
        for case in self.dossier.dossier.cases:
            # What is another software's or another client's may differ; only what agrees says something.
            own = concept not in _OF_ONE_CASE or case.name == self.entry.case
            for exhibit in case.exhibits:
                if exhibit.id == row.id or exhibit.mail_id > (row.mail_id or 0):
                    continue
                for other_id, other in exhibit.document.fields.items():
                    if _SAME.get(other_id, other_id) == concept and other.value not in (None, ""):
                        where = f"{self._visit.say(KINDS[exhibit.kind])}, {exhibit.received_at:%d/%m/%Y}"
                        same = _same(other.value, mine, definition)
                        if same or own:
                            yield Earlier((where,), self.words_of(other.value, definition), same)

    def _registered(self, concept: str) -> str:
        assert self.dossier is not None
        dossier = self.dossier.dossier
        if concept == "denomination":
            return dossier.name
        if concept == "code_prestataire":
            return dossier.code_prestataire
        return dossier.registered.get(concept, "")


def _grouped(earlier: Iterable[Earlier]) -> tuple[Earlier, ...]:
    """Equal values once, the registered one in front."""
    found: dict[tuple[bool, str], tuple[str, ...]] = {}
    for one in earlier:
        key = (one.same, "" if one.same else one.value)
        found[key] = (*found.get(key, ()), *one.where)
    return tuple(Earlier(where, value, same) for (same, value), where in found.items())


def _same(one: JsonValue, other: JsonValue, definition: FieldDef | None) -> bool:
    """Equal as criterion 5 compares names, and otherwise but for case, accents and punctuation."""
    kind = definition.type if definition is not None else "text"
    if kind == "company_or_person" and _comparable(one) != _comparable(other):
        return "equal" in (compare_companies(str(one), str(other)), compare_persons(str(one), str(other)))
    if kind == "company":
        return compare_companies(str(one), str(other)) == "equal"
    return _comparable(one) == _comparable(other)


def _comparable(value: JsonValue) -> str:
    if isinstance(value, list):
        return " ".join(sorted(_comparable(v) for v in value))
    return " ".join(name_words(str(value))) or str(value)


def is_scan(shown: Shown, page: int) -> bool:
    """Whether the readers looked at ink: then the boxes lie on the page as it was set straight."""
    return any(f.claim is not None and f.claim.page == page and f.claim.source == "ocr" for f in shown.fields)
