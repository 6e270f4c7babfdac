"""Reading mails: what the sender wrote, which files are documents, and that nothing whatever raises."""

from __future__ import annotations

import binascii
import io
import time
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import py7zr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.mail import outlook as msg_files
from parsers.message import part_bytes, read_message, unwrap_file
from tests.parsers.mails import (
    OPTIONS,
    PDF,
    apple_mail,
    codes,
    documents,
    docx,
    mail,
    outlook,
    picture,
    read,
    scanner,
    winmail,
    zipped,
)

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"


class TestWhichFilesAreDocuments:
    def test_outlook_logo_is_decoration_and_its_octet_stream_pdf_is_not(self) -> None:
        message = read(outlook("Ci-joint le formulaire.", picture(300, 80), {"F2.pdf": PDF}))
        assert [(p.name, p.media_type) for p in documents(message)] == [("F2.pdf", "application/pdf")]
        assert [p.name for p in message.parts if p.decoration] == ["image001.png"]
        assert message.text == "Ci-joint le formulaire."

    def test_apple_mail_sends_the_pdf_inline(self) -> None:
        message = read(apple_mail("Voici le NDA.", "NDA.pdf", PDF, "application", "pdf"))
        assert [p.name for p in documents(message)] == ["NDA.pdf"]
        assert message.text == "Voici le NDA."

    def test_a_photo_of_a_form_sent_inline_by_a_telephone_is_a_document(self) -> None:
        message = read(apple_mail("", "IMG_0001.jpeg", picture(1200, 1600, "JPEG"), "image", "jpeg"))
        assert [p.media_type for p in documents(message)] == ["image/jpeg"]

    def test_a_screenshot_pasted_into_outlook_is_a_document(self) -> None:
        message = read(outlook("Preuve des tests", picture(1280, 800), {}))
        assert [p.media_type for p in documents(message)] == ["image/png"]

    def test_a_scanner_sends_no_text_and_a_pdf_called_dat(self) -> None:
        message = read(scanner(PDF))
        assert message.text == ""
        assert [(p.name, p.media_type) for p in documents(message)] == [
            ("SKM_C25825060210000.dat", "application/pdf")
        ]

    def test_a_file_written_into_the_text_by_uuencode_is_a_document(self) -> None:
        lines = b"".join(binascii.b2a_uu(PDF[at : at + 45]) for at in range(0, len(PDF), 45))
        raw = b"From: a@b.example\nSubject: F2\n\nBonjour\n\nbegin 644 F2.pdf\n" + lines + b"`\nend\nMerci\n"
        message = read_message(raw, OPTIONS)
        [part] = documents(message)
        assert (part.name, part.media_type) == ("F2.pdf", "application/pdf")
        assert part_bytes(raw, part.path, OPTIONS) == PDF
        assert "begin 644" not in message.text

    def test_words_that_only_look_like_uuencode_stay_words(self) -> None:
        assert read(mail("Merci,\nbegin 644 of what\nend\n")).text == "Merci,\nbegin 644 of what\nend"

    def test_cards_calendars_keys_and_pixels_are_decoration(self) -> None:
        message = mail()
        for name, data in {
            "jean.vcf": b"BEGIN:VCARD\nEND:VCARD",
            "invite.ics": b"BEGIN:VCALENDAR\nEND:VCALENDAR",
            "OpenPGP_0x12.asc": b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n",
            "pixel.gif": picture(1, 1, "GIF"),
        }.items():
            message.add_attachment(data, "application", "octet-stream", filename=name)
        parts = read(message).parts
        assert len(parts) == 4
        assert all(part.decoration for part in parts)


