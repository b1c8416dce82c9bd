"""The alerts as the board shows them: one page for each cause, who looks after it, and what is muted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from consumers.marks import Marks, fired
from consumers.state import Update
from streams.messages import Alert, Muted
from streams.scoring.alerts.grouping import Groups, Page
from streams.settings import Dimension

ALERTS_KEPT = 200
RESOLVED_SHOWN = 20  # of the groups that are over


class Pages:
    """Takes in alerts, and what people have said of them."""

    def __init__(self, dimensions: Mapping[str, Dimension], marks: Marks) -> None:
        self.marks = marks
        self._alerts: dict[tuple[str, str, int], Alert] = {}  # newest last
        self._dimensions = dimensions
        self._groups = Groups(dimensions)
        self._resolved: list[Alert] = []  # newest first
        self._untold = True  # whether something has come that not all have been told
        self._muted: list[Muted] = []  # as told last

    def apply(self, update: Update) -> None:
        """Take in the alerts and marks of `update`."""
        if update.whole:
            self._alerts, self._groups, self._resolved = {}, Groups(self._dimensions), []
        self._add(update.alerts)
        self.marks.apply(update.marks, update.whole)
        self._untold |= update.whole or bool(update.alerts or update.marks)

    def changed(self, now: int) -> bool:
        """Whether, at `now` (ms), something else is to be shown than was told last."""
        return self._untold or self._mutes(now) != self._muted

    def told(self, now: int) -> None:
        """What is shown at `now` (ms) has been told to all who look."""
        self._untold, self._muted = False, self._mutes(now)

    def shown(self, now: int) -> dict[str, Any]:
        """The pages that are open, how the last ended, and what is muted."""
        firing = self._firing
        return {
            "pages": [
                {
                    "fingerprint": page.head.fingerprint,
                    "members": page.members,
                    "paged": bool(self.marks.paged(page.members)),
                    "acknowledged": self.marks.acknowledged(page),
                    "muted": self._shown(self.marks.muted(page, now, firing)),
                }
                for page in self._groups.open
            ],
            "over": self._resolved,
            "mutes": list(map(self._shown, self._mutes(now))),
        }

    def latest(self) -> list[Alert]:
        """The last alerts, newest first."""
        return list(reversed(self._alerts.values()))

    def open(self, fingerprint: str) -> Page | None:
        """The open page that this alert began."""
        return next((page for page in self._groups.open if page.head.fingerprint == fingerprint), None)

    def firing(self, segment: str, kpi: str) -> list[tuple[str, int]]:
        """Fingerprint and `at` of the alerts that fire for `dimension:value`, and within it; no KPI: of whichever."""
        return self.marks.covered(segment, kpi, [alert for page in self._groups.open for alert in page.members])

    @property
    def segments(self) -> set[str]:
        """`dimension:value` of what fires."""
        return {f"{alert.dimension}:{alert.value}" for page in self._groups.open for alert in page.members}

    def over(self, now: int) -> list[str]:
        """Keys of marks that nobody needs any more."""
        return self.marks.over(now, self._firing)

    @property
    def _firing(self) -> set[tuple[str, int]]:
        return fired(self._groups.open)

    def _shown(self, mute: Muted | None) -> dict[str, Any] | None:
        return None if mute is None else {**msgspec.structs.asdict(mute), "planned": self.marks.is_planned(mute)}

    def _mutes(self, now: int) -> list[Muted]:
        return self.marks.mutes(now, self._firing)

    def _add(self, alerts: Iterable[Alert]) -> None:
        ended = [page.head for page in self._groups.take(alerts) if page.head.status == "resolved"]
        self._resolved = [*reversed(ended), *self._resolved][:RESOLVED_SHOWN]
        new = {(alert.fingerprint, alert.status, alert.at): alert for alert in alerts}
        if new:
            known = sorted((self._alerts | new).items(), key=lambda item: item[1].at)
            self._alerts = dict(known[-ALERTS_KEPT:])
