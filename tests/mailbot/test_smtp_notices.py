"""Delivery notices (RFC 3461): asked for under the outbox entry's id, where the server offers them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mailbot.adapters.smtp import SmtpMailer
from mailbot.settings import Smtp


@asynccontextmanager
async def server(*offers: str) -> AsyncIterator[tuple[int, list[str]]]:
    """An SMTP server that takes everything; its port and the commands that it was given."""
    heard: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := (await reader.readline()).decode().strip():
            heard.append(line)
            word = line.split()[0].upper()
            if word == "EHLO":
                lines = ["here", *offers]
                marks = [*"-" * (len(lines) - 1), " "]
                said = "".join(f"250{m}{text}\r\n" for m, text in zip(marks, lines, strict=True))
            elif word == "DATA":
                writer.write(b"354 go on\r\n")
                while (await reader.readline()) != b".\r\n":
                    continue
                said = "250 taken\r\n"
            else:
                said = "221 bye\r\n" if word == "QUIT" else "250 ok\r\n"
            writer.write(said.encode())
            await writer.drain()
        writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1], heard


async def sent_to(port: int, address: str) -> None:
    given = {"host": "127.0.0.1", "port": port, "security": "none", "from": "boite@incert.test"}
    mailer = SmtpMailer(Smtp.model_validate(given))
    sending = await mailer.send("boite@incert.test", [address], b"Subject: x\r\n\r\nx\r\n", "17")
    await mailer.close()
    assert sending.result == "accepted"


async def test_a_server_that_offers_them_is_asked() -> None:
    async with server("SIZE 1000000", "DSN") as (port, heard):
        await sent_to(port, "achats+sons=1@logiciel.example")
    [mail] = [line for line in heard if line.upper().startswith("MAIL")]
    [recipient] = [line for line in heard if line.upper().startswith("RCPT")]
    assert mail.split()[2:] == ["SIZE=17", "RET=HDRS", "ENVID=17"]
    assert recipient.split()[1:] == [
        "TO:<achats+sons=1@logiciel.example>",
        "NOTIFY=SUCCESS,FAILURE",
        "ORCPT=rfc822;achats+2Bsons+3D1@logiciel.example",
    ]


async def test_another_server_is_not() -> None:
    async with server("SIZE 1000000") as (port, heard):
        await sent_to(port, "contact@logiciel.example")
    assert not any(word in " ".join(heard) for word in ("ENVID", "NOTIFY", "RET="))
