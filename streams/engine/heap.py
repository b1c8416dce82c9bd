"""How glibc gets memory for the worker, so that what is freed goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # see mallopt(3)
_LARGE = 512 * 1024  # bytes
_SPARE = 16 * 1024 * 1024  # bytes


def give_back_large_blocks() -> None:
    """From now on a block of 512 kB or more has memory of its own, which goes back when it is freed.

    Left alone, glibc raises that size to 32 MB as it sees such blocks freed. Then fetched answers, what is decoded at
    once and the tables of ids, made anew now and then, lie in the heap among what stays, and leave holes: 160 MB beside
    200 MB in use. The end of the heap goes back when 16 MB of it are free, not 128 kB. Without glibc nothing is done.
    """
    mallopt = _of_glibc("mallopt")
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
        mallopt(_M_TRIM_THRESHOLD, _SPARE)


def give_back_holes() -> None:
    """Whole pages that are free within the heap go back too; some milliseconds, without Python's lock.

    What stays lies among what comes and goes with every fetch: 25 MB of 450 are such pages.
    """
    trim = _of_glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _of_glibc(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
