"""Where trust anchors come from."""

import base64
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from parsers.signing.trust import trust_anchors, valid_until
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


def service(name: str, state: str = "granted", kind: str = "CA/QC", former: str = "") -> str:
    certificate = authority(name).certificate.public_bytes(serialization.Encoding.DER)
    return (
        f"<TSPService><ServiceInformation><ServiceTypeIdentifier>http://uri.etsi.org/TrstSvc/Svctype/{kind}"
        "</ServiceTypeIdentifier><ServiceDigitalIdentity><DigitalId><X509Certificate>"
        f"{base64.b64encode(certificate).decode()}</X509Certificate></DigitalId></ServiceDigitalIdentity>"
        f"<ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/{state}</ServiceStatus>"
        f"</ServiceInformation>{former}</TSPService>"
    )


def trusted_list(services: str) -> str:
    return (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
        '<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#"><SchemeInformation><NextUpdate>'
        "<dateTime>2025-06-01T00:00:00Z</dateTime></NextUpdate><PointersToOtherTSL><OtherTSLPointer>"
        f"{service('Signataire d une autre liste')}</OtherTSLPointer></PointersToOtherTSL>"
        f"</SchemeInformation>{services}<Name>&e;</Name><ds:Signature "
        f'xmlns:ds="http://www.w3.org/2000/09/xmldsig#">{service("Opérateur de la liste")}</ds:Signature>'
        "</TrustServiceStatusList>"
    )


def test_a_trusted_list_gives_the_services_that_are_granted_now(tmp_path: Path) -> None:
    former = f"<ServiceHistory>{service('Autrefois')}</ServiceHistory>"
    file = tmp_path / "tl.xml"
    file.write_text(
        trusted_list(
            service("Accordé")
            + service("Horodatage", kind="TSA/QTST")
            + service("Surveillé", state="undersupervision")
            + service("Retiré", state="withdrawn", former=former)
            + service("Réponses", kind="Certstatus/OCSP/QC")
        )
    )
    assert names(tmp_path) == ["Accordé", "Horodatage", "Surveillé"]
    assert valid_until(file) == datetime(2025, 6, 1, tzinfo=UTC)
    file.write_text(trusted_list(service("Accordé"))[:-300])
    assert names(tmp_path) == []
    assert valid_until(file) is None
