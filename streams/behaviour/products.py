"""What visitors bought, and when: buckets that are a product's months.

    bits of a bucket   ├── 20: product ──┼── 12: month, of 30 days ──┤

So what was bought of one product in some months lies side by side, and is summed as what lies in a span of time is.
"""

from __future__ import annotations

import numpy as np

from streams.behaviour.before import Batch
from streams.behaviour.buckets import Buckets
from streams.events.columns import Bools, Columns, Ints

_BITS = 12  # of a bucket are its time's: months until the year 2306
_TIME = (1 << _BITS) - 1


class Products(Buckets):
    """Entries by visitor, product and month; `oldest` is a month."""

    def bucket(self, events: Columns) -> Ints:
        """See Buckets; product 0: none is named."""
        return events.product[:, 0] << _BITS | super().bucket(events)

    def keys(self, visitor: Ints, bucket: Ints) -> Ints:
        """See Buckets: the oldest of the same product."""
        return super().keys(visitor, np.maximum(bucket, bucket & ~_TIME | self.oldest))

    def kept(self, bucket: Ints) -> Bools:
        """See Buckets."""
        return bucket & _TIME >= self.oldest

    def of(self, visitors: Ints) -> tuple[Ints, Ints, Ints]:
        """See Buckets."""
        which, bucket, amount = super().of(visitors)
        kept = self.kept(bucket)  # what is gone lies among what is not
        return which[kept], bucket[kept], amount[kept]

    def any_of(self, visitors: Ints) -> Bools:
        """See Buckets."""
        out = np.zeros(len(visitors), dtype=np.bool_)
        out[self.of(visitors)[0]] = True
        return out


def bought_before(batch: Batch, months: int, rows: Ints) -> Bools:
    """Had the visitor of each of `rows` (indexes; a product is named) bought the same before, in the month of the event
    and so many before that?"""
    some = np.flatnonzero(batch.bucket > _TIME)  # that name a product
    some = some[np.argsort(batch.keys[some], kind="stable")]
    place = np.empty(len(batch.keys), dtype=np.int64)
    place[some] = np.arange(len(some))
    by_product = Batch(batch.buckets, *(column[some] for column in batch[1:]))
    (sums,) = by_product.sums([months], place[rows])
    return sums > 0
