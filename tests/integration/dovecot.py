"""A Dovecot of the tests' own, on free loopback ports, with its mail in a folder of /tmp.

It serves plain IMAP with STARTTLS and IMAP over TLS, and keeps mail in Maildirs. It takes any user name with
the one password or, by XOAUTH2, with a token that ``access_token`` has signed. Written for Dovecot 2.3.
"""

import base64
import contextlib
import grp
import hashlib
import hmac
import itertools
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import imapclient

from tests.integration.certificates import Certificates, make_certificates
from tests.integration.processes import (
    WITH_ITS_PARENT,
    ServerDidNotStartError,
    end,
    free_port,
    server_folder,
    unprivileged,
    until,
)

PASSWORD = "MotDePasse-d'essai"
TOKEN_KEY = b"a key that only these tests know"
START_TRIES = 5
ALL_CAPABILITIES = (
    "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT THREAD=REFERENCES MULTIAPPEND UNSELECT CHILDREN "
    "NAMESPACE UIDPLUS LIST-EXTENDED CONDSTORE QRESYNC ESEARCH ESORT SEARCHRES WITHIN CONTEXT=SEARCH "
    "LIST-STATUS BINARY MOVE SNIPPET=FUZZY PREVIEW=FUZZY STATUS=SIZE SAVEDATE LITERAL+ NOTIFY SPECIAL-USE"
)

CONFIGURATION = """
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
instance_name = {instance}
default_internal_user = {internal_user}
default_internal_group = {internal_group}
default_login_user = {login_user}
mail_uid = {mail_uid}
mail_gid = {mail_gid}
first_valid_uid = 1
first_valid_gid = 1
mail_home = {folder}/mail/%u
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 100
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
auth_cache_size = 0
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{certificates.cert_file}
ssl_key = <{certificates.key_file}
imap_idle_notify_interval = 2 min
imap_capability = {capabilities}

namespace inbox {{
  inbox = yes
  separator = {separator}
  mailbox {sent} {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_uid} gid={mail_gid} home={folder}/mail/%u
}}
service anvil {{
  chroot =
  # Without this listener a refused login does not slow the next one down.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
"""

OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = sub
"""


@dataclass(frozen=True)
class Mailbox:
    """One user of the server: an account of its own, empty at first."""

    host: str
    port: int
    tls_port: int
    ca_file: Path
    user: str
    password: str

    @contextmanager
    def client(self) -> Iterator[imapclient.IMAPClient]:
        """A second pair of hands in the mailbox: an Industriel's delivery, a colleague's mail program."""
        client = imapclient.IMAPClient(self.host, self.port, ssl=False, timeout=20)
        try:
            client.login(self.user, self.password)
            yield client
        finally:
            with contextlib.suppress(Exception):  # the test may have ended the connection or the server
                client.logout()

    @property
    def token(self) -> str:
        """An access token for XOAUTH2."""
        return access_token(self.user)


@dataclass
class Dovecot:
    """A running server. ``restart`` ends every connection and comes back on the same ports."""

    folder: Path
    configuration: Path
    host: str
    port: int
    tls_port: int
    certificates: Certificates
    password: str = PASSWORD
    _process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def ca_file(self) -> Path:
        return self.certificates.ca_file

    def new_mailbox(self, name: str = "boite") -> Mailbox:
        user = f"{name}{next(self._numbers)}@incert.test"
        return Mailbox(self.host, self.port, self.tls_port, self.ca_file, user, self.password)

    def start(self) -> None:
        program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if program is None:
            raise FileNotFoundError("Dovecot is not installed")
        with (self.folder / "output").open("wb") as output:
            self._process = subprocess.Popen(
                [*WITH_ITS_PARENT, program, "-F", "-c", str(self.configuration)],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        until(self._answers, process=self._process, logs=[self.folder / "output", self.folder / "log"])

    def stop(self) -> None:
        if self._process is not None:
            end(self._process)
            # The processes that hold the users' connections would end a little later by themselves.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def _answers(self) -> bool:
        """Somebody can log in: the listeners are open before the process that checks passwords is ready."""
        try:
            client = imapclient.IMAPClient(self.host, self.port, ssl=False, timeout=5)
            client.login("readiness@incert.test", self.password)
            client.logout()
        except (OSError, imapclient.exceptions.IMAPClientError):
            return False
        return True

    def said(self) -> str:
        """The server's log so far."""
        log = self.folder / "log"
        return log.read_text(errors="replace") if log.exists() else ""


@contextmanager
def running_dovecot(
    *, without: tuple[str, ...] = (), separator: str = "/", sent: str = "Sent"
) -> Iterator[Dovecot]:
    """A server that does not announce the capabilities in ``without`` (MOVE, IDLE, UIDPLUS …).

    Raises ServerDidNotStartError with what the server said.
    """
    capabilities = " ".join(word for word in ALL_CAPABILITIES.split() if word not in without)
    with server_folder("mailbot-imap") as folder:
        certificates = make_certificates(folder)
        worker = unprivileged("nobody")
        mail = folder / "mail"
        mail.mkdir()
        os.chown(mail, worker.pw_uid, worker.pw_gid)
        _write_token_key(folder / "keys")
        (folder / "oauth2.conf").write_text(OAUTH2.format(folder=folder))
        internal = unprivileged("dovecot")
        last: ServerDidNotStartError | None = None
        for _ in range(START_TRIES):  # somebody else may take a free port before the server does
            port, tls_port = free_port(), free_port()
            configuration = folder / "dovecot.conf"
            configuration.write_text(
                CONFIGURATION.format(
                    folder=folder,
                    instance=folder.name,
                    internal_user=internal.pw_name,
                    internal_group=_group(internal.pw_gid),
                    login_user=unprivileged("dovenull").pw_name,
                    mail_uid=worker.pw_uid,
                    mail_gid=worker.pw_gid,
                    certificates=certificates,
                    capabilities=capabilities,
                    separator=separator,
                    sent=sent,
                    password=PASSWORD,
                    port=port,
                    tls_port=tls_port,
                )
            )
            server = Dovecot(folder, configuration, "127.0.0.1", port, tls_port, certificates)
            try:
                server.start()
            except ServerDidNotStartError as error:
                server.stop()
                last = error
                continue
            try:
                yield server
            finally:
                server.stop()
            return
        raise last or AssertionError("unreachable")


def access_token(user: str) -> str:
    """A JSON Web Token that the server accepts for this user, without end."""
    parts = [
        _base64({"alg": "HS256", "typ": "JWT", "kid": "default"}),
        _base64({"sub": user, "iat": 1, "exp": 4_000_000_000}),
    ]
    signature = hmac.new(TOKEN_KEY, ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=").decode()])


def _base64(claims: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


def _write_token_key(folder: Path) -> None:
    """Where Dovecot looks for it: azp/alg/kid, azp being ``default`` when the token has none."""
    key = folder / "default" / "HS256" / "default"
    key.parent.mkdir(parents=True)
    key.write_bytes(base64.b64encode(TOKEN_KEY))


def _group(gid: int) -> str:
    return grp.getgrgid(gid).gr_name
