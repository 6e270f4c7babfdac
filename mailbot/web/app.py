"""The web app, put together: `create_app(service)`. Its parts are functions of a `Visit`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from mailbot.adapters.openid import Provider
from mailbot.bootstrap import Service
from mailbot.logs import logger
from mailbot.store_port import WebStore
from mailbot.web import words
from mailbot.web.accounts import Tries
from mailbot.web.figures import Figures
from mailbot.web.finding_words import FindingWords
from mailbot.web.guard import Guard
from mailbot.web.i18n import translations
from mailbot.web.mail_words import MailWords
from mailbot.web.pages import Pages
from mailbot.web.queue_memory import QueueMemory
from mailbot.web.searches import Searches
from mailbot.web.sessions import Sessions
from mailbot.web.undo import Undos
from mailbot.web.visit import Handler, Visit, age_words, door, sorry
from rules.calendar import LUXEMBOURG, last_day

if TYPE_CHECKING:
    from mailbot.web.queue_list import Wanted

log = logger(__name__)
_HERE = Path(str(resources.files("mailbot.web")))


class Web:
    """What all pages share."""

    def __init__(self, service: Service) -> None:
        self.service = service
        settings = service.config.web
        # The composition root knows the store by what the service needs; SqlStore offers both.
        self.store = cast(WebStore, service.store)
        self.sessions = Sessions(self.store, service.clock, settings)
        self.tries = Tries()
        self.provider = Provider(service.config.oidc) if service.config.oidc.on else None
        self.pages = Pages(settings.pages, service.config.reading.libreoffice)
        self.queue_memory = QueueMemory(self.store)
        self.searches = Searches()
        self.seen: dict[str, set[int]] = {}
        self.lists: dict[str, Wanted] = {}  # by user: the queue's list looked at last
        self.figures: tuple[object, Figures] | None = None
        self.mail_words = MailWords(self.store)
        self.undos = Undos(self.store)
        self.finding_words = FindingWords(service.policy.forms)

    @cached_property
    def version(self) -> str:
        """Changes with the static files, so that browsers may keep them."""
        newest = max(path.stat().st_mtime_ns for path in (_HERE / "static").iterdir())
        return format(newest // 1_000_000, "x")

    def render(self, visit: Visit, template: str, **values: Any) -> str:
        return (
            _environment(visit.language)
            .get_template(template)
            .render(
                visit=visit,
                user=visit.user,
                csrf=visit.session.csrf if visit.session else "",
                say=visit.say,
                age=lambda at: age_words(visit, visit.now - at),
                language=visit.language,
                version=self.version,
                held=self.store.switch("hold") == "1",
                **values,
            )
        )


@cache
def _environment(language: str) -> Environment:
    """The pages' templates in that language, compiled once for the process."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # of the extension
    environment.globals["words"] = words
    environment.filters |= {"moment": _moment, "day": _day, "day_before": _day_before}
    return environment


def _moment(at: datetime | None) -> str:
    return at.astimezone(LUXEMBOURG).strftime("%d/%m/%Y %H:%M") if at else ""


def _day(at: Any) -> str:
    if not at:
        return ""
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return (at.astimezone(LUXEMBOURG) if isinstance(at, datetime) else at).strftime("%d/%m/%Y")


def _day_before(closes: datetime) -> str:
    return last_day(closes).strftime("%d/%m/%Y")


def create_app(service: Service) -> Starlette:
    """The app on that service. Everything behind the login needs a session; see `door` for roles."""
    from mailbot.web import (
        administration,
        decisions,
        dossier_pages,
        entry_page,
        evidence,
        hand,
        openid_pages,
        overview_page,
        queue_page,
        received_pages,
        sign_in,
    )

    web = Web(service)

    def get(
        path: str, handler: Handler, role: str | None = "reader", *, quiet: bool = False, name: str = ""
    ) -> Route:
        return Route(path, door(web, handler, role, quiet=quiet), methods=["GET"], name=name or None)

    def post(path: str, handler: Handler, role: str | None = "reviewer", *, quiet: bool = False) -> Route:
        return Route(path, door(web, handler, role, quiet=quiet), methods=["POST"])

    routes = [
        get("/", sign_in.home, None),
        get("/login", sign_in.form, None),
        post("/login", sign_in.enter, None),
        post("/logout", sign_in.leave, "reader"),
        post("/language", sign_in.language, None),
        get("/oidc/start", openid_pages.start, None),
        get("/oidc/callback", openid_pages.callback, None, name="oidc_callback"),
        get("/queue", queue_page.queue),
        get("/queue/rows", queue_page.rows, quiet=True),
        post("/queue/search", queue_page.search, "reader"),
        post("/queue/bulk", queue_page.bulk),
        get("/entry/{entry}", entry_page.entry),
        get("/entry/{entry}/form/{action}", decisions.form, "reviewer"),
        post("/entry/{entry}/preview/{action}", decisions.preview),
        post("/entry/{entry}/act/{action}", decisions.act),
        post("/entry/{entry}/lock", hand.lock, quiet=True),
        post("/entry/{entry}/take-over", hand.take_over),
        post("/entry/{entry}/take-on", hand.take_on),
        get("/entry/{entry}/state", hand.state, quiet=True),
        post("/undo", decisions.undo),
        get("/entry/{entry}/document/{document}/page/{page}.png", evidence.page),
        get("/entry/{entry}/document/{document}/original", evidence.original),
        get("/entry/{entry}/mail/{mail}/html", evidence.mail_html),
        get("/entry/{entry}/mail/{mail}/original", evidence.mail_original),
        get("/outgoing/{outbox}", evidence.outgoing),
        get("/dossiers", dossier_pages.dossiers),
        post("/dossiers/search", dossier_pages.search, "reader"),
        get("/dossiers.csv", dossier_pages.dossiers_csv),
        get("/dossier/{reference}", dossier_pages.dossier),
        get("/dossier/{reference}/export", dossier_pages.export),
        get("/dossier/{reference}/mail/{mail}", received_pages.page),
        get("/dossier/{reference}/mail/{mail}/html", received_pages.html),
        get("/dossier/{reference}/mail/{mail}/original", received_pages.original),
        get("/dossier/{reference}/mail/{mail}/document/{document}/original", received_pages.document),
        get("/overview", overview_page.overview),
        get("/overview.csv", overview_page.overview_csv),
        get("/help", sign_in.help_page),
        post("/hold", administration.hold),
        get("/admin", administration.page, "admin"),
        post("/admin/user", administration.change_user, "admin"),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]
    settings = service.config.web
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, listen=settings.listen, hosts=settings.hosts)],
        exception_handlers={HTTPException: _not_found(web), 500: _broken},
    )
    app.state.web = web
    return app


def _not_found(web: Web) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        visit = Visit(web, request, None, None)
        assert isinstance(error, HTTPException)
        return sorry(visit, error)

    return answer


async def _broken(request: Request, error: Exception) -> Response:
    """A mistake of ours: logged by its kind, never shown."""
    log.error("page_failed", path=request.url.path, error=type(error).__name__)
    return HTMLResponse("<!doctype html><title>500</title><p>500", 500)
