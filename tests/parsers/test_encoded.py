"""Lines of base64 put aside while the standard library parses: the mail is the same as without."""

from __future__ import annotations

import base64
import email.message
import email.parser
import email.policy
from random import Random

import pytest

from parsers.mail.encoded import parsed


def shape(entity: email.message.Message) -> object:
    payload = entity.get_payload()
    inside = [shape(part) for part in payload] if isinstance(payload, list) else vars(entity)["_payload"]
    defects = [type(defect).__name__ for defect in entity.defects]
    return entity.items(), inside, entity.preamble, entity.epilogue, defects


def damaged(random: Random) -> bytes:
    """Lines of mails in no good order, much base64 among them."""
    long = base64.encodebytes(random.randbytes(2_000)).splitlines()
    plain = [b"Content-Type: multipart/mixed; boundary=x"]
    longer = [b'Content-Type: multipart/mixed; boundary="=_long_enough"', b"", b"--=_long_enough"]
    begins_alike = [b"content-type: multipart/mixed; BOUNDARY==_long_enough_2", b"", b"--=_long_enough_2"]
    pieces = [long, long[:12], [b"--x"], [b"--x--"], [b""], plain, longer, begins_alike,
              [b"--=_long_enough--"], [b"--=_long_enough_2--"], [b"=_long_enough"],
              [b"Content-Type: message/rfc822"], [b"caf\xe9 :"], [b" folded"], [b"From x"]]  # fmt: skip
    first = random.choice([longer, plain])
    lines = [line for _ in range(40) for line in random.choice(pieces)]
    return random.choice([b"\n", b"\r\n"]).join([*first, b"", *lines, *long * 8])


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_lines_the_parts_are_the_same(seed: int) -> None:
    data = damaged(Random(seed))
    assert len(data) > 20_000
    plain = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(data)
    assert shape(parsed(data)) == shape(plain)
