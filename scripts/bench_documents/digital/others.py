# ruff: noqa: E501 - tables of wordings and drawing calls read better on one line
"""Documents that are not forms of ours, or only look like it; and mails that carry Formulaire 1 in their words."""

from __future__ import annotations

import html
import io
from collections.abc import Callable
from email.message import EmailMessage
from random import Random

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from scripts.bench_documents import invent
from scripts.bench_documents.digital import values
from scripts.bench_documents.digital.model import Form
from scripts.bench_documents.digital.painter import wrapped

Page = tuple[str, list[str]]
"""(expected kind, lines: the first is the heading)"""


def letter(random: Random) -> Page:
    company, date = invent.company(random), values.date(random, "fr")[1]
    code, product = invent.code(random), random.choice(invent.PRODUCT)
    texts = [
        [company, f"Luxembourg, le {date}", "Objet : Formulaire 2 – accès à l'environnement de test", "Madame, Monsieur,",
         "Veuillez trouver ci-joint le Formulaire 2 dûment complété et signé. Notre matricule et notre code prestataire",
         f"({code}) y figurent. Nous restons à votre disposition pour toute question.", "Cordialement,", invent.person(random)],
        [company, f"Date : {date}", "Betreff: Formular 3 – Labelisierung", "Sehr geehrte Damen und Herren,",
         f"anbei erhalten Sie das Formular 3 für unsere Praxissoftware {product} sowie die Testprotokolle.",
         "Mit freundlichen Grüßen", invent.person(random)],
        [f"{company}", "Subject: NDA and enrolment form", "Dear Sir or Madam,",
         "Please find attached the signed non-disclosure agreement and our enrolment form (Formulaire 1).",
         "IBAN and VAT number are given in the form.", "Kind regards,", invent.person(random)],
        ["Lettre d'accompagnement", f"Expéditeur : {company}", f"Date : {date}", "Pièces jointes :", "- Formulaire 4 (demande de raccordement)",
         "- bon de livraison signé", f"Concerne : logiciel {product}, version {invent.version(random)}", "Salutations distinguées"],
        ["Fax / Télécopie", f"De : {company}", "À : INCERT", f"Date : {date}", "Pages : 3", "Objet : demande de labélisation",
         "Message : suite à notre entretien, veuillez trouver le formulaire de démarrage du processus de labélisation."],
    ]  # fmt: skip
    return "other", random.choice(texts)


def foreign_nda(random: Random) -> Page:
    one, two = invent.company(random), invent.company(random)
    return "other", [
        random.choice(["Accord de confidentialité", "NON-DISCLOSURE AGREEMENT", "Accord de non-divulgation"]),
        f"Entre {one}, établie à Luxembourg, ci-après « la Partie divulgatrice »,",
        f"et {two}, ci-après « la Partie réceptrice »,",
        "il est convenu que les informations confidentielles échangées dans le cadre d'un projet immobilier",
        "restent strictement confidentielles pendant une durée de trois ans.",
        f"Date : {values.date(random, 'fr')[1]}", f"Signature : {invent.person(random)}",
    ]  # fmt: skip


def quote(random: Random) -> Page:
    return "other", [
        random.choice(["Devis", "Offre de prix", "Angebot"]) + f" n° {random.randint(100, 999)}", f"Client : {invent.company(random)}",
        f"Date : {values.date(random, 'fr')[1]}", f"Fournisseur : {invent.company(random)}", "Description : installation de 12 postes de travail",
        f"N° TVA : {invent.vat(random)}", f"IBAN : {invent.iban(random)}", "Total TTC : 4.560,00 EUR", "Offre valable 30 jours.",
    ]  # fmt: skip


def printer_note(random: Random) -> Page:
    return "other", [
        random.choice(["Bon de livraison", "Lieferschein", "Delivery note"]) + f" BL-{random.randint(1000, 9999)}", f"Fournisseur : {invent.company(random)}",
        "Client : Imprimerie du Sud", f"Date de livraison : {values.date(random, 'fr')[1]}", "Article : papier offset 90 g, 12 palettes",
        "Article : encre cyan, 4 bidons", f"Responsable : {invent.person(random)}", "Reçu en bon état.",
    ]  # fmt: skip


def cv(random: Random) -> Page:
    name = invent.person(random)
    return "other", [
        "Curriculum vitae", f"Nom : {name.split()[1]}", f"Prénom : {name.split()[0]}", f"Email : {invent.email(random)}",
        "Adresse : 3, rue des Prés, L-8008 Strassen", "Date de naissance : 12.04.1986", "Nationalité : luxembourgeoise",
        "Expérience : développeur de logiciels médicaux (2012-2024)", "Langues : luxembourgeois, français, allemand",
    ]  # fmt: skip


