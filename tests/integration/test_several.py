"""More than one machine: processes that share PostgreSQL, the mailbox and the archive."""

from pathlib import Path

import pytest

from tests.integration.desk import Desk
from tests.integration.dovecot import Dovecot
from tests.integration.postgresql import PostgreSQL
from tests.integration.several import logs, several
from tests.integration.smtp_sink import SmtpSink

pytestmark = [pytest.mark.dovecot, pytest.mark.postgresql]


@pytest.mark.long
def test_of_three_one_dies_and_every_mail_is_answered_once(
    tmp_path: Path, dovecot: Dovecot, postgresql: PostgreSQL, smtp_sink: SmtpSink
) -> None:
    desk = Desk(tmp_path, dovecot.new_mailbox(), smtp_sink)
    with several(desk, postgresql.fresh_database(), 3) as them:
        them.until(lambda: any(_leads(them.said(n)) for n in range(3)), 30)
        leading = next(n for n in range(3) if _leads(them.said(n)))
        them.ask(40)
        smtp_sink.wait_for(10, timeout=60)
        them.kill(leading)  # so that the others take its place, too
        them.ask(10)
        try:
            them.until_all_are_settled(90)
        except TimeoutError as error:
            raise AssertionError(f"{error}: {logs(tmp_path)}") from error
        answers, in_doubt = them.answers(), them.in_doubt()
        working = [n for n in range(3) if "event=mail_decided" in them.said(n)]
    assert len(in_doubt) <= 1  # what the dead one was handing over
    assert set(answers) | in_doubt == set(them.senders)
    assert set(answers.values()) == {1}
    assert len(working) >= 2


def _leads(said: str) -> bool:
    return "event=leading" in said
