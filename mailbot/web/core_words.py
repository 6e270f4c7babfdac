"""What the core answers, in the words of a page: it speaks to the command line too, with options and codes.

A sentence that stands here is said in the person's language; any other one as it is.
"""

from __future__ import annotations

from collections.abc import Callable

from mailbot.web.patterns import Patterns, Say


def _(text: str) -> str:
    return text


_SENTENCES: tuple[tuple[str, str], ...] = (
    # Refusals
    (r"entry \d+ has no draft", _("Cette entrée n'a pas de brouillon à envoyer.")),
    (
        r"entry \d+ belongs to no (mail|case).*",
        _("Cette action demande un courriel ou un dossier ; il n'y en a pas ici."),
    ),
    (r"entry \d+ does not offer .*", _("Cette entrée n'offre pas cette action.")),
    (r"\w+: there is no .*", _("Cela n'existe pas, ou n'existe plus.")),
    (r"no dossier has the reference (?P<reference>.*)", _("Aucun dossier n'a la référence %(reference)s.")),
    (
        r"the entry already belongs to (?P<reference>\S+)",
        _("L'entrée appartient déjà au dossier %(reference)s."),
    ),
    (r"say which dossier.*", _("Indiquer la référence du dossier.")),
    (r"say what to note.*", _("Écrire la note.")),
    (r"say what to answer.*", _("Écrire la réponse.")),
    (r"say why there is nothing to do.*", _("Dire pourquoi il n'y a rien à faire.")),
    (r"say whom to.*", _("Indiquer l'adresse du destinataire.")),
    (r"say until when.*", _("Choisir le jour jusqu'auquel reporter.")),
    (r"until=.*", _("Choisir un jour à venir.")),
    (r"nobody to answer.*", _("Il n'y a personne à qui répondre : ni expéditeur, ni adresse enregistrée.")),
    (r"the entry has no documents to correct", _("Cette entrée n'a pas de document à corriger.")),
    (r"say what to correct.*", _("Dire ce qui est à corriger.")),
    (r"say which document is meant.*|--document .*", _("Ce document n'existe pas.")),
    (r"--kind .*", _("Ce type de document n'existe pas.")),
    (r"signature=.*", _("Ce statut de signature n'existe pas.")),
    (
        r"(?P<field>\w+)=(?P<value>.*): (not a value of type|expected) .*",
        _("« %(value)s » n'est pas une valeur possible pour « %(field)s »."),
    ),
    (
        r"(?P<field>\w+)=(?P<value>.*) : ce n'est pas une valeur de type .*",
        _("« %(value)s » n'est pas une valeur possible pour « %(field)s »."),
    ),
    (
        r"(?P<field>\w+)=(?P<value>.*?) ?: (its format or its check digits are wrong|valeur non valable).*",
        _("« %(value)s » n'est pas valable pour « %(field)s » : vérifier le format et la clé de contrôle."),
    ),
    (r"\w+ has no field « (?P<field>.*) ».*", _("Ce document n'a pas de champ « %(field)s ».")),
    (r"party=.*", _("Choisir d'abord pour quelle partie le constat vaut.")),
    (
        r"Ce constat est déjà enregistré pour cette partie\.",
        _("Ce constat est déjà enregistré pour cette partie."),
    ),
    (
        r"La documentation technique de cet Industriel manque.*",
        _("La documentation technique de cet Industriel manque : la joindre, ou la mettre dans son dossier."),
    ),
    (
        r"Les informations d'accès manquent.*",
        _("Les informations d'accès manquent : les écrire ou les joindre."),
    ),
    (r"Dire par --note quel complément est demandé\.", _("Écrire quel complément est demandé.")),
    (
        r"L'attestation de réussite des tests manque.*",
        _("L'attestation de réussite des tests manque : la joindre."),
    ),
    (r"amount=.*", _("Confirmer le montant, en euros entiers.")),
    (r"Quelles données changent \?.*", _("Quelles données changent ? Les saisir.")),
    (r"Le courriel est déjà parti : .*", _("Le courriel est déjà parti : la décision ne s'annule plus.")),
    (r"Le dossier a avancé depuis : .*", _("Le dossier a avancé depuis : la décision ne s'annule plus.")),
    # What to know before it is done
    (
        r"Attention : le délai de cette étape est passé\.",
        _("Attention : le délai de cette étape est passé."),
    ),
    (
        r"Attention : le délai pour un nouvel envoi de l'Industriel est passé\.",
        _("Attention : le délai pour un nouvel envoi de l'Industriel est passé."),
    ),
    # What was done
    (r"Enregistré\.", _("Enregistré.")),
    (r"Accepté\.", _("Accepté.")),
    (r"Noté\.", _("Noté.")),
    (r"Fermé\.", _("Fermé.")),
    (r"Rouvert\.", _("Rouvert.")),
    (r"Classé sans suite\.", _("Classé sans suite.")),
    (r"Fusionné\.", _("Fusionné.")),
    (r"(?P<n>\d+) courriel\(s\) envoyé\(s\)\.", _("%(n)s courriel(s) envoyé(s).")),
    (r"Le courriel est renvoyé.*", _("Le courriel est renvoyé.")),
    (
        r"(?P<n>\d+) courriel\(s\) relu\(s\) et décidé\(s\) à nouveau\.",
        _("%(n)s courriel(s) relu(s) et décidé(s) à nouveau."),
    ),
    (r"Reporté au (?P<day>.*)\.", _("Reporté au %(day)s.")),
    (r"Réponse envoyée à (?P<to>.*)\.", _("Réponse envoyée à %(to)s.")),
    (r"Transmis à (?P<to>.*)\.", _("Transmis à %(to)s.")),
    (
        r"Décidé à nouveau : \w+\. Nouvelle entrée (?P<n>\d+)\.",
        _("Décidé à nouveau : une personne doit encore trancher (entrée %(n)s)."),
    ),
    (r"Décidé à nouveau : \w+\.", _("Décidé à nouveau.")),
)
_PATTERNS = Patterns(_SENTENCES)


def in_words(say: Say, said: str, label: Callable[[str], str] = str) -> str:
    """The core's sentence as the page says it; `say` translates and fills, `label` names a field."""
    return _PATTERNS.in_words(say, said, label)