class TestWrappedFiles:
    def test_members_of_a_zip_stand_for_the_zip(self) -> None:
        message = mail()
        data = zipped({"a/F1.pdf": PDF, "__MACOSX/._F1.pdf": b"x", "log.txt": b"ok"})
        message.add_attachment(data, "application", "zip", filename="envoi.zip")
        assert [p.name for p in read(message).parts] == ["envoi.zip!F1.pdf", "envoi.zip!log.txt"]

    def test_a_seven_zip_is_unpacked(self) -> None:
        out = io.BytesIO()
        with py7zr.SevenZipFile(out, "w") as archive:
            archive.writestr(PDF, "F1.pdf")
        (part,) = unwrap_file(out.getvalue(), "envoi.7z", OPTIONS)
        assert (part.name, part.data) == ("envoi.7z!F1.pdf", PDF)

    def test_a_locked_seven_zip_is_encrypted(self) -> None:
        out = io.BytesIO()
        with py7zr.SevenZipFile(out, "w", password="geheim") as archive:
            archive.writestr(PDF, "F1.pdf")
        (part,) = unwrap_file(out.getvalue(), "envoi.7z", OPTIONS)
        assert codes(part) == ["encrypted"]

    def test_winmail_dat_gives_its_files_under_their_long_names(self) -> None:
        message = mail()
        name = "Formulaire d'enrôlement.pdf"
        message.add_attachment(winmail({name: PDF}), "application", "ms-tnef", filename="winmail.dat")
        assert [(p.name, p.media_type) for p in read(message).parts] == [(name, "application/pdf")]

    def test_a_forwarded_mail_is_read_and_its_files_belong_to_the_outer_one(self) -> None:
        inner = mail("Nouveau formulaire", subject="Portail")
        inner.add_attachment(PDF, "application", "pdf", filename="F1.pdf")
        outer = mail("Pour suite utile", subject="TR: Portail")
        outer.add_attachment(inner)
        message = read(outer)
        assert [p.name for p in message.parts] == ["message.eml!F1.pdf"]
        assert [(m.subject, m.text) for m in message.forwarded] == [("Portail", "Nouveau formulaire")]

    def test_an_eml_that_calls_itself_octet_stream_is_opened_too(self) -> None:
        inner = mail("texte")
        inner.add_attachment(PDF, "application", "pdf", filename="F1.pdf")
        outer = mail()
        outer.add_attachment(inner.as_bytes(), "application", "octet-stream", filename="mail.eml")
        assert [p.name for p in read(outer).parts] == ["mail.eml!F1.pdf"]

    def test_the_same_bytes_come_again_by_path(self) -> None:
        inner = mail("texte")
        inner.add_attachment(zipped({"a.pdf": PDF, "b.docx": docx()}), "application", "zip", filename="z.zip")
        outer = mail()
        outer.add_attachment(b"erste", "text", "csv", filename="a.csv")
        outer.add_attachment(inner)
        raw = outer.as_bytes()
        parts = read(raw).parts
        assert len({part.path for part in parts}) == 3
        for part in parts:
            assert part_bytes(raw, part.path, OPTIONS) == part.data

    @pytest.mark.parametrize("path", ["", "9", "1.1", "x"])
    def test_a_path_that_leads_nowhere_is_a_key_error(self, path: str) -> None:
        message = mail()
        message.add_attachment(PDF, "application", "pdf", filename="a.pdf")
        with pytest.raises(KeyError):
            part_bytes(message.as_bytes(), path, OPTIONS)


class TestLimits:
    def test_a_zip_of_zeros_is_a_bomb(self) -> None:
        (part,) = unwrap_file(zipped({"zeros.txt": bytes(30_000_000)}), "z.zip", OPTIONS)
        assert codes(part) == ["bomb"]

    def test_nesting_ends_at_max_depth(self) -> None:
        data = b"deep"
        for _ in range(12):
            data = zipped({"inner.zip": data})
        (part,) = unwrap_file(data, "outer.zip", OPTIONS)
        assert codes(part) == ["bomb"]
        assert part.name.count("!") == OPTIONS.max_depth

    def test_archives_that_multiply_are_left_in_time(self) -> None:
        data = b"x"
        for _ in range(OPTIONS.max_depth - 1):
            data = zipped({f"{n}.zip": data for n in range(16)})
        message = mail()
        message.add_attachment(data, "application", "zip", filename="z.zip")
        result = read(message, max_members=20)
        assert len(result.parts) == 20
        assert codes(result) == ["truncated"]

    def test_no_more_files_than_allowed(self) -> None:
        message = mail()
        data = zipped({f"{n}.txt": b"x" for n in range(50)})
        message.add_attachment(data, "application", "zip", filename="z.zip")
        result = read(message, max_members=10)
        assert len(result.parts) == 10
        assert codes(result) == ["truncated"]

    def test_a_mail_beyond_the_size_limit_keeps_its_header(self) -> None:
        result = read(mail("x" * 5000), max_bytes=1000)
        assert codes(result) == ["too_large"]
        assert result.sender is not None
        assert result.sender.email == "jean@medisoft.example"

    def test_no_time_left(self) -> None:
        message = mail()
        message.add_attachment(PDF, "application", "pdf", filename="a.pdf")
        assert codes(read(message, seconds=0.0)) == ["timeout"]


