"""The stories by their one cause, each in several forms and strengths; and some that have none."""

from __future__ import annotations

import numpy as np

from streams.messages import Cause
from tests.diagnosis.people import Odd

Random = np.random.Generator


def badly_reached(random: Random) -> Odd:
    """Mails bounce, or few are sent, so that less comes of the traffic too; or nobody comes any more."""
    form = random.integers(3)
    if form == 0:
        return Odd({"bounced": random.uniform(3, 10), "leads": random.uniform(0.6, 0.8)})
    if form == 1:
        return Odd({"emails": random.uniform(0.2, 0.6), "leads": random.uniform(0.5, 0.7)})
    return Odd(gone=random.uniform(22, 25))


def too_broad(random: Random) -> Odd:
    """One or two of three company sizes hardly convert."""
    sizes = [random.uniform(0.1, 0.45), random.uniform(0.9, 1.1), random.choice([1.0, random.uniform(0.3, 0.5)])]
    return Odd(sizes=tuple(random.permutation(sizes).tolist()))


def lacking_content(random: Random) -> Odd:
    """Few download, and so somewhat fewer ask for more."""
    return Odd({"downloads": random.uniform(0.3, 0.75), "leads": random.uniform(0.6, 1.0)})


def not_decision_ready(random: Random) -> Odd:
    """Most are in an early stage."""
    return Odd(early=random.uniform(0.35, 0.85))


def badly_served(random: Random) -> Odd:
    """More leave, are dissatisfied or send things back."""
    form = random.integers(3)
    if form == 0:
        return Odd({"churned": random.uniform(1.9, 3.5)})
    if form == 1:
        return Odd({"satisfied": random.uniform(0.4, 0.7), "churned": random.uniform(1, 2)})
    return Odd({"refunds": random.uniform(1.9, 3.5)})


def under_tapped(random: Random) -> Odd:
    """It converts better, and few come or little is spent on it."""
    better = {"leads": random.uniform(1.35, 2.2), "form_fills": random.uniform(1.2, 2.0)}
    if random.integers(2):
        return Odd(better, visits=random.uniform(0.3, 0.5))
    return Odd({**better, "spend": random.uniform(0.2, 0.6)})


STORIES = {
    "badly reached": badly_reached,
    "too broad": too_broad,
    "lacking content": lacking_content,
    "not decision-ready": not_decision_ready,
    "priced or served badly": badly_served,
    "under-tapped": under_tapped,
}
CAUSES: tuple[Cause, ...] = tuple(STORIES)  # type: ignore[arg-type]


def all_worse(random: Random) -> Odd:
    """Everything is worse alike: no cause is told by that."""
    less = random.uniform(0.4, 0.6)
    return Odd(dict.fromkeys(("engaged", "pages", "clicks", "downloads", "form_fills", "leads"), less))


def converts_less(random: Random) -> Odd:
    """It converts less in all stages and sizes alike."""
    less = random.uniform(0.4, 0.6)
    return Odd({"form_fills": less, "leads": less})


def two_causes(random: Random) -> Odd:
    """Mails bounce, and there is little to download."""
    return Odd({"bounced": random.uniform(5, 10), "downloads": random.uniform(0.3, 0.6)})
