"""What is awaited from an Industriel, case by case, with the day by which it has to come.

Source: process.md, « Calendar » and the steps E1, L1, L3 and R1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime

from rules.calendar import Calendar, last_day, local_day
from rules.trust import is_enrolled
from rules.types import Case, CaseLine, Dossier, Step
from rules.workflow import INDUSTRIEL_IS_NEXT, gate_step

AWAITED = {
    ("E", "ouvert"): "formulaire_1_ou_nda",
    ("L", "ouvert"): "formulaire_2",
    ("L", "acces_refuse"): "formulaire_2",
    ("L", "acces_configure"): "formulaire_3",
    ("L", "complement_demande"): "complement",
    ("L", "tests_echoues"): "nouvel_envoi_tests",
    ("L", "a_renouveler"): "nouveaux_tests",
    ("R", "ouvert"): "formulaire_4",
}
_WAITS_SINCE = (
    *("opened_at", "incert", "aes", "refused_at", "access_at"),
    *("asked_at", "changed_at", "labelled_at"),
)
"""Facts of which the latest tells since when the Industriel is next."""


def awaited_lines(
    dossier: Dossier, calendar: Calendar, today: date, with_staff: Collection[str] = ()
) -> list[CaseLine]:
    """One line per case in which the Industriel is next and a day closes it, the nearest first.

    `with_staff`: names of cases in which a person has to decide first.
    """
    found = [line for line in _lines(dossier, calendar, today) if line.case not in with_staff]
    return sorted(found, key=lambda line: line.deadline or date.max)


def _lines(dossier: Dossier, calendar: Calendar, today: date) -> Iterator[CaseLine]:
    for case in dossier.cases:
        if case.facts.get("kept") or case.state not in INDUSTRIEL_IS_NEXT[case.kind]:
            continue
        if case.kind != "E" and not is_enrolled(dossier):
            continue
        step = gate_step(case)
        if step is not None:
            yield from _line(case, step, AWAITED[case.kind, case.state], calendar, today)
    yield from _not_begun(dossier, calendar, today)


def _not_begun(dossier: Dossier, calendar: Calendar, today: date) -> Iterator[CaseLine]:
    """Steps for which the Industriel has what it needs and has sent nothing yet."""
    enrolment = dossier.case("E")
    if enrolment is not None and is_enrolled(dossier) and not dossier.of_kind("L"):
        yield from _line(enrolment, "L1", "formulaire_2", calendar, today)
    labelled = [c for c in dossier.of_kind("L") if c.state == "labelise"]
    if labelled and not dossier.of_kind("R"):
        yield from _line(labelled[-1], "R1", "formulaire_4", calendar, today)


def _line(case: Case, step: Step, what: str, calendar: Calendar, today: date) -> Iterator[CaseLine]:
    # Whoever still needs access has to hand in Formulaire 3 by the same day.
    closes = calendar.closes("L3" if step == "L1" else step)
    if closes is None or last_day(closes) < today:
        return
    deadline = last_day(closes)
    yield CaseLine(
        case=case.name,
        step=step,
        what=what,
        subject=" ".join(p for p in (case.fact("product"), case.fact("version"), case.fact("client")) if p),
        deadline=deadline,
        days_left=(deadline - today).days,
        since=_since(case),
    )


def _since(case: Case) -> date | None:
    known = [datetime.fromisoformat(case.fact(name)) for name in _WAITS_SINCE if case.fact(name)]
    return max((local_day(at) for at in known), default=None)
