"""What the rules found, in the person's language. The rules speak French; each sentence stands here once.

A sentence is its own pattern: `%(label)s` takes what stands in its place, and what has a name in that
language (a field's label, a document, a party) is said in it. A sentence that does not stand here is shown as
it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, get_args

from mailbot.web.labels import label_of
from mailbot.web.patterns import Say
from parsers.types import FieldDef, Kind
from rules.facts import Forms


def _(text: str) -> str:
    return text


_SENTENCES: Final = (
    # Fields
    _("« %(label)s » n'est pas rempli."),
    _("« %(label)s » : la valeur lue n'est pas valable (format ou clé de contrôle)."),
    _("« %(label)s » a été lu sans certitude et doit être confirmé."),
    _("« %(label)s » n'a pas été trouvé, mais le document contient une valeur qui y ressemble."),
    _("« %(label)s » diffère de l'enrôlement, sans demande de changement."),
    _("Formulaire 1 différent de l'enrôlement (« %(label)s »), sans demande de changement."),
    _("Le même formulaire est joint plusieurs fois, avec des valeurs différentes : « %(label)s »."),
    _("Le bon de livraison et le Formulaire 4 diffèrent : « %(label)s »."),
    _("Changement de données demandé : voir le message."),
    _("Changement de données demandé : %(labels)s."),
    _("L'espace MySecu n'est pas déclaré actif."),
    _("Le matricule du code prestataire et celui de MySecu diffèrent dans le formulaire."),
    _("Le code prestataire diffère de celui d'une demande d'accès antérieure."),
    _("Le code prestataire n'est pas celui de la Vague 1 (liste d'INCERT)."),
    _("Nom du document « %(written)s », nom enrôlé « %(enrolled)s »."),
    _("Une partie du nom manque : le même Industriel ?"),
    _("Le matricule du document diffère de celui de l'enrôlement."),
    _("Pays d'établissement « %(country)s » : hors de l'UE et de l'EEE."),
    _("Le formulaire ne dit pas où l'Industriel est établi : à vérifier."),
    _("Accès direct demandé après la fin de la période transitoire."),
    _("Accès direct demandé, mais la liste d'INCERT ne connaît pas de participation à la Vague 1."),
    _("Version avec accès direct, la période transitoire est terminée."),
    _("L'Industriel déclare avoir participé à la Vague 1 ; la liste d'INCERT ne le confirme pas."),
    _("Un seul service testé ; Remboursement et PID v2 sont attendus tous les deux."),
    # Documents
    _("Document manquant : %(kind)s."),
    _("Il n'est pas certain que « %(file)s » soit : %(kind)s."),
    _("%(kind)s est arrivé vierge."),
    _("« %(file)s » n'a pas pu être lu : %(problems)s."),
    _("« %(file)s » n'a été lu qu'en partie (%(problems)s) : ce qui paraît manquer y figure peut-être."),
    _("Documents qui ne sont d'aucun type attendu : %(files)s."),
    _("Le texte du NDA diffère du texte émis : %(words)s"),
    _("Le message annonce une pièce jointe qui manque."),
    _("Arrivé avant son étape ; conservé et repris quand elle sera ouverte."),
    _("Un autre document de ce type est déjà accepté pour cette étape."),
    _("Ce document a déjà servi dans %(case)s."),
    _("Document qui relève d'une autre partie."),
    # Signatures
    _("La signature manque."),
    _(
        "La signature électronique n'est pas valable : document modifié après signature, "
        "ou signature qui ne se vérifie pas."
    ),
    _("Signature intacte, mais son certificat ne remonte à aucune autorité reconnue."),
    _("Il n'est pas certain que le document soit signé."),
    _("Le bon de livraison n'est ni signé ni tamponné par le responsable."),
    # The NDA that AeS returns
    _("Ce NDA nomme « %(written)s »."),
    _("Le matricule de ce NDA est un autre."),
    _("Le texte diffère du NDA émis."),
    _("Une signature du NDA n'est pas valable."),
    _("Signature intacte, sans autorité reconnue."),
    _("Il n'est pas certain que l'AeS ait signé ce NDA."),
    _("La signature de l'AeS n'a pas été trouvée sur ce NDA."),
    # Senders
    _("L'authenticité de l'expéditeur n'est pas établie (SPF, DKIM, DMARC)."),
    _("Expéditeur, référence et formulaires ne désignent pas le même dossier."),
    _("Envoyé par une machine ou une adresse sans réponse : une personne décide de la suite."),
    _("Transmis par l'AeS : la réponse va à l'adresse du Formulaire 1 et attend un accord."),
    _("Aucune adresse de Formulaire 1 n'est encore connue pour ce dossier."),
    _("Le courriel ne vient pas de l'adresse enregistrée."),
    _("Le courriel ne vient pas de l'adresse du Formulaire 1."),
    _("L'expéditeur n'est connu dans aucun dossier."),
    _("L'expéditeur n'est pas connu pour ce dossier."),
    _("L'expéditeur est inconnu."),
    _("Aucun dossier ne correspond à l'Industriel de ces documents."),
    _("Authenticité de la partie non établie."),
    _("Le fil, la référence et les documents ne désignent pas le même dossier."),
    _("Message %(party)s à lire."),
    _("Accord de l'AeS : à quelle version appartient-il ?"),
    _("Attestation de l'AeS : à quelle version appartient-elle ?"),
    # What a mail says
    _("Question ou message à lire par une personne."),
    _("Le message qui accompagne les documents pose une question."),
    _(
        "Le message signale un changement majeur d'une version labélisée : "
        "une nouvelle labélisation est-elle nécessaire ?"
    ),
    _("Changement majeur d'une version labélisée signalé : une nouvelle labélisation est-elle nécessaire ?"),
    _("Mise à jour majeure d'une version labélisée : une nouvelle labélisation est-elle nécessaire ?"),
    _("Mise à jour majeure d'un logiciel dont aucune version n'est labélisée."),
    _("Réponse sans pièce jointe à une demande de complément ou à un échec des tests : à lire."),
    _("Toujours incomplet après %(n)s envois : un appel aiderait peut-être."),
    # Time and uniqueness
    _("Reçu après la clôture : le dernier jour était le %(day)s."),
    _(
        "La boîte et l'en-tête Received de notre serveur donnent deux dates de réception, l'une avant, "
        "l'autre après la clôture (dernier jour : %(day)s)."
    ),
    _("Ce client et ce logiciel ont déjà fait l'objet de %(case)s."),
    _("Postes de travail : %(before)s alors, %(now)s maintenant."),
    _("Autre version : une mise à jour ne donne pas droit à une nouvelle prime."),
    _("Ce client figure déjà dans %(case)s."),
    # Tasks
    _("NDA signé par l'AeS : l'enrôlement est-il valide pour INCERT et pour l'AeS ?"),
    _("Enrôlement valide pour INCERT : l'est-il pour l'AeS ?"),
    _("Enrôlement valide pour l'AeS : l'est-il pour INCERT ?"),
    _("Formulaire 2 complet : vérifier auprès du CISS, de la CNS et de l'AeS, puis configurer l'accès."),
    _("L'eHealth ID n'y est pas déclaré actif."),
    _("Attention : la réception des demandes de labélisation est terminée."),
    _("Demande de labélisation complète : vérifier les tests et les justificatifs."),
    _("Mise à jour majeure d'une version labélisée : un nouveau label est-il nécessaire ?"),
    _("Un complément a été demandé."),
    _("Les tests ont échoué : un nouvel envoi est attendu."),
    _("Tests réussis : enregistrer l'attestation de labélisation de l'AeS."),
    _("Formulaire 4 complet : vérifier le circuit (signature électronique, horodatage, unicité)."),
    _(
        "Formulaire 4 complet : vérifier le circuit (signature électronique, horodatage, unicité), "
        "et le montant pour ce collectif."
    ),
    # Sending and receiving
    _("Plus de réponses à cette adresse ou dans ce dossier que permis par jour."),
    _("La configuration demande un accord avant l'envoi."),
    _("Reçu avant la restauration : peut-être déjà répondu."),
    _("Le courriel « %(subject)s » n'est pas parti : refusé %(n)s fois, en dernier : %(words)s"),
    _("Le courriel « %(subject)s » n'est pas parti : il ne peut pas partir : %(words)s"),
    _("Le courriel « %(subject)s » n'est pas parti : le serveur le refuse : %(words)s"),
    _("Le courriel n'est pas parti pour %(words)s"),
    _(
        "Le courriel « %(subject)s » est peut-être parti, peut-être pas : "
        "le programme s'est arrêté pendant l'envoi"
    ),
    _(
        "Le courriel « %(subject)s » est peut-être parti, peut-être pas : "
        "la connexion a été perdue pendant l'envoi (%(words)s)"
    ),
    _("Le courriel « %(subject)s » n'est pas arrivé : %(to)s."),
    _("Le courriel « %(subject)s » n'est pas encore arrivé : %(to)s."),
    _("Un courriel n'est pas arrivé : %(to)s."),
    _("Un courriel n'est pas encore arrivé : %(to)s."),
    _("Un virus a été trouvé dans ce courriel (%(words)s) : rien n'en a été ouvert."),
    _("Ce courriel n'a pas pu être traité (%(words)s)."),
    _("L'original est archivé."),
    _("%(n)s réponses automatiques en une heure : tout envoi est suspendu."),
    _("Chercher la boucle, puis « mailbot resume »."),
)

NAMED: Final = frozenset(
    {
        # Documents
        _("Formulaire 1"),
        _("Formulaire 2"),
        _("Formulaire 3"),
        _("Formulaire 4"),
        _("NDA « Industriels »"),
        _("bon de livraison"),
        _("preuve de réussite des tests"),
        _("attestation"),
        _("Accord de service et usage"),
        _("facture"),
        # Why a file was not read
        _("protégé par un mot de passe"),
        _("endommagé"),
        _("vide"),
        _("trop grand"),
        _("format non pris en charge"),
        _("contient des macros"),
        _("archive piégée"),
        _("lecture trop longue"),
        _("virus"),
        _("image, et l'OCR n'est pas installé"),
        _("illisible"),
        _("chiffré"),
        _("incomplet"),
        _("signature S/MIME non vérifiée"),
        _("formulaire XFA dynamique"),
        # Parties
        _("de l'AeS"),
        _("de la CNS"),
        _("du CISS"),
        _("d'INCERT"),
        # Else
        _("aucun"),
        _("destinataire inconnu"),
    }
)
"""What has a name of its own in each language."""

_QUOTED: Final = _("« %(label)s »")
_PLACES: Final = {
    "label": "[^«»]+",
    "labels": "« [^«»]+ »(?:, « [^«»]+ »)*",
    "written": "[^«»]*",
    "enrolled": "[^«»]*",
    "file": "[^«»]+",
    "files": ".+",
    "words": ".+",
    "case": r"\S+?",
    "n": r"\d+",
    "day": r"[\d/]+",
}
"""What may stand in a place; anything, as little as possible, where nothing is said."""


def _pattern(sentence: str) -> re.Pattern[str]:
    def place(found: re.Match[str]) -> str:
        return f"(?P<{found[1]}>{_PLACES.get(found[1], '.+?')})"

    escaped = re.sub(r"%\\\((\w+)\\\)s", place, re.escape(sentence))
    return re.compile(rf"{escaped}(?:\s+|\Z)", re.DOTALL)


_PATTERNS: Final = tuple((_pattern(sentence), sentence) for sentence in _SENTENCES)


@lru_cache(maxsize=4096)
def _taken_apart(said: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """The sentences of a message and what stands in their places; what is not known comes last, as it is."""
    found: list[tuple[str, Mapping[str, str]]] = []
    while said:
        for pattern, sentence in _PATTERNS:
            if match := pattern.match(said):
                found.append((sentence, match.groupdict()))
                said = said[match.end() :]
                break
        else:
            found.append((said, {}))
            break
    return tuple(found)


def is_known(said: str) -> bool:
    """Whether every sentence of the message stands here."""
    return all(sentence in _SENTENCES for sentence, _places in _taken_apart(said))


class FindingWords:
    """The sentences, with the labels of the forms in force."""

    def __init__(self, forms: Forms) -> None:
        self._fields: dict[str, FieldDef] = {}
        for kind in get_args(Kind):
            form = forms.for_kind(kind)
            for field in form.fields if form else ():
                self._fields.setdefault(field.label, field)
                self._fields.setdefault(field.id, field)

    def said(self, say: Say, language: str, message: str) -> str:
        """The message in that language; `say` translates and fills."""
        return " ".join(self._sentences(say, language, message))

    def label(self, named: str, language: str) -> str:
        """The label in that language of a field, which is given by its id or its French label."""
        field = self._fields.get(named)
        return label_of(named, field, language) if field else named

    def _sentences(self, say: Say, language: str, message: str) -> Iterator[str]:
        for sentence, places in _taken_apart(message):
            if sentence not in _SENTENCES:
                yield sentence
            elif places:
                filled = {name: self._filled(say, language, name, text) for name, text in places.items()}
                yield say(sentence, **filled)
            else:
                yield say(sentence)

    def _filled(self, say: Say, language: str, name: str, text: str) -> str:
        if name == "label":
            return self.label(text, language)
        if name == "labels":
            return re.sub("« ([^«»]+) »", lambda m: say(_QUOTED, label=self.label(m[1], language)), text)
        if name == "problems":
            return ", ".join(say(part) if part in NAMED else part for part in _parts(text))
        return say(text) if text in NAMED else text


def _parts(problems: str) -> Iterator[str]:
    """The listed problems; one of them has a comma of its own."""
    while problems:
        one = next((named for named in NAMED if problems.startswith(named)), problems.partition(", ")[0])
        yield one
        problems = problems.removeprefix(one).removeprefix(", ")
