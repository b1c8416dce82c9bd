"""Which calls may be counted: judged as the worker judges what it reads, so that a sender hears of it at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import orjson
import xxhash

from producers.http.draft import Draft, Sender
from streams.events.amounts import Amounts
from streams.events.intake import Intake
from streams.events.topics import PROFILES, SOURCE_TOPICS
from streams.events.watermark import Clock
from streams.settings import Settings
from streams.tools.sending.acknowledged import Keyed

NOT_MAPPED = "not_mapped"


class Said(msgspec.Struct, frozen=True, order=True):
    """What is told of one call of a request."""

    index: int  # from 0, in the request
    reason: str  # as in docs/events.md; of what is passed over: NOT_MAPPED
    detail: str  # what is wrong, and what would be right


class Judged(NamedTuple):
    """The calls of one request."""

    records: list[Keyed]  # to be sent
    refused: list[Said]
    ignored: list[Said]  # nothing is wrong with them; they mean nothing to segpulse


class Judge:
    """Judges requests, each by itself."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def judge(self, calls: Sequence[object], sender: Sender, now: int) -> Judged:
        """`calls` are decoded JSON. `now`: ms, the wall clock."""
        refused, ignored = [], []
        by_topic: defaultdict[str, list[_Drafted]] = defaultdict(list)
        contents: Counter[str] = Counter()
        for index, call in enumerate(calls):
            if not isinstance(call, Mapping):
                refused.append(Said(index, "malformed", "not a JSON object; an event is one"))
                continue
            draft = sender.read(call)
            if draft.route is None:
                ignored.append(Said(index, NOT_MAPPED, f"{draft.said[:80]!r} is mapped to no topic ([ingest])"))
            else:
                try:
                    by_topic[draft.route.topic].append(_Drafted.of(index, draft, contents))
                except orjson.JSONEncodeError as error:  # JSON is read deeper than it is written
                    refused.append(Said(index, "malformed", f"cannot be passed on as JSON: {error}"))
        records: list[Keyed] = []
        for topic, drafted in by_topic.items():
            good, bad = self._judge_topic(topic, drafted, now)
            records += good
            refused += bad
        return Judged(records, sorted(refused), ignored)

    def _judge_topic(self, topic: str, drafted: list[_Drafted], now: int) -> tuple[list[Keyed], list[Said]]:
        time, money = self._settings.time, self._settings.money
        intake = Intake(
            Clock(SOURCE_TOPICS, time.lateness, time.tick),
            time.ahead,
            max(self._settings.scoring.windows),
            Amounts(money.currency, money.rates),
        )
        offsets = np.arange(len(drafted))
        good, bad = intake.judge(topic, offsets, [d.value for d in drafted], now if time.clock == "wall" else None)
        records = [drafted[i].keyed(topic, who) for i, who in zip(good.offset.tolist(), good.visitor, strict=True)]
        said = [Said(drafted[b.offset].place, *b.problem) for b in bad]
        for i in set(range(len(drafted))) - {*good.offset.tolist(), *(b.offset for b in bad)}:
            what = "a heartbeat is for producers that write to Kafka: it speaks of one partition of a topic"
            said.append(Said(drafted[i].place, "unknown_event", what))
        return records, said


class _Drafted(NamedTuple):
    place: int  # in the request
    value: bytes  # as on Kafka
    id: str
    traits: str  # their names

    @classmethod
    def of(cls, index: int, draft: Draft, contents: Counter[str]) -> _Drafted:
        fields: dict[str, Any] = {key: value for key, value in draft.fields.items() if value is not None}
        if draft.route is not None and draft.route.event:
            fields["event"] = draft.route.event
        ident = next((fields[name] for name in ("event_id", "messageId") if fields.get(name) not in (None, "")), None)
        if ident is None:
            # What is said again in the same words is the same event: a request that is repeated counts once. Those
            # that one request says twice are two.
            content = xxhash.xxh3_128_hexdigest(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS))
            contents[content] += 1
            ident = fields["event_id"] = f"{content}-{contents[content]}"
        traits = fields.get("traits")
        names = ",".join(sorted(map(str, traits))) if isinstance(traits, Mapping) else ""
        return cls(index, orjson.dumps(fields), str(ident), names)

    def keyed(self, topic: str, visitor: str) -> Keyed:
        """Of nobody, it is placed by its id: a repetition comes to the same partition, where it is known.

        A profile replaces those of the same visitor that say the same traits, and no others: senders tell one trait
        at a time, and of records with one key Kafka keeps the last only.
        """
        placed = (visitor or self.id).encode()
        return Keyed(topic, f"{visitor}/{self.traits}".encode() if topic == PROFILES else placed, placed, self.value)
