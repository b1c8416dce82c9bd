"""The source topics, and what an event on each may be called.

The number of partitions is the same for all of them and the key is the visitor, so one worker sees all of a visitor.
"""

from __future__ import annotations

from typing import NamedTuple


class SourceTopic(NamedTuple):
    """A topic that producers write events to."""

    default: str | None  # the event's name where the record gives none; None: it must give one
    names: frozenset[str] = frozenset()  # the names it may have; empty: any, all counted alike
    money: bool = False  # its values are amounts of money
    of_somebody: bool = True  # its events need a visitor


class Route(NamedTuple):
    """Which topic something goes to, and as which of its events; None: the topic's default."""

    topic: str
    event: str | None

    @classmethod
    def parse(cls, text: str) -> Route:
        """Read `form_fills` or `leads.mql`; ValueError says what would be right."""
        topic, _, event = text.partition(".")
        if topic not in SOURCE_TOPICS:
            raise ValueError(f"{topic!r} is no topic of events; there are {', '.join(SOURCE_TOPICS)}")
        if topic == PROFILES and event:
            raise ValueError(f"{text!r}: profiles have no events; write profiles")
        if topic != PROFILES:
            names, default = SOURCES[topic].names, SOURCES[topic].default
            if names and (event or default) not in names:
                which = ", ".join(f"{topic}.{name}" for name in sorted(names))
                raise ValueError(f"{text!r} is no event of {topic}; there are {which}")
        return cls(topic, event or None)


PROFILES = "profiles"  # compacted: who the visitor is
DEAD_LETTERS = "dead_letters"
SEGMENT_PANES = "segment_panes"
SEGMENT_SCORES = "segment_scores"
DIMENSION_OVERVIEWS = "dimension_overviews"
SEGMENT_ALERTS = "segment_alerts"
VISITOR_SEGMENTS = "visitor_segments"
ALERT_MARKS = "alert_marks"  # compacted: what people have said of alerts

#: Tables of the scorer, each kept in a changelog topic of its own.
TABLES = ("panes", "traits", "history", "states")

#: An event of this name, on any source topic, only says that nothing older than its timestamp will follow on its
#: partition. It needs no visitor. Replays send it; live producers may.
HEARTBEAT = "heartbeat"

SOURCES: dict[str, SourceTopic] = {
    "page_views": SourceTopic("page_view"),
    "clicks": SourceTopic("click"),
    "form_fills": SourceTopic("form_fill"),
    "downloads": SourceTopic("download"),
    "emails": SourceTopic(None, frozenset({"sent", "opened", "clicked", "unsubscribed", "bounced"})),
    "social": SourceTopic(None, frozenset({"impression", "like", "share", "comment", "follow"})),
    "attendance": SourceTopic("attended", frozenset({"invited", "registered", "attended"})),
    "leads": SourceTopic("created", frozenset({"created", "mql", "sql", "won", "lost"}), money=True),
    "orders": SourceTopic("order", frozenset({"order", "refund"}), money=True),
    "customers": SourceTopic("customer", frozenset({"customer", "churned"}), money=True),
    "spend": SourceTopic("spend", money=True, of_somebody=False),
    "feedback": SourceTopic(None, frozenset({"survey_sent", "nps", "csat"})),
}

#: By topic and event: what a survey's answers are called, and from which value to which (both included) they are so.
ANSWERS: dict[tuple[str, str], dict[str, tuple[float, float]]] = {
    ("feedback", "nps"): {"answers": (0, 10), "promoters": (9, 10), "detractors": (0, 6)},
    ("feedback", "csat"): {"answers": (1, 5), "satisfied": (4, 5)},
}

#: In the order in which events of one visitor and one millisecond are taken: who somebody is before what they did.
SOURCE_TOPICS: tuple[str, ...] = (PROFILES, *SOURCES)

#: By topic: its index there, as columns hold it.
RANK: dict[str, int] = {topic: rank for rank, topic in enumerate(SOURCE_TOPICS)}
