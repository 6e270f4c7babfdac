"""What a reading process may touch: the programs and data that readers need, and its own folder.

Not the configuration, not the passwords, not the store, not the archive, not the network.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from mailbot.adapters import landlock
from mailbot.adapters.no_sockets import forbid_sockets

OUR_PACKAGES = ("mailbot", "rules", "parsers", "outbox_templates")
# Libraries, fonts, language data, LibreOffice; no folder in which an administrator keeps secrets.
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/opt", "/nix/store", "/gnu/store")
_SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/fonts",
    "/etc/group",
    "/etc/locale.alias",
    "/etc/libreoffice",
    "/etc/alternatives",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/filesystems",
    "/proc/self",  # this process's own, as it is when this is called
    "/sys/devices/system/cpu",
    "/var/cache/fontconfig",
)
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


def confine_reader(
    own_folder: Path, root: Path, package: str, more: Sequence[Path] = (), program: str | None = None
) -> None:
    """Restrict this process for good. `package` holds the readers; `more` are files that they are given.

    `program`: LibreOffice where it may be started; it needs sockets of this machine, so they are left then.
    Where the kernel has neither Landlock nor seccomp, the other limits have to do: an empty environment, no
    files, rlimits.
    """
    landlock.confine([*_allowed(own_folder, root, package, more), *_of_program(program)])
    if program is None:
        forbid_sockets()


def _of_program(program: str | None) -> Iterator[tuple[Path, int]]:
    found = shutil.which(program) if program else None
    if found:
        yield Path(found).resolve().parent, landlock.RUN
        # Its two halves talk over a socket that has to be there, whatever TMPDIR says. The unit's PrivateTmp
        # makes that folder mailbot's own.
        yield Path("/tmp"), landlock.SOCKETS
        for path in ("/proc/mounts", "/var/lib/libreoffice", "/var/spool/libreoffice"):
            yield Path(path), landlock.READ


def _allowed(own: Path, root: Path, package: str, more: Sequence[Path]) -> Iterator[tuple[Path, int]]:
    yield own, landlock.ANYTHING
    for prefix in {sys.prefix, sys.base_prefix}:
        yield Path(prefix), landlock.RUN
    yield root, landlock.LIST  # importing looks for names there; it may be an operator's working directory
    for name in {*OUR_PACKAGES, package}:
        yield root / name, landlock.READ
    for folder in _SYSTEM:
        yield Path(folder), landlock.RUN
    for file in (*_SYSTEM_FILES, *_listed("LD_LIBRARY_PATH"), *_listed("TESSDATA_PREFIX")):
        yield Path(file), landlock.READ
    for folder in _listed("PATH"):
        yield Path(folder), landlock.RUN
    for device in _DEVICES:
        yield Path(device), landlock.ANYTHING
    for path in more:
        yield path, landlock.READ


def _listed(variable: str) -> list[str]:
    """The absolute paths in the variable."""
    return [p for p in os.environ.get(variable, "").split(os.pathsep) if p.startswith("/") and p != "/"]
