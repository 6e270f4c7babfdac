"""What is done with memory gives it back to the system, where the C library can be told (glibc)."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_MMAP_THRESHOLD = -3  # glibc, malloc.h
_SMALLEST = 64 * 1024


def give_back_large_blocks() -> None:
    """From now on what is as large as a mail has pages of its own, which go when it does.

    Otherwise glibc raises that limit to 32 MB with the first such blocks that are freed, and what batches of
    mails took stays with the process in pieces. Other C libraries are left as they are.
    """
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _SMALLEST)
