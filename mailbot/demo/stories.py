"""The stories of the demonstration, in order of time."""

from __future__ import annotations

from mailbot.demo import happy_ways, mistakes
from mailbot.demo.scenes import Mail, Scene


def scenes(*, ocr: bool) -> list[Scene]:
    """All scenes in order of time; those that need OCR only where there is OCR."""
    told: list[Scene] = [
        *happy_ways.of_a_company(),
        *happy_ways.of_a_natural_person_in_two_mails(),
        *happy_ways.of_a_participant_of_vague_1(),
        *mistakes.nda_missing_then_blank(),
        *mistakes.wrong_iban(),
        *mistakes.wrong_matricule(),
        *mistakes.missing_field(),
        *mistakes.missing_signature(),
        *mistakes.other_legal_form(),
        *mistakes.locked_pdf(),
        *mistakes.too_early(),
        *mistakes.question_of_a_stranger(),
        *mistakes.out_of_office(),
        *mistakes.connections_that_are_not_right(),
        *mistakes.scans(),
    ]
    return sorted((s for s in told if ocr or not (isinstance(s, Mail) and s.needs_ocr)), key=lambda s: s.at)
