"""Work in a process of its own: told what to do by one file, it tells by another how far it is and what came out.

So the load, the peers and the worker do not share an interpreter, and what is measured is one process.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from streams.tools.bench.errors import BenchError
from streams.tools.local.processes import Child

Spec = TypeVar("Spec")
R = TypeVar("R")

_LOOK = 0.2  # seconds between two looks at how far it is


class _Word(msgspec.Struct):
    done: int = 0
    result: Any = None


class Told:
    """The working side: writes how far it is, and at last its result."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def done(self, count: int) -> None:
        """So many of what it has to do are done."""
        self._write(_Word(done=count))

    def result(self, result: object) -> None:
        """The result, a Struct or what JSON can say."""
        self._write(_Word(result=result))

    def _write(self, word: _Word) -> None:
        new = self._file.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(word))
        new.replace(self._file)  # at once: the reader never finds half of it


def work(kind: type[Spec], does: Callable[[Spec, Told], object]) -> None:
    """The main function of a working module: `python -m MODULE SPEC OUT`."""
    spec = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=kind)
    told = Told(Path(sys.argv[2]))
    told.result(does(spec, told))


class Task:
    """The waiting side, a context manager: the process ends with it."""

    def __init__(self, module: str, spec: object, folder: Path, package: str = "streams.tools.bench.") -> None:
        """`python -m PACKAGE``MODULE`; its log and files are in `folder`."""
        name = module.rpartition(".")[2]
        folder.mkdir(parents=True, exist_ok=True)
        number = len(list(folder.glob(f"{name}-*.spec")))
        stem = folder / f"{name}-{number}"
        self._spec, self._out = stem.with_suffix(".spec"), stem.with_suffix(".out")
        self._spec.write_bytes(msgspec.json.encode(spec))
        argv = [sys.executable, "-m", package + module, str(self._spec), str(self._out)]
        self.child = Child(name, argv, stem.with_suffix(".log"), {"PYTHONUNBUFFERED": "1", "PYTHONPATH": _path()})

    def __enter__(self) -> Task:
        self.child.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.child.stop()

    @property
    def ended(self) -> bool:
        """Whether it has ended, well or not."""
        return not self.child.running

    def done(self) -> int:
        """How many it has said to be done."""
        return self._word().done

    def result(self, kind: type[R]) -> R:
        """What came out. Raises BenchError, with the end of its log, where nothing did."""
        word = self._word()
        if word.result is None:
            lines = "\n    ".join(self.child.last_lines())
            raise BenchError(f"{self.child.name} ended without a result; its log ends:\n    {lines}")
        return msgspec.convert(word.result, kind)

    def wait(self, kind: type[R], tell: Callable[[int], None], patience: float) -> R:
        """Wait until it has ended, telling how far it is. Raises BenchError, also after `patience` seconds."""
        deadline = time.monotonic() + patience
        while not self.ended:
            tell(self.done())
            if time.monotonic() > deadline:
                raise BenchError(f"{self.child.name} was not through after {patience:.0f} s")
            time.sleep(_LOOK)
        return self.result(kind)

    def _word(self) -> _Word:
        try:
            return msgspec.json.decode(self._out.read_bytes(), type=_Word)
        except FileNotFoundError:
            return _Word()


def _path() -> str:
    """This project on the path of the process, wherever it is started."""
    return os.pathsep.join(filter(None, (str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH"))))
