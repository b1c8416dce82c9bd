"""Large blocks are not part of the heap, whatever was freed before."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

_PROGRAM = """
import ctypes
from streams.engine.heap import give_back_large_blocks

class Info(ctypes.Structure):  # see mallinfo2(3)
    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in names.split()]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Info
if {tuned}:
    give_back_large_blocks()
del [bytearray(20_000_000)][0]
before = libc.mallinfo2().hblkhd
held = bytearray(8_000_000)
print(libc.mallinfo2().hblkhd - before)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="a C library that is not glibc")
@pytest.mark.parametrize(("tuned", "apart"), [(True, True), (False, False)])
def test_a_large_block_has_memory_of_its_own(tuned: bool, apart: bool) -> None:
    """Not tuned: glibc has learnt from the first block that such are freed again, and takes the next from the heap."""
    program = _PROGRAM.replace("{tuned}", str(tuned))
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (int(said.stdout) >= 8_000_000) == apart
