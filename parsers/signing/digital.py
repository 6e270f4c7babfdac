"""Digital signatures in PDFs (PAdES, CMS), judged by pyHanko without any network.

`bottom_line` of pyHanko is not enough: it lets a form field be changed after signing. Here a signature
is valid only when it is intact, verifies, chains to a configured anchor, and nothing but further
signatures, time stamps and validation data was added after it.
"""

from __future__ import annotations

import asyncio
import io
import logging
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from parsers.signing.damage import DAMAGE
from parsers.signing.later_changes import appended, harmless
from parsers.signing.trust import trust_anchors
from parsers.types import ReadOptions, SignatureStatus

if TYPE_CHECKING:
    from asn1crypto import x509
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import PdfSignatureStatus
    from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy

    from parsers.signing.revocation import ValidationData

# Its warnings quote certificates, which name persons.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

_MOST = 50
"""Signatures of one file that are judged; more are an attack on the time."""


@dataclass(frozen=True, slots=True)
class DigitalSignature:
    """One signature as found. `organisation` is the certificate's O, `field` the form field's full name."""

    status: SignatureStatus
    field: str
    name: str | None = None
    organisation: str = ""
    signed_at: datetime | None = None
    evidence: tuple[str, ...] = ()


def digital_signatures(data: bytes, options: ReadOptions) -> tuple[DigitalSignature, ...]:
    """The filled signature fields of a PDF in the order of signing; document time stamps are left out.

    A file that carries a byte range but cannot be taken apart gives one signature of status `unknown`.
    """
    from pyhanko.pdf_utils.misc import PdfError

    try:
        found = _embedded(data)
        loose = appended(data, found)
        judged = tuple(_judged(signature, options) for signature in _regular(found))
    except (PdfError, *DAMAGE) as error:
        return (DigitalSignature("unknown", "", evidence=(f"the signature cannot be read: {error!s:.80}",)),)
    if loose:
        reason = "bytes that belong to no revision were put behind the signed ones"
        judged = tuple(replace(one, status="digital_invalid", evidence=(reason,)) for one in judged)
    return judged


def _embedded(data: bytes) -> list[EmbeddedPdfSignature]:
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(data), strict=False)
    if reader.encrypted:
        reader.decrypt(b"")
    return list(reader.embedded_signatures)


def _regular(found: list[EmbeddedPdfSignature]) -> list[EmbeddedPdfSignature]:
    return [one for one in found if one.sig_object_type == "/Sig"][:_MOST]


def _judged(signature: EmbeddedPdfSignature, options: ReadOptions) -> DigitalSignature:
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.general import CMSExtractionError
    from pyhanko.sign.validation.errors import SignatureValidationError

    field = str(signature.field_name or "")
    name, organisation = _named(signature)
    status: SignatureStatus
    try:
        verdict = _validated(signature, options)
    except SignatureValidationError as error:
        status = "unknown" if "SubFilter" in str(error) else "digital_invalid"
        return DigitalSignature(status, field, name, organisation, evidence=(f"{error!s:.120}",))
    except CMSExtractionError as error:
        return DigitalSignature("digital_invalid", field, name, organisation, evidence=(f"{error!s:.120}",))
    except (PdfError, *DAMAGE) as error:
        return DigitalSignature(
            "unknown",
            field,
            name,
            organisation,
            evidence=(f"the signature cannot be checked: {error!s:.80}",),
        )
    status, reason = _status(verdict, signature)
    signed_at, clock = _time(verdict, signature)
    return DigitalSignature(status, field, name, organisation, signed_at, (reason, clock))


def _validated(signature: EmbeddedPdfSignature, options: ReadOptions) -> PdfSignatureStatus:
    """Judged on the day of `as_of`, else at its own time; a trusted time stamp goes before both.

    Without any revocation data nobody says that a certificate was revoked. What the document carries of it
    counts however old it is: a revocation before the proven time of signing, any where no time is proven.
    """
    from parsers.signing import revocation

    data = revocation.validation_data(signature)
    anchors = list(trust_anchors(options.trust))

    def at(moment: datetime | None, policy: CertRevTrustPolicy) -> PdfSignatureStatus:
        return _at(signature, anchors, moment, policy, data)

    verdict = at(_end_of(options.as_of) if options.as_of else _claimed(signature), revocation.no_check())
    stamped = _trusted_timestamp(verdict)
    if stamped is not None and not verdict.trusted and verdict.valid:
        # The stamp proves that it was signed while the certificate was still good.
        verdict = at(stamped, revocation.no_check())
    if verdict.trusted and data.tells:
        for policy in (revocation.signer_checked(), revocation.authorities_checked()):
            checked = at(stamped or data.newest, policy)
            if "REVOKED" in str(checked.trust_problem_indic):
                return checked
    return verdict


