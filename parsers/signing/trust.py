"""The configured trust anchors: certificates in PEM or DER files, folders of them, ETSI trusted lists.

Of a trusted list (published as XML by each member state) the services that are granted count. A file that
holds no certificate is left out.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.signing.trusted_list import listed_certificates, next_update, parsed

if TYPE_CHECKING:
    from asn1crypto import x509

_LARGEST = 40_000_000
_DEEPEST = 4
"""Folders below a named folder that are looked into."""
_SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der", ".xml", ".xtsl", ".ca-bundle"})


def trust_anchors(paths: tuple[str, ...]) -> tuple[x509.Certificate, ...]:
    """Every certificate that the named files and folders hold, each once; what is not there gives none."""
    found: dict[bytes, x509.Certificate] = {}
    for file in trust_files(paths):
        found.update((certificate.sha256, certificate) for certificate in certificates_in(file))
    return tuple(found.values())


def trust_files(paths: tuple[str, ...]) -> Iterator[Path]:
    """The files that are looked into: those named, and in folders those whose name says so."""
    for path in paths:
        yield from _files(Path(path), _DEEPEST)


def certificates_in(file: Path) -> tuple[x509.Certificate, ...]:
    """What one file holds; nothing where it went away, or may not be read."""
    try:
        stat = file.stat()
        return _certificates(str(file), stat.st_mtime_ns, stat.st_size)
    except OSError:
        return ()


def valid_until(file: Path) -> datetime | None:
    """When a trusted list has to be replaced by its next issue; None for any other file."""
    try:
        data = file.read_bytes() if file.stat().st_size <= _LARGEST else b""
    except OSError:
        return None
    root = parsed(data) if _is_xml(data) else None
    return next_update(root) if root is not None else None


def _files(path: Path, depth: int) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir() and depth:
        try:
            entries = sorted(path.iterdir())
        except OSError:
            return  # a folder that may not be read
        for entry in entries:
            if entry.is_dir() or entry.suffix.lower() in _SUFFIXES:
                yield from _files(entry, depth - 1)


@lru_cache(maxsize=256)
def _certificates(file: str, mtime_ns: int, size: int) -> tuple[x509.Certificate, ...]:
    """Read again only when the file changed."""
    if size > _LARGEST:
        return ()
    data = Path(file).read_bytes()
    if _is_xml(data):
        root = parsed(data)
        ders = listed_certificates(root) if root is not None else iter(())
    else:
        ders = _armoured(data)
    return tuple(certificate for der in ders if (certificate := certificate_of(der)) is not None)


def _is_xml(data: bytes) -> bool:
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or data[:2] in (b"\xff\xfe", b"\xfe\xff")


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


def certificate_of(der: bytes) -> x509.Certificate | None:
    """The certificate of these DER bytes; None when they are none."""
    from asn1crypto import x509

    try:
        certificate = x509.Certificate.load(der, strict=True)
        _ = (certificate.subject.native, certificate.public_key.algorithm, certificate.not_valid_after)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None
    return certificate
