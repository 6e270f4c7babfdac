"""What the test servers share: folders others may enter, free ports, children that are ended for sure."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 20.0
# A server must not outlive a test run that was killed.
WITH_ITS_PARENT = ("setpriv", "--pdeathsig", "TERM")


class ServerDidNotStartError(RuntimeError):
    """The message holds what the server said."""


@contextmanager
def server_folder(name: str) -> Iterator[Path]:
    """A short path (Unix sockets allow about 100 characters) that an unprivileged user can enter too."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port that was free a moment ago; who takes it is ready to try again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def unprivileged(*names: str) -> pwd.struct_passwd:
    """Who the servers' work is done as: ourselves, or, for root, the first of these users that exists."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    for name in (*names, "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise LookupError("this machine has no user nobody")


def until(ready: Callable[[], bool], *, process: subprocess.Popen[bytes], logs: Sequence[Path]) -> None:
    """Wait until the server answers.

    Raises ServerDidNotStartError when it ended or took too long.
    """
    limit = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < limit:
        if ready():
            return
        time.sleep(0.02)
    said = "\n".join(log.read_text(errors="replace") for log in logs if log.exists())
    raise ServerDidNotStartError(f"{process.args!r} did not start (exit {process.poll()}):\n{said[-4000:]}")


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask the child to stop, insist after a while, and wait until it is gone."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)
