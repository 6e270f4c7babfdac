"""From findings to the letter that tells them: items, addresses, blanks to attach."""

from __future__ import annotations

from collections.abc import Iterable

from parsers.types import Kind, Language
from rules.facts import Policy
from rules.filing import in_process_order
from rules.types import (
    AttachmentClass,
    AttachmentRef,
    Case,
    Dossier,
    Exhibit,
    Finding,
    Item,
    Letter,
    PlannedMail,
    Step,
    Submission,
    TemplateName,
)

_BLANK_FOR_DOCUMENT: frozenset[Kind] = frozenset(
    {"formulaire_1", "formulaire_2", "formulaire_3", "formulaire_4", "nda", "bon_de_livraison"}
)


def items_of(
    findings: Iterable[Finding], policy: Policy, language: Language, shown: Iterable[Exhibit] = ()
) -> tuple[Item, ...]:
    """What the Industriel has to mend, each thing once, in the order of the rules.

    A value is repeated only if a document of this mail (`shown`) gives it.
    """
    shown = tuple(shown)
    items: list[Item] = []
    for finding in findings:
        if finding.severity not in ("demand", "mismatch"):
            continue
        item = _item(finding, policy, language)
        if not any(e.kind == item.document and e.value(item.field or "") == item.value for e in shown):
            item = item.model_copy(update={"value": None})
        if sum(1 for e in shown if e.kind == item.document) > 1:
            item = item.model_copy(update={"which": item.file})
        if item not in items:
            items.append(item)
    return tuple(items)


def _item(finding: Finding, policy: Policy, language: Language) -> Item:
    form = policy.forms.for_kind(finding.document) if finding.document else None
    field = form.field(finding.field) if form and finding.field else None
    labels = (field.labels.get(language) or field.labels.get("fr") or ()) if field else ()
    return Item(
        rule=finding.rule,
        document=finding.document,
        field=finding.field,
        label=labels[0] if labels else None,
        value=finding.value,
        expected=field.type if field else None,
        criterion=finding.criterion,
        file=finding.file,
        detail=finding.detail,
        source=finding.source,
    )


def blank(kind: Kind, policy: Policy) -> AttachmentRef:
    """The blank form of that kind, in the configured format."""
    fmt = policy.blank_format
    return AttachmentRef(ref=f"blank:{kind}:{fmt}", name=f"{kind}.{fmt}", class_="blank_form")


def part(exhibit: Exhibit, class_: AttachmentClass) -> AttachmentRef:
    """A document exactly as it came, byte for byte."""
    name = exhibit.document.file.replace("\\", "/").split("!")[-1].split("/")[-1]
    return AttachmentRef(ref=f"part:{exhibit.mail_sha256}:{exhibit.document.part}", name=name, class_=class_)


def blanks_for(findings: Iterable[Finding], policy: Policy) -> tuple[AttachmentRef, ...]:
    """Blanks of the documents that are missing altogether, or came blank."""
    kinds = [
        f.document
        for f in findings
        if f.rule in ("document_missing", "document_blank") and f.document in _BLANK_FOR_DOCUMENT
    ]
    return tuple(blank(kind, policy) for kind in dict.fromkeys(k for k in kinds if k))


def letter_to(
    dossier: Dossier | None, case: Case | None, step: Step | None, submission: Submission | None
) -> Letter:
    """A letter with what is known of the dossier, the case and the mail that it answers."""
    received: tuple[Kind, ...] = ()
    if submission is not None:
        received = tuple(dict.fromkeys(e.kind for e in in_process_order(submission.exhibits)))
    return Letter(
        language=submission.language if submission else (dossier.language if dossier else "fr"),
        reference=dossier.reference if dossier else "",
        case=case.name if case else "",
        step=step,
        industriel=dossier.name if dossier else "",
        subject_received=submission.subject if submission else "",
        received_at=submission.received_at if submission else None,
        documents_received=received,
        product=case.fact("product") if case else "",
        version=case.fact("version") if case else "",
        client=case.fact("client") if case else "",
        workstations=int(case.fact("workstations")) if case and case.fact("workstations").isdigit() else None,
    )


def mail(
    template: TemplateName,
    address: str,
    letter: Letter,
    *attachments: AttachmentRef,
    role: str = "industriel",
    reply: bool = True,
) -> PlannedMail:
    """A planned mail whose letter names its attachments and blanks."""
    blanks = tuple(_blank_kind(a) for a in attachments if a.class_ == "blank_form")
    named = letter.model_copy(update={"attachments": tuple(a.name for a in attachments), "blanks": blanks})
    return PlannedMail.model_validate(
        {
            "template": template,
            "role": role,
            "address": address,
            "letter": named,
            "attachments": attachments,
            "reply": reply,
        }
    )


def _blank_kind(ref: AttachmentRef) -> str:
    return ref.ref.split(":")[1]
