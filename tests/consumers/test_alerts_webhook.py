from __future__ import annotations

import pytest

from consumers.alert_log import NotDeliveredError
from consumers.alerts.webhook import Webhook
from consumers.errors import CannotStartError
from streams.messages import Alert
from streams.scoring.contributors import Contribution
from streams.scoring.grouping import Page
from tests.consumers.receiver import SECRET, Receiver, listening
from tests.consumers.samples import alert


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def webhook(receiver: Receiver) -> Webhook:
    return Webhook(receiver.url, "http://board.test")


def segments(posts: list[dict[str, object]]) -> list[list[str]]:
    return [[a["labels"]["segment"] for a in post["alerts"]] for post in posts]  # type: ignore[attr-defined]


def pages(*alerts: Alert) -> list[tuple[Page, list[Contribution]]]:
    return [(Page(alert, (alert,)), []) for alert in alerts]


@pytest.mark.parametrize("status", [500, 503, 408, 429])
def test_a_receiver_that_cannot_take_them_now_gets_them_again(receiver: Receiver, status: int) -> None:
    hook = webhook(receiver)
    alerts = pages(alert("1"), alert("2"))
    receiver.answers = [200, status]
    with listening(receiver):
        with pytest.raises(NotDeliveredError, match=rf"^alerts: http://127\.0\.0\.1 answers {status}$"):
            hook.deliver(alerts)
        hook.deliver(alerts)
        assert segments(receiver.posts) == [["1"], ["2"]]  # the first post had arrived and was not repeated
        hook.deliver(alerts)
        assert len(receiver.posts) == 4  # what is handed over anew is posted anew


def test_no_receiver_is_said_without_the_secret(receiver: Receiver) -> None:
    with pytest.raises(NotDeliveredError) as caught:
        webhook(receiver).deliver(pages(alert()))
    assert str(caught.value) == "alerts: no answer from http://127.0.0.1: ClientConnectorError"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("status", [400, 404, 302])
def test_a_refusal_is_logged_shortly_and_passed_over(
    receiver: Receiver, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answers = [status]
    with listening(receiver):
        webhook(receiver).deliver(pages(alert("1"), alert("2")))
    assert segments(receiver.posts) == [["2"]]
    [line] = [record.message for record in caplog.records]
    assert line.startswith(
        f"alerts: http://127.0.0.1 refuses the page of tier:1, passed over: {status} no such receiver x"
    )
    assert len(line) < 320
    assert SECRET not in line


@pytest.mark.parametrize("url", ["", "hooks.test/x", "ftp://hooks.test/x", "http://[bad/x", "https://"])
def test_a_url_that_cannot_be_posted_to_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(CannotStartError, match=r"alerts\.webhook \(SEGPULSE_ALERTS_WEBHOOK\)") as caught:
        Webhook(url, "http://board.test")
    assert "hooks.test" not in str(caught.value)
