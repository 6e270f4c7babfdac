"""Signing in at an identity provider: who comes in, as what, and everybody who does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from httpx2 import Response
from joserfc.jwk import ECKey

from mailbot.config import load_config
from mailbot.errors import ConfigurationInvalid
from mailbot.web_rows import UserRow
from tests.journeys.world import World
from tests.web.browser import Browser
from tests.web.cases import people
from tests.web.identity_provider import CLIENT, SECRET, IdentityProvider, shared_secret

_CONFIG = """
[oidc]
issuer = "{issuer}"
client_id = "{client}"
client_secret_file = "oidc.secret"
roles_claim = "groups"
roles = {{ "sons-lecture" = "reader", "sons-decision" = "reviewer", "sons-admin" = "admin" }}
label = "Maison"
{more}
"""


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[IdentityProvider]:
    now: list[Callable[[], object]] = []
    provider = IdentityProvider(lambda: now[0]())  # type: ignore[arg-type, return-value]  # the world's clock
    provider.clock = now  # type: ignore[attr-defined]  # set once there is a world
    yield provider
    provider.close()


def world_with(tmp_path: Path, provider: IdentityProvider, more: str = "") -> World:
    (tmp_path / "oidc.secret").write_text(SECRET + "\n", "utf-8")
    world = World(tmp_path, extra=_CONFIG.format(issuer=provider.issuer, client=CLIENT, more=more))
    provider.clock.append(world.clock.now)  # type: ignore[attr-defined]  # see above
    people(world)
    return world


@pytest.fixture
def world(tmp_path: Path, provider: IdentityProvider) -> Iterator[World]:
    world = world_with(tmp_path, provider)
    yield world
    world.service.close()


def off(browser: Browser, back: str = "/queue") -> str:
    """To the provider: the address that the browser is sent to."""
    answer = browser.client.get("/oidc/start", params={"next": back})
    assert answer.status_code == 303
    return answer.headers["location"]


def came_back(browser: Browser, provider: IdentityProvider, back: str = "/queue") -> Response:
    address = urlsplit(provider.sign_in(off(browser, back)))
    return browser.client.get(f"{address.path}?{address.query}")


def test_a_person_signs_in_and_comes_back_to_where_they_were(
    world: World, provider: IdentityProvider
) -> None:
    browser = Browser(world)
    assert "Se connecter avec Maison" in browser.get("/login").text
    answer = came_back(browser, provider, "/queue?tab=waiting")
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue?tab=waiting")
    assert "claire.weber" in browser.get("/queue").text
    assert browser.post("/hold", {"hold": "1"}).status_code == 303  # a reviewer's
    assert browser.get("/admin").status_code == 403
    said = [(row.actor, row.what) for row in world.store.history() if row.what == "signed_in"]
    assert said == [("claire.weber", "signed_in")]


def test_the_claim_says_what_one_may_do(world: World, provider: IdentityProvider) -> None:
    roles = (
        (["sons-lecture"], "reader"),
        ("sons-decision", "reviewer"),
        ("sons-lecture sons-admin", "admin"),
        (["sons-lecture", "sons-admin", "autre", 7], "admin"),
        (["autre"], None),
        ([], None),
        (None, None),
        ({"sons-admin": True}, None),
    )
    for number, (groups, role) in enumerate(roles):
        name = f"person.{number}"
        provider.person |= {"sub": name, "preferred_username": name, "groups": groups}
        provider.userinfo["sub"] = name
        answer = came_back(Browser(world), provider)
        user = world.store.user(name)
        assert (answer.status_code, user.role if user else None) == (303 if role else 403, role)


def test_a_role_that_changed_at_the_provider_counts_from_the_next_sign_in(
    world: World, provider: IdentityProvider
) -> None:
    before = Browser(world)
    came_back(before, provider)
    provider.person["groups"] = ["sons-lecture"]
    after = Browser(world)
    came_back(after, provider)
    assert before.get("/queue").status_code == 303  # its session ended with the role
    assert after.post("/hold", {"hold": "1"}).status_code == 403


def test_roles_may_stand_in_the_userinfo_and_below_a_dot(tmp_path: Path, provider: IdentityProvider) -> None:
    config = _CONFIG.replace('"groups"', '"realm_access.roles"')
    (tmp_path / "oidc.secret").write_text(SECRET, "utf-8")
    world = World(tmp_path, extra=config.format(issuer=provider.issuer, client=CLIENT, more=""))
    provider.clock.append(world.clock.now)  # type: ignore[attr-defined]  # see above
    provider.userinfo |= {"realm_access": {"roles": ["sons-admin"]}}
    assert came_back(Browser(world), provider).status_code == 303
    user = world.store.user("claire.weber")
    assert user is not None
    assert user.role == "admin"
    provider.userinfo["sub"] = "4712"
    assert came_back(Browser(world), provider).status_code == 403
    world.service.close()


WRONG: tuple[dict[str, object], ...] = (
    {"iss": "https://evil.example"},
    {"iss": None},
    {"aud": "another-app"},
    {"aud": None},
    {"aud": [CLIENT, "another-app"], "azp": "another-app"},
    {"exp": 1},
    {"exp": None},
    {"exp": "demain"},
    {"iat": 99999999999},
    {"nonce": "another"},
    {"nonce": None},
    {"sub": None},
    {"at_hash": "bm90IHRoYXQ"},
    {"preferred_username": None},
    {"preferred_username": "../../admin"},
    {"preferred_username": ["claire"]},
)


def test_a_token_that_does_not_fit_lets_nobody_in(world: World, provider: IdentityProvider) -> None:
    browser = Browser(world)
    for wrong in WRONG:
        provider.wrong = wrong
        answer = came_back(browser, provider)
        assert (wrong, answer.status_code, "a pas abouti" in answer.text) == (wrong, 403, True)
        assert world.store.history()[-1].what == "sign_in_failed"
    assert browser.get("/queue").status_code == 303
    assert world.store.user("claire.weber") is None


def test_a_token_for_several_apps_is_taken_when_it_is_ours(world: World, provider: IdentityProvider) -> None:
    provider.wrong = {"aud": [CLIENT, "another-app"], "azp": CLIENT}
    assert came_back(Browser(world), provider).status_code == 303


def test_only_the_providers_own_public_key_signs(world: World, provider: IdentityProvider) -> None:
    provider.signed_with = ECKey.generate_key("P-256", {"kid": "one"})
    assert came_back(Browser(world), provider).status_code == 403
    provider.signed_with, provider.algorithm = shared_secret(), "HS256"
    assert came_back(Browser(world), provider).status_code == 403


def test_the_answer_belongs_to_the_browser_that_asked(world: World, provider: IdentityProvider) -> None:
    mine, other = Browser(world), Browser(world)
    address = urlsplit(provider.sign_in(off(mine)))
    assert other.client.get(f"{address.path}?{address.query}").status_code == 403  # without the cookie
    off(other)
    assert other.client.get(f"{address.path}?{address.query}").status_code == 403  # with another state
    assert mine.client.get(f"{address.path}?{address.query}").status_code == 303
    off(mine)
    assert mine.client.get(f"{address.path}?{address.query}").status_code == 403  # used already


def test_an_answer_that_is_none_is_a_page_that_says_so(world: World, provider: IdentityProvider) -> None:
    browser = Browser(world)
    state = off(browser).split("state=")[1].split("&")[0]
    for query in ("", "code=x", "error=access_denied", "code=%00%ff", "iss=https://evil.example&code=x"):
        assert browser.client.get(f"/oidc/callback?{query}").status_code == 403
        assert browser.client.get(f"/oidc/callback?state={state}&{query}").status_code == 403
    browser.client.cookies.set("mailbot_openid", "nonsense")
    assert browser.client.get(f"/oidc/callback?state={state}&code=x").status_code == 403


def test_a_name_is_not_enough_to_take_over_an_account(world: World, provider: IdentityProvider) -> None:
    provider.person["preferred_username"] = "anne"  # a local account
    assert came_back(Browser(world), provider).status_code == 403
    provider.person["preferred_username"] = "claire.weber"
    assert came_back(Browser(world), provider).status_code == 303
    provider.person["sub"] = "4712"  # somebody else, who was given the name afterwards
    assert came_back(Browser(world), provider).status_code == 403


def test_a_closed_account_stays_closed(world: World, provider: IdentityProvider) -> None:
    browser = Browser(world)
    came_back(browser, provider)
    world.store.update_user("claire.weber", disabled=True)
    assert browser.get("/queue").status_code == 303
    assert came_back(browser, provider).status_code == 403


def test_the_providers_people_have_no_password_here(world: World, provider: IdentityProvider) -> None:
    came_back(Browser(world), provider)
    user = world.store.user("claire.weber")
    assert user is not None
    assert Browser(world).sign_in("claire.weber", user.password).status_code == 401
    assert Browser(world).sign_in("claire").status_code == 303  # local accounts remain


def test_local_accounts_can_be_closed(tmp_path: Path, provider: IdentityProvider) -> None:
    world = world_with(tmp_path, provider, "local_accounts = false")
    browser = Browser(world)
    assert 'name="password"' not in browser.get("/login").text
    assert browser.client.post("/login", data={"name": "claire"}).status_code == 403
    assert came_back(browser, provider).status_code == 303
    world.service.close()


def test_a_provider_that_is_away_or_another_is_said(world: World, provider: IdentityProvider) -> None:
    browser = Browser(world)
    provider.wrong = {"discovered": "https://evil.example"}
    assert browser.client.get("/oidc/start").status_code == 503
    provider.wrong = {}
    url = off(browser)
    provider.close()
    address = urlsplit(provider.sign_in(url))
    assert browser.client.get(f"{address.path}?{address.query}").status_code == 503


def test_without_a_provider_there_is_no_such_door(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.store.add_user(UserRow("claire", "admin", "", False, world.clock.now()))
    browser = Browser(world)
    assert "/oidc/" not in browser.get("/login").text
    assert [browser.client.get(f"/oidc/{p}").status_code for p in ("start", "callback")] == [404, 404]
    world.service.close()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('issuer = "http://id.example"', "oidc.issuer"),
        ('issuer = "id.example"', "oidc.issuer"),
        ('issuer = "https://id.example"', "oidc.client_id"),
        ('issuer = "https://id.example"\nclient_id = "x"', "oidc.roles"),
        ('roles = { x = "chef" }', "oidc.roles"),
        ('client_secret_env = "NOT_SET_ANYWHERE"', "oidc.client_secret_env"),
        ("isuer = 1", "oidc.isuer"),
    ],
)
def test_what_is_wrong_in_the_configuration_is_named(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / "config.toml").write_text(f"[oidc]\n{text}\n", "utf-8")
    with pytest.raises(ConfigurationInvalid, match=key.replace(".", r"\.")):
        load_config(tmp_path / "config.toml")
