"""What a mail or a document says: typed claims, with how far they can be trusted.

Everything here is plain data that survives a trip through JSON, because the readers run in worker
processes and hand their results over a pipe. Field ids, kinds and problem codes are public names.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Kind = Literal[
    "formulaire_1",
    "formulaire_2",
    "formulaire_3",
    "formulaire_4",
    "nda",
    "bon_de_livraison",
    "preuve_tests",
    "attestation",
    "accord_service",
    "facture",
    "other",
    "unreadable",
]
Source = Literal["acroform", "xfa", "docx_control", "docx_field", "table", "text", "annotation", "ocr"]
Language = Literal["fr", "de", "en"]
FieldType = Literal[
    "text",
    "person",
    "company",
    "company_or_person",
    "matricule",
    "rcs",
    "vat",
    "iban",
    "email",
    "country",
    "code_prestataire",
    "ehealth_id",
    "date",
    "int",
    "choice",
    "choices",
    "bool",
    "table",
]
Required = Literal[
    "always",
    "never",
    "morale",  # legal persons
    "morale_lu",  # legal persons based in Luxembourg
    "physique",  # natural persons
    "prestataire",  # an individual prestataire is connected
    "collective",  # a maison médicale, hospital or flexibly rented centre is connected
]
SignatureStatus = Literal[
    "digital_valid", "digital_untrusted", "digital_invalid", "handwritten", "absent", "unknown"
]
ProblemCode = Literal[
    "encrypted",
    "damaged",
    "empty",
    "too_large",
    "unsupported",
    "macro",
    "bomb",
    "timeout",
    "virus",
    "ocr_unavailable",
    "illegible",
    "pgp",
    "signature_unverified",
    "xfa_dynamic",
    "truncated",
]
BBox = tuple[float, float, float, float]
"""Left, top, right, bottom in points from the page's top left."""


