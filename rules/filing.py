"""Filing: which case a document belongs to, and whether that case takes it now.

A document that comes too early is kept on its case and taken up when its turn comes; one whose step is
settled changes nothing. Source: process.md, « A mail with several forms ».
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from parsers.types import Kind
from rules.checks.uniqueness import client_key
from rules.enrolment_data import changed_fields
from rules.names import text_key, version_key
from rules.types import Case, CaseKind, Dossier, Exhibit
from rules.workflow import INITIAL, gate_step, holds_label

PROCESS_ORDER: Final[tuple[Kind, ...]] = (
    "formulaire_1",
    "nda",
    "formulaire_2",
    "formulaire_3",
    "preuve_tests",
    "formulaire_4",
    "bon_de_livraison",
)
FILED: Final = frozenset(PROCESS_ORDER)

Taken = Literal[
    "current",  # the case waits for it
    "early",  # kept until its turn comes
    "settled",  # the same was already accepted
    "again",  # the step is settled, and this one says something else
]


@dataclass(frozen=True, slots=True)
class Filed:
    """Where one document went."""

    exhibit: Exhibit
    case: Case
    taken: Taken


def in_process_order(exhibits: tuple[Exhibit, ...]) -> list[Exhibit]:
    """Exhibits in the order of the process, whatever their order in the mail."""
    rank = {kind: n for n, kind in enumerate(PROCESS_ORDER)}
    return sorted(exhibits, key=lambda e: rank.get(e.kind, len(rank)))


def file_exhibit(dossier: Dossier, exhibit: Exhibit) -> Filed:
    """The case for a document (a new one where there is none), with how it is taken. Changes nothing."""
    match exhibit.kind:
        case "formulaire_1" | "nda":
            return _on_enrolment(dossier, exhibit)
        case "formulaire_2":
            return _on_access(dossier, exhibit)
        case "formulaire_3" | "preuve_tests":
            return _on_labelling(dossier, exhibit)
        case _:
            return _on_connection(dossier, exhibit)


def attach(case: Case, exhibit: Exhibit) -> Case:
    """The case with the exhibit on it; one that a person corrected takes its own place again."""
    others = tuple(e for e in case.exhibits if not _is_same(e, exhibit))
    return case.model_copy(update={"exhibits": (*others, exhibit)})


def _is_same(one: Exhibit, other: Exhibit) -> bool:
    if one.id and other.id:
        return one.id == other.id
    a, b = one.document, other.document
    return one.mail_id == other.mail_id and (a.sha256, a.file, a.pages_of) == (b.sha256, b.file, b.pages_of)


def new_case(dossier: Dossier, kind: CaseKind, exhibit: Exhibit, **facts: str) -> Case:
    """The next case of that kind, opened by that document."""
    facts = {"opened_at": exhibit.received_at.isoformat(), **facts}
    number = max((c.number for c in dossier.of_kind(kind)), default=0) + 1
    return Case(kind=kind, number=number, state=INITIAL[kind], facts=dict(facts))


def awaits_complement(dossier: Dossier) -> Case | None:
    """The one case for which staff asked for a complement or for new tests: any document may be it."""
    asked = [c for c in dossier.of_kind("L") if c.state in ("complement_demande", "tests_echoues")]
    return asked[0] if len(asked) == 1 else None


def _again(case: Case, exhibit: Exhibit) -> Filed:
    """A document for a step that is settled: the same as before, or something else."""
    known = [e for e in case.exhibits if e.kind == exhibit.kind]
    same = any(
        e.document.sha256 == exhibit.document.sha256
        or (e.document.content_key and e.document.content_key == exhibit.document.content_key)
        for e in known
    )
    return Filed(exhibit, case, "settled" if same else "again")


def _on_enrolment(dossier: Dossier, exhibit: Exhibit) -> Filed:
    case = dossier.case("E") or new_case(dossier, "E", exhibit)
    if gate_step(case) == "E1":
        return Filed(exhibit, case, "current")
    if exhibit.kind == "formulaire_1":
        return Filed(exhibit, case, "again" if changed_fields(dossier, exhibit) else "settled")
    return _again(case, exhibit)


def _enrolled(dossier: Dossier) -> bool:
    case = dossier.case("E")
    return case is not None and case.state == "valide"


def _product(exhibit: Exhibit) -> tuple[dict[str, str], str, str]:
    """The product and version that a form names: as case facts, and as keys."""
    name, version = exhibit.value("nom_logiciel") or "", exhibit.value("version_logiciel") or ""
    facts = {
        "product": name,
        "version": version,
        "product_key": text_key(name),
        "version_key": version_key(version),
    }
    return {k: v for k, v in facts.items() if v}, text_key(name), version_key(version)


def _with_facts(case: Case, facts: dict[str, str]) -> Case:
    return case.model_copy(update={"facts": {**case.facts, **facts}})


def _on_access(dossier: Dossier, exhibit: Exhibit) -> Filed:
    facts, product, _ = _product(exhibit)
    if mode := exhibit.value("mode_integration"):
        facts["mode"] = mode
    cases = dossier.of_kind("L")
    same_product = [c for c in cases if not product or c.fact("product_key") in ("", product)]
    waiting = [c for c in same_product if gate_step(c) == "L1"]
    if waiting:
        taken: Taken = "current" if _enrolled(dossier) else "early"
        return Filed(exhibit, _with_facts(waiting[0], facts), taken)
    if same_product:
        return _again(same_product[-1], exhibit)
    return Filed(
        exhibit, new_case(dossier, "L", exhibit, **facts), "current" if _enrolled(dossier) else "early"
    )


def _on_labelling(dossier: Dossier, exhibit: Exhibit) -> Filed:
    facts, product, version = _product(exhibit)
    if mode := exhibit.value("mode_integration"):
        facts["mode"] = mode
    cases = dossier.of_kind("L")
    if exhibit.kind == "preuve_tests":
        return _proof(dossier, exhibit, cases)
    for case in _best_first(cases, product, version):
        if gate_step(case) == "L3":
            return Filed(exhibit, _with_facts(case, facts), "current")
        if _awaits_access(case):
            return Filed(exhibit, _with_facts(case, facts), "early")
        return _again(case, exhibit)
    had_access = [c for c in cases if c.fact("access_at")]
    if had_access:
        opened = new_case(dossier, "L", exhibit, access_at=had_access[-1].fact("access_at"), **facts)
        return Filed(exhibit, opened.model_copy(update={"state": "acces_configure"}), "current")
    return Filed(exhibit, new_case(dossier, "L", exhibit, **facts), "early")


def _awaits_access(case: Case) -> bool:
    return gate_step(case) == "L1" or case.state == "acces_a_configurer"


def _best_first(cases: tuple[Case, ...], product: str, version: str) -> list[Case]:
    """The cases that a form with that product and version may mean: exact ones, then less determined ones."""
    exact = [c for c in cases if c.fact("product_key") == product and c.fact("version_key") == version]
    no_version = [
        c
        for c in cases
        if c not in exact
        and (c.fact("product_key") == product or not product)
        and (not c.fact("version_key") or not version)
    ]
    no_product = [c for c in cases if not c.fact("product_key") and c not in exact and c not in no_version]
    found = [*exact, *no_version, *no_product]
    return sorted(found, key=lambda c: gate_step(c) != "L3") if not (product and version) else found


def _proof(dossier: Dossier, exhibit: Exhibit, cases: tuple[Case, ...]) -> Filed:
    waiting = [c for c in cases if gate_step(c) == "L3"]

    def urgency(case: Case) -> tuple[bool, bool, bool]:
        asked = case.state in ("complement_demande", "tests_echoues")
        lacks = case.latest("formulaire_3") is not None and case.latest("preuve_tests") is None
        return (not lacks, not asked, case.state == "demande_complete")

    if waiting:
        return Filed(exhibit, min(waiting, key=urgency), "current")
    if cases:
        last = cases[-1]
        return Filed(exhibit, last, "early") if _awaits_access(last) else _again(last, exhibit)
    return Filed(exhibit, new_case(dossier, "L", exhibit), "early")


def is_labelled(dossier: Dossier, product: str, version: str) -> bool:
    """A labelled version of that name stands in the dossier."""
    return any(
        holds_label(c) and c.fact("product_key") == product and c.fact("version_key") == version
        for c in dossier.of_kind("L")
    )


def _on_connection(dossier: Dossier, exhibit: Exhibit) -> Filed:
    cases = dossier.of_kind("R")
    waiting = [c for c in cases if gate_step(c) == "R1"]
    if exhibit.kind == "bon_de_livraison":
        return _delivery_note(dossier, exhibit, waiting)
    facts, product, version = _product(exhibit)
    client = client_key(exhibit)
    facts |= {"client_key": client, "client": exhibit.value("nom_client") or ""}
    if workstations := exhibit.value("nombre_postes"):
        facts["workstations"] = workstations
    taken: Taken = "current" if is_labelled(dossier, product, version) else "early"
    for case in waiting:
        if _same_client(case, exhibit) and case.fact("product_key") in ("", product):
            return Filed(exhibit, _with_facts(case, facts), taken)
    return Filed(exhibit, new_case(dossier, "R", exhibit, **facts), taken)


def _same_client(case: Case, form: Exhibit) -> bool:
    """A case that knows its client only by a delivery note is compared by the client's name."""
    client = client_key(form)
    if not client or case.fact("client_key"):
        return not client or case.fact("client_key") == client
    named = text_key(case.fact("client"))
    return not named or named == text_key(form.value("nom_client") or "")


def _delivery_note(dossier: Dossier, exhibit: Exhibit, waiting: list[Case]) -> Filed:
    client = text_key(exhibit.value("nom_client") or "")
    named = [c for c in waiting if text_key(c.fact("client")) == client and client]
    lacking = [c for c in waiting if c.latest("bon_de_livraison") is None]
    for case in (*named, *(lacking if len(lacking) == 1 else ())):
        form = case.latest("formulaire_4")
        early = form is not None and not is_labelled(
            dossier, case.fact("product_key"), case.fact("version_key")
        )
        return Filed(exhibit, case, "early" if early else "current")
    for case in dossier.of_kind("R"):
        if client and text_key(case.fact("client")) == client:
            return _again(case, exhibit)
    opened = new_case(dossier, "R", exhibit, client=exhibit.value("nom_client") or "")
    labelled = any(holds_label(c) for c in dossier.of_kind("L"))
    return Filed(exhibit, opened, "current" if labelled else "early")
