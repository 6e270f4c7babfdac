"""What `mailbot init` makes: configuration with comments, mail texts, blank forms, systemd's unit."""

from __future__ import annotations

import re
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from mailbot.errors import UsageError
from outbox_templates.blanks import BLANK_KINDS, FORMATS, blank_bytes

TEMPLATES = "templates"
BLANK_FORMS = "blank_forms"
DEPLOY = "deploy"
_LANGUAGES = ("_base", "fr", "de", "en")


def make_working_directory(directory: Path) -> list[Path]:
    """Write the files; returns their paths. Raises UsageError when something of it is there already."""
    wanted = {Path("config.toml"): _configuration().encode()}
    wanted |= _files(resources.files("mailbot") / DEPLOY, Path(DEPLOY))
    wanted |= {
        Path(BLANK_FORMS, f"{kind}.{fmt}"): blank_bytes(kind, fmt) for kind in BLANK_KINDS for fmt in FORMATS
    }
    package = resources.files("outbox_templates")
    for name in _LANGUAGES:
        wanted |= _files(package / name, Path(TEMPLATES, name))
    there = [str(directory / path) for path in wanted if (directory / path).exists()]
    if there:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""
        raise UsageError(f"nothing was written: {', '.join(there[:3])}{more} exists already")
    try:
        for path, data in wanted.items():
            target = directory / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{directory}: cannot be written: {error.strerror}") from error
    return [directory / path for path in wanted]


def _configuration() -> str:
    """The example, with the copies of this directory in use."""
    text = resources.files("mailbot").joinpath("config.example.toml").read_text("utf-8")
    for key in ("blank_forms_dir", "templates_dir"):
        text = re.sub(rf"(?m)^# ({key} = )", r"\1", text)
    return text


def _files(source: Traversable, target: Path) -> dict[Path, bytes]:
    found: dict[Path, bytes] = {}
    for entry in source.iterdir() if source.is_dir() else ():
        if entry.is_dir():
            found |= _files(entry, target / entry.name) if entry.name != "__pycache__" else {}
        elif not entry.name.endswith(".py"):
            found[target / entry.name] = entry.read_bytes()
    return found
