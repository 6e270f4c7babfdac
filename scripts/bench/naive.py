"""The naive way: a mail at a time, with what is usually reached for first.

pdfplumber's words and tables, python-docx, one fetch, one ORM commit and one SMTP connection a mail.
"""

from __future__ import annotations

import email
import hashlib
import io
import sys
from email.policy import default

import docx
import pdfplumber
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from scripts.bench.bare import begin


class Base(DeclarativeBase):
    pass


class Mail(Base):
    __tablename__ = "mails"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    subject: Mapped[str]
    rows: Mapped[list[Row]] = relationship(back_populates="mail")


class Row(Base):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    mail_id: Mapped[int] = mapped_column(ForeignKey("mails.id"))
    name: Mapped[str]
    said: Mapped[str]
    mail: Mapped[Mail] = relationship(back_populates="rows")


def main() -> None:
    bare = begin(sys.argv[1])
    engine = create_engine(f"sqlite:///{bare.folder / 'naive.db'}")
    Base.metadata.create_all(engine)
    archive = bare.folder / "archive"
    archive.mkdir()
    while True:
        for uid in bare.wait_for_mail():
            raw = bare.imap.fetch([uid], [b"RFC822", b"INTERNALDATE"])[uid][b"RFC822"]
            digest = hashlib.sha256(raw).hexdigest()
            (archive / digest).write_bytes(raw)
            message = email.message_from_bytes(raw, policy=default)
            with Session(engine) as session:
                mail = Mail(sha256=digest, subject=str(message["Subject"]))
                mail.rows = [Row(name=name, said=said) for name, said in read(message)]
                session.add(mail)
                session.commit()
            bare.send_on_a_new_connection(str(message["From"].addresses[0].addr_spec))
            bare.imap.move([uid], "Traites")


def read(message: email.message.EmailMessage) -> list[tuple[str, str]]:
    found = []
    for part in message.walk():
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True) or b""
        name = part.get_filename() or part.get_content_type()
        said = ""
        if name.endswith(".pdf"):
            with pdfplumber.open(io.BytesIO(data)) as pdf:
                for page in pdf.pages:
                    said += " ".join(word["text"] for word in page.extract_words())
                    said += repr(page.extract_tables())
        elif name.endswith(".docx"):
            document = docx.Document(io.BytesIO(data))
            said = "\n".join(paragraph.text for paragraph in document.paragraphs)
            for table in document.tables:
                said += "\n".join(cell.text for row in table.rows for cell in row.cells)
        elif part.get_content_maintype() == "text":
            said = part.get_content()
        found.append((name, said))
    return found


if __name__ == "__main__":
    main()
