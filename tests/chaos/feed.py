"""A story on its way to Kafka, at a steady pace, in the background."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from streams import settings
from streams.tools.sending.producer import EventProducer
from tests.chaos.events import Story


class Feed(threading.Thread):
    """Sends all of `story` within about `seconds`; `sent` is how much of it has gone, from 0 to 1."""

    def __init__(self, kafka: settings.Kafka, story: Story, seconds: float) -> None:
        super().__init__(daemon=True)
        self._kafka, self._story, self._seconds = kafka, story, seconds
        self.sent = 0.0
        self.error: BaseException | None = None

    def run(self) -> None:
        """See Thread."""
        try:
            self._send()
        except BaseException as error:
            self.error = error

    def _send(self) -> None:
        spans = list(self._story.spans())
        began = time.monotonic()
        with EventProducer(self._kafka) as producer:
            for number, span in enumerate(spans):
                for record in span.records:
                    producer.send(record)
                producer.heartbeat(span.heartbeat)
                self.sent = (number + 1) / len(spans)
                time.sleep(max(0.0, began + self._seconds * self.sent - time.monotonic()))

    def wait_for(self, share: float, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Until so much of it has been sent; `meanwhile` is called all the time."""
        while self.sent < share:
            assert self.error is None, self.error
            meanwhile()
            time.sleep(0.05)

    def wait(self) -> None:
        """Until all of it has been acknowledged."""
        self.join()
        assert self.error is None, self.error
