"""Where to look: on the board and in Grafana what an alert is of, in the runbook what to do."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from streams.messages import Alert

SEGMENT, PIPELINE = "segpulse-segment", "segpulse-pipeline"  # uids in grafana/dashboards
BEFORE_MS = 6 * 60 * 60 * 1000  # so much from before the alert's beginning is in the picture


class Links(NamedTuple):
    """The base addresses, as people reach them."""

    board_url: str
    grafana_url: str = ""  # empty: there is none
    runbook_url: str = ""  # likewise

    def board(self, alert: Alert) -> str:
        """The alert's segment on the board."""
        place = _place(alert)
        return f"{self.board_url.rstrip('/')}/{'?' if place else ''}{urlencode(place)}"

    def all(self, alert: Alert) -> list[tuple[str, str]]:
        """(what it is, address) of each."""
        found = [("Board", self.board(alert))]
        if self.grafana_url:
            found.append(("Grafana", self._grafana(alert)))
        if self.runbook_url:
            found.append(("Runbook", self.runbook(alert)))
        return found

    def runbook(self, alert: Alert) -> str:
        """The section that says what to do; empty where there is no runbook."""
        section = "segpulsenodata" if alert.kind == "pipeline" else f"segment{alert.state}"
        return self.runbook_url and f"{self.runbook_url}#{section}"

    def _grafana(self, alert: Alert) -> str:
        variables = {f"var-{name}": value for name, value in _place(alert).items()}
        asked = {**variables, "from": alert.since - BEFORE_MS, "to": "now"}
        return f"{self.grafana_url.rstrip('/')}/d/{SEGMENT if variables else PIPELINE}?{urlencode(asked)}"


def _place(alert: Alert) -> dict[str, str]:
    """What is to be shown; empty where the alert is of all segments."""
    if alert.kind == "pipeline":
        return {}
    return {"dimension": alert.dimension, "segment": alert.value, "kpi": alert.kpi, "window": alert.window}
