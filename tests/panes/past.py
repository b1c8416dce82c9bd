"""What a visitor has done, and which of some rules holds then, slowly and plainly."""

from __future__ import annotations

import zlib
from collections import Counter
from itertools import pairwise

HOUR, DAY = 3_600_000, 86_400_000  # ms

RULES = {
    "sold": "won in 48h or sum(orders.value) >= 20 in 3d",
    "hot": "(downloads or clicks >= 2) and not opened in 3h",
    "back": "seen before 24h",
    "warm": "seen in 1h and feedback.nps.promoters < 1",
}


class Past(list[tuple[int, "Counter[str]"]]):
    """What a visitor has done: times and what was added to measures then."""

    def add(self, time: int, topic: str, event: str | None, measures: Counter[str], content: str | None) -> None:
        theirs = topic not in ("leads", "spend") and event not in ("sent", "bounced")
        bought = {f"bought {content}": 1} if (topic, event) == ("orders", "order") else {}
        self.append((time, Counter({**measures, "seen": int(theirs), **bought})))

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

    def looks(
        self, now: int, topic: str, event: str | None, measures: Counter[str], content: str | None
    ) -> dict[str, int]:
        """What measures of the past an event adds to that adds `measures`."""
        out: dict[str, int] = {}
        if (topic, event) == ("orders", "order") and not self._sum(now, "orders.order", DAY, 0):
            out |= {"buyers": 1}
            out |= self._again(measures, content) if self._sum(now, "orders.order", DAY, 90) else {}
        for before, stage in pairwise(["created", "mql", "sql", "won"]):
            times = [time for time, had in self if had[f"leads.{before}"]]
            if (topic, event) == ("leads", stage) and times:
                seconds = now // 1000 - times[-1] // 1000
                took = sum(seconds >= round(60 * 2 ** (number / 2)) for number in range(39))
                out |= {f"leads.{stage}.seconds": 1000 * seconds, f"leads.{stage}.intervals": 1}
                out |= {f"leads.{stage}.took.{took}": 1}
        return out

    def _again(self, measures: Counter[str], content: str | None) -> dict[str, int]:
        """Of somebody who orders once more, within ten days."""
        out = {"buyers.returning": 1}
        if content is not None:
            known = any(had[f"bought {content}"] for _, had in self)
            out |= {"buyers.returning.named": 1, "buyers.cross_sold": int(not known)}
        value = "orders.order.value"
        worth = [(time // 1000, had[value]) for time, had in self if had[value]]
        if measures["orders.order.valued"] and worth:
            last = sum(amount for second, amount in worth if second == worth[-1][0])
            out |= {"buyers.returning.valued": 1, "buyers.up_sold": int(measures[value] > last)}
        return out

    def looked_at(self, name: str, midnight: int) -> dict[str, int]:
        """What measures of who stays a visitor of that name adds to then."""
        out: dict[str, int] = {}
        for who, active in (("visitors", "seen"), ("buyers", "orders.order")):
            days = {time // DAY for time, measures in self if measures[active]}
            today = midnight // DAY
            for span in (1, 7, 30, 90):
                cohort = any(today - 2 * span <= day < today - span for day in days)
                if (zlib.crc32(name.encode()) - today) % span == 0 and cohort:
                    stays = any(today - span <= day for day in days)
                    out |= {f"{who}.cohort_{span}d": 1, f"{who}.{'retained' if stays else 'churned'}_{span}d": 1}
        return out

    def _sum(self, now: int, measure: str, unit: int = 1000 * DAY, length: int = 1000) -> int:
        since = now // unit - length
        return sum(measures[measure] for time, measures in self if time // unit >= since)
