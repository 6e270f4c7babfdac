"""What values of the configuration look like, and what all its sections have in common."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
)

from rules.types import TemplateName

LUXEMBOURG = ZoneInfo("Europe/Luxembourg")
Security = Literal["tls", "starttls", "none"]
Mode = Literal["auto", "approve", "shadow"]
Trouble = tuple[str, str]
"""A key of the section, and what was expected there."""


def template_names() -> tuple[str, ...]:
    """The names of all templates."""
    return get_args(TemplateName)


def is_loopback(host: str) -> bool:
    """Whether that host is this machine, as far as its name says."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def below_base(value: Path, info: ValidationInfo) -> Path:
    base: Path = (info.context or {}).get("base", Path())
    return Path(os.path.normpath(base / value.expanduser()))


def _with_zone(value: Any) -> Any:
    """TOML knows dates and times without a zone: those are Luxembourg's."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.replace(tzinfo=LUXEMBOURG)
    return value


def mailbox_address(value: str) -> str:
    if value and not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+", parseaddr(value)[1]):
        raise ValueError("an e-mail address")
    return value


def checked_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from error
    return value


def host_and_port(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not (colon and host and port.isdecimal() and int(port) < 65536):
        raise ValueError("HOST:PORT")
    return value


LocalPath = Annotated[Path, AfterValidator(below_base)]
Instant = Annotated[AwareDatetime, BeforeValidator(_with_zone)]
Email = Annotated[str, AfterValidator(mailbox_address)]
Domain = Annotated[str, Field(pattern=r"^[^@\s]+\.[^@\s]+$"), AfterValidator(str.lower)]
Pattern = Annotated[str, AfterValidator(checked_pattern)]


class Section(BaseModel):
    """A table of the configuration file."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def troubles(self) -> Iterator[Trouble]:
        """What single keys cannot show: keys that do not go together, files that are not there."""
        yield from ()


def secret(file: Path | None, variable: str, environment: Mapping[str, str] = os.environ) -> SecretStr | None:
    """The secret in that file (without the line's end) or variable. Raises OSError, KeyError."""
    if file is not None:
        return SecretStr(file.read_text("utf-8").rstrip("\r\n"))
    return SecretStr(environment[variable]) if variable else None


def secret_troubles(name: str, file: Path | None, variable: str) -> Iterator[Trouble]:
    if file is not None and variable:
        yield f"{name}_file", f"either this or {name}_env, not both"
        return
    try:
        found = secret(file, variable)
    except OSError as error:
        yield f"{name}_file", f"a file that can be read ({file}: {error.strerror})"
    except UnicodeDecodeError:
        yield f"{name}_file", f"a text file in UTF-8 ({file})"
    except KeyError:
        yield f"{name}_env", f"the name of an environment variable that is set ({variable} is not)"
    else:
        if found is not None and not found.get_secret_value():
            yield f"{name}_file" if file else f"{name}_env", "a password; it is empty"
