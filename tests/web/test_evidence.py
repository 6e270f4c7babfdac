"""What came in, as the person sees it: drawn pages, originals as downloads, cells that are no formula."""

from __future__ import annotations

import pytest

from mailbot.web.csv_out import safe_cell
from tests.journeys.world import World
from tests.web.browser import Browser
from tests.web.cases import FORMULAIRE_1, filled_pdf, name_mismatch


def test_pages_are_drawn_and_originals_only_downloaded(world: World, claire: Browser) -> None:
    entry = name_mismatch(world)
    drawn = claire.get(f"/entry/{entry}/document/1/page/1.png")
    assert drawn.headers["content-type"] == "image/png"
    assert drawn.content.startswith(b"\x89PNG")
    original = claire.get(f"/entry/{entry}/document/1/original")
    assert original.content == filled_pdf("formulaire_1", FORMULAIRE_1)
    assert original.headers["content-disposition"].startswith("attachment")
    assert original.headers["content-type"] == "application/octet-stream"


def test_each_field_has_its_box_and_what_stands_elsewhere(world: World, claire: Browser) -> None:
    entry = name_mismatch(world)
    page = claire.get(f"/entry/{entry}?doc=2").text
    assert 'data-field="denomination" x=' in page
    assert "Medisoft S.à r.l." in page.split('id="field-denomination"')[1].split("</tr>")[0]


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+352 1", "'+352 1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("Medisoft", "Medisoft"),
        (None, ""),
        (3, "3"),
    ],
)
def test_no_cell_is_a_formula(cell: object, safe: str) -> None:
    assert safe_cell(cell) == safe


def test_an_export_is_a_zip_and_stands_in_the_history(world: World, claire: Browser) -> None:
    name_mismatch(world)
    reference = world.store.dossiers()[0].dossier.reference
    answer = claire.get(f"/dossier/{reference}/export")
    assert answer.content.startswith(b"PK")
    assert "exported" in [row.what for row in world.store.history(dossier_id=1)]
