# ruff: noqa: E501 - tables of wordings and drawing calls read better on one line
"""A form before it is drawn: its items in order, what is printed in them and what should be read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from scripts.bench_documents.digital import values

KINDS = ("formulaire_1", "formulaire_2", "formulaire_3", "formulaire_4", "bon_de_livraison")


@dataclass
class Option:
    id: str
    label: str
    on: bool


@dataclass
class Item:
    """One place to fill. `fields` has two ids for "Nom et prénom"; none for what nothing asks for."""

    kind: str  # text, choice, bool, table, section
    label: str
    fields: tuple[str, ...] = ()
    type: str = "text"
    printed: str = ""
    hint: str = ""
    options: list[Option] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    name: str = ""
    """What a developer might call the form field."""


@dataclass
class Form:
    kind: str
    language: str
    title: str
    intro: str
    items: list[Item]
    truth: dict[str, Any] = field(default_factory=dict)
    allowed: dict[str, Any] = field(default_factory=dict)
    """Right where given, no miss where not: the two inferences."""
    filled: bool = True


@lru_cache(maxsize=1)
def _wordings() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("wordings.toml").read_text(encoding="utf-8"))


def wording(random: Random, table: dict[str, str], language: str, held: bool) -> str:
    return random.choice(table[f"held_{language}" if held else language].split("|"))


def lookup(kind: str, field_id: str) -> dict[str, Any]:
    book = _wordings()
    return book.get(kind, {}).get(field_id) or book[field_id]


class Builder:
    """Draws up one form. `held` takes the wordings that are kept for measuring."""

    def __init__(self, random: Random, kind: str, held: bool, state: str = "filled") -> None:
        self.random, self.kind, self.held, self.state = random, kind, held, state
        self.language = random.choice(["fr", "fr", "fr", "de", "en"])
        self.bilingual = (
            random.choice(["de", "en"]) if self.language == "fr" and random.random() < 0.15 else ""
        )
        self.numbered = random.choice(["", "", "", "1.", "1)", "1.1", "a)"])
        self.star = random.choice(["", "", " *", "*"])
        self.hints = random.random() < 0.35
        self.items: list[Item] = []
        self.truth: dict[str, Any] = {}
        self.allowed: dict[str, Any] = {}

    def build(self) -> Form:
        getattr(self, f"_{self.kind}")()
        titles = _wordings()["titles"][self.kind]
        title = wording(self.random, titles, self.language, self.held)
        if self.bilingual:
            title += " / " + wording(self.random, titles, self.bilingual, self.held)
        filled = any(v not in (None, False, "") and not k.startswith("date_") for k, v in self.truth.items())
        intro = {
            "fr": "À compléter par l'Industriel et à renvoyer à INCERT (support_labelisation@incert.lu).",
            "de": "Vom Industriellen auszufüllen und an INCERT zu senden (support_labelisation@incert.lu).",
            "en": "To be completed by the Industriel and returned to INCERT (support_labelisation@incert.lu).",
        }[self.language]
        return Form(self.kind, self.language, title, intro, self.items, self.truth, self.allowed, filled)

    def _label(self, field_id: str, table: dict[str, Any] | None = None) -> str:
        table = table or lookup(self.kind, field_id)
        label = wording(self.random, table, self.language, self.held)
        if self.bilingual:
            other = wording(self.random, table, self.bilingual, self.held)
            label = f"{label} / {other}" if other != label else label
        count = sum(1 for i in self.items if i.kind != "section") + 1
        if self.numbered:
            mark = {
                "1.": f"{count}.",
                "1)": f"{count})",
                "1.1": f"1.{count}",
                "a)": f"{chr(96 + (count - 1) % 26 + 1)})",
            }[self.numbered]
            label = f"{mark} {label}"
        return label + (self.star if self.random.random() < 0.7 else "")

    def _gone(self) -> bool:
        return self.state == "blank" or (self.state == "half" and self.random.random() < 0.4)

    def section(self, name: str) -> None:
        table = _wordings()["section"][name]
        self.items.append(Item("section", wording(self.random, table, self.language, self.held)))

    def text(
        self, field_id: str, pair: values.Pair, kind: str = "text", hint: str = "", empty: bool = False
    ) -> None:
        value, printed = pair
        if self._gone() or empty:
            value, printed = None, ""
            if self.random.random() < 0.05 and self.state == "filled":
                printed = self.random.choice(["n/a", "néant", "–", "-", "voir annexe"])
        if value is not None:
            self.truth[field_id] = value
        self.items.append(
            Item(
                "text",
                self._label(field_id),
                (field_id,),
                kind,
                printed,
                hint if self.hints else "",
                name=field_id,
            )
        )

    def choice(self, field_id: str, options: list[str], chosen: str | list[str] | None) -> None:
        table = lookup(self.kind, field_id)
        if self._gone():
            chosen = None
        picked = [chosen] if isinstance(chosen, str) else chosen or []
        if picked:
            self.truth[field_id] = chosen
        made = [
            Option(o, wording(self.random, table["choice"][o], self.language, self.held), o in picked)
            for o in options
        ]
        self.items.append(
            Item(
                "choice",
                self._label(field_id),
                (field_id,),
                "choices" if isinstance(chosen, list) or field_id == "services" else "choice",
                options=made,
                name=field_id,
            )
        )

    def boolean(self, field_id: str, value: bool) -> None:
        label = self._label(field_id)
        if self.random.random() < 0.5:
            value = value and not self._gone()
            self.truth[field_id] = value
            self.items.append(
                Item("bool", label, (field_id,), "bool", options=[Option("true", "", value)], name=field_id)
            )
            return
        gone = self._gone()
        yes, no = {"fr": ("Oui", "Non"), "de": ("Ja", "Nein"), "en": ("Yes", "No")}[self.language]
        if not gone:
            self.truth[field_id] = value
        options = [Option("true", yes, value and not gone), Option("false", no, not value and not gone)]
        self.items.append(Item("bool", label, (field_id,), "bool", options=options, name=field_id))

    def extra(self, name: str, chance: float = 0.3) -> None:
        if self.random.random() < chance:
            printed = "" if self._gone() else values.extra(self.random, name)
            self.items.append(
                Item("text", self._label(name, _wordings()["extra"][name]), (), "text", printed, name=name)
            )

    def _date(self, field_id: str) -> None:
        label = self._label(field_id)
        place = any(w in label.lower() for w in ("lieu", "ort", "place", "fait à"))
        value, printed = values.date(self.random, self.language, place)
        hint = (
            {"fr": "JJ/MM/AAAA", "de": "TT.MM.JJJJ", "en": "DD/MM/YYYY"}[self.language] if self.hints else ""
        )
        if self._gone():
            printed = ""
        else:
            self.truth[field_id] = value
        self.items.append(Item("text", label, (field_id,), "date", printed, hint, name=field_id))

    def _sign(self, signatory: float = 0.7) -> None:
        self.section("signature")
        if self.random.random() < signatory:
            self.text("signataire", values.person(self.random, self.language), "person")
        self.extra("fonction")
        self._date("date_signature")

    def _denomination(self) -> None:
        self.text(
            "denomination",
            values.company(self.random)
            if self.random.random() < 0.85
            else values.person(self.random, self.language),
            "company",
        )

    def _formulaire_1(self) -> None:
        r, language = self.random, self.language
        morale = r.random() < 0.7
        home = r.choice(["LU", "LU", "LU", "DE", "BE", "FR"])
        ident = "LU" if home == "FR" else home
        if self.state != "blank":
            self.allowed["type_personne"] = "morale" if morale else "physique"
            self.allowed["pays"] = home
        if r.random() < 0.6:
            self.choice("type_personne", ["morale", "physique"], "morale" if morale else "physique")
        self.section("morale")
        self.text("denomination_sociale", values.company(r), "company", empty=not morale)
        if r.random() < 0.35:
            last, first, printed = values.last_first(r)
            gone = self._gone() or not morale
            if not gone:
                self.truth |= {"ceo_nom": last, "ceo_prenom": first}
            self.items.append(
                Item(
                    "text",
                    self._label("ceo_pair"),
                    ("ceo_nom", "ceo_prenom"),
                    "person",
                    "" if gone else printed,
                    name="ceo_nom_prenom",
                )
            )
        else:
            self.text("ceo_nom", (v := r.choice(values.invent.LAST), v), "person", empty=not morale)
            self.text("ceo_prenom", (v := r.choice(values.invent.FIRST), v), "person", empty=not morale)
        self.text("rcs", values.rcs(r, ident), "rcs", "B 123456", empty=not morale or home == "FR")
        self.extra("depuis", 0.15)
        self.text("numero_tva", values.vat(r, ident), "vat", "LU12345678", empty=not morale)
        self.section("physique")
        self.text("nom", (v := r.choice(values.invent.LAST), v), "person", empty=morale)
        self.text("prenom", (v := r.choice(values.invent.FIRST), v), "person", empty=morale)
        self.extra("naissance", 0.15)
        self.section("common")
        self.text(
            "matricule",
            values.matricule(r, not morale),
            "matricule",
            {"fr": "11 ou 13 chiffres", "de": "11 oder 13 Ziffern", "en": "11 or 13 digits"}[language],
        )
        expected, printed, _ = values.address(r, home, language)
        self.text("adresse", (expected, printed), "address")
        if r.random() < 0.7:
            self.text("pays", values.country(r, home, language), "country")
        self.text("email", values.email(r), "email")
        self.extra("telephone")
        self.text("iban", values.iban(r, ident), "iban", "LU28 0019 4006 4475 0000")
        self.extra("bic")
        self.extra("banque", 0.2)
        self.extra("site", 0.15)
        self.boolean("participation_vague_1", r.random() < 0.5)
        self._sign(0.5)
        self.extra("reception", 0.15)

    def _formulaire_2(self) -> None:
        r = self.random
        self.section("common")
        self._denomination()
        self.text("code_prestataire", values.code(r), "code_prestataire", "123456-78")
        value = values.matricule(r)
        self.text("matricule", value, "matricule")
        self.text("ehealth_id", values.ehealth(r), "ehealth_id")
        if r.random() < 0.7:
            self.boolean("ehealth_actif", r.random() < 0.6)
        self.boolean("mysecu_actif", r.random() < 0.6)
        other = values.matricule(r) if r.random() < 0.3 else value
        self.text("matricule_mysecu", other, "matricule")
        self.text("email", values.email(r), "email")
        self.extra("telephone")
        if r.random() < 0.6:
            self.text("nom_logiciel", values.product(r))
        self.choice(
            "mode_integration", ["econnector_ng", "acces_direct"], r.choice(["econnector_ng", "acces_direct"])
        )
        self._sign()
        self.extra("dossier", 0.15)

    def _formulaire_3(self) -> None:
        r = self.random
        self.section("common")
        self._denomination()
        self.text("matricule", values.matricule(r), "matricule")
        self.text("nom_logiciel", values.product(r))
        self.text("version_logiciel", values.version(r))
        self.choice(
            "type_demande", ["nouvelle", "mise_a_jour_majeure"], r.choice(["nouvelle", "mise_a_jour_majeure"])
        )
        self.choice(
            "mode_integration", ["econnector_ng", "acces_direct"], r.choice(["econnector_ng", "acces_direct"])
        )
        self.choice(
            "services",
            ["remboursement", "pid_v2"],
            r.choice(
                [["remboursement", "pid_v2"], ["remboursement", "pid_v2"], ["remboursement"], ["pid_v2"]]
            ),
        )
        self._date("date_tests")
        if r.random() < 0.7:
            self.text("contact_technique", values.person(r, self.language), "person")
        self.text("email", values.email(r), "email")
        self.extra("telephone")
        self._sign()
        self.extra("dossier", 0.15)

    def _client(self) -> str:
        r = self.random
        kind = r.choice(["prestataire", "maison_medicale", "etablissement_hospitalier", "centre_flexible"])
        self.choice(
            "type_client",
            ["prestataire", "maison_medicale", "etablissement_hospitalier", "centre_flexible"],
            kind,
        )
        self.text("nom_client", values.client(r, kind))
        return kind

    def _formulaire_4(self) -> None:
        r = self.random
        self.section("common")
        self._denomination()
        self.text("matricule", values.matricule(r), "matricule")
        self.text("nom_logiciel", values.product(r))
        self.text("version_logiciel", values.version(r))
        kind = self._client()
        alone = kind == "prestataire"
        self.text("code_prestataire_client", values.code(r), "code_prestataire", empty=not alone)
        self.text("nombre_postes", values.number(r, self.language), "int", empty=alone)
        if r.random() < 0.6:
            self.text("responsable", values.person(r, self.language), "person", empty=alone)
        self._date("date_raccordement")
        if r.random() < 0.6:
            self.text("reference_transaction", values.reference(r))
        self._sign()

    def _bon_de_livraison(self) -> None:
        r = self.random
        self._denomination()
        self._client()
        self.text("nombre_postes", values.number(r, self.language), "int")
        if r.random() < 0.6:
            columns = ["nom", "code_prestataire", "postes"]
            count = 0 if self.state == "blank" else r.randint(1, 6)
            table = _wordings()["column"]
            rows, truth = [], []
            for _ in range(count):
                name, (code, shown), postes = values.person(r, self.language), values.code(r), r.randint(1, 9)
                rows.append([name[1], shown, str(postes)])
                truth.append({"nom": name[0], "code_prestataire": code, "postes": postes})
            if truth:
                self.truth["prestataires"] = truth
            heads = [wording(r, table[c], self.language, self.held) for c in columns]
            title = {
                "fr": "Prestataires raccordés",
                "de": "Angeschlossene Leistungserbringer",
                "en": "Connected providers",
            }[self.language]
            self.items.append(
                Item(
                    "table",
                    title,
                    ("prestataires",),
                    "table",
                    heads=heads,
                    rows=rows or [["", "", ""]] * 3,
                    name="prestataires",
                )
            )
        self._date("date_livraison")
        self.text("responsable", values.person(r, self.language), "person")
