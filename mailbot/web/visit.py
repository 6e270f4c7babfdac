"""One request: who asks, in which language, with which form; and how pages are answered."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mailbot.errors import ActionRefused, MailbotError, StaleDossier, StoreUnreachable, UnknownReference
from mailbot.rows import HistoryRow
from mailbot.web.accounts import rank
from mailbot.web.core_words import in_words
from mailbot.web.i18n import best_language, translations
from mailbot.web.reader_words import evidence_words, problem_words
from mailbot.web_rows import SessionRow, UserRow
from parsers.types import Problem

if TYPE_CHECKING:
    from mailbot.web.app import Web

MOST_FILES = 20
MOST_FIELDS = 300
LANGUAGE_COOKIE = "mailbot_language"


class Refused(Exception):
    """A request that cannot be served, and what to tell the person."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass
class Visit:
    """What a page needs to know. `values`: the form's fields; `files`: names and bytes of attachments."""

    web: Web
    request: Request
    user: UserRow | None
    session: SessionRow | None
    values: dict[str, list[str]] = field(default_factory=dict)
    files: tuple[tuple[str, bytes], ...] = ()

    @property
    def language(self) -> str:
        chosen = self.request.cookies.get(LANGUAGE_COOKIE, "")
        return best_language(chosen, self.request.headers.get("accept-language", ""))

    def say(self, text: str, **values: object) -> str:
        """A text in the person's language, filled."""
        said = str(translations(self.language).ugettext(text)) if text else ""
        return said % values if values else said

    def say_of(self, answer: object) -> str:
        """What the core answered or refused, in the person's words."""
        return in_words(self.say, str(answer), self.label)

    def label(self, field: str) -> str:
        """What a form prints beside the field of that id."""
        return self.web.finding_words.label(field, self.language)

    def say_evidence(self, said: str) -> str:
        """What the readers say of a value, in the person's language."""
        return evidence_words(self.say, said, self.label)

    def say_problem(self, problem: Problem) -> str:
        """What the readers say of a file, in the person's language."""
        return problem_words(self.say, problem)

    def say_finding(self, message: object) -> str:
        """What the rules found, in the person's language."""
        said = self.web.finding_words.said(self.say, self.language, str(message))
        return said.replace("« ", "«\xa0").replace(" »", "\xa0»")  # no line ends within the marks

    @property
    def by(self) -> str:
        return self.user.name if self.user else ""

    @property
    def decides(self) -> bool:
        return self.user is not None and rank(self.user.role) >= rank("reviewer")

    @property
    def now(self) -> datetime:
        return self.web.service.clock.now()

    @property
    def here(self) -> str:
        """The page that is open, to come back to: of a form or a piece of a page, the page it stands on."""
        if self.request.method != "GET" or self.partial:
            url = urlsplit(self.request.headers.get("hx-current-url", ""))
            return local_path(self.value("back") or _with_query(url.path, url.query) or "/queue")
        return _with_query(self.request.url.path, self.request.url.query)

    @property
    def partial(self) -> bool:
        """Whether htmx asks, for a piece of a page."""
        return self.request.headers.get("hx-request") == "true"

    def value(self, name: str, default: str = "") -> str:
        """A field of the form, the last where there are several; line ends as mails have them."""
        found = self.values.get(name)
        return found[-1].replace("\r\n", "\n") if found else default

    def query(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default)

    def path_number(self, name: str) -> int:
        """A number of the path. Raises Refused (404) for anything else."""
        return number(self.request.path_params.get(name, ""), 404, self.say("Cette page n'existe pas."))

    def note(self, what: str, detail: dict[str, Any] | None = None, **about: Any) -> None:
        """Into the history: every view of personal data and every action."""
        self.web.store.add_history(HistoryRow(0, self.now, self.by, what, detail or {}, **about))

    def page(self, template: str, code: int = 200, **values: Any) -> Response:
        return HTMLResponse(self.web.render(self, template, **values), code)

    def go(self, to: str, message: str = "", **data: Any) -> Response:
        """On to another page, with something said there once."""
        if self.session is not None and (message or data):
            self.session = self.web.sessions.remember(self.session, flash=message or None, **data)
        return RedirectResponse(to, 303)

    def take_flash(self) -> dict[str, Any]:
        """What the page before left to say; it is said once."""
        if self.session is None or not self.session.data:
            return {}
        data = dict(self.session.data)
        self.session = self.web.sessions.remember(self.session, **dict.fromkeys(data))
        return data


