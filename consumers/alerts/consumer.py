"""`segpulse consume alerts`: every cause of alerts is one page to the webhook, at least once."""

from __future__ import annotations

import logging
import threading
from contextlib import closing

from consumers.alert_log import delivered_before, read_alerts
from consumers.alerts.pager import Pager
from consumers.alerts.webhook import Webhook
from consumers.latest import Latest
from consumers.state import read_state
from streams.settings import Settings

log = logging.getLogger("segpulse.alerts")


def run(settings: Settings, stop: threading.Event) -> None:
    """Post alerts to settings.alerts.webhook until `stop`. Raises CannotStartError where there is none."""
    webhook = Webhook(settings.alerts.webhook, settings.alerts.board_url)
    log.info("alerts: posting to %s", webhook.shown)
    latest = Latest()
    pager = Pager(settings, webhook, lambda: (scored.scores for scored in latest.all()))
    follower = threading.Thread(target=_follow, args=(settings, stop, latest), daemon=True)
    follower.start()
    pager.recall(delivered_before(settings.kafka, stop))
    read_alerts(settings.kafka, stop, pager.deliver)
    follower.join()


def _follow(settings: Settings, stop: threading.Event, latest: Latest) -> None:
    """Keep the latest scores, by which pages say where their cause is."""
    with closing(read_state(settings.kafka, stop)) as updates:
        for update in updates:
            latest.apply(update)
