"""A PostgreSQL of the tests' own: a new cluster in a folder of /tmp, reached through its Unix socket only."""

import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from mailbot.adapters.store.sql import open_store
from tests.integration.processes import WITH_ITS_PARENT, end, server_folder, unprivileged, until


def find_programs() -> Path | None:
    """The folder of initdb and postgres; Debian keeps them out of PATH. None when there is none."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda bin: int(bin.parent.name), reverse=True
    )
    if (initdb := shutil.which("initdb")) is not None:
        folders.append(Path(initdb).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


@dataclass
class PostgreSQL:
    """A running server; each test asks it for an empty database."""

    socket_dir: Path
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _with_tables: str = ""

    def fresh_database(self) -> str:
        """The SQLAlchemy URL of a new, empty database."""
        return self._url(self._create())

    def ready_database(self) -> str:
        """The URL of a new database with the tables of an empty store; migrations have their own tests."""
        if not self._with_tables:
            self._with_tables = self._create()
            open_store(self._url(self._with_tables)).close()
        return self._url(self._create(f'TEMPLATE "{self._with_tables}"'))

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://mailbot@/{name}?host={self.socket_dir}"

    def _create(self, like: str = "") -> str:
        name = f"mailbot_{next(self._numbers)}"
        with psycopg.connect(
            host=str(self.socket_dir), user="mailbot", dbname="postgres", autocommit=True
        ) as admin:
            admin.execute(f'CREATE DATABASE "{name}" {like}'.encode())
        return name


@contextmanager
def running_postgresql() -> Iterator[PostgreSQL]:
    """Durability is off: these data live for one test run. Raises ServerDidNotStartError."""
    programs = find_programs()
    if programs is None:
        raise FileNotFoundError("PostgreSQL is not installed")
    user = unprivileged("postgres")
    become = list(WITH_ITS_PARENT)
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        become += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    with server_folder("mailbot-pg") as folder:
        os.chown(folder, user.pw_uid, user.pw_gid)
        data, log = folder / "data", folder / "log"
        made = subprocess.run(
            [
                *become,
                str(programs / "initdb"),
                "-D",
                str(data),
                "-U",
                "mailbot",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed:\n{made.stdout}\n{made.stderr}")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "shared_buffers": "32MB",
            "max_connections": "40",
            "timezone": "UTC",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*become, str(programs / "postgres"), "-D", str(data), *options],
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            until(lambda: _answers(folder), process=process, logs=[log])
            yield PostgreSQL(folder)
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown: it does not wait for idle clients
            end(process)


def _answers(socket_dir: Path) -> bool:
    try:
        psycopg.connect(host=str(socket_dir), user="mailbot", dbname="postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
