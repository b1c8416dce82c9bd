"""Keys as they are pressed, where the input is a terminal; without waiting for them, or for Enter."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

AT_ONCE = 64  # keys: somebody leans on one


@contextmanager
def keyboard() -> Iterator[Callable[[], str]]:
    """Within, a function that gives the keys pressed since it was called last; afterwards the terminal is as before."""
    if not sys.stdin.isatty():
        yield lambda: ""
        return
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    tty.setcbreak(number)  # Ctrl-C stays a signal
    try:
        yield lambda: _pressed(number)
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)


def _pressed(number: int) -> str:
    ready, _, _ = select.select([number], [], [], 0)
    return os.read(number, AT_ONCE).decode(errors="ignore") if ready else ""