def _at(
    signature: EmbeddedPdfSignature,
    anchors: list[x509.Certificate],
    moment: datetime | None,
    policy: CertRevTrustPolicy,
    data: ValidationData,
) -> PdfSignatureStatus:
    from pyhanko.sign.validation.pdf_embedded import async_validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(
        trust_roots=anchors,
        other_certs=data.certificates,
        crls=data.lists,
        ocsps=data.answers,
        moment=moment,
        allow_fetching=False,
        revinfo_policy=policy,
    )
    # Which usages are good is judged in `_status`: a certificate without the extension may do everything.
    usages = KeyUsageConstraints(key_usage=frozenset())
    return asyncio.run(
        async_validate_pdf_signature(
            signature,
            signer_validation_context=context,
            key_usage_settings=usages,
            diff_policy=harmless(signature),
        )
    )


def _status(verdict: PdfSignatureStatus, signature: EmbeddedPdfSignature) -> tuple[SignatureStatus, str]:
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if not verdict.intact:
        return "digital_invalid", "the signed bytes were changed"
    if not verdict.valid:
        return "digital_invalid", "the signature does not verify"
    if verdict.coverage is None or verdict.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return "digital_invalid", "the signature does not cover the whole document"
    level = verdict.modification_level
    # At the level of form filling our policy knows nothing but further signatures.
    if level is None or level > ModificationLevel.FORM_FILLING or not verdict.docmdp_ok:
        return "digital_invalid", "the document was changed after signing"
    if not verdict.trusted:
        indication = verdict.trust_problem_indic or ""
        return "digital_untrusted", f"no trusted chain ({str(indication).rpartition('.')[2] or 'no path'})"
    if not _may_sign(signature.signer_cert):
        return "digital_untrusted", "the certificate is not meant for signing"
    return "digital_valid", "intact, trusted, nothing but signatures added since"


def _may_sign(certificate: x509.Certificate) -> bool:
    usage = certificate.key_usage_value
    return usage is None or bool({"digital_signature", "non_repudiation"} & set(usage.native))


def _trusted_timestamp(verdict: PdfSignatureStatus) -> datetime | None:
    stamp = verdict.timestamp_validity
    if stamp is None or not (stamp.intact and stamp.valid and stamp.trusted):
        return None
    return _aware(stamp.timestamp)


def _time(verdict: PdfSignatureStatus, signature: EmbeddedPdfSignature) -> tuple[datetime | None, str]:
    if (stamped := _trusted_timestamp(verdict)) is not None:
        return stamped, "time: trusted time stamp"
    claimed = _claimed(signature)
    return claimed, "time: the signer's own clock" if claimed else "time: none given"


def _claimed(signature: EmbeddedPdfSignature) -> datetime | None:
    try:
        claimed = signature.self_reported_timestamp
    except DAMAGE:
        return None
    return _aware(claimed) if claimed is not None else None


def _aware(moment: datetime) -> datetime:
    return moment if moment.utcoffset() is not None else moment.replace(tzinfo=UTC)


def _end_of(day: date) -> datetime:
    """A certificate issued that very day already counts."""
    return datetime.combine(day, time(23, 59, 59), UTC)


def _named(signature: EmbeddedPdfSignature) -> tuple[str | None, str]:
    """Common name (else the given names) and organisation of the signer's certificate."""
    from pyhanko.sign.general import CMSExtractionError

    try:
        subject: dict[str, Any] = signature.signer_cert.subject.native
    except (CMSExtractionError, *DAMAGE):
        return None, ""
    given = " ".join(_text(subject.get(key)) for key in ("given_name", "surname"))
    name = " ".join((_text(subject.get("common_name")) or given).split())
    return name or None, _text(subject.get("organization_name"))


def _text(value: Any) -> str:
    """A name's attribute can stand several times."""
    return str(value[0]) if isinstance(value, list) and value else str(value or "")
