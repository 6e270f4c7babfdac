"""/health, /ready and /metrics, for supervisors and Prometheus. They tell nothing of any person."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mailbot.bootstrap import Service
from mailbot.breaker import HELD, HOLD
from mailbot.errors import StoreUnreachable
from mailbot.monitoring.metrics import Figures, exposition
from mailbot.monitoring.troubles import Troubles
from mailbot.monitoring.vitals import Vitals
from mailbot.reconcile import last_reconciliation

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Monitor:
    """Answers for one service."""

    def __init__(self, service: Service, vitals: Vitals, troubles: Troubles) -> None:
        self._service = service
        self._vitals = vitals
        self._troubles = troubles
        vitals.registry.register(Figures(service, vitals, troubles))

    def health(self) -> tuple[int, dict[str, Any]]:
        """200 while the service does its work, whatever the world outside does; then 503.

        `status`: ok; trouble (a person should look, see `troubles`); failing (restart it, or its store).
        """
        vitals, stuck = self._vitals, self._vitals.stuck()
        told: dict[str, Any] = {
            "working": vitals.started_at is not None,
            "standing_by_for": vitals.standing_by_for or None,
            "last_poll": vitals.last_poll.isoformat() if vitals.last_poll else None,
            "stuck": stuck,
        }
        try:
            store = self._service.store
            troubles = self._troubles.now()
            found = last_reconciliation(store)
            told |= {
                "troubles": [
                    {"name": t.name, "since": t.since.isoformat(), "said": t.said} for t in troubles
                ],
                "on_hold": store.switch(HOLD) == HELD,
                "audit_rows": store.audit_head().rows,
                "reconciliation": found.model_dump(mode="json") if found else None,
            }
        except StoreUnreachable:
            return 503, {"status": "failing", **told, "store": "unreachable"}
        status = "failing" if stuck else "trouble" if troubles else "ok"
        return (503 if stuck else 200), {"status": status, **told}

    def ready(self) -> tuple[int, dict[str, Any]]:
        """200 once it holds the lease and has settled what an earlier process left."""
        if self._vitals.started_at is None:
            return 503, {"ready": False, "standing_by_for": self._vitals.standing_by_for or None}
        try:
            self._service.store.switch(HOLD)
        except StoreUnreachable:
            return 503, {"ready": False, "store": "unreachable"}
        return 200, {"ready": True}

    def metrics(self) -> bytes:
        return exposition(self._vitals.registry)


def monitor_app(monitor: Monitor) -> Starlette:
    async def health(_request: Request) -> Response:
        status, told = await run_in_threadpool(monitor.health)
        return JSONResponse(told, status)

    async def ready(_request: Request) -> Response:
        status, told = await run_in_threadpool(monitor.ready)
        return JSONResponse(told, status)

    async def metrics(_request: Request) -> Response:
        return Response(await run_in_threadpool(monitor.metrics), media_type=METRICS_TYPE)

    return Starlette(routes=[Route("/health", health), Route("/ready", ready), Route("/metrics", metrics)])
