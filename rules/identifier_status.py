"""Whether a value of a form's field is valid as what it is: three results each, as process.md wants them."""

from __future__ import annotations

import re
from typing import Literal

from parsers.identifiers import check_email, check_iban, check_matricule, check_rcs, check_vat
from parsers.types import FieldDef

Status = Literal["valid", "invalid", "unknown"]


def identifier_status(
    field: FieldDef, value: str, patterns: dict[str, str], country: str | None = None
) -> Status:
    """`patterns`: the configured regular expressions of codes, by field type. `country`: the Industriel's."""
    match field.type:
        case "matricule":
            return check_matricule(value, country)
        case "iban":
            return check_iban(value)
        case "vat":
            return check_vat(value)
        case "rcs":
            return check_rcs(value, country)
        case "email":
            return check_email(value)
        case "code_prestataire" | "ehealth_id":
            return "valid" if re.fullmatch(patterns[field.type], value) else "invalid"
        case _:
            return "unknown"
