"""The overview: what comes in, how much goes by itself, how long it takes, what waits."""

from __future__ import annotations

from starlette.responses import Response

from mailbot.web.csv_out import csv_response
from mailbot.web.figures import AGES, Figures, figures
from mailbot.web.plots import bars
from mailbot.web.visit import Visit
from rules.calendar import local_day


def _figures(visit: Visit) -> Figures:
    """Counted anew when something changed, or on another day."""
    web, today = visit.web, local_day(visit.now)
    of = (web.queue_memory.current(today).marker.counts, today)
    if web.figures is None or web.figures[0] != of:
        web.figures = (of, figures(web.store, web.service.policy.calendar, visit.now))
    return web.figures[1]


def overview(visit: Visit) -> Response:
    found = _figures(visit)
    labels = [f"{week.monday:%d/%m}" for week in found.weeks]
    say = visit.say
    plots = (
        (say("Courriels reçus par semaine"), bars(labels, [w.arrivals for w in found.weeks])),
        (
            say("Part envoyée sans intervention"),
            bars(labels, [None if w.share is None else round(100 * w.share) for w in found.weeks], " %", 100),
        ),
        (
            say("Délai médian de réponse"),
            bars(
                labels,
                [None if w.answer_hours is None else round(w.answer_hours, 1) for w in found.weeks],
                " h",
            ),
        ),
        (say("Entrées ouvertes par semaine"), bars(labels, [w.opened for w in found.weeks])),
    )
    return visit.page("overview.html", found=found, plots=plots, ages=AGES, flash=visit.take_flash())


def overview_csv(visit: Visit) -> Response:
    columns = (
        "semaine",
        "recus",
        "envoyes",
        "automatiques",
        "part_automatique",
        "heures_mediane",
        "entrees_ouvertes",
    )
    rows = (
        (
            w.monday.isoformat(),
            w.arrivals,
            w.sent,
            w.automatic,
            "" if w.share is None else f"{w.share:.3f}",
            "" if w.answer_hours is None else f"{w.answer_hours:.2f}",
            w.opened,
        )
        for w in _figures(visit).weeks
    )
    return csv_response("apercu.csv", columns, rows)
