"""Landlock: this process, and all that it starts, may touch only these files, and no TCP port.

The process restricts itself, without privileges, and cannot take it back. Linux 5.13 and later, where the
kernel has it switched on; elsewhere nothing happens and the caller is told. Source: Linux,
Documentation/userspace-api/landlock.rst and include/uapi/linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_NO_NEW_PRIVS = 38  # prctl

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV  # what a rule on a file may name
_RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_ALL_RIGHTS = (1 << 16) - 1  # from version 5 on
_TCP = 0b11  # bind and connect, from version 4 on
_SCOPES = 0b11  # abstract Unix sockets and signals stay inside, from version 6 on

READ = _READ_FILE | _READ_DIR
RUN = READ | _EXECUTE
LIST = _READ_DIR
SOCKETS = 1 << 9 | 1 << 5  # Unix sockets may be made there, and files removed
ANYTHING = _ALL_RIGHTS


def version() -> int:
    """What this kernel's Landlock can; 0 where there is none."""
    found: int = _libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION_FLAG)
    return max(found, 0)


def confine(allowed: Iterable[tuple[Path, int]]) -> bool:
    """From now on only these files and what is below them, with these rights. False where there is none.

    Paths that do not exist are left out. Call it before the first thread is started: it holds for the
    calling thread and those that it starts. Raises OSError when the kernel has Landlock and refuses.
    """
    abi = version()
    if not abi:
        return False
    handled = _RIGHTS_BY_ABI.get(abi, _ALL_RIGHTS)
    attributes = struct.pack("=QQQ", handled, _TCP if abi >= 4 else 0, _SCOPES if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8  # older kernels refuse what they do not know
    ruleset = _call(_CREATE_RULESET, attributes[:size], size, 0)
    try:
        for path, rights in allowed:
            with suppress(FileNotFoundError, NotADirectoryError):
                _allow(ruleset, path, rights & handled)
        if _libc().prctl(_NO_NEW_PRIVS, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return True


def _allow(ruleset: int, path: Path, rights: int) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            rights &= _OF_FILES
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, handle), 0)
    finally:
        os.close(handle)


def _call(number: int, *given: int | bytes) -> int:
    arguments = [ctypes.c_char_p(g) if isinstance(g, bytes) else ctypes.c_size_t(g) for g in given]
    done: int = _libc().syscall(number, *arguments)
    if done < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"landlock: {os.strerror(error)}")
    return done


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
