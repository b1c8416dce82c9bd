"""What the worker frees goes back to the system, whatever was freed before."""

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


_HOLES = """
from pathlib import Path
from streams.engine.heap import give_back_holes

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

blocks = [bytes(8_000) for _ in range(5_000)]
del blocks[:-1]  # the last stays, above the hole
before = resident()
give_back_holes()
print(before - resident())
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="a C library that is not glibc")
def test_holes_go_back() -> None:
    said = subprocess.run([sys.executable, "-c", _HOLES], capture_output=True, text=True, check=True)
    assert int(said.stdout) > 30_000_000
