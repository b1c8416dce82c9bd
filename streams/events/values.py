"""The values of many records in one buffer, so that they are decoded where they lie and no object is made of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np

from streams.events.columns import Ints


class Values(Sequence[bytes | None]):
    """`text[starts[i]:ends[i]]` is the value of record i, which has none where it ends before it starts.

    Between two values `text` has white space with a line break in it.
    """

    def __init__(self, text: bytes | bytearray, starts: Ints, ends: Ints) -> None:
        self.text = text
        self.starts = starts
        self.ends = ends

    @classmethod
    def of(cls, values: Sequence[bytes | None]) -> Values:
        """The same values, copied into one buffer unless they are in one."""
        if isinstance(values, Values):
            return values
        try:
            lengths = np.fromiter(map(len, values), dtype=np.int64, count=len(values))  # type: ignore[arg-type]
        except TypeError:  # one of them is None
            lengths = np.array([-1 if value is None else len(value) for value in values], dtype=np.int64)
            values = [value or b"" for value in values]
        there = np.maximum(lengths, 0)
        starts = np.cumsum(there + 1) - there - 1
        return cls(b"\n".join(values), starts, starts + lengths)  # type: ignore[arg-type]

    @property
    def some_lack(self) -> bool:
        """Is there a record without a value?"""
        return bool((self.ends < self.starts).any())

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, rows: int) -> bytes | None: ...
    @overload
    def __getitem__(self, rows: slice) -> Values: ...
    def __getitem__(self, rows: int | slice) -> bytes | Values | None:
        """The value of one record, copied, or those of some, where they lie."""
        if isinstance(rows, slice):
            return Values(self.text, self.starts[rows], self.ends[rows])
        start, end = int(self.starts[rows]), int(self.ends[rows])
        return bytes(self.text[start:end]) if start <= end else None
