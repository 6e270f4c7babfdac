"""Servers for the tests: one of each per test process, something fresh in it for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.certificates import Certificates, make_certificates
from tests.integration.dovecot import Dovecot, running_dovecot
from tests.integration.postgresql import PostgreSQL, running_postgresql
from tests.integration.smtp_sink import SmtpSink, running_smtp_sink


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot that can everything: ``dovecot.new_mailbox()`` gives an account that no other test uses.

    A test that restarts the server starts one of its own with ``running_dovecot``. Mark the test ``dovecot``.
    """
    with running_dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def plain_dovecot() -> Iterator[Dovecot]:
    """The same without MOVE and IDLE, with dots between folder names: what older servers are like."""
    with running_dovecot(without=("MOVE", "IDLE"), separator=".") as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """``postgresql.fresh_database()`` gives the URL of an empty database. Mark the test ``postgresql``."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder: Path = tmp_path_factory.mktemp("certificates")
    return make_certificates(folder)


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """An SMTP server without encryption that takes mail from anybody."""
    with running_smtp_sink() as sink:
        yield sink


@pytest.fixture
def guarded_smtp_sink(certificates: Certificates) -> Iterator[SmtpSink]:
    """An SMTP server that wants STARTTLS and a login (``sink.user``, ``sink.password``)."""
    with running_smtp_sink(
        certificates, security="starttls", user="boite@incert.test", password="MotDePasse"
    ) as sink:
        yield sink