def invoice(random: Random) -> Page:
    head = random.choice(["Facture", "FACTURE", "Rechnung", "Invoice"])
    return "facture", [
        f"{head} n° {random.randint(2025001, 2026999)}", invent.company(random), f"Date : {values.date(random, 'fr')[1]}",
        "Client : Agence eSanté", "Désignation : raccordement d'un prestataire, prime", "Montant HT : 547,01 EUR", "TVA 17 % : 92,99 EUR",
        "Total TTC : 640,00 EUR", f"IBAN : {invent.iban(random)}", f"N° TVA : {invent.vat(random)}", "Échéance : 30 jours",
    ]  # fmt: skip


def brochure(random: Random) -> Page:
    product = random.choice(invent.PRODUCT)
    return "other", [
        f"{product} – le logiciel métier des cabinets modernes", "Compatible eConnector NG, PID v2 et Remboursement.",
        "Gérez votre agenda, vos dossiers patients et vos mémoires d'honoraires en toute simplicité.",
        f"Version {invent.version(random)} disponible dès maintenant. Contact : {invent.email(random)}", "Démonstration gratuite sur rendez-vous.",
    ]  # fmt: skip


def report(random: Random) -> Page:
    head = random.choice(["Rapport de tests", "Testbericht", "Test report", "Procès-verbal de tests"])
    return "preuve_tests", [
        f"{head} – {random.choice(invent.PRODUCT)} {invent.version(random)}", f"Date d'exécution : {values.date(random, 'fr')[1]}",
        "Environnement : environnement de test SONS, eConnector NG", "Cas de test TC-001 Remboursement simple : réussi (OK)",
        "Cas de test TC-002 Annulation : réussi (OK)", "Cas de test TC-003 PID v2 : réussi (OK)", "Résultat : 3 tests exécutés, 3 réussis, 0 échec",
    ]  # fmt: skip


def attestation(random: Random) -> Page:
    head = random.choice(["Attestation de réussite des tests", "Attestation de labélisation", "Attestation"])
    return "attestation", [
        head, "L'Agence eSanté et INCERT attestent que le logiciel métier", f"{random.choice(invent.PRODUCT)}, version {invent.version(random)},",
        f"de la société {invent.company(random)} a passé avec succès les tests de labélisation.", f"Fait à Luxembourg, le {values.date(random, 'fr')[1]}",
    ]  # fmt: skip


def service_agreement(random: Random) -> Page:
    return "accord_service", [
        random.choice(["Accord de service et usage relatif à la labélisation", "Accord de service et d'usage relatif à la labélisation"]),
        f"Entre l'Agence eSanté et {invent.company(random)}, ci-après « l'Industriel »,", "Article 1 – Objet",
        "Le présent accord fixe les conditions d'usage du label attribué au logiciel métier.", "Article 2 – Durée",
        "L'accord est conclu pour une durée indéterminée.", f"Fait à Luxembourg, le {values.date(random, 'fr')[1]}",
    ]  # fmt: skip


def minutes(random: Random) -> Page:
    return "other", [
        "Compte rendu de la réunion technique", f"Date : {values.date(random, 'fr')[1]}", f"Présents : {invent.person(random)}, {invent.person(random)}",
        "1. Enrôlement : le Formulaire 1 sera envoyé la semaine prochaine.", "2. Environnement de test : accès via le Formulaire 2.",
        "3. Labélisation : tests du Remboursement et de PID v2 en cours.", "4. Raccordement : pas avant juillet.",
    ]  # fmt: skip


def guide(random: Random) -> Page:
    return "other", [
        "Guide de remplissage des formulaires", "Formulaire 1 : indiquez la dénomination sociale, le matricule, l'IBAN et le numéro de TVA.",
        "Formulaire 2 : indiquez le code prestataire, l'eHealth ID et le matricule utilisé pour MySecu.",
        "Formulaire 3 : indiquez le nom du logiciel, la version et la date de fin des tests.",
        "Formulaire 4 : indiquez le type de client et le nombre de postes de travail raccordés.", "En cas de doute, contactez Support_Sons@incert.lu.",
    ]  # fmt: skip


def registration(random: Random) -> Page:
    """A form of somebody else that asks much the same."""
    return "other", [
        random.choice(["Formulaire d'inscription à la newsletter", "Bulletin d'adhésion au club des entrepreneurs", "Ouverture de compte client"]),
        f"Société : {invent.company(random)}", f"Nom : {random.choice(invent.LAST)}", f"Prénom : {random.choice(invent.FIRST)}",
        f"E-mail : {invent.email(random)}", "Adresse : 12, Grand-Rue, L-1611 Luxembourg", f"N° TVA : {invent.vat(random)}", f"IBAN : {invent.iban(random)}",
        f"Date : {values.date(random, 'fr')[1]}", "Signature :",
    ]  # fmt: skip


