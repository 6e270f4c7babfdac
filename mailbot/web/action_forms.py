"""The form of every action of contract.md: what it asks for, and how it looks. Data, and the checks on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mailbot.web.visit import Refused, Visit, day

Ask = Literal["no", "may", "must"]
Tone = Literal["yes", "no", "plain"]


def _(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class ActionForm:
    """`sends`: a mail may leave, so it is shown first. `ticks`: name and label; all of them are needed."""

    name: str
    label: str
    hint: str = ""
    tone: Tone = "plain"
    sends: bool = False
    note: Ask = "may"
    note_label: str = _("Texte")
    files: Ask = "no"
    files_label: str = _("Pièces à joindre")
    extras: tuple[str, ...] = ()
    ticks: tuple[tuple[str, str], ...] = ()
    key: str = ""


_FORMS = (
    ActionForm(
        "approve",
        _("Envoyer la réponse"),
        _("Le courriel ci-dessous part tel quel, ou avec votre texte."),
        "yes",
        True,
        "no",
        key="c",
    ),
    ActionForm(
        "enrolment-valid",
        _("Enrôlement valide"),
        _("Deux constats séparés. Avec les deux, le Formulaire 2 et la documentation partent."),
        "yes",
        True,
        "may",
        _("Message (facultatif)"),
        "may",
        _("Documentation technique de cet Industriel"),
        ("party",),
        key="c",
    ),
    ActionForm(
        "enrolment-refused",
        _("Refuser l'enrôlement"),
        "",
        "no",
        True,
        "must",
        _("Motif, tel que l'Industriel le lira"),
    ),
    ActionForm(
        "access-configured",
        _("Accès configuré"),
        _("Elles vont à la seule adresse enregistrée, et ne restent pas dans l'historique."),
        "yes",
        True,
        "may",
        _("Informations d'accès"),
        "may",
        _("Fichiers d'accès"),
        key="c",
    ),
    ActionForm(
        "access-refused",
        _("Refuser l'accès"),
        "",
        "no",
        True,
        "must",
        _("Motif, tel que l'Industriel le lira"),
    ),
    ActionForm(
        "tests-passed",
        _("Tests réussis"),
        _("L'attestation est validée par les quatre parties et part avec le Formulaire 4."),
        "yes",
        True,
        "may",
        _("Message (facultatif)"),
        "must",
        _("Attestation de réussite"),
        ticks=(
            ("ciss", _("Validée par le CISS")),
            ("aes", _("Validée par l'AeS")),
            ("cns", _("Validée par la CNS")),
            ("incert", _("Validée par INCERT")),
        ),
        key="c",
    ),
    ActionForm(
        "complement",
        _("Demander un complément"),
        "",
        "plain",
        True,
        "must",
        _("Ce qui manque, tel que l'Industriel le lira"),
        "may",
        key="r",
    ),
    ActionForm(
        "tests-failed",
        _("Tests échoués"),
        "",
        "no",
        True,
        "may",
        _("Ce qui a échoué, tel que l'Industriel le lira"),
        "may",
        _("Résultats des tests"),
    ),
    ActionForm(
        "labelled",
        _("Labélisé"),
        _("L'AeS a délivré l'attestation de labélisation."),
        "yes",
        False,
        "may",
        _("Remarque"),
        extras=("date",),
        key="c",
    ),
    ActionForm(
        "connection-valid",
        _("Raccordement valide"),
        _("L'Industriel pourra facturer ce montant à l'AeS."),
        "yes",
        True,
        "may",
        _("Message (facultatif)"),
        extras=("amount",),
        ticks=(
            ("signature", _("Signature électronique vérifiée")),
            ("timestamp", _("Horodatage vérifié")),
            ("uniqueness", _("Transaction unique")),
        ),
        key="c",
    ),
    ActionForm(
        "connection-refused",
        _("Refuser le raccordement"),
        "",
        "no",
        True,
        "must",
        _("Motif, tel que l'Industriel le lira"),
    ),
    ActionForm(
        "change-accepted",
        _("Accepter le changement"),
        _("Les nouvelles valeurs remplacent les anciennes."),
        "yes",
        True,
        "may",
        _("Message (facultatif)"),
        extras=("changes",),
        key="c",
    ),
    ActionForm(
        "change-refused",
        _("Refuser le changement"),
        "",
        "no",
        True,
        "must",
        _("Motif, tel que l'Industriel le lira"),
    ),
    ActionForm(
        "deadline-overruled",
        _("Accepter malgré le délai"),
        _("Décidé à nouveau comme si c'était à temps."),
        "plain",
        True,
        "must",
        _("Raison, pour l'historique"),
    ),
    ActionForm(
        "correct",
        _("Corriger un document"),
        _("Son type ou sa signature. Une valeur se corrige dans le tableau des champs."),
        "plain",
        True,
        "no",
        extras=("document", "kind", "signature"),
    ),
    ActionForm(
        "assign",
        _("Rattacher à un dossier"),
        _("Décidé à nouveau dans ce dossier."),
        "plain",
        True,
        "no",
        extras=("dossier",),
    ),
    ActionForm(
        "reply", _("Répondre librement"), "", "plain", True, "must", _("Votre réponse"), "may", key="r"
    ),
    ActionForm(
        "forward",
        _("Transmettre"),
        _("Le courriel reçu part en pièce jointe."),
        "plain",
        True,
        "may",
        _("Message"),
        "may",
        extras=("to",),
    ),
    ActionForm("note", _("Noter"), _("Reste interne."), "plain", False, "must", _("Note interne"), key="n"),
    ActionForm("postpone", _("Reporter"), "", "plain", False, "may", _("Raison"), extras=("until",), key="z"),
    ActionForm(
        "merge",
        _("Fusionner"),
        _("Tout ce qui est dans ce dossier passe dans un autre."),
        "plain",
        True,
        "may",
        _("Raison"),
        extras=("dossier",),
    ),
    ActionForm(
        "reprocess", _("Relire"), _("Le courriel est relu et décidé à nouveau."), "plain", False, "no"
    ),
    ActionForm("close", _("Fermer"), _("Le brouillon est abandonné."), "plain", False, "may", _("Raison")),
    ActionForm(
        "dismiss",
        _("Classer sans suite"),
        _("Rien à faire : le brouillon et ce que le courriel apportait sont abandonnés."),
        "no",
        False,
        "must",
        _("Raison"),
    ),
    ActionForm("reopen", _("Rouvrir"), "", "yes", False, "may", _("Raison"), key="c"),
)
FORMS = {form.name: form for form in _FORMS}
FIRST = ("yes", "no")
"""Tones of the decisions that stand in front."""


def in_order(actions: tuple[str, ...]) -> list[ActionForm]:
    """The forms of the actions that an entry offers: decisions first, in the order above."""
    return [form for form in _FORMS if form.name in actions]


def form_of(visit: Visit, name: str) -> ActionForm:
    found = FORMS.get(name)
    if found is None:
        raise Refused(404, visit.say("Cette action n'existe pas."))
    return found


def set_values(visit: Visit, form: ActionForm) -> dict[str, str]:
    """What the action is told with --set, from the form. Raises Refused for what is missing or wrong."""
    values: dict[str, str] = {}
    if "party" in form.extras:
        values["party"] = _one_of(visit, "party", ("incert", "aes", "both"))
    if "amount" in form.extras:
        values["amount"] = visit.value("amount").strip()
        if not values["amount"].isdigit():
            raise Refused(422, visit.say("Confirmer le montant, en euros entiers."))
    if "date" in form.extras and visit.value("date"):
        if day(visit.value("date")) is None:
            raise Refused(422, visit.say("Cette date n'en est pas une."))
        values["date"] = visit.value("date")
    if "until" in form.extras:
        values["until"] = visit.value("until")
        if day(values["until"]) is None:
            raise Refused(422, visit.say("Choisir le jour jusqu'auquel reporter."))
    if "to" in form.extras:
        values["to"] = visit.value("to").strip()
        if "@" not in values["to"]:
            raise Refused(422, visit.say("Indiquer l'adresse du destinataire."))
    if "changes" in form.extras:
        values |= {
            k[7:]: v[-1].strip() for k, v in visit.values.items() if k.startswith("change.") and v[-1].strip()
        }
    if form.name == "correct":
        values |= {k[4:]: v[-1] for k, v in visit.values.items() if k.startswith("set.")}
        if visit.value("signature"):
            values["signature"] = visit.value("signature")
    missing = [label for name, label in form.ticks if visit.value(f"tick.{name}") != "1"]
    if missing:
        raise Refused(
            422, visit.say("À cocher d'abord : %(what)s.", what=", ".join(visit.say(m) for m in missing))
        )
    return values | {f"tick.{name}": "1" for name, _label in form.ticks}


def check_words(visit: Visit, form: ActionForm) -> None:
    """Raises Refused where words or files are needed and are not there."""
    if form.note == "must" and not visit.value("note").strip():
        raise Refused(422, visit.say("À remplir : %(what)s.", what=visit.say(form.note_label)))
    if form.files == "must" and not visit.files:
        raise Refused(422, visit.say("À joindre : %(what)s.", what=visit.say(form.files_label)))


def _one_of(visit: Visit, name: str, choices: tuple[str, ...]) -> str:
    value = visit.value(name)
    if value not in choices:
        raise Refused(422, visit.say("Choisir d'abord pour quelle partie le constat vaut."))
    return value
