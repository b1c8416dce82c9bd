"""`segpulse consume alerts`: every alert goes to the webhook, at least once."""

from __future__ import annotations

import logging
import threading

from consumers.alert_log import read_alerts
from consumers.alerts.webhook import Webhook
from streams.settings import Settings

log = logging.getLogger("segpulse.alerts")


def run(settings: Settings, stop: threading.Event) -> None:
    """Post alerts to settings.alerts.webhook until `stop`. Raises CannotStartError where there is none."""
    webhook = Webhook(settings.alerts.webhook, settings.alerts.board_url)
    log.info("alerts: posting to %s", webhook.shown)
    read_alerts(settings.kafka, stop, webhook.deliver)