KINDS: dict[str, Callable[[Random], Page]] = {
    f.__name__: f
    for f in (letter, foreign_nda, quote, printer_note, cv, invoice, brochure, report, attestation, service_agreement, minutes, guide, registration)
}  # fmt: skip
HELD = ("minutes", "guide", "registration", "printer_note", "brochure")


def page(lines: list[str], random: Random) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    y = 790.0
    for number, line in enumerate(lines):
        font, size = ("Helvetica-Bold", 15) if not number else ("Helvetica", 10)
        for piece in wrapped(line, font, size, 480):
            canvas.setFont(font, size)
            canvas.drawString(55, y, piece)
            y -= size + 4
        y -= random.choice([6, 10])
    canvas.save()
    return out.getvalue()


def nda(random: Random, blank: bool) -> tuple[list[str], dict[str, object]]:
    """(lines, what should be read) of our NDA in words of an office's own."""
    company, (matricule, shown) = values.company(random)[1], values.matricule(random, False)
    date, printed = values.date(random, "fr")
    name, written = values.person(random, "fr")
    gap = "………………………………"
    lines = [
        random.choice(["Accord de non-divulgation « Industriels »", "NDA « Industriels »"]),
        "Entre l'Agence eSanté, ci-après « l'AeS », et l'Industriel désigné ci-dessous :",
        f"Nom de l'Industriel : {gap if blank else company}",
        f"Matricule : {gap if blank else shown}",
        "Article 1 – Objet. L'Industriel garde secrètes les informations confidentielles et la documentation technique reçues.",
        "Article 2 – Divulgation. Aucune divulgation à des tiers n'est permise sans l'accord écrit de l'AeS.",
        "Article 3 – Droit applicable. Le présent accord est régi par le droit luxembourgeois.",
        "Pour l'Industriel",
        f"Nom du signataire : {gap if blank else written}",
        f"Date : {gap if blank else printed}",
        "Signature :",
    ]  # fmt: skip
    truth: dict[str, object] = (
        {}
        if blank
        else {"denomination": company, "matricule": matricule, "signataire": name, "date_signature": date}
    )
    return lines, truth


def portal_mail(form: Form, random: Random, style: str) -> bytes:
    """AeS's site tells INCERT what was typed into its form."""
    message = EmailMessage()
    message["From"] = "Portail eSanté <no-reply@esante.lu>"
    message["To"] = "support_labelisation@incert.lu"
    message["Subject"] = "Nouvelle demande d'enrôlement"
    message["Date"] = "Mon, 12 Jan 2026 10:12:00 +0100"
    message["Message-ID"] = f"<{random.randint(1, 10**9)}@esante.lu>"
    pairs = [(i.label.rstrip("* "), _said(i)) for i in form.items if i.kind != "section"]
    if style != "html_only":
        mark = random.choice([" : ", ": "])
        message.set_content(
            "Bonjour,\n\nUne nouvelle demande a été introduite.\n\n"
            + "".join(f"{a}{mark}{b}\n" for a, b in pairs)
            + "\n-- \nPortail eSanté\n"
        )
    rows = "".join(f"<tr><td>{html.escape(a)}</td><td>{html.escape(b)}</td></tr>" for a, b in pairs)
    body = f"<html><body><p>Une nouvelle demande a été introduite.</p><table>{rows}</table></body></html>"
    if style == "html_only":
        message.set_content(body, subtype="html")
    elif style == "both":
        message.add_alternative(body, subtype="html")
    return message.as_bytes()


def _said(item: object) -> str:
    from scripts.bench_documents.digital.model import Item

    assert isinstance(item, Item)
    if item.kind == "text":
        return item.printed.replace("\n", ", ")
    if item.kind == "bool" and len(item.options) == 1:
        return "Oui" if item.options[0].on else "Non"
    return ", ".join(o.label for o in item.options if o.on)


def xfa(form: Form, page_data: bytes) -> bytes:
    """The drawn blank with what was typed only in XFA's datasets."""
    import pikepdf
    from pikepdf import Array, Dictionary, String

    leaves = []
    for item in form.items:
        if item.kind == "text" and item.fields:
            leaves.append(f"<{item.name}>{html.escape(item.printed)}</{item.name}>")
        elif item.kind == "choice" and item.type == "choice":
            leaves.append(f"<{item.name}>{next((o.id for o in item.options if o.on), '')}</{item.name}>")
        elif item.kind == "bool":
            on = next((o.id for o in item.options if o.on), "")
            leaves.append(
                f"<{item.name}>{ {'true': '1', 'false': '0'}.get(on, '') or ('0' if len(item.options) == 1 else '') }</{item.name}>"
            )
    data = (
        '<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form1>'
        + "".join(leaves) + "</form1></xfa:data></xfa:datasets>"
    )  # fmt: skip
    with pikepdf.open(io.BytesIO(page_data)) as pdf:
        stream = pdf.make_stream(data.encode())
        pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Array([String("datasets"), stream]))
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()
