"""The key of the references' check code. It is made once and must stay, as long as references are in use."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from mailbot.config import Config
from mailbot.errors import ConfigurationInvalid, ConfigurationProblem
from mailbot.settings import secret

FILE_NAME = "reference.key"


def reference_key(config: Config, *, make: bool = True) -> bytes:
    """The configured key, else the one beside the store, which is made if there is none yet.

    With `make` false nothing is written: where there is no key yet, no reference is genuine.

    Raises ConfigurationInvalid when a configured key cannot be read or the file cannot be made.
    """
    section = config.secrets
    try:
        configured = secret(section.reference_key_file, section.reference_key_env)
        if configured is not None:
            return configured.get_secret_value().encode()
        if not make and not (config.store.folder / FILE_NAME).exists():
            return secrets.token_bytes(32)
        return _own_key(config.store.folder / FILE_NAME)
    except (OSError, KeyError) as error:
        expected = f"expected a key that can be read ({error})"
        problem = ConfigurationProblem(str(config.path), "secrets.reference_key_file", expected)
        raise ConfigurationInvalid([problem]) from error


def _own_key(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    if not path.exists():
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)  # fails where another process was first: its key counts
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text("ascii").strip().encode()
