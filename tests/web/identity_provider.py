"""A small OpenID Connect provider on loopback: what a test wants wrong, is wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

CLIENT, SECRET = "mailbot", "un secret de client"


class IdentityProvider:
    """`person`: the claims of whoever signs in; `wrong`: what its ID token says else."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._key = ECKey.generate_key("P-256", {"kid": "one"})
        self._codes: dict[str, dict[str, str]] = {}
        self.person: dict[str, Any] = {
            "sub": "4711",
            "preferred_username": "Claire.Weber",
            "groups": ["sons-decision"],
        }
        self.userinfo: dict[str, Any] = {"sub": "4711"}
        self.wrong: dict[str, Any] = {}
        self.signed_with: Any = self._key
        self.algorithm = "ES256"
        self.asked: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider._answer(self, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                provider._answer(self, {k: v[-1] for k, v in parse_qs(body).items()})

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def sign_in(self, url: str) -> str:
        """What a person does at the provider; returns where they are sent back to."""
        asked = {k: v[-1] for k, v in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def _answer(self, request: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        path = urlsplit(request.path).path
        self.asked.append(path)
        status, said = 404, {"error": "not_found"}
        if path == "/.well-known/openid-configuration":
            status, said = 200, self._configuration()
        elif path == "/keys":
            status, said = 200, {"keys": [self._key.as_dict(private=False)]}
        elif path == "/userinfo" and request.headers.get("Authorization") == "Bearer token":
            status, said = 200, self.userinfo
        elif path == "/token":
            status, said = self._token(form, request.headers.get("Authorization", ""))
        data = json.dumps(said).encode()
        with suppress(OSError):
            request.send_response(status)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(data)))
            request.end_headers()
            request.wfile.write(data)

    def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.wrong.get("discovered", self.issuer),
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def _token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self._codes.pop(form.get("code", ""), None)  # a code is used once
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        if asked is None or proof != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(self._now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.person,
            **{k: v for k, v in self.wrong.items() if k != "discovered"},
        }
        claims = {k: v for k, v in claims.items() if v is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        token = jwt.encode(header, claims, self.signed_with, algorithms=[self.algorithm])
        return 200, {"access_token": "token", "token_type": "Bearer", "id_token": token}


def shared_secret() -> OctKey:
    """A key for HS256: the client's secret, which everybody who has it could sign with."""
    return OctKey.import_key(SECRET * 2)
