"""What was done to a PDF after it was signed: which additions are harmless, which are changes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyhanko.sign.diff_analysis import DiffPolicy
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_BLANK = b"\x00\t\n\x0c\r "
_REVISION = re.compile(rb"startxref\s+(\d+)")


def harmless(signature: EmbeddedPdfSignature) -> DiffPolicy:
    """What may follow that signature: further signatures, time stamps, validation data.

    After a certification that allows forms to be filled, also values in fields that were empty when it was
    signed. What it certified (a blank as issued) is what it was.
    """
    return _policy(_lets_forms_be_filled(signature))


def appended(data: bytes, signatures: Iterable[EmbeddedPdfSignature]) -> bool:
    """True when bytes follow the last signature that belong to no revision of the file.

    pyHanko passes over them; readers that repair a file take the objects in them for the newest ones.
    """
    ranges = [[int(number) for number in list(signature.byte_range)] for signature in signatures]
    end = max((sum(numbers[-2:]) for numbers in ranges), default=0)
    tail = data[end:]
    if not end or not tail.strip(_BLANK):
        return False
    last = _REVISION.findall(data, max(0, len(data) - 4096))
    is_revision = bool(last) and int(last[-1][:20]) >= end
    return not is_revision or bool(data[data.rfind(b"%%EOF") + 5 :].strip(_BLANK))


def _lets_forms_be_filled(signature: EmbeddedPdfSignature) -> bool:
    from pyhanko.sign.fields import MDPPerm
    from pyhanko.sign.validation.pdf_embedded import read_certification_data

    certified = read_certification_data(signature.reader)
    if certified is None or certified.author_sig != signature.sig_object:
        return False
    return certified.permission in (MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE)


@lru_cache(maxsize=2)
def _policy(filling: bool) -> DiffPolicy:
    """pyHanko's own policy, but other form fields may not change, or only be filled for the first time."""
    from pyhanko.pdf_utils import generic
    from pyhanko.sign.diff_analysis import ModificationLevel, StandardDiffPolicy
    from pyhanko.sign.diff_analysis.form_rules_api import (
        FieldComparisonContext,
        FieldComparisonSpec,
        FormUpdate,
        FormUpdatingRule,
    )
    from pyhanko.sign.diff_analysis.rules.file_structure_rules import (
        CatalogModificationRule,
        ObjectStreamRule,
        XrefStreamRule,
    )
    from pyhanko.sign.diff_analysis.rules.form_field_rules import (
        DSSCompareRule,
        GenericFieldModificationRule,
        SigFieldCreationRule,
        SigFieldModificationRule,
    )
    from pyhanko.sign.diff_analysis.rules.metadata_rules import DocInfoRule, MetadataUpdateRule

    class FirstFilling(GenericFieldModificationRule):
        def check_form_field(
            self, fq_name: str, spec: FieldComparisonSpec, context: FieldComparisonContext
        ) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
            before = spec.old_field
            value = before.get("/V") if isinstance(before, generic.DictionaryObject) else None
            if value is None or str(value) in ("", "/Off", "null"):
                yield from super().check_form_field(fq_name, spec, context)

    updates = ModificationLevel.LTA_UPDATES
    return StandardDiffPolicy(
        global_rules=[
            CatalogModificationRule(),  # type: ignore[no-untyped-call]  # pyHanko leaves it unannotated
            *(
                rule.as_qualified(updates)
                for rule in (
                    DocInfoRule(),
                    XrefStreamRule(),
                    ObjectStreamRule(),
                    DSSCompareRule(),
                    MetadataUpdateRule(),  # type: ignore[no-untyped-call]  # as above
                )
            ),
        ],
        form_rule=FormUpdatingRule(
            field_rules=[
                SigFieldCreationRule(),  # type: ignore[no-untyped-call]  # as above
                SigFieldModificationRule(),
                *([FirstFilling()] if filling else []),
            ]
        ),
    )
