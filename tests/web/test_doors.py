"""Who gets in, and what each role may not do."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from mailbot.web_rows import UserRow
from tests.journeys.world import World
from tests.web.browser import ORIGIN, Browser
from tests.web.cases import PASSWORD, question

PAGES = (
    "/queue?tab=waiting&sort=age",
    "/queue/rows",
    "/entry/1",
    "/dossiers",
    "/dossier/SONS2-000001-AAAA",
    "/overview",
    "/admin",
)
DECISIONS = (
    "/queue/bulk",
    "/entry/1/act/close",
    "/entry/1/preview/approve",
    "/entry/1/lock",
    "/entry/1/take-over",
    "/entry/1/take-on",
    "/undo",
    "/hold",
    "/admin/user",
)


@pytest.mark.parametrize("path", PAGES)
def test_without_a_session_every_page_leads_to_the_login(world: World, path: str) -> None:
    answer = Browser(world).get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=" + quote(path))


@pytest.mark.parametrize("path", DECISIONS)
def test_without_a_session_nothing_is_decided(world: World, path: str) -> None:
    answer = Browser(world).client.post(path, data={"csrf": "x"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/queue")


@pytest.mark.parametrize("path", DECISIONS)
def test_a_reader_only_reads(world: World, path: str) -> None:
    question(world)
    reader = Browser.signed_in(world, "rita")
    assert reader.get("/entry/1").status_code == 200
    assert 'action="/entry/1/act' not in reader.get("/entry/1").text
    assert reader.post(path).status_code == 403
    assert world.store.entry(1).state == "open"


@pytest.mark.parametrize(("name", "status"), [("rita", 403), ("claire", 403), ("anne", 200)])
def test_accounts_are_an_administrators_business(world: World, name: str, status: int) -> None:
    browser = Browser.signed_in(world, name)
    assert browser.get("/admin").status_code == status
    answer = browser.post("/admin/user", {"name": "paul", "role": "reader"})
    assert answer.status_code == (303 if status == 200 else 403)
    user = world.store.user("paul")
    assert user is not None
    assert user.role == ("reader" if status == 200 else "reviewer")


def test_a_wrong_password_is_refused_and_too_many_are_not_looked_at(world: World) -> None:
    browser = Browser(world)
    for _ in range(5):
        assert browser.sign_in("claire", "faux").status_code == 401
    assert browser.sign_in("claire").status_code == 429
    world.later(minutes=16)
    assert browser.sign_in("claire").status_code == 303


def test_an_unknown_name_gets_the_same_answer_as_a_wrong_password(world: World) -> None:
    known, unknown = (Browser(world).sign_in(name, "faux") for name in ("claire", "personne"))
    assert known.status_code == unknown.status_code == 401
    assert "Nom ou mot de passe incorrect" in unknown.text


def test_a_closed_account_is_out_at_once(world: World) -> None:
    claire = Browser.signed_in(world, "claire")
    world.store.update_user("claire", disabled=True)
    assert claire.get("/queue").status_code == 303
    assert claire.sign_in("claire").status_code == 401


def test_an_account_without_a_password_signs_in_nowhere(world: World) -> None:
    world.store.add_user(UserRow("ext", "admin", "", False, world.clock.now()))
    assert Browser(world).sign_in("ext", "").status_code == 401


def test_a_session_ends_when_unused_and_after_its_longest_time(world: World) -> None:
    idle = Browser.signed_in(world, "claire")
    world.later(minutes=31)
    assert idle.get("/queue").status_code == 303
    busy = Browser.signed_in(world, "claire")
    for _ in range(25):
        world.later(minutes=25)
        last = busy.get("/queue").status_code
    assert last == 303


def test_a_page_that_refreshes_itself_keeps_no_session_alive(world: World) -> None:
    claire = Browser.signed_in(world, "claire")
    for _ in range(4):
        world.later(minutes=9)
        here = {"HX-Request": "true", "HX-Current-URL": f"{ORIGIN}/queue?sort=age"}
        answer = claire.get("/queue/rows", headers=here)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/login?next=" + quote("/queue?sort=age")


def test_signing_out_ends_the_session_for_its_cookie_too(world: World) -> None:
    claire = Browser.signed_in(world, "claire")
    cookie = claire.client.cookies["mailbot"]
    assert claire.post("/logout").status_code == 303
    claire.client.cookies.set("mailbot", cookie)
    assert claire.get("/queue").status_code == 303


def test_the_cookie_is_for_this_site_and_not_for_scripts(world: World) -> None:
    said = Browser(world).sign_in("claire").headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said
    assert "secure" not in said  # on loopback


def test_elsewhere_the_cookie_needs_https(world: World) -> None:
    browser = Browser(world)
    browser.client.base_url = "https://127.0.0.1:8025"  # type: ignore[assignment]  # as the client takes it
    browser.client.headers["Origin"] = "https://127.0.0.1:8025"
    said = browser.sign_in("claire").headers["set-cookie"]
    assert "__Host-mailbot=" in said
    assert "secure" in said.lower()


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8025", "127.0.0.1.evil.example", "[::2]:8025"]
)
def test_an_unknown_host_is_refused(world: World, host: str) -> None:
    assert Browser(world).get("/login", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_site_decides_nothing(world: World, claire: Browser, headers: dict[str, str]) -> None:
    entry = question(world)
    assert claire.post(f"/entry/{entry}/act/close", headers=headers).status_code == 403
    assert world.store.entry(entry).state == "open"


@pytest.mark.parametrize("token", ["", "faux", "é"])
def test_a_form_without_its_token_is_refused(world: World, token: str) -> None:
    claire = Browser.signed_in(world, "claire")
    entry = question(world)
    assert claire.client.post(f"/entry/{entry}/act/close", data={"csrf": token}).status_code == 403


def test_one_sessions_token_does_not_serve_another(world: World) -> None:
    claire = Browser.signed_in(world, "claire")
    paul = Browser.signed_in(world, "paul")
    assert claire.client.post("/hold", data={"csrf": paul.csrf(), "hold": "1"}).status_code == 403


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_login_leads_nowhere_else(world: World, to: str) -> None:
    browser = Browser(world)
    page = browser.get("/login", params={"next": to})
    assert 'name="next" value="/queue"' in page.text
    token = page.text.split('name="token" value="')[1].split('"')[0]
    given = {"name": "claire", "password": PASSWORD, "token": token, "next": to}
    assert browser.client.post("/login", data=given).headers["location"] == "/queue"


def test_every_page_forbids_foreign_content_and_keeping(world: World, claire: Browser) -> None:
    headers = claire.get("/queue").headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"


def test_no_page_has_a_script_or_a_style_of_its_own(world: World, claire: Browser) -> None:
    entry = question(world)
    for path in ("/queue", f"/entry/{entry}", "/dossiers", "/overview", "/help"):
        text = claire.get(path).text
        assert "<script>" not in text
        assert " style=" not in text
        assert " onclick" not in text


def test_what_is_looked_at_and_done_stands_in_the_history(world: World, claire: Browser) -> None:
    entry = question(world)
    claire.get("/queue")
    claire.get(f"/entry/{entry}")
    claire.decide(entry, "note", {"note": "rappeler demain"})
    seen = [(row.actor, row.what) for row in world.store.history() if row.actor == "claire"]
    assert seen[:4] == [
        ("claire", "signed_in"),
        ("claire", "viewed"),
        ("claire", "viewed"),
        ("claire", "viewed"),
    ]
    assert ("claire", "note") in seen
    assert world.store.history_broken_at() is None


def test_a_list_that_refreshes_itself_notes_whom_it_newly_shows(world: World, claire: Browser) -> None:
    first = question(world)
    claire.get("/queue")
    claire.get("/queue/rows")
    world.deliver("autre@cabinet.example", "Bonjour,\n\nQui contacter ?\n\nMerci", subject="Question")
    world.once()
    claire.get("/queue/rows")
    seen = [row.detail["entries"] for row in world.store.history() if row.detail.get("page") == "queue"]
    assert seen == [[first], [first + 1]]
