"""A seccomp filter: this process, and all that it starts, can open no socket of any kind.

Landlock knows TCP only; names are asked for over UDP, and databases listen on Unix sockets. Source: Linux,
Documentation/userspace-api/seccomp_filter.rst; the filter is classic BPF.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

_SET_SECCOMP, _FILTER, _NO_NEW_PRIVS = 22, 2, 38  # prctl
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF: load a word, compare it, end
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_FOREIGN_ABI = 0x40000000  # x32 numbers its calls from here on
_IO_URING_SETUP = 425  # makes sockets, too
_ARCHITECTURES = {
    # machine: (its AUDIT_ARCH, the number of socket(2) there)
    "x86_64": (0xC000003E, 41),
    "aarch64": (0xC00000B7, 198),
}


def forbid_sockets() -> bool:
    """socket(2) fails with EPERM from now on. False where there is no seccomp, or another processor."""
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    architecture, socket_call = known
    denied = _ERRNO | errno.EPERM
    steps = (
        (_LOAD, 0, 0, 4),  # the architecture of the call
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, denied),
        (_LOAD, 0, 0, 0),  # its number
        (_AT_LEAST, 3, 0, _FOREIGN_ABI),
        (_EQUAL, 2, 0, socket_call),
        (_EQUAL, 1, 0, _IO_URING_SETUP),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, denied),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    if libc.prctl(_SET_SECCOMP, _FILTER, program, 0, 0) == 0:
        return True
    if ctypes.get_errno() == errno.EINVAL:  # a kernel without seccomp filters
        return False
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
