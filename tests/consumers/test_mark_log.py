from __future__ import annotations

import threading
from contextlib import closing

import pytest

from consumers.connection import OutageError
from consumers.mark_log import write_marks
from consumers.state import read_state
from streams.events.topics import ALERT_MARKS
from streams.messages import AlertMark, Held
from streams.settings import Kafka
from streams.tools.local.servers import free_port
from tests.consumers.samples import T0, Scorer, acknowledged, muted, settings


def read(scorer: Scorer, stop: threading.Event) -> dict[str, AlertMark | None]:
    with closing(read_state(settings(scorer.broker).kafka, stop, marks=True)) as updates:
        return dict(next(updates).marks)


def test_what_was_said_is_read_again_by_whoever_starts(scorer: Scorer, stop: threading.Event) -> None:
    said = (
        acknowledged("2", note="I am on it"),
        muted("industry:a:b", T0, kpi="nps"),
        muted("tier:2", alerts=[("print-2", T0)]),
        Held(receiver="slack", fingerprint="print-2", opened=T0, at=T0),
    )
    scorer.mark(*said)
    write_marks(settings(scorer.broker).kafka, {"muted::tier:2": None})
    assert read(scorer, stop) == {
        "acknowledged:print-2": said[0],
        "muted:nps:industry:a:b": said[1],
        "muted::tier:2": None,
        "held:slack:print-2": said[3],
    }


def test_what_cannot_be_read_is_passed_over(
    scorer: Scorer, stop: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    scorer.raw(ALERT_MARKS, "acknowledged:print-2", b'{"mark":"shouted"}')
    scorer.raw(
        ALERT_MARKS, "acknowledged:another", b'{"mark":"acknowledged","fingerprint":"a","opened":1,"by":"b","at":2}'
    )
    scorer.mark(acknowledged("3"))
    assert list(read(scorer, stop)) == ["acknowledged:print-3"]
    assert any(ALERT_MARKS in record.message for record in caplog.records)


def test_nobody_is_told_that_it_was_written_where_it_was_not() -> None:
    with pytest.raises(OutageError, match="no broker answers"):
        write_marks(Kafka(broker=f"127.0.0.1:{free_port()}"), {"muted::tier:2": None})
