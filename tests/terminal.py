"""A terminal in which a program believes to run."""

from __future__ import annotations

import os
import pty
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Screen:
    """What a program has written to its terminal so far, and where it writes to."""

    def __init__(self) -> None:
        self._ours, self.theirs = pty.openpty()
        self.seen = bytearray()
        self._reader = threading.Thread(target=self._read)

    def type(self, keys: str) -> None:
        """As a person does."""
        os.write(self._ours, keys.encode())

    @property
    def echoes(self) -> bool:
        """Whether what is typed is shown, as it is where no program reads keys."""
        return bool(termios.tcgetattr(self.theirs)[3] & termios.ECHO)

    def _read(self) -> None:
        while True:
            try:
                self.seen += os.read(self._ours, 4096)
            except OSError:  # nobody has the other end any more
                return


@contextmanager
def screen() -> Iterator[Screen]:
    """Programs started within must have ended at the end."""
    made = Screen()
    made._reader.start()
    try:
        yield made
    finally:
        os.close(made.theirs)
        made._reader.join(15)
        os.close(made._ours)
