"""The kinds of panels, all of one look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import ascii_uppercase

from grafana_foundation_sdk.builders import common as looks_of
from grafana_foundation_sdk.builders import prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    DynamicConfigValue,
    ValueMap,
    ValueMappingResult,
)

from grafana.build.looks import STATES, Steps, thresholds
from grafana.build.queries import DATA, lettered, now, over_time, state_codes


def number(title: str, what: str, expr: str, unit: str, steps: Steps) -> stat.Panel:
    """One figure, coloured by `steps`."""
    return (
        stat.Panel()
        .title(title)
        .description(what)
        .datasource(DATA)
        .unit(unit)
        .decimals(0)
        .thresholds(thresholds(steps))
        .graph_mode(common.BigValueGraphMode.NONE)
        .color_mode(common.BigValueColorMode.VALUE)
        .reduce_options(looks_of.ReduceDataOptions().calcs(["lastNotNull"]))
        .no_value("nothing yet")
        .with_target(over_time(expr))
        .height(4)
    )


def lines(title: str, what: str, queries: Sequence[prometheus.Dataquery], unit: str) -> timeseries.Panel:
    """The course of something."""
    return (
        timeseries.Panel()
        .title(title)
        .description(what)
        .datasource(DATA)
        .unit(unit)
        .line_width(2)
        .fill_opacity(0)
        .show_points(common.VisibilityMode.NEVER)
        .span_nulls(60_000)
        .legend(looks_of.VizLegendOptions().display_mode(common.LegendDisplayMode.LIST).show_legend(True))
        .tooltip(looks_of.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING))
        .no_value("nothing yet")
        .targets(lettered(queries))
        .height(8)
        .span(12)
    )


def states(title: str, what: str, by: str, where: str) -> statetimeline.Panel:
    """When each `by` was in which state."""
    coded = {
        str(code): ValueMappingResult(text=state, color=colour, index=code)
        for code, (state, (_, colour)) in enumerate(STATES.items())
    }
    return (
        statetimeline.Panel()
        .title(title)
        .description(what)
        .datasource(DATA)
        .mappings([ValueMap(coded)])
        .fill_opacity(80)
        .line_width(0)
        .row_height(0.8)
        .merge_values(True)
        .no_value("nothing yet")
        .with_target(over_time(state_codes(by, where), f"{{{{{by}}}}}"))
        .height(9)
        .span(24)
    )


def rows(
    title: str,
    what: str,
    labels: Mapping[str, str],
    columns: Mapping[str, str],
    looking: Mapping[str, list[DynamicConfigValue]],
    sort_by: str,
) -> table.Panel:
    """A table: `labels` (label -> title), then `columns` (title -> query), which are joined by their labels."""
    values = [f"Value #{letter}" for letter in ascii_uppercase[: len(columns)]]
    names = {**labels, **dict(zip(values, columns, strict=True))}
    order = {name: place for place, name in enumerate([*labels, *values])}
    shown = {"excludeByName": {"Time": True}, "indexByName": order, "renameByName": names}
    panel = (
        table.Panel()
        .title(title)
        .description(what)
        .datasource(DATA)
        .decimals(3)
        .cell_height(common.TableCellHeight.SM)
        .sort_by([looks_of.TableSortByFieldState().display_name(sort_by).desc(True)])
        .no_value("nothing yet")
        .targets(lettered([now(expr) for expr in columns.values()]))
        .with_transformation(DataTransformerConfig(id_val="merge", options={}))
        .with_transformation(DataTransformerConfig(id_val="organize", options=shown))
        .height(10)
        .span(24)
    )
    for column, properties in looking.items():
        panel = panel.override_by_name(column, properties)
    return panel
