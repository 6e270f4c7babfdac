"""The blanks offer their signature places to signing tools, and take a second signature on top."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pikepdf
import pytest
from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from outbox_templates.blanks import blank_bytes


def signer(name: str) -> signers.SimpleSigner:
    """Somebody with a certificate of their own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2060, 1, 1, tzinfo=UTC))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signers.SimpleSigner(
        asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        keys.PrivateKeyInfo.load(private),
        SimpleCertificateStore(),
    )


def sign(data: bytes, by: signers.SimpleSigner, field: str, new: bool = False) -> bytes:
    """One more signature as an incremental update: in the field of that name, or in a new one."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    if new:
        fields.append_signature_field(writer, fields.SigFieldSpec(field, on_page=0, box=(300, 60, 400, 90)))
    metadata = signers.PdfSignatureMetadata(field_name=field)
    out: io.BytesIO = signers.sign_pdf(writer, metadata, signer=by)
    return out.getvalue()


def filled(kind: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(blank_bytes(kind, "pdf"))) as pdf:
        for field in pdf.Root.AcroForm.Fields:
            if str(field.get("/FT", "")) == "/Tx":
                field.V = pikepdf.String("Médisoft S.à r.l.")
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "first", "second", "new"),
    [
        ("nda", "signature_industriel", "signature_aes", False),
        ("nda", "signature_aes", "signature_industriel", False),
        ("formulaire_2", "signature_industriel", "Signature2", True),
        ("bon_de_livraison", "signature_client", "Signature2", True),
    ],
)
def test_a_filled_blank_takes_two_signatures(kind: str, first: str, second: str, new: bool) -> None:
    one, two = signer("Industriel"), signer("Agence eSanté")
    signed = sign(sign(filled(kind), one, first), two, second, new=new)

    trusted = ValidationContext(trust_roots=[one.signing_cert, two.signing_cert])
    found = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert [signature.field_name for signature in found] == [first, second]
    for signature in found:
        status = validate_pdf_signature(signature, trusted)
        assert status.bottom_line, signature.field_name
        assert status.docmdp_ok