class TestHeaders:
    @pytest.mark.parametrize(
        ("value", "email", "name"),
        [
            ("Jean Dupont <Jean@MediSoft.example>", "jean@medisoft.example", "Jean Dupont"),
            ("Dupont, Jean <jean@medisoft.example>", "jean@medisoft.example", "Dupont, Jean"),
            ('"Dupont, Jean" <jean@medisoft.example>', "jean@medisoft.example", "Dupont, Jean"),
            ("=?utf-8?Q?Ren=C3=A9e_M=C3=BCller?= <r@m.example>", "r@m.example", "Renée Müller"),
            ('"ceo@bank.example" <thief@evil.example>', "thief@evil.example", "ceo@bank.example"),
            ("ceo@bank.example <thief@evil.example>", "thief@evil.example", "ceo@bank.example"),
            ("jean@medisoft.example (Jean Dupont)", "jean@medisoft.example", ""),
            ("<jean@medisoft.example>, b@c.example", "jean@medisoft.example", ""),
        ],
    )
    def test_senders(self, value: str, email: str, name: str) -> None:
        sender = read(f"From: {value}\nSubject: x\n\nx").sender
        assert sender is not None
        assert (sender.email, sender.name) == (email, name)

    def test_no_sender(self) -> None:
        assert read("From: undisclosed-recipients:;\nSubject: x\n\nx").sender is None

    def test_a_character_split_over_two_encoded_words(self) -> None:
        assert read("Subject: =?utf-8?B?w6ljb2zD?=\n =?utf-8?B?qQ==?=\n\nx").subject == "écolé"

    def test_raw_eight_bit_subject(self) -> None:
        assert read("Subject: Enrôlement\n\nx").subject == "Enrôlement"
        assert read("Subject: Enrôlement\n\nx".encode("latin-1")).subject == "Enrôlement"

    def test_every_value_of_a_repeated_header_topmost_first(self) -> None:
        message = read("Authentication-Results: a; x\nReceived: by b\nAuthentication-Results: c; y\n\nx")
        assert message.headers["authentication-results"] == ("a; x", "c; y")
        assert [line.split(":")[0] for line in message.headers[":trace"]] == [
            "authentication-results",
            "received",
            "authentication-results",
        ]

    def test_padding_cannot_hide_a_header_that_rules_look_at(self) -> None:
        padding = "".join(f"X-Pad-{n}: x\n" for n in range(400))
        message = read(f"{padding}Auto-Submitted: auto-replied\n\nx")
        assert message.headers["auto-submitted"] == ("auto-replied",)
        assert len(message.headers) <= 201

    @pytest.mark.parametrize(
        "disposition",
        [
            "attachment; filename*=utf-8''Enr%C3%B4lement.pdf",
            'attachment; filename="=?utf-8?Q?Enr=C3=B4lement=2Epdf?="',
            "attachment; filename*0*=utf-8''Enr%C3%B4; filename*1=lement.pdf",
            "attachment; filename=\"Enrolement.pdf\"; filename*=utf-8''Enr%C3%B4lement.pdf",
            'attachment; filename="C:\\Users\\x\\Enrôlement.pdf"',
        ],
    )
    def test_file_names(self, disposition: str) -> None:
        message = read(f"Content-Disposition: {disposition}\nContent-Type: application/pdf\n\n%PDF-1.4\n")
        assert [part.name for part in message.parts] == ["Enrôlement.pdf"]

    @pytest.mark.parametrize(
        "header",
        [
            "Subject : Formulaire\nContent-Type : multipart/mixed; boundary=X\n",
            "Subject: Formulaire\nContent-Type: multipart/mixed\n",
            "Subject: Formulaire\nContent-Type: text/plain\nContent-Type: multipart/mixed; boundary=X\n",
            "Subject: Formulaire\n",
        ],
        ids=["spaces before colons", "no boundary", "two types", "no type"],
    )
    def test_a_multipart_is_one_whatever_its_header_says(self, header: str) -> None:
        message = read(
            f"{header}\n--X\nContent-Type: text/plain\n\nBonjour\n--X\n"
            "Content-Type: application/pdf; name=f2.pdf\n\n%PDF-1.4\n--X--\n"
        )
        assert (message.subject, message.text) == ("Formulaire", "Bonjour")
        assert [part.name for part in message.parts] == ["f2.pdf"]

    def test_words_before_a_mail_in_its_raw_form_stay(self) -> None:
        message = read(
            "Subject: x\n\nVoici ce que j'ai reçu.\n--X\nContent-Type: text/plain\n\nBonjour\n--X--\n"
        )
        assert "Voici ce que" in message.text
        assert "Bonjour" in message.text


