"""English and German say everything that French says."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from mailbot.web.i18n import best_language, translations
from tests.journeys.world import World
from tests.web.browser import Browser, hidden

_WEB = Path(str(resources.files("mailbot.web")))
_METHODS = [("**.py", "python"), ("html/**.html", "jinja2")]
_OPTIONS = {"html/**.html": {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}


def texts() -> Iterator[str]:
    """Every text of the source that is marked for the catalogues."""
    keywords = {"_": None, "say": None}
    for _, _, text, _, _ in extract_from_dir(_WEB, _METHODS, _OPTIONS, keywords):
        yield text if isinstance(text, str) else text[0]


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_text_is_translated_with_its_places(language: str) -> None:
    said = translations(language)
    missing = [text for text in set(texts()) if text not in said._catalog]  # type: ignore[attr-defined]  # gettext's
    assert missing == []
    for text in set(texts()):
        assert text.count("%(") == said.ugettext(text).count("%("), text


@pytest.mark.parametrize(
    ("wanted", "accepted", "language"),
    [
        ("", "", "fr"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "pt,de;q=0.5", "de"),
        ("de", "en", "de"),
        ("xx", "zz,,;;", "fr"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_browsers(wanted: str, accepted: str, language: str) -> None:
    assert best_language(wanted, accepted) == language


@pytest.mark.parametrize(
    ("language", "queue"), [("fr", "À traiter"), ("en", "To review"), ("de", "Zu bearbeiten")]
)
def test_the_pages_are_in_the_chosen_language(
    world: World, claire: Browser, language: str, queue: str
) -> None:
    page = claire.get("/queue?tab=waiting&sort=age")
    answer = claire.post("/language", {"language": language, "back": hidden(page, "back")})
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue?tab=waiting&sort=age")
    assert queue in claire.get("/queue").text
