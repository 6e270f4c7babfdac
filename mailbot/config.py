"""Reads the configuration file and finds everything that is wrong in it at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mailbot import settings
from mailbot.errors import ConfigurationInvalid, ConfigurationProblem
from mailbot.settings import Config, Section, is_loopback
from parsers.types import Kind

__all__ = ["SECTIONS", "Config", "default_config", "is_loopback", "load_config"]

SECTIONS: Mapping[str, type[Section]] = {
    "imap": settings.Imap,
    "smtp": settings.Smtp,
    "oauth": settings.OAuth,
    "store": settings.StoreSection,
    "parties": settings.Parties,
    "web": settings.Web,
    "health": settings.Health,
    "oidc": settings.Oidc,
    "automation": settings.Automation,
    "documents": settings.Documents,
    "trust": settings.Trust,
    "reminders": settings.Reminders,
    "retention": settings.Retention,
    "reading": settings.Reading,
    "clamav": settings.ClamAV,
    "secrets": settings.Secrets,
}


def load_config(path: Path, *, check_secrets: bool = True) -> Config:
    """The configuration of that file, every key checked.

    Raises ConfigurationInvalid with all problems. With `check_secrets` false, what only matters when
    mailbot talks to servers (passwords that are not set, files that are gone) is let pass.
    """
    path = Path(path).absolute()
    document = _parse(path)
    problems = [_unknown_section(path, name) for name in document if name not in SECTIONS]
    sections: dict[str, Section] = {}
    for name, model in SECTIONS.items():
        table = document.get(name, {})
        if not isinstance(table, dict):
            problems.append(ConfigurationProblem(str(path), name, f"a table, written as [{name}]"))
            continue
        table = _with_sender(name, table, document)
        try:
            sections[name] = model.model_validate(table, context={"base": path.parent})
        except ValidationError as error:
            problems.extend(_problem(path, name, model, detail) for detail in error.errors(include_url=False))
            sections |= _without_wrong_keys(path, name, table, error)
    known = {key for problem in problems for key in (problem.key, problem.nearest)}
    beyond = [*(_troubles(path, sections) if check_secrets else ()), *_across_sections(path, sections)]
    problems.extend(problem for problem in beyond if problem.key not in known)
    if problems:
        raise ConfigurationInvalid(problems)
    values: dict[str, Any] = dict(sections)
    return Config.model_construct(path=path, **values)


def default_config(path: Path) -> Config:
    """What holds where there is no file at all, for commands that need no mailbox."""
    path = Path(path).absolute()
    values: dict[str, Any] = {
        name: model.model_validate({}, context={"base": path.parent}) for name, model in SECTIONS.items()
    }
    return Config.model_construct(path=path, **values)


def _without_wrong_keys(
    path: Path, name: str, table: dict[str, Any], error: ValidationError
) -> dict[str, Section]:
    """What is right in a table, so that what it lacks is told together with what is wrong in it."""
    wrong = {str(detail["loc"][0]) for detail in error.errors(include_url=False) if detail["loc"]}
    rest = {key: value for key, value in table.items() if key not in wrong}
    try:
        return {name: SECTIONS[name].model_validate(rest, context={"base": path.parent})}
    except ValidationError:
        return {}


def _troubles(path: Path, sections: Mapping[str, Section]) -> Iterator[ConfigurationProblem]:
    for name, section in sections.items():
        for key, expected in section.troubles():
            yield ConfigurationProblem(str(path), f"{name}.{key}", f"expected {expected}")


def _parse(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        expected = f"cannot be read: {error.strerror}; `mailbot init DIR` writes one, --config names another"
        raise ConfigurationInvalid([ConfigurationProblem(str(path), "", expected)]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        expected = f"expected TOML in UTF-8: {error}"
        raise ConfigurationInvalid([ConfigurationProblem(str(path), "", expected)]) from error


def _with_sender(name: str, table: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Where [smtp] names no sender, it is the mailbox that is read, if its user name is an address."""
    if name != "smtp" or "from" in table or "from_" in table:
        return table
    imap = document.get("imap")
    username = imap.get("username") if isinstance(imap, dict) else None
    return {**table, "from": username} if isinstance(username, str) and "@" in username else table


