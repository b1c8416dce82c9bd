"""The rules that docs/settings.md shows do what it says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams import settings
from streams.segments.membership import Membership
from streams.settings import Settings
from tests.behaviour.made import DAY, NAMES, Act, acted
from tests.documents import SETTINGS, blocks

ORDER, WON, MAIL, VIEW = ("orders", "order"), ("leads", "won"), ("emails", "sent"), ("page_views", "")
DOWNLOAD, ATTENDED, LEFT = ("downloads", ""), ("attendance", "attended"), ("emails", "unsubscribed")


@pytest.fixture
def documented(tmp_path: Path) -> Settings:
    file = tmp_path / "segpulse.toml"
    file.write_text("\n".join(blocks(SETTINGS, "toml")), "utf-8")
    return settings.load(file, {})


def euros(amount: int) -> int:
    return amount * 1000


@pytest.mark.parametrize(
    ("before", "dimension", "value"),
    [
        ([], "interest", "other"),
        ([(1, VIEW, 0)], "interest", "warm"),
        ([(6, DOWNLOAD, 0)], "interest", "warm"),
        ([(6, DOWNLOAD, 0), (1, DOWNLOAD, 0)], "interest", "hot"),
        ([(12, ATTENDED, 0)], "interest", "hot"),
        ([(12, ATTENDED, 0), (10, LEFT, 0)], "interest", "other"),
        ([(6, DOWNLOAD, 0), (1, DOWNLOAD, 0), (80, WON, 0)], "interest", "customer"),
        ([], "lifecycle", "new"),
        ([(6, VIEW, 0)], "lifecycle", "new"),
        ([(10, VIEW, 0)], "lifecycle", "active"),
        ([(40, VIEW, 0)], "lifecycle", "lapsing"),
        ([(90, VIEW, 0)], "lifecycle", "lapsed"),
        ([(90, VIEW, 0), (1, MAIL, 0), (1, WON, 0)], "lifecycle", "lapsed"),  # a mail brings nobody back
        ([(90, VIEW, 0), (1, VIEW, 0)], "lifecycle", "active"),
        ([], "rfm", "other × other × other"),
        ([(80, ORDER, euros(150))], "rfm", "quarter × once × middle"),
        ([(99, ORDER, euros(150))], "rfm", "before × other × other"),
        ([(80 - 20 * n, ORDER, euros(300)) for n in range(4)], "rfm", "month × often × high"),
        ([(80, ORDER, euros(50)), (20, ORDER, euros(20))], "rfm", "month × some × low"),
    ],
)
def test_documented_rules(
    documented: Settings, before: list[tuple[int, tuple[str, str], int]], dimension: str, value: str
) -> None:
    membership = Membership(documented.dimensions, NAMES)
    earlier = [Act((100 - days) * DAY, 1, kind, amount) for days, kind, amount in before]
    acts = [*sorted(earlier), Act(100 * DAY, 1, VIEW)]
    segment = membership.of(acted(acts)).member[-1, list(documented.dimensions).index(dimension)]
    assert membership.registry.names[segment] == (dimension, value)
