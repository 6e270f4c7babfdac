"""Every address and every form, with values that nobody means: an answer that says so, never a failure."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from mailbot.web.action_forms import FORMS
from tests.journeys.world import World
from tests.web.browser import ORIGIN, Browser, hidden
from tests.web.cases import change, name_mismatch, question

# Other tests run the same lines; measuring coverage once more would take as long again.
pytestmark = pytest.mark.no_cover
HOSTILE = (
    "",
    " ",
    "0",
    "-1",
    "1e9",
    "٣",
    "9" * 40,
    "\x00",
    "a\r\nBcc: evil@evil.example",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}%(x)s%s{0}",
    "../../etc/passwd",
    "' OR 1=1 --",
    "=HYPERLINK(1)",
    "0000-00-00",
    "9999-12-31",
    "\u202e\ufeff\ud7ff",
    "é" * 1500,
    "a@" + "b" * 400,
    "%ff%00%",
)
RAW = ("%ff%fe", "%00", "%2e%2e%2f", "%F0%9F%98%80", ";", "?", "//", "%0d%0aSet-Cookie:x=1")
"""Pieces of an address, as they are."""
NAMES = (
    "until", "date", "amount", "to", "note", "document", "kind", "signature", "dossier", "party",
    "seal", "text", "marker", "entry", "action", "count", "hold", "undo", "owner", "name", "role",
    "disabled", "back", "next", "language", "q", "tab", "code", "step", "sort", "tick.ciss",
    "change.email", "change.iban", "change.nope", "set.matricule", "set.iban", "set.nope", "set.",
    "files", "csrf",
)  # fmt: skip
FILES = (
    ("files", ("", b"x", "text/plain")),
    ("files", ("../../x\r\n.pdf", b"%PDF-1.4", "application/pdf")),
    ("files", ("a" * 3000, b"", "a/b; c=d")),
    ("note", ("note.txt", b"\xff", "text/plain")),
)


def paths(world: World) -> Iterator[tuple[str, str]]:
    """(method, path with {names}) of everything that the app serves."""
    for route in Browser(world).client.app.routes:  # type: ignore[attr-defined]  # Starlette's
        for method in sorted(set(getattr(route, "methods", None) or ()) - {"HEAD"}):
            yield method, route.path


def answers(browser: Browser, method: str, path: str, **more: Any) -> int:
    """The status; a failure of the app raises in the test client, and is one here."""
    answer = browser.client.request(method, path, **more)
    assert answer.status_code < 500, (method, path, more)
    assert answer.status_code < 400 or len(answer.text) > 3, (method, path, more)
    return answer.status_code


def filled(path: str, value: str) -> str:
    for name in ("entry", "document", "page", "mail", "outbox", "reference", "action"):
        path = path.replace("{" + name + "}", value)
    return path


@pytest.mark.long
def test_hostile_addresses(world: World, claire: Browser) -> None:
    name_mismatch(world)
    browser = Browser.signed_in(world, "anne")
    values = (*(quote(v, safe="") for v in HOSTILE), *RAW)
    gets = [path for method, path in paths(world) if method == "GET" and path != "/oidc/start"]
    for number, path in enumerate(gets):
        for value in values[number % 8 :: 8]:  # each path with some of them, all of them on some path
            if "{" in path:
                answers(browser, "GET", filled(path, value or "x"))
            query = "&".join(f"{n}={value}" for n in ("tab", "sort", "code", "step", "page", "s"))
            assert answers(browser, "GET", f"{filled(path, '1')}?{query}") != 401
            answers(browser, "GET", f"{filled(path, '1')}?doc={value}&do={value}&marker={value}")
        answers(browser, "DELETE", filled(path, "1"))


def test_hostile_forms(world: World) -> None:
    entries = [change(world), question(world)]
    dice = random.Random(5)
    browser = Browser.signed_in(world, "anne")
    csrf = browser.csrf()
    posts = [path for method, path in paths(world) if method == "POST" and path != "/logout"]
    for number, path in enumerate(posts):
        for n, value in enumerate(HOSTILE[number % 4 :: 4]):
            entry = str(entries[n % 2])
            action = dice.choice(list(FORMS)) if "{action}" in path else ""
            where = path.replace("{entry}", entry).replace("{action}", action)
            chosen = dice.sample(NAMES, 14)
            data = {name: [value, value] for name in chosen} | {"csrf": csrf}
            answers(browser, "POST", where, data=data, files=[FILES[n % len(FILES)]] if n % 3 else None)
            answers(browser, "POST", filled(path, quote(value, safe="") or "x"), data={"csrf": csrf})
    assert browser.client.get("/queue").status_code == 200


def test_each_action_with_one_wrong_value_at_a_time(world: World, claire: Browser) -> None:
    """Whatever is in a form, its preview and the page that comes back can be shown."""
    entries = [change(world), question(world)]
    csrf = claire.csrf()
    for entry in entries:
        page = claire.get(f"/entry/{entry}")
        offered = world.store.entry(entry).actions
        for action in offered:
            for n, value in enumerate(HOSTILE[entry % 4 :: 4]):
                data = {name: value for name in NAMES if name not in ("csrf", "marker", "seal")}
                data |= {"csrf": csrf, "marker": hidden(page, "marker"), "document": "1"}
                data |= {"until": "2030-01-01", "to": "a@b.example"} if n % 2 else {}
                answers(claire, "POST", f"/entry/{entry}/preview/{action}", data=data)


def test_bodies_that_are_no_form(world: World, claire: Browser) -> None:
    question(world)
    bodies = (
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=", b"\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"1",
        ),
        ("application/x-www-form-urlencoded", b"\xff\xfe=%ff&&&=;"),
        ("application/x-www-form-urlencoded; charset=utf-99", b"a=b"),
        ("application/json", b"{"),
        ("text/plain; charset=\x00".replace("\x00", "zzz"), b"x"),
        ("", b"x"),
    )
    for kind, body in bodies:
        for path in ("/hold", "/queue/bulk", "/entry/1/act/close", "/entry/1/preview/reply", "/login"):
            headers = {"Content-Type": kind, "Origin": ORIGIN}
            assert 300 < answers(claire, "POST", path, content=body, headers=headers) < 500


def test_hostile_headers(world: World, claire: Browser) -> None:
    entry = question(world)
    csrf = claire.csrf()
    for value in (
        "x",
        "é".encode("latin-1").decode("latin-1"),
        "a" * 5000,
        '"; DROP',
        "\t",
        "=?utf-8?q?=00?=",
    ):
        raw = value.encode("latin-1")
        for name in ("Accept-Language", "Cookie", "HX-Request", "X-CSRF-Token", "X-Forwarded-Proto", "Range"):
            answers(claire, "GET", f"/entry/{entry}", headers=[(name.encode(), raw)])
        answers(claire, "POST", "/language", data={"csrf": csrf, "language": "de", "back": value})