Handler = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def door(web: Web, handler: Handler, role: str | None = "reader", *, quiet: bool = False) -> Endpoint:
    """The endpoint: session, role, CSRF token and form first, then the handler in a thread of its own.

    `role` None: no session is needed. `quiet`: the page refreshes by itself and keeps no session alive.
    """

    async def endpoint(request: Request) -> Response:
        values, files = await _form(request)
        return await run_in_threadpool(_answer, request, values, files)

    def _answer(
        request: Request, values: dict[str, list[str]], files: tuple[tuple[str, bytes], ...]
    ) -> Response:
        visit = Visit(web, request, None, None, values, files)
        try:
            found = web.sessions.of(request, quiet=quiet)
            if found is not None:
                visit.session, visit.user = found
            if role is not None:
                refusal = _refusal(visit, role)
                if refusal is not None:
                    return refusal
            return handler(visit)
        except (Refused, HTTPException, MailbotError) as error:
            return sorry(visit, error)

    return endpoint


def _refusal(visit: Visit, role: str) -> Response | None:
    if visit.user is None or visit.session is None:
        to = f"/login?next={quote(visit.here)}"
        if visit.partial:
            return Response(status_code=401, headers={"HX-Redirect": to})
        return RedirectResponse(to, 303)
    if visit.request.method not in ("GET", "HEAD"):
        sent = visit.value("csrf") or visit.request.headers.get("x-csrf-token", "")
        if not hmac.compare_digest(sent.encode(), visit.session.csrf.encode()):
            raise Refused(
                403, visit.say("Le formulaire n'est plus valable : recharger la page et recommencer.")
            )
    if rank(visit.user.role) < rank(role):
        raise Refused(403, visit.say("Votre compte ne permet pas cela."))
    return None


async def _form(request: Request) -> tuple[dict[str, list[str]], tuple[tuple[str, bytes], ...]]:
    if request.method in ("GET", "HEAD"):
        return {}, ()
    form: FormData = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
    values: dict[str, list[str]] = {}
    files: list[tuple[str, bytes]] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            data = await value.read()
            if value.filename:
                files.append((value.filename.replace("\\", "/").rpartition("/")[2][:200], data))
        else:
            values.setdefault(name, []).append(value)
    await form.close()
    return values, tuple(files)


_STATUS: tuple[tuple[type[MailbotError], int], ...] = (
    (UnknownReference, 404),
    (ActionRefused, 422),
    (StaleDossier, 409),
    (StoreUnreachable, 503),
)


def sorry(visit: Visit, error: Refused | HTTPException | MailbotError) -> Response:
    """The page that says what is wrong."""
    if isinstance(error, HTTPException):
        known = {404: visit.say("Cette page n'existe pas."), 405: visit.say("Cela ne se demande pas ainsi.")}
        status, message = error.status_code, known.get(error.status_code, str(error.detail))
    elif isinstance(error, Refused):
        status, message = error.status, error.message
    else:
        status, message = status_of(error), visit.say_of(error)
    template = "sorry_part.html" if visit.partial else "sorry.html"
    return visit.page(template, status, status=status, message=message)


def status_of(error: MailbotError) -> int:
    return next((code for kind, code in _STATUS if isinstance(error, kind)), 422)


def number(text: str, status: int, message: str) -> int:
    """A row's id. Raises Refused for what is none."""
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise Refused(status, message)
    return int(text)


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def local_path(path: str) -> str:
    """The path, if it is one of this app; else the queue."""
    fine = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if fine else "/queue"


def age_words(visit: Visit, span: timedelta) -> str:
    """How long ago, in the largest unit that says enough."""
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes < 60:
        return visit.say("%(n)s min", n=minutes)
    if minutes < 48 * 60:
        return visit.say("%(n)s h", n=minutes // 60)
    return visit.say("%(n)s j", n=minutes // (24 * 60))
