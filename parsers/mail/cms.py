"""S/MIME wrappers (RFC 5652, 8551): the signed content comes out, the signature is not judged here."""

from __future__ import annotations

import base64
import re
import zlib

from parsers.types import Problem

UNVERIFIED = Problem(code="signature_unverified", message="its S/MIME signature was not verified")


def content(data: bytes) -> tuple[bytes, Problem]:
    """What a CMS object carries, and what is to be said of it.

    The bytes are empty where it is encrypted, damaged or carries nothing.
    """
    from asn1crypto import cms, core  # only for signed mail

    try:
        info = cms.ContentInfo.load(_der(data))
        kind = info["content_type"].native
        if kind in ("enveloped_data", "encrypted_data", "authenticated_enveloped_data"):
            return b"", Problem(code="encrypted", message="the mail is encrypted with S/MIME")
        if kind == "signed_data":
            carried = info["content"]["encap_content_info"]["content"]
            if carried is None or isinstance(carried, core.Void):
                return b"", UNVERIFIED
            return bytes(carried.native or b""), UNVERIFIED
        if kind == "compressed_data":
            packed = info["content"]["encap_content_info"]["content"].native
            unpacker = zlib.decompressobj()
            plain = unpacker.decompress(packed, 50_000_000)
            return plain, UNVERIFIED
        if kind == "data":
            return bytes(info["content"].native or b""), UNVERIFIED
    except Exception as error:  # noqa: BLE001 - asn1crypto raises what the bytes provoke
        return b"", Problem(code="damaged", message=f"S/MIME object ({type(error).__name__})")
    return b"", Problem(code="unsupported", message=f"S/MIME object of kind {kind}")


def _der(data: bytes) -> bytes:
    if data[:1] == b"\x30":
        return data
    body = re.sub(rb"-----[^-]+-----", b"", data)
    return base64.b64decode(re.sub(rb"[^A-Za-z0-9+/=]", b"", body) + b"==")
