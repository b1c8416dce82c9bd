"""Being told to stop, by Ctrl-C or otherwise: what was started is stopped, once."""

from __future__ import annotations

import signal
from types import FrameType
from typing import NoReturn


def stop_on_signals() -> None:
    """SIGTERM and SIGHUP raise KeyboardInterrupt too; after the first of them all are ignored."""
    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 (signal's signature)
        for each in wanted:  # once is enough: a second one must not break off the stopping
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in wanted:
        signal.signal(each, stop)
