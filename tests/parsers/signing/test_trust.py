"""Where trust anchors come from."""

import base64
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from parsers.signing.trust import trust_anchors
from tests.parsers.signing.authority import authority


def names(*paths: Path) -> list[str]:
    return sorted(str(c.subject.native["common_name"]) for c in trust_anchors(tuple(map(str, paths))))


def test_files_and_folders_of_pem_and_der(tmp_path: Path) -> None:
    one, two, three = (authority(name) for name in ("Une", "Deux", "Trois"))
    (tmp_path / "bundle.pem").write_bytes(one.pem + b"a remark\n" + two.pem)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "three.cer").write_bytes(three.certificate.public_bytes(serialization.Encoding.DER))
    (tmp_path / "notes.txt").write_text("no certificate")
    assert names(tmp_path) == ["Deux", "Trois", "Une"]
    assert names(tmp_path / "bundle.pem", tmp_path) == ["Deux", "Trois", "Une"]


def test_what_is_no_certificate_gives_none(tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    (tmp_path / "key.pem").write_bytes(b"\x00\x01\x02")
    (tmp_path / "bad.xml").write_bytes(b"<a><b></a>")
    assert names(tmp_path, tmp_path / "absent") == []


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "root.pem"
    file.write_bytes(authority("Avant").pem)
    assert names(file) == ["Avant"]
    file.write_bytes(authority("Après, plus long").pem)
    assert names(file) == ["Après, plus long"]


def test_a_trusted_list_gives_its_services_not_its_own_signer(tmp_path: Path) -> None:
    service, operator = (
        base64.b64encode(authority(name).certificate.public_bytes(serialization.Encoding.DER)).decode()
        for name in ("Service de confiance", "Opérateur de la liste")
    )
    (tmp_path / "tl.xml").write_text(
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
        '<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#"><ServiceDigitalIdentity><DigitalId>'
        f"<X509Certificate>{service}</X509Certificate></DigitalId></ServiceDigitalIdentity>"
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Certificate>'
        f"{operator}</ds:X509Certificate></ds:Signature><Name>&e;</Name></TrustServiceStatusList>"
    )
    assert names(tmp_path) == ["Service de confiance"]
