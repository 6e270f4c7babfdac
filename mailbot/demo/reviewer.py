"""The reviewer's web app of the demonstration: on the same store, at an address of this machine."""

from __future__ import annotations

import secrets
import threading
from types import TracebackType
from typing import TYPE_CHECKING, cast

from mailbot.bootstrap import build_service
from mailbot.config import Config
from mailbot.ports import Clock
from mailbot.store_port import WebStore
from mailbot.web_rows import UserRow

if TYPE_CHECKING:
    import uvicorn

ACCOUNT = "claire"
_SECONDS = 10


class DemoReviewer:
    """A context; `address` answers in it, and `password` is made anew each time."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self.address = f"http://{config.web.listen}/"
        self.password = "-".join(secrets.token_hex(2) for _ in range(4))
        self._service = build_service(config, clock)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> DemoReviewer:
        from mailbot.web.accounts import hashed
        from mailbot.web.server import web_server

        store = cast(WebStore, self._service.store)
        if store.user(ACCOUNT) is None:
            store.add_user(UserRow(ACCOUNT, "admin", hashed(self.password), False, self._service.clock.now()))
        else:
            store.update_user(ACCOUNT, password=hashed(self.password))
        self._server = web_server(self._service)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(_SECONDS)
        self._service.close()
