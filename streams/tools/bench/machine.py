"""What it was measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import msgspec


class Machine(msgspec.Struct, kw_only=True):
    """Figures without these say little."""

    cpu: str
    cores: int
    memory_gb: float
    system: str
    python: str
    kafka: str | None  # version; None: no broker was needed


def machine(kafka: str | None) -> Machine:
    """This one."""
    return Machine(
        cpu=_cpu(),
        cores=os.cpu_count() or 0,
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        system=platform.platform(terse=True),
        python=platform.python_version(),
        kafka=kafka,
    )


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
