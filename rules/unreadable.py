"""Files that could not be read: asked for again at once; one that may be dangerous waits for staff."""

from __future__ import annotations

from parsers.types import ProblemCode
from rules.types import Exhibit, Finding, Submission

_FOR_STAFF = frozenset({"virus", "bomb", "ocr_unavailable", "timeout"})
"""What the Industriel can not mend by sending the file again."""

_PARTLY = frozenset({"timeout", "ocr_unavailable", "too_large", "truncated", "bomb"})
"""What leaves a part of a file unread: what seems to be missing may stand there."""

_WITHOUT_FORMS = frozenset({"unreadable", "preuve_tests", "attestation", "facture"})
"""Kinds of which a part is enough, or that are judged as unreadable files."""

PROBLEM_WORDS: dict[ProblemCode, str] = {
    "encrypted": "protégé par un mot de passe",
    "damaged": "endommagé",
    "empty": "vide",
    "too_large": "trop grand",
    "unsupported": "format non pris en charge",
    "macro": "contient des macros",
    "bomb": "archive piégée",
    "timeout": "lecture trop longue",
    "virus": "virus",
    "ocr_unavailable": "image, et l'OCR n'est pas installé",
    "illegible": "illisible",
    "pgp": "chiffré",
    "truncated": "incomplet",
    "signature_unverified": "signature S/MIME non vérifiée",
    "xfa_dynamic": "formulaire XFA dynamique",
}


def unreadable_findings(submission: Submission) -> list[Finding]:
    """One finding per file of these mails that nobody could read, or not to its end."""
    found = [*(_finding(e) for e in submission.unreadable), *_partly_read(submission)]
    if not submission.accepted:
        return found
    return [f.model_copy(update={"severity": "note"}) if f.severity == "doubt" else f for f in found]


def _finding(exhibit: Exhibit) -> Finding:
    problem = exhibit.document.problems[0] if exhibit.document.problems else None
    code: ProblemCode = problem.code if problem else "damaged"
    return Finding(
        rule="attachment_unreadable",
        severity="doubt" if code in _FOR_STAFF else "demand",
        code="virus" if code == "virus" else "unreadable_attachment",
        message=f"« {exhibit.document.file} » n'a pas pu être lu : {PROBLEM_WORDS[code]}.",
        file=exhibit.document.file,
        detail=code,
    )


def _partly_read(submission: Submission) -> list[Finding]:
    files = dict[str, ProblemCode]()
    for exhibit in submission.exhibits:
        if exhibit.kind not in _WITHOUT_FORMS:
            for problem in exhibit.document.problems:
                if problem.code in _PARTLY:
                    files.setdefault(exhibit.document.file, problem.code)
    return [
        Finding(
            rule="attachment_partly_read",
            severity="doubt",
            code="unreadable_attachment",
            message=f"« {file} » n'a été lu qu'en partie ({PROBLEM_WORDS[code]}) : "
            "ce qui paraît manquer y figure peut-être.",
            file=file,
            detail=code,
        )
        for file, code in files.items()
    ]
