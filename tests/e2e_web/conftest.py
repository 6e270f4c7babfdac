"""A real Chromium against the real app on loopback. Started once; every test has a world of its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from mailbot.web.server import web_server
from tests.journeys.world import Sent, World
from tests.web.cases import PASSWORD, people

_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
Person = Callable[..., Page]


class Desk(World):
    """Sends in a thread of its own: Playwright keeps an event loop running in the test's."""

    def send(self) -> list[Sent]:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(super().send).result()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Ended with its module: as long as Playwright lives, no other test of the process can run a loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    world = Desk(tmp_path, extra=f'\n[web]\nlisten = "127.0.0.1:{port}"\n')
    people(world)
    yield world
    world.service.close()


@pytest.fixture
def server(world: World) -> Iterator[str]:
    """The app's address, once it answers."""
    server: uvicorn.Server = web_server(world.service)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    listening = threading.Event()
    while not server.started and time.monotonic() < until:
        listening.wait(0.02)
    assert server.started
    yield f"http://{world.service.config.web.listen}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def person(chromium: Browser, server: str) -> Iterator[Person]:
    """Opens a browser of its own for somebody, signed in; fails on any error that the page reports."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_for(name: str, width: int = 1280, height: int = 860, **options: object) -> Page:
        context = chromium.new_context(
            base_url=server,
            locale="fr-FR",
            viewport={"width": width, "height": height},
            **options,  # type: ignore[arg-type]  # playwright's own
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console", lambda said: troubles.append(said.text) if "Content Security" in said.text else None
        )
        page.goto("/login")
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/queue")
        return page

    yield open_for
    for context in contexts:
        context.close()
    assert troubles == []
