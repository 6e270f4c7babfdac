"""The configured trust anchors: certificates in PEM or DER files, folders of them, ETSI trusted lists.

A trusted list (ETSI TS 119 612, published as XML by the EU and by each member state) is taken as the
operator's own choice: its X.509 certificates are read, its signature and the states of its services are
not judged. A file that holds no certificate is left out.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asn1crypto import x509

_LARGEST = 40_000_000
_DEEPEST = 4
"""Folders below a named folder that are looked into."""
_SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der", ".xml", ".xtsl", ".ca-bundle"})


def trust_anchors(paths: tuple[str, ...]) -> tuple[x509.Certificate, ...]:
    """Every certificate that the named files and folders hold, each once; what is not there gives none."""
    found: dict[bytes, x509.Certificate] = {}
    for path in paths:
        for file in _files(Path(path), _DEEPEST):
            try:
                stat = file.stat()
                certificates = _certificates(str(file), stat.st_mtime_ns, stat.st_size)
            except OSError:
                continue  # a file that went away since the folder was listed
            found.update((certificate.sha256, certificate) for certificate in certificates)
    return tuple(found.values())


def _files(path: Path, depth: int) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir() and depth:
        for entry in sorted(path.iterdir()):
            if entry.is_dir() or entry.suffix.lower() in _SUFFIXES:
                yield from _files(entry, depth - 1)


@lru_cache(maxsize=256)
def _certificates(file: str, mtime_ns: int, size: int) -> tuple[x509.Certificate, ...]:
    """Read again only when the file changed."""
    if size > _LARGEST:
        return ()
    data = Path(file).read_bytes()
    ders = _listed(data) if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" else _armoured(data)
    return tuple(certificate for der in ders if (certificate := certificate_of(der)) is not None)


def _armoured(data: bytes) -> Iterator[bytes]:
    from asn1crypto import pem

    if not pem.detect(data):
        yield data
        return
    try:
        for kind, _headers, der in pem.unarmor(data, multiple=True):
            if kind in ("CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"):
                yield der
    except (ValueError, TypeError, binascii.Error):
        return  # what stood before the damaged block has been given


def _listed(data: bytes) -> Iterator[bytes]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    for element in root.iter("{*}X509Certificate"):
        # A list's own signer certifies the list, not those who sign documents.
        if any(str(parent.tag).endswith("}Signature") for parent in element.iterancestors()):
            continue
        try:
            yield base64.b64decode("".join((element.text or "").split()), validate=True)
        except binascii.Error:
            continue


def certificate_of(der: bytes) -> x509.Certificate | None:
    """The certificate of these DER bytes; None when they are none."""
    from asn1crypto import x509

    try:
        certificate = x509.Certificate.load(der, strict=True)
        _ = (certificate.subject.native, certificate.public_key.algorithm, certificate.not_valid_after)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None
    return certificate