def _across_sections(path: Path, sections: dict[str, Section]) -> Iterator[ConfigurationProblem]:
    smtp, imap, oauth = sections.get("smtp"), sections.get("imap"), sections.get("oauth")
    if isinstance(smtp, settings.Smtp) and not smtp.from_:
        yield ConfigurationProblem(str(path), "smtp.from", "expected the mailbox's own e-mail address")
    wants_tokens = any(isinstance(s, settings.Server) and s.auth == "xoauth2" for s in (imap, smtp))
    if isinstance(oauth, settings.OAuth) and wants_tokens and not oauth.given_token:
        for key, value in (("tenant", oauth.tenant), ("client_id", oauth.client_id)):
            if not value:
                yield ConfigurationProblem(
                    str(path), f"oauth.{key}", f'expected {_description(settings.OAuth, key)}, for "xoauth2"'
                )


def _unknown_section(path: Path, name: str) -> ConfigurationProblem:
    for section, model in SECTIONS.items():
        if name in _keys(model):
            return ConfigurationProblem(
                str(path),
                name,
                f"no such table; a key of that name belongs into [{section}]",
                f"{section}.{name}",
            )
    return ConfigurationProblem(str(path), name, "no such table", _nearest(name, SECTIONS))


def _problem(path: Path, name: str, model: type[Section], detail: ErrorDetails) -> ConfigurationProblem:
    """One validation error as a problem. The value is never shown: it might be a secret."""
    location = [str(part) for part in detail["loc"]]
    key = ".".join([name, *location])
    if detail["type"] == "extra_forbidden":
        return ConfigurationProblem(str(path), key, "no such key", _nearest_key(name, model, location[-1]))
    named = {"templates": ("template", settings.template_names()), "kinds": ("kind", get_args(Kind))}
    if location[:1] and location[0] in named and location[-1] == "[key]":
        what, names = named[location[0]]
        return ConfigurationProblem(
            str(path), f"{name}.{location[0]}.{location[1]}", f"no such {what}", _nearest(location[1], names)
        )
    field = location[0] if location else ""
    if detail["type"] == "value_error" and not location:  # a validator over the whole table names its key
        field, _, expected = str(detail["ctx"]["error"]).partition(": ")
        return ConfigurationProblem(str(path), f"{name}.{field}", f"expected {expected}")
    return ConfigurationProblem(str(path), key, f"expected {_description(model, field)} ({_reason(detail)})")


def _reason(detail: ErrorDetails) -> str:
    if detail["type"] == "value_error":
        return f"not {detail['ctx']['error']}"
    return detail["msg"][:1].lower() + detail["msg"][1:]


def _keys(model: type[Section]) -> dict[str, str]:
    """The keys of a table as they are written, with the fields that hold them."""
    return {info.alias or name: name for name, info in model.model_fields.items()}


def _description(model: type[Section], key: str) -> str:
    info = model.model_fields.get(_keys(model).get(key, key))
    return (info.description if info else None) or "something else"


def _nearest_key(name: str, model: type[Section], key: str) -> str:
    """The key of the same table that it resembles, else the same word in another table."""
    near = _nearest(key, _keys(model), enough=0.8)
    if near:
        return f"{name}.{near}"
    for section, other in SECTIONS.items():
        if key in _keys(other):
            return f"{section}.{key}"
    everything = [f"{section}.{k}" for section, other in SECTIONS.items() for k in _keys(other)]
    return _nearest(f"{name}.{key}", everything)


def _nearest(word: str, choices: Iterable[str], enough: float = 0) -> str:
    from rapidfuzz import process  # only where something is wrong
    from rapidfuzz.distance import JaroWinkler

    found = process.extractOne(
        word, list(choices), scorer=JaroWinkler.normalized_similarity, score_cutoff=enough
    )
    return str(found[0]) if found else ""
