"""The invented Industriels of the demonstration. Nobody here exists; every check digit holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MAILBOX = "support_labelisation@incert.lu"
AES = "sons@esante.lu"


@dataclass(frozen=True, slots=True)
class Industriel:
    """A maker of practice software. `enrolment`: what it writes on Formulaire 1, without the date."""

    name: str
    email: str
    signatory: str
    software: str
    version: str
    code_prestataire: str
    enrolment: dict[str, Any]
    program: str = "outlook"

    @property
    def matricule(self) -> str:
        return str(self.enrolment["matricule"])

    def formulaire_1(self, day: str, **changes: Any) -> dict[str, Any]:
        own = self.enrolment | {"email": self.email, "signataire": self.signatory, "date_signature": day}
        return own | changes

    def nda(self, day: str, **changes: Any) -> dict[str, Any]:
        own = {
            "denomination": self.name,
            "matricule": self.matricule,
            "signataire": self.signatory,
            "date_signature": day,
        }
        return own | changes

    def formulaire_2(self, day: str, **changes: Any) -> dict[str, Any]:
        own = {
            "denomination": self.name,
            "matricule": self.matricule,
            "code_prestataire": self.code_prestataire,
            "ehealth_id": f"{self.code_prestataire[:6]}0417",
            "ehealth_actif": True,
            "mysecu_actif": True,
            "matricule_mysecu": self.matricule,
            "email": self.email,
            "nom_logiciel": self.software,
            "mode_integration": "econnector_ng",
            "date_signature": day,
            "signataire": self.signatory,
        }
        return own | changes

    def formulaire_3(self, day: str, tests_ended: str, **changes: Any) -> dict[str, Any]:
        own = {
            "denomination": self.name,
            "matricule": self.matricule,
            "nom_logiciel": self.software,
            "version_logiciel": self.version,
            "type_demande": "nouvelle",
            "mode_integration": "econnector_ng",
            "services": ["remboursement", "pid_v2"],
            "date_tests": tests_ended,
            "contact_technique": self.signatory,
            "email": self.email,
            "date_signature": day,
            "signataire": self.signatory,
        }
        return own | changes

    def formulaire_4(self, day: str, client: Client, connected: str) -> dict[str, Any]:
        own = {
            "denomination": self.name,
            "matricule": self.matricule,
            "nom_logiciel": self.software,
            "version_logiciel": self.version,
            "type_client": client.kind,
            "nom_client": client.name,
            "date_raccordement": connected,
            "date_signature": day,
            "signataire": self.signatory,
        }
        if client.kind == "prestataire":
            return own | {"code_prestataire_client": client.code}
        return own | {"nombre_postes": client.workstations, "responsable": client.responsible}


@dataclass(frozen=True, slots=True)
class Client:
    """Whose workstations get connected: a doctor, or a collective."""

    kind: str
    name: str
    code: str = ""
    workstations: int = 1
    responsible: str = ""


def _company(
    name: str,
    email: str,
    ceo: tuple[str, str],
    software: tuple[str, str],
    code: str,
    *,
    matricule: str,
    iban: str,
    vat: str,
    rcs: str,
    address: str,
    country: str = "LU",
    program: str = "outlook",
    vague_1: bool = False,
) -> Industriel:
    enrolment: dict[str, Any] = {
        "type_personne": "morale",
        "denomination_sociale": name,
        "ceo_prenom": ceo[0],
        "ceo_nom": ceo[1],
        "matricule": matricule,
        "rcs": rcs,
        "numero_tva": vat,
        "iban": iban,
        "adresse": address,
        "pays": country,
    }
    if vague_1:
        enrolment["participation_vague_1"] = True
    return Industriel(name, email, " ".join(ceo), *software, code, enrolment, program)


def _person(
    first: str,
    last: str,
    email: str,
    software: tuple[str, str],
    code: str,
    *,
    matricule: str,
    iban: str,
    address: str,
    program: str,
) -> Industriel:
    enrolment = {
        "type_personne": "physique",
        "prenom": first,
        "nom": last,
        "matricule": matricule,
        "iban": iban,
        "adresse": address,
        "pays": "LU",
    }
    name = f"{first} {last}"
    return Industriel(name, email, name, *software, code, enrolment, program)


ALZETTE = _company(
    "Alzette Medisoft S.à r.l.",
    "sons@alzette.example",
    ("Anne", "Weber"),
    ("MediPraxis", "4.2"),
    "310452-17",
    matricule="20142413540",
    iban="LU850142805693166101",
    vat="LU36160902",
    rcs="B088133",
    address="12, rue des Tilleuls, L-2510 Luxembourg",
)
HOFFMANN = _person(
    "Claire",
    "Hoffmann",
    "c.hoffmann@cabinet-libre.example",
    ("CabinetLibre", "1.8"),
    "310977-42",
    matricule="1979031467486",
    iban="LU580017772339164214",
    address="3, Grand-Rue, L-9050 Ettelbruck",
    program="thunderbird",
)
PRAXISNORD = _company(
    "PraxisNord GmbH",
    "sons@praxisnord.example",
    ("Jürgen", "Kastner"),
    ("PraxisNord LUX", "7.0"),
    "311208-03",
    matricule="20192433542",
    iban="DE38585501303279921803",
    vat="DE280212020",
    rcs="HRB 41877",
    address="Paulinstraße 40, D-54292 Trier",
    country="DE",
    program="outlook",
)
DENTALIS = _company(
    "Dentalis SRL",
    "info@dentalis.example",
    ("Sophie", "Lambert"),
    ("DentaFlow", "3.1"),
    "311540-66",
    matricule="20172253106",
    iban="BE17001525967321",
    vat="BE0782115354",
    rcs="0782.115.354",
    address="Rue de Diekirch 8, B-6700 Arlon",
    country="BE",
    program="apple",
)
CABINET_PLUS = _company(
    "Cabinet Plus S.A.",
    "info@cabinetplus.example",
    ("Paul", "Thill"),
    ("Cabinet Plus", "11.4"),
    "204417-85",
    matricule="20062212692",
    iban="LU030023659830585587",
    vat="LU54124839",
    rcs="B096996",
    address="88, route d'Esch, L-1470 Luxembourg",
    vague_1=True,
)
SANTE_LOGICIELS = _company(
    "Santé Logiciels S.A.",
    "info@sante-logiciels.example",
    ("Marc", "Reuter"),
    ("SantéDoc", "2.0"),
    "312001-20",
    matricule="20112245163",
    iban="LU230039205989889286",
    vat="LU58349006",
    rcs="B146033",
    address="5, avenue de la Gare, L-4131 Esch-sur-Alzette",
    program="gmail",
)
LOGIMED = _company(
    "Logimed S.à r.l.",
    "bureau@logimed.example",
    ("Tom", "Kieffer"),
    ("LogiMed", "5.5"),
    "312334-91",
    matricule="20152454245",
    iban="LU080031392415327281",
    vat="LU12459079",
    rcs="B191995",
    address="2, rue du Pont, L-6471 Echternach",
)
DOCUCARE = _company(
    "DocuCare S.à r.l.",
    "admin@docucare.example",
    ("Nora", "Faber"),
    ("DocuCare", "1.0"),
    "312570-08",
    matricule="20212448703",
    iban="LU470024943068964845",
    vat="LU34705039",
    rcs="B257821",
    address="17, rue de l'Industrie, L-8069 Bertrange",
    program="gmail",
)
E_PRATICIEN = _company(
    "e-Praticien S.à r.l.",
    "hello@e-praticien.example",
    ("Luc", "Wagner"),
    ("e-Praticien", "9.3"),
    "312811-54",
    matricule="20122420427",
    iban="LU900140954400044602",
    vat="LU58595265",
    rcs="B169340",
    address="41, rue de Mersch, L-7780 Bissen",
    program="apple",
)
SCHMIT = _person(
    "Jean",
    "Schmit",
    "j.schmit@mondomed.example",
    ("MondoMed", "0.9"),
    "313015-33",
    matricule="1968050732999",
    iban="LU290017460042035244",
    address="9, rue du Casino, L-5618 Mondorf-les-Bains",
    program="thunderbird",
)
ARDENNE = _company(
    "Ardenne Santé S.A.",
    "projets@ardenne-sante.example",
    ("Julie", "Meyers"),
    ("ArdennePatient", "6.1"),
    "313286-70",
    matricule="20032265503",
    iban="LU060036014118678514",
    vat="LU15580252",
    rcs="B094154",
    address="1, place du Marché, L-9701 Clervaux",
)
MOSELLE = _company(
    "Moselle Informatique S.A.",
    "bureau@moselle-info.example",
    ("Pierre", "Steffen"),
    ("MosellePraxis", "2.7"),
    "313549-12",
    matricule="20092404367",
    iban="LU050026758091833139",
    vat="LU01285135",
    rcs="B147479",
    address="30, route du Vin, L-5405 Bech-Kleinmacher",
    program="scanner",
)

INDUSTRIELS = (
    ALZETTE,
    HOFFMANN,
    PRAXISNORD,
    DENTALIS,
    CABINET_PLUS,
    SANTE_LOGICIELS,
    LOGIMED,
    DOCUCARE,
    E_PRATICIEN,
    SCHMIT,
    ARDENNE,
    MOSELLE,
)

DR_KAYSER = Client("prestataire", "Dr Paul Kayser", code="654321-09")
MAISON_DU_PARC = Client(
    "maison_medicale", "Maison médicale du Parc", workstations=6, responsible="Martine Olinger"
)

VAGUE_1_LIST = (
    "matricule;code_prestataire;nom\n"
    f"{CABINET_PLUS.matricule};{CABINET_PLUS.code_prestataire};{CABINET_PLUS.name}\n"
)
