"""What the readers say of a value or a file, in the person's language. The readers speak English.

Evidence that does not stand here is shown as it is; of a problem its code says what it is, at least.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from mailbot.corrections import AS_WRITTEN, CORRECTED_BY
from mailbot.web.patterns import Patterns, Say
from parsers.types import Problem, ProblemCode


def _(text: str) -> str:
    return text


_EVIDENCE: Final = (
    (rf"{CORRECTED_BY}(?P<who>.+)", _("corrigé par %(who)s")),
    (AS_WRITTEN, _("non valable, mais bien écrit ainsi dans le document")),
    # Where it stands
    (r"label “(?P<words>.*)” in the text of the mail", _("libellé « %(words)s » dans le texte du courriel")),
    (r"label “(?P<words>.*)”", _("libellé « %(words)s »")),
    (r"behind the label", _("à la suite du libellé")),
    (r"in the box right of the label", _("dans la case à droite du libellé")),
    (r"right of the label", _("à droite du libellé")),
    (r"in the label's cell", _("dans la cellule du libellé")),
    (r"in the box below the label", _("dans la case sous le libellé")),
    (r"below the label", _("sous le libellé")),
    (r"in the cell below the label", _("dans la cellule sous le libellé")),
    (r"form field “(?P<field>.*)”", _("champ de formulaire « %(field)s »")),
    (
        r"form fields “(?P<field>.*)”, (?P<n>\d+) rows",
        _("champs de formulaire « %(field)s », %(n)s ligne(s)"),
    ),
    (r"(?P<n>\d+) rows under the heads of “(?P<field>.*)”", _("tableau « %(field)s », %(n)s ligne(s)")),
    (r"the number of one row of a table", _("nombre d'une seule ligne d'un tableau")),
    (r"box beside “(?P<words>.*)” ticked", _("case cochée à côté de « %(words)s »")),
    (r"box beside “(?P<words>.*)” not ticked", _("case non cochée à côté de « %(words)s »")),
    (r"ticked", _("coché")),
    (r"not ticked", _("non coché")),
    (r"named in the text: “(?P<words>.*)”", _("nommé dans le texte : « %(words)s »")),
    (r"read against the blank (?P<words>.+)", _("lu par comparaison avec le formulaire vierge %(words)s")),
    # What speaks for it
    (r"said twice", _("dit deux fois")),
    (r"understood by its words", _("compris d'après les mots")),
    (r"doubtful characters settled by check digits", _("caractères douteux tranchés par la clé de contrôle")),
    (r"comma after the last name", _("virgule après le nom de famille")),
    (r"last name in capitals", _("nom de famille en capitales")),
    (r"told by the e-mail address", _("d'après l'adresse e-mail")),
    (
        r"inferred: only the section of (?P<fields>.+) is filled in",
        _("déduit : seule cette partie est remplie : %(fields)s"),
    ),
    (r"inferred: country printed in the address", _("déduit du pays écrit dans l'adresse")),
    (r"inferred: postal prefix (?P<words>.+)", _("déduit du code postal (%(words)s)")),
    # What speaks against it
    (r"read by OCR", _("lu par reconnaissance de caractères (OCR)")),
    (r"handwritten", _("écrit à la main")),
    (r"check digits do not hold", _("la clé de contrôle ne convient pas")),
    (r"(?P<n>\d+) places say different things", _("%(n)s endroits disent des choses différentes")),
    (r"order of the label only", _("seul l'ordre du libellé distingue nom et prénom")),
    (r"one word for two names", _("un seul mot pour nom et prénom")),
    (
        r"no street, postal code or town: perhaps not all of it",
        _("sans rue, code postal ni localité : peut-être incomplet"),
    ),
    (
        r"not a Luxembourg RCS number; given as printed",
        _("pas un numéro RCS luxembourgeois ; donné tel qu'imprimé"),
    ),
    (r"impossible or several dates", _("date impossible, ou plusieurs dates")),
    (r"no date", _("pas de date")),
    (r"beside words that were struck out", _("à côté de mots barrés")),
    (r"runs into the text beside it", _("touche le texte voisin")),
    (r"two lines of it may have run together", _("deux lignes sont peut-être confondues")),
    (r"holds what looks like a matricule", _("contient ce qui ressemble à un matricule")),
    (r"holds what looks like an IBAN", _("contient ce qui ressemble à un IBAN")),
    (r"holds what looks like a VAT number", _("contient ce qui ressemble à un numéro de TVA")),
    (r"holds what looks like an e-mail address", _("contient ce qui ressemble à une adresse e-mail")),
    (r"holds what looks like another label", _("contient ce qui ressemble à un autre libellé")),
    (r"its place on the blank .+ is empty", _("sa place sur le formulaire vierge est restée vide")),
    (
        r"stands where the blank .+ has something else",
        _("se trouve là où le formulaire vierge porte autre chose"),
    ),
    (r"by its label it would be “(?P<words>.*)”", _("d'après le libellé, ce serait « %(words)s »")),
)
_PATTERNS: Final = Patterns(_EVIDENCE)

PROBLEMS: Final[Mapping[ProblemCode, str]] = {
    "encrypted": _("Protégé par un mot de passe ou chiffré : le contenu n'a pas pu être lu."),
    "damaged": _("Le fichier, ou une partie, est endommagé."),
    "empty": _("Il n'y a rien à lire dans ce fichier."),
    "too_large": _("Trop grand : tout n'a pas été lu."),
    "unsupported": _("Ce format n'est pas pris en charge : un PDF ou un DOCX est à demander."),
    "macro": _("Le document contient des macros ; elles n'ont pas été exécutées."),
    "bomb": _("Le contenu se déploie au-delà de toute mesure : il n'a pas été ouvert."),
    "timeout": _("La lecture a pris trop de temps et s'est arrêtée : une partie n'a pas été lue."),
    "virus": _("Un virus a été trouvé : ne pas ouvrir."),
    "ocr_unavailable": _("C'est une image, et la reconnaissance de caractères (OCR) n'est pas installée."),
    "illegible": _("Trop peu net pour être lu."),
    "pgp": _("Chiffré avec PGP : le contenu n'a pas pu être lu."),
    "signature_unverified": _("La signature S/MIME n'a pas été vérifiée."),
    "xfa_dynamic": _("Formulaire XFA dynamique : ses pages ne peuvent pas être montrées."),
    "truncated": _("Seule une première partie a été lue."),
}
_ON_A_PAGE: Final = re.compile(r"\b[Pp]age (?P<n>\d+)\b")


def evidence_words(say: Say, said: str, label: Callable[[str], str] = str) -> str:
    """What makes a reader believe or doubt a value; `say` translates and fills, `label` names a field."""
    return _PATTERNS.in_words(say, said, label)


def problem_words(say: Say, problem: Problem) -> str:
    """What could not be read, and on which page where the reader knows it."""
    said = say(PROBLEMS[problem.code])
    page = _ON_A_PAGE.search(problem.message)
    return say(_("Page %(n)s : %(said)s"), n=page["n"], said=said) if page else said
