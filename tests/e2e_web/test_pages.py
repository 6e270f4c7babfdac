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

# Other tests run the same lines; measuring coverage once more would take as long again.
pytestmark = [pytest.mark.browser, pytest.mark.no_cover]
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


def test_a_correction_survives_the_end_of_its_session(world: World, person: Person) -> None:
    entry = cases.name_mismatch(world)
    page = person("claire")
    page.goto(f"/entry/{entry}?doc=1")
    page.locator("#field-email summary").click()
    page.locator("#set-email").fill("neuf@medisoft.example")
    world.later(hours=11)
    page.locator("#set-email").press("Enter")
    page.wait_for_url("**/login**")
    page.fill("#name", "claire")
    page.fill("#password", cases.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/entry/{entry}?doc=1")
    expect(page.locator("#set-email")).to_have_value("neuf@medisoft.example")
    page.locator("#set-email").press("Enter")
    expect(page.locator("html[data-ready] .flash:not(.wrong)")).to_be_visible()
    expect(page.locator("#field-email")).to_contain_text("corrigé par claire")


def violations(page: Page, *, of_colours: bool = False) -> list[tuple[str, str]]:
    """What axe-core finds, at WCAG 2.2 AA; the size of targets is off unless asked for.

    of_colours: only what looks at colours.
    """
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    asked: dict[str, Any] = {
        "runOnly": {"type": "tag", "values": tags},
        "rules": {"target-size": {"enabled": True}},
    }
    if of_colours:
        asked = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
    found: dict[str, Any] = page.evaluate("asked => axe.run(asked)", asked)
    return [(v["id"], node["html"][:160]) for v in found["violations"] for node in v["nodes"]]


def pages_of(world: World) -> dict[str, str]:
    entries = {entry.step or "E1": entry.id for entry in world.queue()}
    reference = world.store.dossiers()[0].dossier.reference
    return {
        "file": "/queue",
        "fermees": "/queue?tab=closed",
        "entree-difference": f"/entry/{entries['E1']}",
        "entree-raccordement": f"/entry/{entries['R2']}?do=connection-valid",
        "entree-changement": f"/entry/{entries['C']}?do=change-accepted",
        "entree-question": f"/entry/{entries['Q']}",
        "entree-correction": f"/entry/{entries['E1']}?do=correct",
        "dossiers": "/dossiers",
        "dossier": f"/dossier/{reference}",
        "courriel-recu": f"/dossier/{reference}/mail/1",
        "courriel-envoye": "/outgoing/1",
        "vue-d-ensemble": "/overview",
        "administration": "/admin",
        "touches": "/help",
        "introuvable": "/entry/999",
    }


def looked_at(page: Page, name: str) -> dict[str, object]:
    """What is wrong with the page that is open, in both widths and in both schemes; and its picture.

    Where MAILBOT_SCREENSHOTS is set, the pictures go into docs/screenshots.
    """
    page.wait_for_load_state("networkidle")
    page.evaluate(AXE.read_text("utf-8"))
    wrong: dict[str, object] = {}
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 860})
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # playwright's own
            # Nothing but colours depends on the scheme.
            if found := violations(page, of_colours=scheme == "dark"):
                wrong[f"{name} {width} {scheme}"] = found
        if os.environ.get("MAILBOT_SCREENSHOTS"):
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png")
    # WCAG 1.4.10: text reflows at 320 CSS pixels.
    page.set_viewport_size({"width": 320, "height": 800})
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > 320:
        wrong[f"{name} reflow"] = wide
    page.set_viewport_size({"width": 1280, "height": 860})
    return wrong


@pytest.mark.long
@pytest.mark.timeout(400)
def test_every_page_is_accessible_and_fits_a_telephone(world: World, person: Person) -> None:
    cases.everything(world)
    page = person("anne", 1280, 860)
    wrong: dict[str, object] = {}
    for name, path in pages_of(world).items():
        page.goto(path)
        wrong |= looked_at(page, name)
    page.goto("/queue")
    page.locator("input[name=entry]").first.check()
    page.select_option("#bulk-action", "postpone")
    page.locator("[data-bulk] button").click()
    expect(page.locator("#count")).to_be_focused()
    wrong |= looked_at(page, "plusieurs")
    page.locator("details.menu summary").click()
    page.locator("form[action='/logout'] button").click()
    page.wait_for_url("**/login")
    wrong |= looked_at(page, "connexion")
    assert wrong == {}
