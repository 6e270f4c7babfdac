"""`make several`: three `mailbot run` on one PostgreSQL and one mailbox, the leading one killed; 2,000 mails.

Every mail has to be answered, none twice; at most one may be in doubt, which a person decides.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.integration.desk import Desk
from tests.integration.dovecot import running_dovecot
from tests.integration.postgresql import running_postgresql
from tests.integration.several import logs, several
from tests.integration.smtp_sink import running_smtp_sink


def main() -> int:
    parser = argparse.ArgumentParser(prog="several", description=__doc__)
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=3)
    options = parser.parse_args()
    with (
        running_dovecot() as dovecot,
        running_postgresql() as postgresql,
        running_smtp_sink() as sink,
        tempfile.TemporaryDirectory(prefix="mailbot-several-") as folder,
    ):
        desk = Desk(Path(folder), dovecot.new_mailbox(), sink)
        with several(desk, postgresql.fresh_database(), options.processes) as them:
            count = options.processes
            them.until(lambda: any("event=leading" in them.said(n) for n in range(count)), 60)
            leading = next(n for n in range(count) if "event=leading" in them.said(n))
            begun = time.monotonic()
            them.ask(options.mails * 4 // 5)
            sink.wait_for(options.mails // 3, timeout=60 + options.mails)
            them.kill(leading)
            them.ask(options.mails - len(them.senders))
            try:
                them.until_all_are_settled(60 + options.mails)
            except TimeoutError as error:
                print(f"{error}\n{logs(desk.folder)}")
                return 1
            seconds = time.monotonic() - begun
            answers, in_doubt = them.answers(), them.in_doubt()
            shares = [them.said(n).count("event=mail_decided") for n in range(count)]
    lost = set(them.senders) - set(answers) - in_doubt
    doubled = [to for to, number in answers.items() if number > 1]
    print(f"{options.mails} mails, {count} processes, number {leading + 1} killed: {seconds:.0f} s")
    print(f"answered {len(answers)}, in doubt {len(in_doubt)}, lost {len(lost)}, doubled {len(doubled)}")
    print("decided by each process: " + ", ".join(str(share) for share in shares))
    return 1 if lost or doubled or len(in_doubt) > 1 else 0


if __name__ == "__main__":
    sys.exit(main())
