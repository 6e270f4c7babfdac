"""Revocation lists and OCSP answers that a signed PDF carries for its own validation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from parsers.signing.damage import DAMAGE

if TYPE_CHECKING:
    from asn1crypto import crl, ocsp, x509
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy

_EVER = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class ValidationData:
    """What the document security store (PAdES) and the signature itself (Adobe's attribute) hold."""

    lists: tuple[crl.CertificateList, ...] = ()
    answers: tuple[ocsp.OCSPResponse, ...] = ()
    certificates: tuple[x509.Certificate, ...] = ()

    @property
    def tells(self) -> bool:
        """True when it says anything on whether a certificate was revoked."""
        return bool(self.lists or self.answers)

    @property
    def newest(self) -> datetime | None:
        """When the newest of it was issued."""
        return max((moment for one in (*self.lists, *self.answers) for moment in _issued(one)), default=None)


def validation_data(signature: EmbeddedPdfSignature) -> ValidationData:
    """Nothing where there is none, or where it is damaged: then nobody says that one was revoked."""
    lists, answers, certificates = _stored(signature)
    more_lists, more_answers = _attributed(signature)
    return ValidationData((*lists, *more_lists), (*answers, *more_answers), certificates)


def _stored(signature: EmbeddedPdfSignature) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.validation.dss import DocumentSecurityStore
    from pyhanko.sign.validation.errors import NoDSSFoundError

    try:
        store = DocumentSecurityStore.read_dss(signature.reader)
        context = store.as_validation_context({"trust_roots": [], "allow_fetching": False})
        manager = context.revinfo_manager
        return tuple(manager.crls), tuple(manager.ocsps), tuple(store.load_certs())
    except (NoDSSFoundError, PdfError, *DAMAGE):
        return (), (), ()


def _attributed(signature: EmbeddedPdfSignature) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    from pyhanko.sign.general import CMSExtractionError, CMSStructuralError, find_unique_cms_attribute

    try:
        attributes = signature.signer_info["signed_attrs"]
        archived = find_unique_cms_attribute(attributes, "adobe_revocation_info_archival")
        return tuple(archived["crl"] or ()), tuple(archived["ocsp"] or ())
    except (CMSExtractionError, CMSStructuralError, LookupError, *DAMAGE):
        return (), ()


def _issued(one: Any) -> list[datetime]:
    from asn1crypto import crl

    try:
        if isinstance(one, crl.CertificateList):
            return [one["tbs_cert_list"]["this_update"].native]
        responses = one.response_data["responses"]
        return [response["this_update"].native for response in responses]
    except DAMAGE:
        return []


def no_check() -> CertRevTrustPolicy:
    """Chain and periods alone."""
    return _policy("NO_CHECK", "NO_CHECK")


def signer_checked() -> CertRevTrustPolicy:
    """The signer's own certificate has to be found good."""
    return _policy("CRL_OR_OCSP_REQUIRED", "NO_CHECK")


def authorities_checked() -> CertRevTrustPolicy:
    """Those above it have to be found good."""
    return _policy("NO_CHECK", "CRL_OR_OCSP_REQUIRED")


def _policy(signer: str, authorities: str) -> CertRevTrustPolicy:
    """What was issued after the moment in question tells about it too, as an answer to the signer's own
    question does; and what was issued long before: a revocation is not taken back."""
    from pyhanko_certvalidator.policy_decl import (
        CertRevTrustPolicy,
        FreshnessReqType,
        RevocationCheckingPolicy,
        RevocationCheckingRule,
    )

    checking = RevocationCheckingPolicy(RevocationCheckingRule[signer], RevocationCheckingRule[authorities])
    return CertRevTrustPolicy(checking, _EVER, FreshnessReqType.MAX_DIFF_REVOCATION_VALIDATION)
