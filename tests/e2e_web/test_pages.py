"""Hostile mail, two people at once, accessibility, and the pages as they look (docs/screenshots)."""

from __future__ import annotations

import os
import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e_web.conftest import Person
from tests.journeys.world import MAILBOX, World
from tests.web import cases

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "axe.min.js"
SCREENSHOTS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
HOSTILE = """<html><head><base href="https://evil.example/">
<meta http-equiv="refresh" content="0;url=https://evil.example">
<style>@import url(https://evil.example/x.css); body{background:url(https://evil.example/b.png)}</style>
<link rel="stylesheet" href="https://evil.example/y.css"></head>
<body onload="top.location='https://evil.example'"><script>top.document.title='pwned'</script>
<img src="https://evil.example/pixel.png" onerror="top.document.title='pwned'"><svg onload="alert(1)"></svg>
<iframe src="https://evil.example"></iframe><object data="https://evil.example"></object>
<form action="https://evil.example"><input name="x"><button>Envoyer</button></form>
<a href="javascript:alert(1)">un lien</a> <a href="https://evil.example">un autre</a>
<p style="position:fixed;inset:0;background:url(https://evil.example/p.png)">
Quand ouvre l'environnement de test ?</p>
</body></html>"""


def hostile_question(world: World) -> int:
    message = EmailMessage()
    message["From"], message["To"] = "x@evil.example", MAILBOX
    message["Subject"], message["Message-ID"] = "<script>alert(1)</script> Question", "<h@evil.example>"
    message.set_content("Quand ouvre l'environnement de test ? <b onmouseover=alert(1)>Merci</b>")
    message.add_alternative(HOSTILE, subtype="html")
    world.mailbox.deliver(message.as_bytes(), world.clock.now())
    world.once()
    return world.entry(code="question").id


def test_a_hostile_mail_loads_runs_and_sends_nothing(world: World, person: Person) -> None:
    entry = hostile_question(world)
    page = person("claire")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append("dialog"))
    page.goto(f"/entry/{entry}")
    page.locator("details.html summary").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("body")).to_contain_text("Quand ouvre")
    assert (
        frame.locator(
            "script, img, iframe, object, form, input, svg, link, meta[http-equiv], [style]"
        ).count()
        == 0
    )
    assert frame.locator("[href], [onload]").count() == 0
    assert [url for url in asked if "127.0.0.1" not in url] == []
    assert "pwned" not in page.title()
    expect(page.locator(".words")).to_contain_text("<b onmouseover=alert(1)>Merci</b>")


def test_two_reviewers_at_once(world: World, person: Person) -> None:
    entry = cases.name_mismatch(world)
    claire, paul = person("claire"), person("paul")
    claire.goto(f"/entry/{entry}")
    paul.goto(f"/entry/{entry}")
    expect(paul.locator("#hand")).to_contain_text("Ouverte chez claire")
    paul.keyboard.press("Control+Enter")
    expect(paul.locator(".flash.wrong")).to_contain_text("claire a cette entrée ouverte")
    paul.locator("#hand button").click()
    expect(paul.locator(".flash")).to_contain_text("L'entrée est chez vous")
    claire.keyboard.press("Control+Enter")
    expect(claire.locator(".flash.wrong")).to_contain_text("paul a cette entrée ouverte")
    paul.keyboard.press("Control+Enter")
    expect(paul.locator(".flash:not(.wrong)")).to_be_visible()
    assert world.store.entry(entry).state == "closed"
    world.later(minutes=1)
    assert len(world.send()) == 1


def test_nothing_typed_is_lost_when_the_session_ends(world: World, person: Person) -> None:
    entry = cases.question(world)
    page = person("claire")
    page.goto(f"/entry/{entry}?do=reply")
    page.locator("#note").fill("Une longue réponse, bien pesée.")
    expect(page.locator("#text")).to_have_value(re.compile("bien pesée"))
    world.later(hours=11)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/login**")
    page.fill("#name", "claire")
    page.fill("#password", cases.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/entry/{entry}?do=reply")
    expect(page.locator("#note")).to_have_value("Une longue réponse, bien pesée.")


def violations(page: Page) -> list[tuple[str, str]]:
    """What axe-core finds, at WCAG 2.2 AA."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", tags)
    return [(v["id"], node["html"][:160]) for v in found["violations"] for node in v["nodes"]]


def pages_of(world: World) -> dict[str, str]:
    entries = {entry.step or "E1": entry.id for entry in world.queue()}
    reference = world.store.dossiers()[0].dossier.reference
    return {
        "file": "/queue",
        "entree-difference": f"/entry/{entries['E1']}",
        "entree-raccordement": f"/entry/{entries['R2']}?do=connection-valid",
        "entree-changement": f"/entry/{entries['C']}?do=change-accepted",
        "entree-question": f"/entry/{entries['Q']}",
        "dossiers": "/dossiers",
        "dossier": f"/dossier/{reference}",
        "vue-d-ensemble": "/overview",
        "administration": "/admin",
        "touches": "/help",
        "introuvable": "/entry/999",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_accessible(world: World, person: Person, width: int, scheme: str) -> None:
    """And, where MAILBOT_SCREENSHOTS is set, pictured into docs/screenshots."""
    cases.everything(world)
    page = person("anne", width, 860, color_scheme=scheme)
    found = {}
    for name, path in pages_of(world).items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        found[name] = violations(page)
        if os.environ.get("MAILBOT_SCREENSHOTS") and scheme == "light":
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png")
    page.goto("/queue")
    page.locator("details.menu summary").click()
    page.locator("form[action='/logout'] button").click()
    page.wait_for_url("**/login")
    found["connexion"] = violations(page)
    if os.environ.get("MAILBOT_SCREENSHOTS") and scheme == "light":
        page.screenshot(path=SCREENSHOTS / f"connexion-{width}.png")
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("width", [390, 320])
def test_no_page_is_wider_than_a_telephone(world: World, person: Person, width: int) -> None:
    """WCAG 1.4.10: text reflows at 320 CSS pixels."""
    cases.everything(world)
    page = person("anne", width, 800)
    too_wide = {}
    for name, path in pages_of(world).items():
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            too_wide[name] = wide
    assert too_wide == {}
