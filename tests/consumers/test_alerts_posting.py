from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from consumers.alert_log import NotDeliveredError
from consumers.alerts.posting import LATER_MOST_S, Poster
from consumers.alerts.receivers import receivers
from streams.messages import Alert
from streams.scoring.diagnosis import Contribution
from streams.scoring.grouping import Page
from tests.consumers.receiver import ROUTING_KEY, SECRET, Receiver, listening
from tests.consumers.samples import alert, settings


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def poster(receiver: Receiver) -> Poster:
    (chosen,) = receivers(settings(webhook=receiver.url))
    return Poster(chosen)


def segments(posts: list[dict[str, object]]) -> list[list[str]]:
    return [[a["labels"]["segment"] for a in post["alerts"]] for post in posts]  # type: ignore[attr-defined]


def pages(*alerts: Alert) -> list[tuple[Page, list[Contribution]]]:
    return [(Page(alert, (alert,)), []) for alert in alerts]


@pytest.mark.parametrize("status", [500, 503, 408, 429])
def test_a_receiver_that_cannot_take_them_now_gets_them_again(receiver: Receiver, status: int) -> None:
    post = poster(receiver)
    alerts = pages(alert("1"), alert("2"))
    receiver.answers = [200, status]
    with listening(receiver):
        with pytest.raises(NotDeliveredError, match=rf"^alerts: webhook at http://127\.0\.0\.1 answers {status}$"):
            post.deliver(alerts)
        post.deliver(alerts)
        assert segments(receiver.posts) == [["1"], ["2"]]  # the first post had arrived and was not repeated
        post.deliver(alerts)
        assert len(receiver.posts) == 4  # what is handed over anew is posted anew


def test_no_receiver_is_said_without_the_secret(receiver: Receiver) -> None:
    with pytest.raises(NotDeliveredError) as caught:
        poster(receiver).deliver(pages(alert()))
    assert str(caught.value) == "alerts: no answer from webhook at http://127.0.0.1: ClientConnectorError"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 302])
def test_a_refusal_is_logged_shortly_and_passed_over(
    receiver: Receiver, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answers = [status]
    with listening(receiver):
        poster(receiver).deliver(pages(alert("1"), alert("2")))
    assert segments(receiver.posts) == [["2"]]
    [line] = [record.message for record in caplog.records]
    assert line.startswith(
        "alerts: webhook at http://127.0.0.1 refuses the page of tier:1, passed over (1 since the start): "
        f"{status} no such receiver /hook/***?key=*** x"
    )
    assert len(line) < 320
    assert SECRET not in line


def test_a_routing_key_that_is_echoed_is_not_logged(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    (chosen,) = receivers(settings(pagerduty_key=ROUTING_KEY, pagerduty_url=receiver.url))
    post = Poster(chosen)
    receiver.answers = [400, 400]
    with listening(receiver):
        post.deliver(pages(alert("1"), alert("2")))
    assert post.refused == 2
    assert all("*** x" in record.message and ROUTING_KEY not in record.message for record in caplog.records)


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("7", 7, 7),
        ("86400", LATER_MOST_S, LATER_MOST_S),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        (format_datetime(datetime.now(timezone.utc) + timedelta(minutes=1), usegmt=True), 30, 60),
        ("soon", 0, 0),
        ("", 0, 0),
    ],
)
def test_how_long_the_receiver_wants_to_be_left_alone(receiver: Receiver, said: str, least: float, most: float) -> None:
    receiver.answers, receiver.retry_after = [429], said
    with listening(receiver), pytest.raises(NotDeliveredError) as caught:
        poster(receiver).deliver(pages(alert("1")))
    assert least <= caught.value.later <= most
