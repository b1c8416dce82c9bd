"""What a visitor has done, and which of some rules holds then, slowly and plainly."""

from __future__ import annotations

from collections import Counter

HOUR, DAY = 3_600_000, 86_400_000  # ms

RULES = {
    "sold": "won in 48h or sum(orders.value) >= 20 in 3d",
    "hot": "(downloads or clicks >= 2) and not opened in 3h",
    "back": "seen before 24h",
    "warm": "seen in 1h and feedback.nps.promoters < 1",
}


class Past(list[tuple[int, "Counter[str]"]]):
    """What a visitor has done: times and what was added to measures then."""

    def add(self, time: int, topic: str, event: str | None, measures: Counter[str]) -> None:
        theirs = topic not in ("leads", "spend") and event not in ("sent", "bounced")
        self.append((time, Counter({**measures, "seen": int(theirs)})))

    def heat(self, now: int) -> str:
        """RULES, in plain words."""
        won, orders = self._sum(now, "leads.won", HOUR, 48), self._sum(now, "orders.value", DAY, 3)
        if won or orders >= 20_000:
            return "sold"
        keen = self._sum(now, "downloads") or self._sum(now, "clicks") >= 2
        if keen and not self._sum(now, "emails.opened", HOUR, 3):
            return "hot"
        if self._sum(now, "seen") - self._sum(now, "seen", HOUR, 24):
            return "back"
        return "warm" if self._sum(now, "seen", HOUR, 1) and not self._sum(now, "feedback.nps.promoters") else "other"

    def _sum(self, now: int, measure: str, unit: int = 1000 * DAY, length: int = 1000) -> int:
        since = now // unit - length
        return sum(measures[measure] for time, measures in self if time // unit >= since)
