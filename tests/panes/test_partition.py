"""However the events are batched, interleaved and partitioned, and wherever it crashes: the panes are the events."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.events.topics import SOURCE_TOPICS
from streams.kpis.catalogue import BUILT_IN
from streams.kpis.measures import Measures
from streams.messages import VisitorSegments
from streams.panes.panes import Change
from streams.panes.partition import SourcePartition
from streams.settings import Dimension, Settings, Visitors
from tests.panes.history import END, MINUTE, START, Happening, happenings, heartbeat, record, written
from tests.panes.reader import Reader, Step, sent_again, steps
from tests.panes.summed import assert_exact, summed


@settings(max_examples=300)
@given(happenings, st.integers(1, 3), st.data(), st.booleans())
def test_panes_are_the_events(happened: list[Happening], partitions: int, data: st.DataObject, noise: bool) -> None:
    readers = [Reader(log, number) for number, log in enumerate(written(happened, partitions, noise))]
    for reader in readers:
        reader.run(data.draw(steps))
        reader.finish()
    assert_exact(readers, happened)


@given(happenings, st.data())
def test_forgetting_visitors_changes_nothing(happened: list[Happening], data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streams.segments.visitors._ROOM", 1)
        (log,) = written(happened, 1, False)
        reader = Reader(log)
        reader.run(data.draw(steps))
        reader.finish()
        assert_exact([reader], happened)


@settings(max_examples=300)
@given(happenings, st.lists(steps, min_size=2, max_size=4))
def test_finished_again_nothing_changes(happened: list[Happening], lives: list[list[Step]]) -> None:
    (log,) = written(happened, 1, noise=True)
    reader = Reader(log)
    for life in lives:
        reader.run(life)
        reader.finish()
        assert_exact([reader], happened)
        reader.run([("crash", -1, 0)])


def test_a_long_session_has_its_form_fill_once_though_a_restart_reads_back_less_far() -> None:
    topics = ["form_fills", *["page_views"] * 8, "form_fills"]
    happened = [
        Happening(START + number * 29 * MINUTE, topic, None, 0, None, None, None) for number, topic in enumerate(topics)
    ]
    (log,) = written(happened, 1)
    reader = Reader(log)
    for topic, records in log.items():
        for _ in records[: -3 if topic == "form_fills" else -2]:  # all but the last form fill and the heartbeats then
            reader.read(topic, 1)
    reader.checkpoint()
    reader.run([("crash", -1, 0)])
    reader.finish()
    assert_exact([reader], happened)
    assert sum(n for (_, d, _, m), n in summed([reader]).items() if (d, m) == ("tier", "sessions.form_fills")) == 1


def test_a_session_is_engaged_once_though_a_restart_reads_only_its_last_event_again() -> None:
    views = [Happening(START + m * MINUTE, "page_views", None, 0, None, None, None) for m in (0, 28, 55)]
    log = {topic: [heartbeat(START + m * MINUTE) for m in range(-1, 52)] for topic in SOURCE_TOPICS}
    log["page_views"][1:1] = [record(views[0])]
    log["page_views"][31:31] = [record(views[1])]
    reader = Reader(log)
    for number in range(54):
        for topic in SOURCE_TOPICS:
            reader.read(topic, 1)
        if number % 10 == 3:
            reader.checkpoint()
    reader.checkpoint()
    assert reader.progress is not None
    assert 2 < reader.progress.resume["page_views"] < 31, "the second is read again, the first is not"
    reader.run([("crash", -1, 0)])
    log["page_views"].append(record(views[2]))
    for topic in SOURCE_TOPICS:
        log[topic].append(heartbeat(END))
    reader.finish()
    assert_exact([reader], views)


def test_a_session_before_is_not_taken_for_this_one_where_a_restart_reads_one_topic_back_further() -> None:
    at = {0: "form_fills", 40: "downloads", 60: "page_views", 75: "page_views", 90: "page_views", 100: "form_fills"}
    happened = [Happening(START + m * MINUTE, topic, None, 0, None, None, None) for m, topic in at.items()]
    (log,) = written(happened, 1)
    reader = Reader(log)
    for topic, records in log.items():  # to the heartbeat after the fifth; of form fills all in one batch
        for _ in range(1 if topic == "form_fills" else len(records) - 1):
            reader.read(topic, 3 if topic == "form_fills" else 1)
    reader.checkpoint()
    assert reader.progress is not None
    assert reader.progress.resume["form_fills"] == 0 < reader.progress.resume["downloads"]
    reader.run([("crash", -1, 0)])
    reader.finish()
    assert_exact([reader], happened)


def test_what_was_sent_again_counts_once_though_a_restart_reads_back_to_the_second_only() -> None:
    """The second is in no pane's offsets: it changed none. That it was read is what the predecessor's progress says."""
    click = Happening(START, "clicks", None, 0, 7, None, None)
    reader = sent_again(click)
    for topic in SOURCE_TOPICS:
        reader.log[topic].append(heartbeat(END))
    reader.finish()
    assert sum(n for (_, d, _, m), n in summed([reader]).items() if (d, m) == ("tier", "clicks")) == 1


def test_a_successor_whose_cut_through_the_topics_is_another_sends_on_nothing_that_has_seen_less() -> None:
    clicks = [Happening(START + second * 1_000, "clicks", None, 0, None, None, None) for second in (1, 6)]
    log = {topic: [heartbeat(START + second * 1_000) for second in (-60, 70, 120)] for topic in SOURCE_TOPICS}
    log["clicks"][1:1] = [record(click) for click in clicks]
    log["leads"].insert(1, heartbeat(START + 65_000))
    reader = Reader(log)
    for topic in SOURCE_TOPICS:
        reader.read(topic, 2 if topic == "leads" else 9)
    reader.run([("crash", 2, 0)])  # the pane with the first click is written and sent on, and nothing more
    assert len(reader.said) == 1
    for topic in SOURCE_TOPICS:
        reader.read(topic, {"leads": 3, "clicks": 4}.get(topic, 2))
    reader.checkpoint()
    reader.finish()
    last = [said.snapshot for said in reader.said if isinstance(said, Change) and said.key == (0, START)][-1]
    assert last is not None
    counts = dict(zip(last.measures, last.counts["tier"]["unknown"], strict=True))
    assert (counts["clicks"], counts["sessions"]) == (2, 1)


def test_where_visitors_are_is_told_to_who_wants_to_know() -> None:
    """Of events that the watermark has passed, by their profile as of then."""
    events = [b'{"visitor_id": "ann", "timestamp": %d, "event_id": "%d"}' % (START + n, n) for n in range(2)]
    profile = b'{"visitor_id": "ann", "traits": {"industry": "pharma"}}'
    for publish in (True, False):
        chosen = Settings(visitors=Visitors(publish=publish), dimensions={"industry": Dimension(trait="industry")})
        partition = SourcePartition(0, chosen, Measures(()))
        partition.load({}, None, {}, {}, {}, {})
        partition.take("profiles", np.array([0]), [profile])
        partition.take("clicks", np.arange(2), events)
        for topic in SOURCE_TOPICS:
            partition.take(topic, np.array([9]), [b'{"event": "heartbeat", "timestamp": %d}' % (START + 60 * MINUTE)])
        partition.advance()
        told = {"ann": VisitorSegments(START + 1, {"industry": "pharma"})} if publish else {}
        assert partition.placed() == told
        assert partition.placed() == {}


def test_a_repetition_that_is_read_again_without_what_it_repeats_says_nothing_of_who_somebody_is() -> None:
    """Half an hour apart: a successor reads only the second again."""
    lead = Happening(START, "leads", "created", 0, None, None, None)
    order = Happening(START, "orders", "order", 2, 3, None, None)
    again = order._replace(time=START + 30 * MINUTE, traits=(("industry", "a"),))
    later = lead._replace(time=START + 60 * MINUTE)
    happened = [lead, lead, lead, order._replace(visitor=0, ident=None), order, again, *[later] * 7]
    (log,) = written(happened, 1)
    reader = Reader(log)
    for _ in range(2):
        reader.run([("read all", 3, 0)])
    reader.run([("checkpoint", 0, 0), ("crash", -1, 0)])
    reader.finish()
    assert_exact([reader], happened)


def test_what_finds_no_room_is_counted_by_the_event_not_by_what_its_session_adds() -> None:
    chosen = Settings(dimensions={"industry": Dimension(trait="industry", max_values=1)})
    partition = SourcePartition(0, chosen, Measures(BUILT_IN.values()))
    partition.load({}, None, {}, {}, {}, {})
    events = [
        b'{"visitor_id": "v%d", "timestamp": %d, "traits": {"industry": "i%d"}}' % (n, START + n, n) for n in range(30)
    ]
    partition.take("clicks", np.arange(30), events)
    for topic in SOURCE_TOPICS:
        partition.take(topic, np.array([99]), [b'{"event": "heartbeat", "timestamp": %d}' % (START + 60 * MINUTE)])
    partition.advance()
    assert partition.stats.overflowed == {"industry": 10}  # there is room for twenty beyond what is shown
