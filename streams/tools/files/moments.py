"""Times as people write them in tables."""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo


def parse_time(text: str, form: str, zone: str) -> int:
    """`text` in ms since the epoch; `form` is iso, s, ms, or as for strptime; `zone` that of a text that names none.

    Raises ValueError where the text is not written so.
    """
    if form in ("s", "ms"):
        return round(float(text) * (1000 if form == "s" else 1))
    if form == "iso":
        moment = datetime.fromisoformat(f"{text[:-1]}+00:00" if text.endswith("Z") else text)
    else:
        moment = datetime.strptime(text, form)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc if zone == "UTC" else ZoneInfo(zone))
    return round(moment.timestamp() * 1000)
