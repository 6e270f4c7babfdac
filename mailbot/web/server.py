"""The web app as a process of its own, or beside the daemon's loops."""

from __future__ import annotations

import gc
import os
import threading

import uvicorn

from mailbot.bootstrap import Service
from mailbot.web.app import create_app


def web_server(service: Service) -> uvicorn.Server:
    """A server for `web.listen`; `await server.serve()` runs it, `server.should_exit = True` ends it.

    A reverse proxy on the same machine says by X-Forwarded-Proto that the browser came by https.
    """
    host, _, port = service.config.web.listen.rpartition(":")
    settings = uvicorn.Config(
        create_app(service),
        host=host.strip("[]"),
        port=int(port),
        log_config=None,
        access_log=False,  # addresses of pages would name dossiers
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
        timeout_graceful_shutdown=5,
    )
    # What lives as long as the process is not looked through again: pages answer more evenly.
    gc.collect()
    gc.freeze()
    return uvicorn.Server(settings)


def run_web(service: Service, *, with_parent: bool = False) -> None:
    """Serve until SIGTERM or Ctrl-C; `with_parent`: or until standard input ends, with its parent."""
    server = web_server(service)
    if with_parent:
        threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()
    server.run()


def _end_with_parent(server: uvicorn.Server) -> None:
    while os.read(0, 1024):
        pass
    server.should_exit = True
