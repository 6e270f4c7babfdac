"""Access tokens, with msal's application played by the test."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import msal
import pytest

from mailbot.adapters.oauth import TokenSource
from mailbot.errors import TokenUnavailable
from mailbot.settings import OAuth


class Service:
    """What the token service knows. Made anew at every call, as msal's applications are."""

    def __init__(self, *accounts: str, refuses: bool = False) -> None:
        self.accounts = accounts
        self.refuses = refuses
        self.asked: list[Any] = []
        self.cache: Any = None

    def __call__(self, settings: OAuth, cache: Any) -> Service:
        self.cache = cache
        return self

    def get_accounts(self, username: str | None) -> list[dict[str, str]]:
        return [{"username": a} for a in self.accounts if username in (None, a)]

    def acquire_token_silent(self, scopes: list[str], account: dict[str, str]) -> dict[str, str]:
        self.asked.append((scopes, account["username"]))
        if self.refuses:
            return {"error": "invalid_grant", "error_description": "the refresh token has expired"}
        self.cache.has_state_changed = True
        return {"access_token": f"token of {account['username']}"}


def settings(tmp_path: Path, **changes: Any) -> OAuth:
    given = {"tenant": "t", "client_id": "c", "token_cache": tmp_path / "var" / "oauth.json"}
    return OAuth.model_validate(given | changes)


def test_a_token_is_refreshed_and_the_cache_is_its_owner_s_alone(tmp_path: Path) -> None:
    service = Service("zoe@incert.test")
    source = TokenSource(settings(tmp_path), service)
    assert source() == "token of zoe@incert.test"
    cache = tmp_path / "var" / "oauth.json"
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600
    assert list(cache.parent.iterdir()) == [cache]
    again = Service("zoe@incert.test")
    assert TokenSource(settings(tmp_path), again)() == "token of zoe@incert.test"


def test_a_shared_mailbox_is_opened_with_the_user_s_token(tmp_path: Path) -> None:
    service = Service("other@incert.test", "zoe@incert.test")
    assert TokenSource(settings(tmp_path, user="zoe@incert.test"), service)() == "token of zoe@incert.test"


def test_a_refusal_says_why(tmp_path: Path) -> None:
    with pytest.raises(TokenUnavailable, match="refresh token has expired"):
        TokenSource(settings(tmp_path), Service("zoe@incert.test", refuses=True))()


def test_without_anybody_signed_in_a_person_is_needed(tmp_path: Path) -> None:
    with pytest.raises(TokenUnavailable, match="nobody is signed in"):
        TokenSource(settings(tmp_path), Service())()


def test_an_application_may_sign_in_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Confidential(msal.ConfidentialClientApplication):
        def __init__(self) -> None:
            return

        def get_accounts(self, username: str | None = None) -> list[Any]:
            return []

        def acquire_token_for_client(self, scopes: list[str]) -> dict[str, str]:
            return {"access_token": f"for {scopes[0]}"}

    source = TokenSource(settings(tmp_path), lambda s, cache: Confidential())
    assert source() == "for https://outlook.office365.com/.default"


class SignIn(Service):
    """A service where a person enters a code elsewhere."""

    def initiate_device_flow(self, scopes: list[str]) -> dict[str, str]:
        return (
            {"error_description": "no such flow"}
            if self.refuses
            else {"user_code": "AB", "message": "Enter AB"}
        )

    def acquire_token_by_device_flow(self, flow: dict[str, str]) -> dict[str, str]:
        self.cache.has_state_changed = True
        return {"access_token": "first"}


def test_a_person_signs_in_once(tmp_path: Path) -> None:
    said: list[str] = []
    TokenSource(settings(tmp_path), SignIn()).sign_in(said.append)
    assert said == ["Enter AB"]
    assert (tmp_path / "var" / "oauth.json").is_file()
    with pytest.raises(TokenUnavailable, match="no such flow"):
        TokenSource(settings(tmp_path), SignIn(refuses=True)).sign_in(said.append)


def test_a_service_that_cannot_be_reached_is_said_so(tmp_path: Path) -> None:
    def away(settings: OAuth, cache: Any) -> Any:
        raise OSError("no route")

    with pytest.raises(TokenUnavailable, match="cannot be reached"):
        TokenSource(settings(tmp_path), away)()


def test_another_program_may_give_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text(" fresh\n")
    monkeypatch.setenv("TOKEN", "from outside")
    assert TokenSource(settings(tmp_path, token_file=tmp_path / "token"))() == "fresh"
    assert TokenSource(settings(tmp_path, token_env="TOKEN"))() == "from outside"
    with pytest.raises(TokenUnavailable, match="cannot be read"):
        TokenSource(settings(tmp_path, token_file=tmp_path / "gone"))()