class TestText:
    def test_unknown_charset_and_wrong_charset(self) -> None:
        head = "Content-Type: text/plain; charset={}\nContent-Transfer-Encoding: 8bit\n\n"
        for charset in ("x-unknown", "iso-8859-1", "us-ascii", "klingon", "base64"):
            assert read(head.format(charset).encode() + "déjà".encode()).text == "déjà"
        assert read(head.format("utf-8").encode() + "déjà".encode("cp1252")).text == "déjà"

    def test_html_alone_keeps_labels_beside_their_values(self) -> None:
        message = mail()
        message.set_content(
            "<html><head><style>p{}</style></head><body><div style='display:none'>Aperçu caché</div>"
            "<p>Bonjour,</p><table><tr><td><b>Matricule :</b></td><td>1893 1201 05732</td></tr>"
            "<tr><td>IBAN</td><td>LU28 0019 4006 4475 0000</td></tr></table>"
            "<script>x()</script></body></html>",
            subtype="html",
        )
        assert read(message).text == (
            "Bonjour,\n\nMatricule : 1893 1201 05732\n\nIBAN : LU28 0019 4006 4475 0000"
        )

    @pytest.mark.parametrize(
        ("plain", "expected"),
        [
            ("Le texte.", "Le texte."),
            ("", "Le HTML."),
            ("Please view this email in your browser", "Le HTML."),
        ],
    )
    def test_plain_text_goes_first_unless_it_is_a_stub(self, plain: str, expected: str) -> None:
        message = mail(plain)
        message.add_alternative(f"<p>Le HTML.</p><p>{'Des mots. ' * 9}</p>", subtype="html")
        assert read(message).text.split("\n")[0] == expected

    def test_a_plain_text_that_lost_the_table_gives_way_to_the_html(self) -> None:
        message = mail("Nouvelle demande\nMatricule\n18931201\nIBAN\nLU28")
        rows = "".join(f"<tr><td>{label}</td><td>valeur</td></tr>" for label in ("Nom", "Pays", "IBAN"))
        message.add_alternative(f"<table>{rows}</table>", subtype="html")
        assert "Pays : valeur" in read(message).text

    @pytest.mark.parametrize(
        "history",
        [
            "Le lun. 2 juin 2025 à 10:00, INCERT <support@incert.example> a écrit :\n> Il manque le NDA.",
            "Le 02/06/2025 à 10:00, INCERT a écrit :\n\n> Il manque le NDA.",
            "Am 02.06.2025 um 10:00 schrieb INCERT <support@incert.example>:\n> Il manque le NDA.",
            "Am Mo., 2. Juni 2025 um 10:00 schrieb INCERT\n<support@incert.example>:\n\nIl manque le NDA.",
            "On Mon, 2 Jun 2025 at 10:00, INCERT <support@incert.example> wrote:\n> Il manque le NDA.",
            "-----Message d'origine-----\nDe : INCERT\nEnvoyé : lundi\nObjet : NDA\n\nIl manque le NDA.",
            "De : INCERT <support@incert.example>\nEnvoyé : lundi 2 juin 2025\nÀ : Jean\nObjet : RE: NDA\n\n"
            "Il manque le NDA.",
            "________________________________\nVon: INCERT\nGesendet: Montag, 2. Juni 2025\nBetreff: NDA\n\n"
            "Il manque le NDA.",
            "From: INCERT <support@incert.example>\nSent: Monday\nSubject: NDA\n\nIl manque le NDA.",
            "> Il manque le NDA.",
        ],
    )
    def test_history_is_quoted(self, history: str) -> None:
        message = read(mail(f"Voici le NDA.\n\nEnvoyé de mon iPhone\n\n{history}\n", subject="RE: NDA"))
        assert message.text == "Voici le NDA."
        assert "Il manque le NDA." in message.quoted

    def test_a_forward_under_a_subject_of_its_own(self) -> None:
        header = "De : Portail <no-reply@aes.example>\nEnvoyé : lundi\nObjet : Demande\n\nIBAN : LU28"
        assert read(mail(f"Pour suite.\n\n{header}", subject="Formulaire 1 Medisoft")).text.endswith("LU28")

    def test_history_under_a_subject_of_its_own(self) -> None:
        header = "De : support_labelisation@incert.example\nEnvoyé : lundi\nObjet : NDA\n\nIl manque le NDA."
        assert read(mail(f"Voici.\n\n{header}", subject="Notre NDA")).text == "Voici."

    def test_a_sentence_that_says_who_wrote_is_no_history(self) -> None:
        text = "La CNS nous a écrit :\nvotre code prestataire suit.\nDevons-nous attendre ?"
        assert read(mail(text)).text == text

    def test_an_answer_below_the_quote_is_new_text(self) -> None:
        body = (
            "Le 2 juin 2025 à 10:00, INCERT a écrit :\n> Il manque le NDA.\n\nLe voici.\n-- \nJean Dupont\n"
        )
        message = read(mail(body, subject="Re: NDA"))
        assert message.text == "Le voici."
        assert "Jean Dupont" in message.quoted

    @pytest.mark.parametrize(
        ("subject", "mark"),
        [
            (
                "TR: Portail",
                "De : Portail <no-reply@aes.example>\nEnvoyé : lundi 2 juin\nObjet : x\n\n",
            ),
            ("FW: Portail", "From: Portail\nSent: Monday\nSubject: Portail\n\n"),
            (
                "WG: Portail",
                "-----Ursprüngliche Nachricht-----\nVon: Portail\nGesendet: Montag\nBetreff: x\n\n",
            ),
            ("Fwd: Portail", "---------- Forwarded message ---------\nDe : Portail <x@aes.example>\n\n"),
            ("Portail", "Début du message réexpédié :\n\n> De : Portail\n> Objet : x\n> \n> "),
            ("Portail", "-------- Message transféré --------\nSujet : x\n\n"),
        ],
    )
    def test_what_is_forwarded_inline_is_submitted(self, subject: str, mark: str) -> None:
        message = read(mail(f"Pour suite utile.\n\n{mark}IBAN : LU280019400644750000\n", subject=subject))
        assert message.text.startswith("Pour suite utile.")
        assert message.text.endswith("\nIBAN : LU280019400644750000")
        assert message.quoted == ""

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("Bonjour, veuillez trouver ci-joint notre formulaire.", "fr"),
            ("Guten Tag, anbei finden Sie unser Formular.", "de"),
            ("Hello, please find attached our form.", "en"),
            ("12345", None),
        ],
    )
    def test_language(self, text: str, language: str | None) -> None:
        assert read(mail(text, subject="F2")).language == language


