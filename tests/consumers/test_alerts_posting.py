from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from consumers.alert_log import NotDeliveredError
from consumers.alerts.alertmanager import payload
from consumers.alerts.links import Links
from consumers.alerts.metrics import Metrics
from consumers.alerts.origin import Origin
from consumers.alerts.posting import LATER_MOST_S, Post, Poster
from consumers.alerts.receivers import receivers
from streams.messages import Alert
from streams.scoring.alerts.grouping import Page
from tests.consumers.receiver import ROUTING_KEY, SECRET, Receiver, listening
from tests.consumers.samples import T0, alert, settings

IN_A_MINUTE = "a date"


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def poster(receiver: Receiver) -> Poster:
    return made(webhook=receiver.url)[0]


def made(**alerts: str) -> tuple[Poster, Metrics]:
    (chosen,) = receivers(settings(**alerts))  # type: ignore[arg-type]
    metrics = Metrics([chosen.name])
    return Poster(chosen, metrics), metrics


def told(metrics: Metrics, receiver: str) -> list[float | None]:
    """Delivered, refused, up."""
    names = ("segpulse_pages_delivered_total", "segpulse_pages_refused_total", "segpulse_receiver_up")
    return [metrics.registry.get_sample_value(name, {"receiver": receiver}) for name in names]


def segments(posts: list[dict[str, object]]) -> list[list[str]]:
    return [[a["labels"]["segment"] for a in post["alerts"]] for post in posts]  # type: ignore[attr-defined]


def pages(*alerts: Alert) -> list[Post]:
    """As a post of each the labels that a webhook's has."""
    return [Post(a, (a.status, a.at), payload(Page(a, (a,)), Origin(), Links(""), {})) for a in alerts]


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
        post.deliver(alerts)  # it could not be noted how far one has come
        assert len(receiver.posts) == 2
        post.deliver(pages(alert("1", at=T0 + 1)))
        assert len(receiver.posts) == 3


def test_what_is_remembered_is_bounded(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumers.alerts.posting.REMEMBERED", 2)
    post = poster(receiver)
    with listening(receiver):
        post.deliver(pages(*(alert(str(n)) for n in range(4))))
        post.deliver(pages(*(alert(str(n)) for n in range(4))))
    assert segments(receiver.posts[4:]) == [["0"], ["1"]]


def test_what_waits_is_told_and_what_gets_through_is_counted(receiver: Receiver) -> None:
    post, metrics = made(slack_webhook=receiver.url)
    assert told(metrics, "slack") == [0, 0, 1]
    receiver.answers = [200, 503]
    with listening(receiver):
        with pytest.raises(NotDeliveredError):
            post.deliver(pages(alert("1"), alert("2")))
        assert told(metrics, "slack") == [1, 0, 0]
        post.deliver(pages(alert("1"), alert("2")))
    assert told(metrics, "slack") == [2, 0, 1]
    with pytest.raises(NotDeliveredError):
        post.deliver(pages(alert("3")))
    assert told(metrics, "slack") == [2, 0, 0]


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
        "alerts: webhook at http://127.0.0.1 refuses the page of tier:1, passed over: "
        f"{status} no such receiver /hook/***?key=*** x"
    )
    assert len(line) < 320
    assert SECRET not in line


def test_a_routing_key_that_is_echoed_is_not_logged(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    post, metrics = made(pagerduty_key=ROUTING_KEY, pagerduty_url=receiver.url)
    receiver.answers = [400, 400]
    keyed = [each._replace(body={"routing_key": ROUTING_KEY}) for each in pages(alert("1"), alert("2"), alert("3"))]
    with listening(receiver):
        post.deliver(keyed)
    assert told(metrics, "pagerduty") == [1, 2, 1]
    assert all("*** x" in record.message and ROUTING_KEY not in record.message for record in caplog.records)


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("7", 7, 7),
        ("86400", LATER_MOST_S, LATER_MOST_S),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        (IN_A_MINUTE, 30, 60),
        ("soon", 0, 0),
        ("", 0, 0),
    ],
)
def test_how_long_the_receiver_wants_to_be_left_alone(receiver: Receiver, said: str, least: float, most: float) -> None:
    if said == IN_A_MINUTE:
        said = format_datetime(datetime.now(timezone.utc) + timedelta(minutes=1), usegmt=True)
    receiver.answers, receiver.retry_after = [429], said
    with listening(receiver), pytest.raises(NotDeliveredError) as caught:
        poster(receiver).deliver(pages(alert("1")))
    assert least <= caught.value.later <= most
