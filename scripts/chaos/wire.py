"""Between the daemon and the IMAP server: a wire that can be slow, be cut, or be down."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Wire:
    """A TCP proxy on loopback. Everything may be set from any thread while it runs."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self.port = 0
        self.delay = 0.0  # seconds before each piece
        self.cut_after = 0  # bytes that the server still says before the connection breaks; 0: it holds
        self.down = False
        self._pipes: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()

    def cut(self) -> None:
        """End every connection, without a goodbye."""
        self._loop.call_soon_threadsafe(self._abort)

    def mend(self) -> None:
        self.delay, self.cut_after, self.down = 0.0, 0, False

    def _abort(self) -> None:
        for pipe in list(self._pipes):
            pipe.transport.abort()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.down:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection(*self._to)
        except OSError:
            writer.transport.abort()
            return
        self._pipes |= {writer, back}
        await asyncio.gather(self._carry(reader, back, False), self._carry(there, writer, True))
        self._pipes -= {writer, back}

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, answers: bool) -> None:
        with suppress(OSError):
            while data := await source.read(1 << 14):
                if self.delay:
                    await asyncio.sleep(self.delay)
                if answers and self.cut_after:
                    data = data[: self.cut_after]
                    self.cut_after = max(self.cut_after - len(data), 0)
                    target.write(data)
                    if not self.cut_after:
                        self._abort()
                        return
                else:
                    target.write(data)
                await target.drain()
        with suppress(OSError, RuntimeError):
            target.close()

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._accepted, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        self._abort()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()


@contextmanager
def running_wire(host: str, port: int) -> Iterator[Wire]:
    """A wire to that server."""
    wire = Wire(host, port)
    ready = threading.Event()
    thread = threading.Thread(target=wire._run, args=(ready,), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield wire
    finally:
        wire._loop.call_soon_threadsafe(wire._loop.stop)
        thread.join(10)
