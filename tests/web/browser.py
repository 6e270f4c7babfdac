"""What a browser does, without one: forms, their hidden fields, and redirects."""

from __future__ import annotations

import html
import re
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from mailbot.web.app import create_app
from tests.journeys.world import World
from tests.web.cases import PASSWORD

ORIGIN = "http://127.0.0.1:8025"


class Browser:
    def __init__(self, world: World) -> None:
        self.world = world
        self.name = ""
        app = getattr(world, "web_app", None) or create_app(world.service)
        world.web_app = app  # type: ignore[attr-defined]  # the browsers of one world share its app
        self.client = TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False)

    @classmethod
    def signed_in(cls, world: World, name: str) -> Browser:
        browser = cls(world)
        assert browser.sign_in(name).status_code == 303
        return browser

    @classmethod
    def person(cls, world: World, name: str) -> Browser:
        """Somebody who signs in whenever the session has ended: for tests in which days pass."""
        browser = cls(world)
        browser.name = name
        return browser

    def sign_in(self, name: str, password: str = PASSWORD) -> Response:
        page = self.client.get("/login")
        return self.client.post(
            "/login", data={"name": name, "password": password, "token": hidden(page, "token")}
        )

    def get(self, path: str, **more: Any) -> Response:
        self._be_signed_in()
        return self.client.get(path, **more)

    def csrf(self) -> str:
        self._be_signed_in()
        return hidden(self.client.get("/help"), "csrf")

    def _be_signed_in(self) -> None:
        if self.name and self.client.get("/help").status_code == 303:
            assert self.sign_in(self.name).status_code == 303

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Response:
        return self.client.post(path, data={"csrf": self.csrf(), **(data or {})}, **more)

    def preview(self, entry: int, action: str, data: dict[str, Any] | None = None, **more: Any) -> Response:
        return self.post(f"/entry/{entry}/preview/{action}", data, **more)

    def decide(
        self, entry: int, action: str, data: dict[str, Any] | None = None, files: Any = None
    ) -> Response:
        """As a person does it: open the entry, fill the form, see the mail, send."""
        page = self.get(f"/entry/{entry}?do={action}")
        assert page.status_code == 200, page.text
        given = {"marker": hidden(page, "marker"), **(data or {})}
        seen = self.preview(entry, action, given, files=files)
        seal = hidden(seen, "seal") or hidden(page, "seal")
        if seal and "seal" not in given:
            given["seal"] = seal
        return self.post(f"/entry/{entry}/act/{action}", given, files=files)


def hidden(page: Response, name: str) -> str:
    """The value of a hidden field, empty when the page has none."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    return html.unescape(found[1]) if found else ""
