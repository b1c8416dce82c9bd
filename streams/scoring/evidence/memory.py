"""What is remembered of each series (a segment's KPI) from one tick to the next: named numbers, as one array."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from streams.events.columns import Bools, Floats, Ints

_FINE = 2.0**20  # sums are of whole numbers of this fineness


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """Some rows of a memory, as a successor reads them."""

    fields: list[str]
    kpis: list[int]  # those, by column, of which anything is known
    values: bytes  # float64, little-endian, [fields × rows × these KPIs]


class Cells:
    """Numbers by name: `cells["usual"]` is a view [series], or [rows × KPIs] where it is all of a memory."""

    def __init__(self, places: Mapping[str, int], data: Floats) -> None:
        self._places = places
        self.data = data  # [fields × …]

    def __getitem__(self, name: str) -> Floats:
        view: Floats = self.data[self._places[name]]
        return view

    def __setitem__(self, name: str, value: Floats | float) -> None:
        self.data[self._places[name]] = value


class Memory(Cells):
    """[fields × rows × KPIs]; `fields` are their names and what each is before anything is known."""

    def __init__(self, fields: Mapping[str, float], kpis: int) -> None:
        super().__init__({name: place for place, name in enumerate(fields)}, np.zeros((len(fields), 0, kpis)))
        self._empty = np.array(list(fields.values()), dtype=np.float64)[:, None, None]

    def begin(self, rows: Sequence[int], total: int) -> None:
        """Nothing is known of `rows`; there are `total` rows now."""
        more = total - self.data.shape[1]
        if more > 0:
            empty = np.broadcast_to(self._empty, (len(self._empty), more, self.data.shape[2]))
            self.data = np.concatenate([self.data, empty], axis=1)
        self.data[:, rows] = self._empty

    def take(self, which: Ints) -> Cells:
        """A copy of the series at these flat places in [rows × KPIs]."""
        return Cells(self._places, self.data.reshape(len(self.data), -1)[:, which])

    def put(self, which: Ints, cells: Cells) -> None:
        """The copy back to its places."""
        self.data.reshape(len(self.data), -1)[:, which] = cells.data

    def save(self, rows: Sequence[int]) -> Kept:
        """What is known of `rows`, in their order."""
        data = self.data[:, rows]
        known = np.flatnonzero((data != self._empty).any(axis=(0, 1)))
        return Kept(list(self._places), known.tolist(), data[:, :, known].astype("<f8").tobytes())

    def restore(self, rows: Sequence[int], kept: Kept, columns: Sequence[int]) -> None:
        """Know of `rows` what was kept; `columns`: each kept KPI's column now, -1 for one that is no more.

        What another version kept, of other numbers than these, is forgotten: it would mean something else.
        """
        if kept.fields != list(self._places):
            return
        values = np.frombuffer(kept.values, dtype="<f8").reshape(len(self.data), len(rows), len(kept.kpis))
        known = [place for place, column in enumerate(kept.kpis) if columns[column] >= 0]
        now = [columns[kept.kpis[place]] for place in known]
        self.data[np.ix_(range(len(self.data)), rows, now)] = values[:, :, known]


class Remembering:
    """What lives by a memory [rows × KPIs], and can be gone on with by a successor."""

    def __init__(self, fields: Mapping[str, float], kpis: int) -> None:
        self._memory = Memory(fields, kpis)

    def begin(self, rows: Sequence[int], total: int) -> None:
        """Nothing is known of `rows`; there are `total` rows now."""
        self._memory.begin(rows, total)

    def save(self, rows: Sequence[int]) -> Kept:
        """What a successor must know of `rows`."""
        return self._memory.save(rows)

    def restore(self, rows: Sequence[int], kept: Kept, columns: Sequence[int]) -> None:
        """Go on as `kept` says of `rows`; `columns`: each kept KPI's column now, -1 for one that is no more."""
        self._memory.restore(rows, kept, columns)


def total(values: Floats) -> Floats:
    """Sum over the rows [rows × KPIs] that comes out the same in any order of the rows, to the last digit."""
    return np.asarray(_whole(values).sum(axis=0) / _FINE)


def others(values: Floats, which: Bools) -> Floats:
    """Of each row the sum over the other rows among `which`, likewise; all [rows × KPIs]."""
    whole = np.where(which, _whole(values), 0)
    return np.asarray((whole.sum(axis=0) - whole) / _FINE)


def _whole(values: Floats) -> Ints:
    return np.asarray(np.rint(np.clip(values, -1e12, 1e12) * _FINE).astype(np.int64))
