"""The section [oidc]: signing in to the web app at the organisation's identity provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field

from mailbot.setting_values import LocalPath, Section, Trouble, is_loopback, secret_troubles


class Oidc(Section):
    """OpenID Connect. Off as long as no issuer is named."""

    issuer: str = Field(default="", description="the provider's issuer, an https address as it names itself")
    client_id: str = Field(default="", description="the id under which the provider knows this app")
    client_secret_file: LocalPath | None = Field(
        default=None, description="a file with the client's secret; a public client (PKCE alone) has none"
    )
    client_secret_env: str = Field(default="", description="the environment variable with that secret")
    scopes: tuple[str, ...] = Field(
        default=("openid", "profile"), description="the scopes to ask for, « openid » among them"
    )
    name_claim: str = Field(
        default="preferred_username", min_length=1, description="the claim that names the account"
    )
    roles_claim: str = Field(
        default="roles",
        min_length=1,
        description="the claim with the person's roles or groups; dots lead into it: realm_access.roles",
    )
    roles: dict[str, Literal["reader", "reviewer", "admin"]] = Field(
        default={}, description='what a value of roles_claim may do: { "equipe-sons" = "reviewer" }'
    )
    label: str = Field(default="", description="the provider's name on the sign-in button")
    local_accounts: bool = Field(
        default=True, description="false: nobody signs in with a password any more, only at the provider"
    )
    timeout_seconds: float = Field(default=5, gt=0, le=60, description="seconds to wait for the provider")

    @property
    def on(self) -> bool:
        return bool(self.issuer)

    @property
    def passwords(self) -> bool:
        """Whether local accounts may sign in: always, as long as there is no provider."""
        return self.local_accounts or not self.on

    def troubles(self) -> Iterator[Trouble]:
        yield from secret_troubles("client_secret", self.client_secret_file, self.client_secret_env)
        if not self.on:
            return
        address = urlsplit(self.issuer)
        if not address.hostname or not (
            address.scheme == "https" or (address.scheme == "http" and is_loopback(address.hostname))
        ):
            yield "issuer", "an https address (http only on this machine itself)"
        if not self.client_id:
            yield "client_id", "the id under which the provider knows this app"
        if "openid" not in self.scopes:
            yield "scopes", "« openid » among the scopes"
        if not self.roles:
            yield "roles", "at least one value of roles_claim with its role, else nobody can sign in"
