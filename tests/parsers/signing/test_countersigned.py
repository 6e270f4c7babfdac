"""The same NDA, one signature more."""

from parsers.signatures import countersigned, same_document
from parsers.types import Document, FieldValue, Signature, Signer

TEXT = (
    "Accord de non-divulgation entre Medisoft SA et l'Agence eSanté, articles un à dix, fait à Luxembourg "
    * 5
)


def nda(
    *roles: str, denomination: str = "Medisoft SA", text: str = TEXT, sha: str = "a", source: str = "text"
) -> Document:
    signers = tuple(Signer.model_validate({"role": r, "kind": "ink", "status": "handwritten"}) for r in roles)
    value = FieldValue.model_validate({"value": denomination, "confidence": 0.98, "source": source})
    return Document(
        file="nda.pdf",
        sha256=sha,
        media_type="application/pdf",
        kind="nda",
        confidence=0.99,
        fields={"denomination": value},
        signature=Signature(status="handwritten", signers=signers),
        text=text,
    )


def test_signed_once_more_it_is_the_same_document() -> None:
    first, second = nda("industriel"), nda("industriel", "aes", sha="b", text=TEXT + " Bob Weber 3 juin 2025")
    assert same_document(first, second)
    assert countersigned(first, second)


def test_sent_again_it_is_the_same_but_not_countersigned() -> None:
    assert same_document(nda("industriel"), nda("industriel"))
    assert not countersigned(nda("industriel"), nda("industriel"))


def test_of_another_industriel_it_is_not() -> None:
    assert not same_document(nda("industriel"), nda("industriel", "aes", denomination="Autre SARL", sha="b"))


def test_with_another_text_it_is_not() -> None:
    assert not same_document(
        nda("industriel"), nda("industriel", "aes", text="Contrat de bail. " * 40, sha="b")
    )


def test_a_scan_of_it_is_the_same_in_spite_of_misread_words() -> None:
    misread = TEXT.replace("Accord", "Accard").replace("articles", "artides")
    second = nda("industriel", "aes", text=misread, sha="b", source="ocr")
    assert same_document(nda("industriel"), second)


def test_another_kind_is_another_document() -> None:
    assert not same_document(nda("industriel"), nda("industriel").model_copy(update={"kind": "other"}))
