"""Digital signatures: valid, untrusted, changed after signing, countersigned."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from parsers.documents.pdf import read_pdf
from parsers.forms import load_forms
from parsers.signatures import extends, find_signatures
from parsers.types import ReadOptions, Signature
from tests.parsers.signing.authority import (
    SIGNED_ON,
    Identity,
    authority,
    blank,
    filled,
    person,
    sign,
    time_stamper,
    with_changed_field,
    with_revocation_list,
)

TODAY = date(2025, 6, 3)


@pytest.fixture(scope="module")
def root() -> Identity:
    return authority()


@pytest.fixture
def trust(root: Identity, tmp_path: Path) -> ReadOptions:
    (tmp_path / "root.pem").write_bytes(root.pem)
    return ReadOptions(trust=(str(tmp_path),), as_of=TODAY)


def found(pdf: bytes, kind: str, options: ReadOptions) -> Signature:
    return find_signatures(pdf, read_pdf(pdf, options), load_forms().for_kind(kind), options)


def statuses(signature: Signature) -> list[tuple[str, str]]:
    return [(signer.role, signer.status) for signer in signature.signers]


def test_a_blank_is_not_signed(trust: ReadOptions) -> None:
    assert found(blank("formulaire_2"), "formulaire_2", trust) == Signature()


def test_a_filled_form_signed_under_a_trusted_root_is_valid(root: Identity, trust: ReadOptions) -> None:
    pdf = sign(
        filled("formulaire_2", denomination="Medisoft SA"),
        person("Alice Muller", root),
        "signature_industriel",
    )
    signature = found(pdf, "formulaire_2", trust)
    assert signature.status == "digital_valid"
    (signer,) = signature.signers
    assert (signer.role, signer.kind, signer.name) == ("industriel", "digital", "Alice Muller")
    assert signer.signed_at == SIGNED_ON
    assert "time: the signer's own clock" in signer.evidence
    assert signer.page == 1 or signer.page == 2
    assert signer.bbox is not None
    assert signer.bbox[2] - signer.bbox[0] > 100


def test_an_intermediate_authority_is_followed_to_the_root(root: Identity, trust: ReadOptions) -> None:
    below = authority("Autorité intermédiaire", root)
    pdf = sign(blank("nda"), person("Alice Muller", below), "signature_industriel")
    assert found(pdf, "nda", trust).status == "digital_valid"


def test_without_anchors_an_intact_signature_is_untrusted(root: Identity) -> None:
    pdf = sign(blank("nda"), person("Alice Muller", root), "signature_industriel")
    assert found(pdf, "nda", ReadOptions(as_of=TODAY)).status == "digital_untrusted"


def test_a_self_signed_certificate_is_untrusted_unless_it_is_an_anchor(
    trust: ReadOptions, tmp_path: Path
) -> None:
    alice = person("Alice Muller")
    pdf = sign(blank("nda"), alice, "signature_industriel")
    assert found(pdf, "nda", trust).status == "digital_untrusted"
    (tmp_path / "alice.crt").write_bytes(alice.certificate.public_bytes(serialization.Encoding.DER))
    assert found(pdf, "nda", trust).status == "digital_valid"


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)),
        (datetime(2025, 7, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)),
    ],
    ids=["expired", "not yet valid"],
)
def test_outside_its_period_a_certificate_is_untrusted(
    root: Identity, trust: ReadOptions, since: datetime, until: datetime
) -> None:
    pdf = sign(blank("nda"), person("Alice Muller", root, since=since, until=until), "signature_industriel")
    assert found(pdf, "nda", trust).status == "digital_untrusted"


def test_without_a_day_the_signing_time_decides(root: Identity, trust: ReadOptions) -> None:
    alice = person("Alice Muller", root, until=datetime(2025, 6, 3, tzinfo=UTC))
    pdf = sign(blank("nda"), alice, "signature_industriel")
    assert found(pdf, "nda", trust.model_copy(update={"as_of": None})).status == "digital_valid"
    assert (
        found(pdf, "nda", trust.model_copy(update={"as_of": date(2026, 1, 1)})).status == "digital_untrusted"
    )


def test_a_certificate_without_key_usage_may_sign_one_for_encryption_may_not(
    root: Identity, trust: ReadOptions
) -> None:
    free = sign(blank("nda"), person("Alice Muller", root, usages=None), "signature_industriel")
    assert found(free, "nda", trust).status == "digital_valid"
    cipher = person("Alice Muller", root, usages=("key_encipherment",))
    assert (
        found(sign(blank("nda"), cipher, "signature_industriel"), "nda", trust).status == "digital_untrusted"
    )


def test_a_changed_byte_is_invalid(root: Identity, trust: ReadOptions) -> None:
    pdf = sign(
        filled("nda", denomination="Medisoft SA"), person("Alice Muller", root), "signature_industriel"
    )
    assert b"(Medisoft SA)" in pdf
    changed = pdf.replace(b"(Medisoft SA)", b"(Medisort SA)")
    assert found(changed, "nda", trust).status == "digital_invalid"


def test_a_field_changed_by_an_incremental_update_is_invalid(root: Identity, trust: ReadOptions) -> None:
    pdf = sign(
        filled("formulaire_2", denomination="Medisoft SA"),
        person("Alice Muller", root),
        "signature_industriel",
    )
    changed = with_changed_field(pdf, "denomination", "Medisoft SARL")
    assert extends(pdf, changed)
    assert found(changed, "formulaire_2", trust).status == "digital_invalid"


def test_a_field_filled_for_the_first_time_after_signing_is_invalid(
    root: Identity, trust: ReadOptions
) -> None:
    pdf = sign(blank("formulaire_2"), person("Alice Muller", root), "signature_industriel")
    assert (
        found(with_changed_field(pdf, "denomination", "Medisoft SA"), "formulaire_2", trust).status
        == "digital_invalid"
    )


def test_an_nda_countersigned_by_the_agence_has_two_valid_signatures(
    root: Identity, trust: ReadOptions
) -> None:
    first = sign(
        filled("nda", denomination="Medisoft SA"), person("Alice Muller", root), "signature_industriel"
    )
    both = sign(first, person("Bob Weber", root, organisation="Agence eSanté"), "signature_aes")
    signature = found(both, "nda", trust)
    assert statuses(signature) == [("industriel", "digital_valid"), ("aes", "digital_valid")]
    assert signature.status == "digital_valid"
    assert extends(first, both)


def test_a_change_between_two_signatures_spoils_the_first(root: Identity, trust: ReadOptions) -> None:
    first = sign(
        filled("nda", denomination="Medisoft SA"), person("Alice Muller", root), "signature_industriel"
    )
    changed = with_changed_field(first, "denomination", "Autre SA")
    both = sign(changed, person("Bob Weber", root), "signature_aes")
    signature = found(both, "nda", trust)
    assert statuses(signature) == [("industriel", "digital_invalid"), ("aes", "digital_valid")]
    assert signature.status == "digital_invalid"


def test_the_worst_signature_decides(root: Identity, trust: ReadOptions) -> None:
    first = sign(blank("nda"), person("Alice Muller"), "signature_industriel")
    both = sign(first, person("Bob Weber", root), "signature_aes")
    assert found(both, "nda", trust).status == "digital_untrusted"


def test_a_field_of_another_name_gets_its_role_from_where_it_stands(
    root: Identity, trust: ReadOptions
) -> None:
    pdf = sign(blank("nda"), person("X", root), "Signature1", box=(330, 440, 500, 490), page=1)
    assert statuses(found(pdf, "nda", trust)) == [("aes", "digital_valid")]


def test_the_certificate_tells_the_agence_where_nothing_else_does(root: Identity, trust: ReadOptions) -> None:
    pdf = sign(
        blank("nda"), person("Bob", root, organisation="Agence eSanté G.I.E."), "S1", box=(50, 700, 200, 760)
    )
    assert statuses(found(pdf, "nda", trust)) == [("aes", "digital_valid")]


def test_by_order_the_industriel_signs_an_nda_first(root: Identity, trust: ReadOptions) -> None:
    first = sign(blank("nda"), person("A", root), "S1", box=(50, 700, 200, 760))
    both = sign(first, person("B", root), "S2", box=(250, 700, 400, 760))
    assert statuses(found(both, "nda", trust)) == [("industriel", "digital_valid"), ("aes", "digital_valid")]


def test_an_invisible_signature_on_a_bon_is_the_clients(root: Identity, trust: ReadOptions) -> None:
    pdf = sign(blank("bon_de_livraison"), person("A", root), "S1")
    (signer,) = found(pdf, "bon_de_livraison", trust).signers
    assert (signer.role, signer.status) == ("client", "digital_valid")


def test_a_truncated_signed_file_is_not_valid(root: Identity, trust: ReadOptions) -> None:
    pdf = sign(blank("nda"), person("Alice Muller", root), "signature_industriel")
    assert found(pdf[: len(pdf) * 3 // 4], "nda", trust).status in ("digital_invalid", "unknown", "absent")


def test_a_signature_whose_bytes_are_garbage_is_unknown_or_invalid(
    root: Identity, trust: ReadOptions
) -> None:
    pdf = sign(blank("nda"), person("Alice Muller", root), "signature_industriel")
    at = pdf.index(b"/Contents <") + len(b"/Contents <")
    broken = pdf[:at] + b"0" * 400 + pdf[at + 400 :]
    assert found(broken, "nda", trust).status in ("digital_invalid", "unknown")


def test_a_trusted_time_stamp_keeps_a_signature_valid_after_its_certificate_expired(
    root: Identity, trust: ReadOptions
) -> None:
    alice = person("Alice Muller", root, until=datetime(2025, 6, 10, tzinfo=UTC))
    later = trust.model_copy(update={"as_of": date(2026, 1, 1)})
    stamped = sign(blank("nda"), alice, "signature_industriel", stamped_by=time_stamper(root))
    (signer,) = found(stamped, "nda", later).signers
    assert signer.status == "digital_valid"
    assert signer.signed_at == SIGNED_ON
    assert "time: trusted time stamp" in signer.evidence
    stranger = sign(blank("nda"), alice, "signature_industriel", stamped_by=time_stamper(authority("Autre")))
    assert found(stranger, "nda", later).status == "digital_untrusted"


def test_a_certificate_that_the_document_shows_as_revoked_is_untrusted_unless_the_stamp_is_older(
    root: Identity, trust: ReadOptions
) -> None:
    alice = person("Alice Muller", root)
    plain = sign(blank("nda"), alice, "signature_industriel")
    stamped = sign(blank("nda"), alice, "signature_industriel", stamped_by=time_stamper(root))
    before, after = SIGNED_ON - timedelta(days=3), SIGNED_ON + timedelta(hours=5)
    status = {
        (name, revoked): found(with_revocation_list(pdf, root, alice, revoked), "nda", trust).status
        for name, pdf in (("plain", plain), ("stamped", stamped))
        for revoked in (before, after)
    }
    assert status == {
        ("plain", before): "digital_untrusted",
        ("plain", after): "digital_untrusted",
        ("stamped", before): "digital_untrusted",
        ("stamped", after): "digital_valid",
    }


def test_what_a_list_that_is_out_of_date_says_of_others_does_no_harm(
    root: Identity, trust: ReadOptions
) -> None:
    pdf = sign(blank("nda"), person("Alice Muller", root), "signature_industriel")
    listed = with_revocation_list(pdf, root, person("Eve", root), SIGNED_ON + timedelta(seconds=5))
    later = trust.model_copy(update={"as_of": date(2026, 1, 1)})
    assert found(listed, "nda", later).status == "digital_valid"


def test_a_certified_blank_may_be_filled_in_but_what_it_said_may_not_be_changed(
    root: Identity, trust: ReadOptions
) -> None:
    issued = sign(
        filled("nda", matricule="20041234567"), person("Bob", root), "S1", box=(9, 9, 60, 30), certifies=True
    )
    answered = with_changed_field(issued, "denomination", "Medisoft SA")
    both = sign(answered, person("Alice Muller", root), "signature_industriel")
    assert [s.status for s in found(both, "nda", trust).signers] == ["digital_valid", "digital_valid"]
    changed = with_changed_field(issued, "matricule", "19991234567")
    assert found(changed, "nda", trust).status == "digital_invalid"


def test_bytes_behind_the_last_revision_are_a_change(root: Identity, trust: ReadOptions) -> None:
    pdf = sign(blank("nda"), person("Alice Muller", root), "signature_industriel")
    assert found(pdf + b"\r\n\0", "nda", trust).status == "digital_valid"
    start = pdf[pdf.rindex(b"startxref") :]
    loose = b"\n4 0 obj\n<</T (denomination) /V (Autre SARL)>>\nendobj\n"
    assert found(pdf + loose, "nda", trust).status == "digital_invalid"
    assert found(pdf + loose + start, "nda", trust).status == "digital_invalid"
