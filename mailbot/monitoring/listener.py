"""The listener of /health, /ready and /metrics: a thread with its own loop, so that it always answers."""

from __future__ import annotations

import socket
import threading

import uvicorn
from starlette.applications import Starlette

from mailbot.logs import logger

log = logger(__name__)
TRY_AGAIN_SECONDS = 5.0


class Listener:
    """Serves until `stop`. A port that is taken (another mailbot is at work) is tried again; that is said."""

    def __init__(self, address: str, app: Starlette) -> None:
        self._address = address
        self._app = app
        self._ended = threading.Event()
        self._server: uvicorn.Server | None = None
        self._thread = threading.Thread(target=self._run, name="monitor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._server is not None:
            self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def _run(self) -> None:
        said = False
        while not self._ended.is_set():
            try:
                listening = _bound(self._address)
            except OSError as error:
                if not said:
                    log.warning("monitor_cannot_listen", address=self._address, error=error.strerror)
                    said = True
                self._ended.wait(TRY_AGAIN_SECONDS)
                continue
            log.info("monitor_listens", address=self._address)
            with listening:
                self._serve(listening)

    def _serve(self, listening: socket.socket) -> None:
        settings = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            limit_concurrency=50,
        )
        self._server = uvicorn.Server(settings)
        if not self._ended.is_set():
            self._server.run(sockets=[listening])


def _bound(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, int(port)), family=family, backlog=50)