class TestCryptography:
    def test_a_clear_signed_mail_is_read_and_its_signature_is_decoration(self) -> None:
        raw = (
            'Content-Type: multipart/signed; boundary=b; protocol="application/pkcs7-signature"\n\n'
            "--b\nContent-Type: text/plain\n\nVoici le formulaire.\n"
            "--b\nContent-Type: application/pkcs7-signature; name=smime.p7s\n"
            "Content-Disposition: attachment; filename=smime.p7s\nContent-Transfer-Encoding: base64\n\n"
            "MIAGCSqGSIb3DQEHAqCAMIACAQExCzAJBgUrDgMCGgUAMIAGCSqGSIb3DQEHAQAAoIA=\n--b--\n"
        )
        message = read(raw)
        assert message.text == "Voici le formulaire."
        assert [part.decoration for part in message.parts] == [True]

    def test_an_opaque_signed_mail_shows_its_content(self) -> None:
        from asn1crypto import cms

        inner = mail("Voici le formulaire signé.")
        inner.add_attachment(PDF, "application", "pdf", filename="F2.pdf")
        del inner["From"]
        signed = cms.ContentInfo(
            {
                "content_type": "signed_data",
                "content": cms.SignedData(
                    {
                        "version": "v1",
                        "digest_algorithms": [],
                        "encap_content_info": {"content_type": "data", "content": inner.as_bytes()},
                        "signer_infos": [],
                    }
                ),
            }
        ).dump()
        outer = EmailMessage()
        outer["From"] = "jean@medisoft.example"
        outer.set_content(signed, "application", "pkcs7-mime", filename="smime.p7m", disposition="attachment")
        message = read(outer)
        assert message.text == "Voici le formulaire signé."
        assert [(p.name, p.decoration, codes(p)) for p in message.parts] == [
            ("smime.p7m", True, ["signature_unverified"]),
            ("F2.pdf", False, []),
        ]

    def test_an_encrypted_pgp_mail_says_so_once(self) -> None:
        raw = (
            'Content-Type: multipart/encrypted; boundary=b; protocol="application/pgp-encrypted"\n\n'
            "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n"
            "--b\nContent-Type: application/octet-stream; name=encrypted.asc\n\n"
            "-----BEGIN PGP MESSAGE-----\n\nabc\n--b--\n"
        )
        (part,) = documents(read(raw))
        assert (part.name, codes(part)) == ("encrypted.asc", ["pgp"])

    def test_pgp_is_named(self) -> None:
        inline = read(mail("-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----"))
        assert codes(inline) == ["pgp"]
        message = mail()
        message.add_attachment(
            b"-----BEGIN PGP MESSAGE-----\n", "application", "octet-stream", filename="a.asc"
        )
        assert codes(read(message).parts[0]) == ["pgp"]


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=600),
    st.sampled_from([b"", b"Content-Type: multipart/mixed; boundary=a\n\n--a\n", b"From: "]),
)
def test_any_bytes_give_a_message(junk: bytes, start: bytes) -> None:
    read_message(start + junk, OPTIONS).model_dump_json()


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_damaged_mail_gives_a_message(data: st.DataObject) -> None:
    raw = bytearray(_RICH)
    for _ in range(data.draw(st.integers(1, 12))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    read_message(bytes(raw[: data.draw(st.integers(1, len(raw)))]), OPTIONS).model_dump_json()


def _rich() -> bytes:
    message = outlook("Voici.", picture(40, 40), {"F2.pdf": PDF, "z.zip": zipped({"a.pdf": PDF})})
    message.add_attachment(winmail({"b.pdf": PDF}), "application", "ms-tnef", filename="winmail.dat")
    message.add_attachment(mail("inner"))
    return message.as_bytes()


_RICH = _rich()


@pytest.mark.long
@pytest.mark.no_cover  # other tests run the same lines
@pytest.mark.corpora
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the public files are not beside the checkout")
@pytest.mark.parametrize("folder", ["email", "msg", "zip", "crypto"])
def test_every_public_file_is_read_in_time(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [path for path in sorted((CORPORA / folder).rglob("*")) if path.is_file()]
    assert files
    for path in files:
        raw = path.read_bytes()
        began = time.process_time()
        message = read_message(raw, OPTIONS)
        parts = unwrap_file(raw, path.name, OPTIONS)
        assert time.process_time() - began < 15, path
        assert message.model_dump_json()
        with monkeypatch.context() as once_more:  # for all its parts, not anew for each
            once_more.setattr(msg_files, "msg_letter", cache(msg_files.msg_letter))
            assert all(part_bytes(raw, part.path, OPTIONS) == part.data for part in message.parts), path
        assert parts or message.text or message.forwarded or folder in ("email", "msg"), path


@pytest.mark.corpora
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the public files are not beside the checkout")
@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("testPKCS7_enveloped_def.p7m", {"testPKCS7_enveloped_def.p7m": ["encrypted"]}),
        ("testZipEncrypted.zip", {"unencrypted.txt": [], "encrypted.txt": ["encrypted"]}),
        ("testZIP_corrupted_oom.zip", {"testZIP_corrupted_oom.zip": ["damaged"]}),
        ("oom.tnef", {"oom.tnef": ["damaged"]}),
        (
            "quick-winmail.dat",
            {"quick.doc": [], "quick.html": [], "quick.pdf": [], "quick.txt": [], "quick.xml": []},
        ),
        ("attachment_test_msg.msg", {"test-unicode.doc": [], "pj1.txt": []}),
    ],
)
def test_what_is_in_known_public_files(name: str, parts: dict[str, list[str]]) -> None:
    (path,) = CORPORA.rglob(name)
    found = unwrap_file(path.read_bytes(), name, OPTIONS)
    assert {part.name.rpartition("!")[2]: codes(part) for part in found} == parts