class Claim(BaseModel):
    """The base of all types here: immutable, and strict about unknown keys.

    A type's validator is built when it is first used: most commands use few of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Problem(Claim):
    """Why something could not be read, with a stable code for programs and a sentence for people."""

    code: ProblemCode
    message: str


class FieldValue(Claim):
    """One value read from a document, normalised and as printed.

    `confidence` runs from 0 to 1; from 0.95 on a value may be believed without a person.
    `page` counts from 1. A wrong check digit does not change the value: it is given as printed.
    """

    value: JsonValue
    raw: str | None = None
    confidence: float = Field(ge=0, le=1)
    source: Source
    page: int | None = None
    bbox: BBox | None = None
    evidence: tuple[str, ...] = ()


class Signer(Claim):
    """One signature found on a document, ink and stamps included."""

    role: Literal["industriel", "aes", "client", "unknown"] = "unknown"
    kind: Literal["digital", "ink", "image", "stamp"]
    status: SignatureStatus
    name: str | None = None
    page: int | None = None
    bbox: BBox | None = None
    signed_at: datetime | None = None
    evidence: tuple[str, ...] = ()


class Signature(Claim):
    """The worst status of the signers, `absent` with none."""

    status: SignatureStatus = "absent"
    signers: tuple[Signer, ...] = ()


class Document(Claim):
    """One form (or other document) found in a file.

    `file` names where it was found, members of archives and mails as `a.zip!b.pdf`. `pages_of` lists
    the pages of the file that make up this document where a file holds several.
    """

    file: str
    sha256: str
    media_type: str
    pages: int = 0
    kind: Kind
    confidence: float = Field(ge=0, le=1)
    evidence: tuple[str, ...] = ()
    filled: bool = False
    signature: Signature = Signature()
    fields: dict[str, FieldValue] = {}
    problems: tuple[Problem, ...] = ()
    pages_of: tuple[int, ...] | None = None
    # The rest is for mailbot itself and is left out of the public JSON.
    text: str = Field(default="", description="what it says, for search and comparison; bounded")
    language: Language | None = None
    altered: tuple[str, ...] = Field(default=(), description="issued clauses that were changed")
    content_key: str = Field(default="", description="digest of what it claims, dates left out")
    part: str = Field(default="", description="the mail part it came in, see Part.path")

    _INTERNAL: ClassVar[frozenset[str]] = frozenset({"text", "language", "altered", "content_key", "part"})

    def public(self) -> dict[str, JsonValue]:
        """The object that `extract --json` prints."""
        drop = set(self._INTERNAL)
        if self.pages_of is None:
            drop.add("pages_of")
        data: dict[str, JsonValue] = self.model_dump(mode="json", exclude=drop)
        return data


class Address(Claim):
    """A mailbox of a header. `email` is lower-cased; both are data, never trusted."""

    name: str = ""
    email: str


class Part(Claim):
    """A leaf of a mail, or a file inside an archive or a forwarded mail inside it.

    `path` finds the same bytes again in the same raw mail (`parsers.message.part_bytes`).
    `decoration` is true for what is part of the mail's dress (signature logos, tracking pixels,
    calendar and contact cards) and is no document.
    """

    path: str
    name: str
    media_type: str = Field(description="decided by content, never by declaration")
    declared_type: str = ""
    size: int
    sha256: str
    decoration: bool = False
    problems: tuple[Problem, ...] = ()
    data: bytes = Field(default=b"", exclude=True, repr=False)


class Message(Claim):
    """A mail, unwrapped. Header values are decoded; a header that is missing is empty.

    `text` is what the sender wrote in this mail, without quotes and signature; `quoted` the rest.
    `headers` holds every header that rules look at, lower-case name to values, topmost first.
    """

    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sender: Address | None = Field(default=None, description="From; the first where there are several")
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    date: datetime | None = None
    text: str = ""
    quoted: str = ""
    language: Language | None = None
    headers: dict[str, tuple[str, ...]] = {}
    parts: tuple[Part, ...] = ()
    forwarded: tuple[Message, ...] = Field(default=(), description="message/rfc822, .eml and .msg inside")
    problems: tuple[Problem, ...] = ()


class Intent(Claim):
    """What the words of a mail ask for, apart from its forms."""

    kind: Literal["question", "thanks", "change_request", "major_change", "cover", "empty"]
    confidence: float = Field(ge=0, le=1)
    evidence: tuple[str, ...] = ()


class MailReading(Claim):
    """All that the readers have to say about one mail."""

    message: Message
    documents: tuple[Document, ...] = ()
    intent: Intent
    changes: dict[str, FieldValue] = Field(
        default={}, description="new values of enrolment data that the words of the mail name"
    )


class FieldDef(Claim):
    """A field of a form, as its definition (parsers/forms/*.toml) says."""

    id: str
    type: FieldType
    required: Required = "never"
    choices: tuple[str, ...] = ()
    labels: dict[Language, tuple[str, ...]] = {}
    choice_labels: dict[str, dict[Language, tuple[str, ...]]] = {}
    columns: tuple[FieldDef, ...] = ()
    section: str = ""
    source: str = Field(default="", description="the slide or criterion that asks for it")

    @property
    def label(self) -> str:
        """What the form prints beside it, in French."""
        return next(iter(self.labels.get("fr", ())), self.id)


class FormDef(Claim):
    """One form in one version: what it is called and which fields it has."""

    kind: Kind
    version: str
    titles: dict[Language, tuple[str, ...]]
    cues: dict[Language, tuple[str, ...]] = Field(default={}, description="words that only it uses")
    fields: tuple[FieldDef, ...] = ()
    signature_labels: dict[str, dict[Language, tuple[str, ...]]] = Field(
        default={}, description="role (industriel, aes, client) -> wordings beside its signature"
    )
    signature_required: bool = False
    clauses: tuple[str, ...] = Field(default=(), description="issued text that must stay as it is")
    source: str = ""

    def field(self, field_id: str) -> FieldDef | None:
        """The field of that id, or None where this version has no place for it."""
        return next((f for f in self.fields if f.id == field_id), None)


class ReadOptions(Claim):
    """How the readers read. Paths are folders or files that the worker may read."""

    forms_dir: str | None = None
    blanks: tuple[str, ...] = Field(
        default=(), description="blank forms as issued: PDF files, or folders of them"
    )
    trust: tuple[str, ...] = Field(default=(), description="PEM files or folders of trust anchors")
    ocr: bool = True
    libreoffice: str | None = None
    as_of: date | None = Field(default=None, description="the day on which certificates are judged")
    max_bytes: int = 60_000_000
    max_unpacked: int = 300_000_000
    max_members: int = 300
    max_depth: int = 6
    max_pages: int = 80
    seconds: float = 60.0
