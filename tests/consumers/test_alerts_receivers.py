from __future__ import annotations

import msgspec
import pytest

from consumers.alerts.receivers import receivers
from consumers.errors import CannotStartError
from streams.settings import Alerts, Settings
from tests.consumers.receiver import ROUTING_KEY, SECRET
from tests.consumers.samples import settings

SLACK = f"https://hooks.slack.test/services/T0/B0/{SECRET}"


def test_all_that_are_set_are_told() -> None:
    chosen = receivers(settings(webhook="http://a.test/x", slack_webhook=SLACK, pagerduty_key=ROUTING_KEY))
    assert [receiver.shown for receiver in chosen] == [
        "webhook at http://a.test",
        "slack at https://hooks.slack.test",
        "pagerduty at https://events.pagerduty.com",
    ]


def test_nobody_to_tell_is_said_with_what_to_set() -> None:
    with pytest.raises(CannotStartError) as caught:
        receivers(settings())
    for name in ("WEBHOOK", "SLACK_WEBHOOK", "PAGERDUTY_KEY"):
        assert f"SEGPULSE_ALERTS_{name}" in str(caught.value)


@pytest.mark.parametrize("key", ["webhook", "slack_webhook", "pagerduty_url"])
@pytest.mark.parametrize(
    "url", ["hooks.test/x", "ftp://hooks.test/x", "http://[bad/x", "https://", "http://hooks.test:port/"]
)
def test_a_url_that_cannot_be_posted_to_is_refused_at_the_start(key: str, url: str) -> None:
    with pytest.raises(CannotStartError, match=rf"^alerts\.{key} \(SEGPULSE_ALERTS_{key.upper()}\) must be") as caught:
        receivers(Settings(alerts=msgspec.convert({"pagerduty_key": ROUTING_KEY, key: url}, Alerts)))
    assert "hooks.test" not in str(caught.value)


@pytest.mark.parametrize("key", [SECRET, ROUTING_KEY + "0", ROUTING_KEY[:-1] + "\n"])
def test_a_key_that_is_none_is_refused_at_the_start(key: str) -> None:
    with pytest.raises(CannotStartError, match="SEGPULSE_ALERTS_PAGERDUTY_KEY") as caught:
        receivers(settings(pagerduty_key=key))
    assert key.strip() not in str(caught.value)
