"""Throw-away keys, certificates and signed PDFs for tests."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pikepdf
from asn1crypto import crl, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

ROOT = Path(__file__).resolve().parents[3]
FROM = datetime(2025, 1, 1, tzinfo=UTC)
UNTIL = datetime(2028, 1, 1, tzinfo=UTC)
SIGNED_ON = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Identity:
    """A certificate with its key, and the chain above it, nearest first."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    chain: tuple[x509.Certificate, ...] = field(default=())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def authority(name: str = "Autorité d'essai", issuer: Identity | None = None) -> Identity:
    """A root, or an intermediate authority under `issuer`."""
    return _issued(name, "Autorité d'essai S.A.", issuer, ca=True)


def time_stamper(issuer: Identity) -> Identity:
    return _issued("Horodatage d'essai", "", issuer, ca=False, purpose=ExtendedKeyUsageOID.TIME_STAMPING)


def person(
    name: str,
    issuer: Identity | None = None,
    *,
    organisation: str = "",
    since: datetime = FROM,
    until: datetime = UNTIL,
    usages: tuple[str, ...] | None = ("digital_signature", "content_commitment"),
) -> Identity:
    """Somebody who signs; self-signed without an issuer. `usages` None leaves the extension out."""
    return _issued(name, organisation, issuer, ca=False, since=since, until=until, usages=usages)


@lru_cache(maxsize=64)
def _key(number: int) -> ec.EllipticCurvePrivateKey:
    """Any number but 0 and 1 is a private key; a fixed one keeps the tests the same at every run."""
    return ec.derive_private_key(0x5EED0000 + number, ec.SECP256R1())


_count = iter(range(1, 10_000))


def _issued(
    name: str,
    organisation: str,
    issuer: Identity | None,
    *,
    ca: bool,
    since: datetime = FROM,
    until: datetime = UNTIL,
    usages: tuple[str, ...] | None = ("digital_signature", "content_commitment"),
    purpose: x509.ObjectIdentifier | None = None,
) -> Identity:
    number = next(_count)
    # pyHanko's time stamper for tests knows RSA only.
    key = rsa.generate_private_key(65537, 2048) if purpose is not None else _key(number)
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if organisation:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    subject = x509.Name(attributes)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(number)
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    wanted = ("key_cert_sign", "crl_sign") if ca else usages
    if wanted is not None:
        names = (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
            *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        )
        usage: dict[str, bool] = {n: n in wanted for n in names}
        builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
    if purpose is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
    chain = (issuer.certificate, *issuer.chain) if issuer else ()
    return Identity(certificate, key, chain)


def sign(
    pdf: bytes,
    who: Identity,
    field_name: str,
    *,
    at: datetime = SIGNED_ON,
    box: tuple[int, int, int, int] | None = None,
    page: int = 0,
    stamped_by: Identity | None = None,
    certifies: bool = False,
) -> bytes:
    """The PDF with one signature more, as an incremental update; `box` makes a new visible field.

    `stamped_by` adds a time stamp of that authority, of the moment `at`. `certifies`: the document may be
    filled in afterwards, and nothing else.
    """
    signer = signers.SimpleSigner(
        signing_cert=_asn1(who.certificate),
        signing_key=_private(who),
        cert_registry=SimpleCertificateStore.from_certs([_asn1(c) for c in who.chain]),
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    spec = fields.SigFieldSpec(field_name, on_page=page, box=box) if box else None
    metadata = signers.PdfSignatureMetadata(
        field_name=field_name,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=certifies,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS,
    )
    stamper = None
    if stamped_by is not None:
        stamper = DummyTimeStamper(
            _asn1(stamped_by.certificate),
            _private(stamped_by),
            certs_to_embed=SimpleCertificateStore.from_certs([_asn1(c) for c in stamped_by.chain]),
            fixed_dt=at,
        )
    signing = _SignerAt(metadata, signer, new_field_spec=spec, timestamper=stamper)
    signing.moment = at
    out = io.BytesIO()
    signing.sign_pdf(writer, output=out)
    return out.getvalue()


def with_revocation_list(pdf: bytes, issuer: Identity, revoked: Identity, on: datetime) -> bytes:
    """The PDF with its issuer's list in the document security store, on which `revoked` stands since `on`."""
    entry = x509.RevokedCertificateBuilder().serial_number(revoked.certificate.serial_number)
    revocations = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(on + timedelta(hours=1))
        .next_update(on + timedelta(days=2))
        .add_revoked_certificate(entry.revocation_date(on).build())
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False)
        .sign(issuer.key, hashes.SHA256())
    )
    out = io.BytesIO(pdf)
    DocumentSecurityStore.add_dss(
        output_stream=out,
        sig_contents=None,
        crls=[crl.CertificateList.load(revocations.public_bytes(serialization.Encoding.DER))],
    )
    return out.getvalue()


class _SignerAt(signers.PdfSigner):
    """Signs at a given moment instead of now."""

    moment: datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.moment
        return session


def _private(who: Identity) -> keys.PrivateKeyInfo:
    der = who.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return keys.PrivateKeyInfo.load(der)


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def blank(kind: str) -> bytes:
    return (ROOT / "outbox_templates" / "blank_forms" / f"{kind}.pdf").read_bytes()


def filled(kind: str, **values: str) -> bytes:
    """The blank with text fields filled, written anew."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(blank(kind))) as pdf:
        for item in pdf.Root.AcroForm.Fields:
            if str(item.get("/T", "")) in values:
                item.V = pikepdf.String(values[str(item.T)])
        pdf.save(out)
    return out.getvalue()


def with_changed_field(pdf: bytes, name: str, value: str) -> bytes:
    """An incremental update that gives a text field another value."""
    from pyhanko.pdf_utils import generic

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    for reference in writer.root["/AcroForm"]["/Fields"]:
        item = reference.get_object()
        if item.get("/T") == name:
            item["/V"] = generic.pdf_string(value)
            writer.mark_update(reference.reference)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
