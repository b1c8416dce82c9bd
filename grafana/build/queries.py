"""What is asked of Prometheus."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase
from typing import Any

from grafana_foundation_sdk.builders import prometheus
from grafana_foundation_sdk.models.dashboard import DataSourceRef
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from grafana.build.looks import STATES

DATA = DataSourceRef(type_val="prometheus", uid="segpulse-prometheus")


def over_time(expr: str, legend: str = "__auto") -> prometheus.Dataquery:
    """A query whose course is shown."""
    return prometheus.Dataquery().expr(expr).legend_format(legend).range().ref_id("A")


def now(expr: str) -> prometheus.Dataquery:
    """A query whose present answer is shown, as a table."""
    return prometheus.Dataquery().expr(expr).instant().format(PromQueryFormat.TABLE).ref_id("A")


def state_codes(by: str, where: str) -> str:
    """PromQL: the state of the cells of `where` as its place in STATES, one series a `by`."""
    codes = (f'0 * segpulse_segment_state{{{where}, state="{state}"}} + {code}' for code, state in enumerate(STATES))
    return f"max by ({by}) ({' or '.join(codes)})"


def lettered(queries: Sequence[prometheus.Dataquery]) -> list[Any]:
    """The queries of a panel, named A, B, …"""
    return [query.ref_id(letter) for letter, query in zip(ascii_uppercase, queries, strict=False)]
