"""Two hundred stories that each have one cause: it is named, and where it cannot be told no other is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from streams.messages import Cause
from tests.diagnosis.causes import CAUSES, STORIES, all_worse, converts_less, two_causes
from tests.diagnosis.people import Odd
from tests.diagnosis.stories import tell

NUMBER = 200
NAMED = set(CAUSES)


def seeds(cause: Cause) -> range:
    """Of the stories with that cause."""
    return range(CAUSES.index(cause), NUMBER, len(CAUSES))


@cache
def found(cause: Cause) -> Counter[Cause | None]:
    """What the stories with that cause were found to be; None: the segment is not off par at all."""
    odd = (tell(seed, STORIES[cause](np.random.default_rng([seed, 1]))).odd for seed in seeds(cause))
    return Counter(None if each is None else each.cause for each in odd)


@pytest.mark.parametrize("cause", CAUSES)
def test_of_each_cause_most_are_named(cause: Cause) -> None:
    assert found(cause)[cause] >= 0.8 * len(seeds(cause)), found(cause)


@pytest.mark.timeout(400)
def test_of_all_stories_nine_in_ten_are_named_and_hardly_one_is_named_wrongly() -> None:
    right = sum(found(cause)[cause] for cause in CAUSES)
    wrong = sum(found(cause)[other] for cause in CAUSES for other in NAMED - {cause})
    assert sum(found(cause).total() for cause in CAUSES) == NUMBER
    assert right >= 0.9 * NUMBER
    assert wrong <= 0.03 * NUMBER


@pytest.mark.parametrize("story", [all_worse, converts_less, two_causes])
def test_without_one_cause_it_is_unclear(story: Callable[[np.random.Generator], Odd]) -> None:
    odd = (tell(seed, story(np.random.default_rng([seed, 2]))).odd for seed in range(1_000, 1_012))
    assert Counter(None if each is None else each.cause for each in odd)["unclear"] >= 11


def test_what_does_as_well_as_others_is_not_diagnosed() -> None:
    """Of twelve quiet boards with nine segments each on average."""
    told = [tell(seed, Odd()) for seed in range(2_000, 2_012)]
    named = [each.cause for story in told for each in (*story.others, *filter(None, [story.odd]))]
    assert sum(cause != "unclear" for cause in named) <= 2, named
