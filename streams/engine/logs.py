"""What the worker says: one clear line where a library would print many, or a stack trace."""

from __future__ import annotations

import logging
import time

_QUIET = 30.0  # seconds in which a library says the same kind of thing once


class OncePerWhile(logging.Filter):
    """Lets a library's logger say one line at a time, without stack trace; while a broker is away they say hundreds."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Our own records pass; of another logger's, one a line of code and while."""
        if record.name.startswith("segpulse"):
            return True
        record.exc_info = record.exc_text = record.stack_info = None
        record.msg, record.args = record.getMessage().split("\n", 1)[0], ()
        key, now = (record.pathname, record.lineno), time.monotonic()
        if now - self._said.get(key, -_QUIET) < _QUIET:
            return False
        self._said[key] = now
        return True


def set_up() -> None:
    """Log to stderr: segpulse's own lines from INFO, libraries' from WARNING, the latter one at a time."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(OncePerWhile())
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("segpulse").setLevel(logging.INFO)
