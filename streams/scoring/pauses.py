"""How long nothing at all comes now and then: at night, and where few come."""

from __future__ import annotations

import msgspec

_DAY, _HOUR = 86_400_000, 3_600_000  # ms
_REMEMBERED = 8 * _DAY  # each hour of the week once at least


class Pauses(msgspec.Struct, frozen=True, array_like=True):
    """The longest of the last days, by the hours of the day (UTC) that they lie in."""

    longest: tuple[int, ...] = (0,) * 24  # ms
    at: tuple[int, ...] = (0,) * 24  # ms: when it was over

    def usual(self, now: int) -> int:
        """The longest (ms) at this time of the day, an hour more or less."""
        hours = [(now // _HOUR + beside) % 24 for beside in (-1, 0, 1)]
        return max(self.longest[hour] if now - self.at[hour] < _REMEMBERED else 0 for hour in hours)

    def after(self, since: int, until: int, length: int) -> Pauses:
        """With one from `since` to `until` (ms), of which `length` (ms) is remembered."""
        hours = {hour % 24 for hour in range(max(since // _HOUR, until // _HOUR - 23), (until - 1) // _HOUR + 1)}
        new = {hour for hour in hours if length > self.longest[hour] or until - self.at[hour] >= _REMEMBERED}
        if not new:
            return self
        return Pauses(
            tuple(length if hour in new else longest for hour, longest in enumerate(self.longest)),
            tuple(until if hour in new else at for hour, at in enumerate(self.at)),
        )
