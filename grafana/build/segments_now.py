"""Segments now: in one look, who is over, under, silent or still learning, and what matters most."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard, stat, table
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig

from grafana.build import boards, looks, panels, queries

_OFF_PAR = 'segpulse_segment_state{state=~"over|under|silent", window="$window"} == 1'
_HERE = 'dimension="$dimension", window="$window"'
_TO_SEGMENT = looks.looking(
    links=[
        {
            "title": "This segment",
            "url": boards.link_to(
                boards.ONE,
                dimension="${__data.fields.Dimension}",
                segment="${__data.fields.Segment}",
                window="$window",
            ),
        }
    ]
)


def build() -> dashboard.Dashboard:
    """The dashboard."""
    made = (
        boards.board(
            boards.NOW,
            "Segments now",
            "Which audience segments are above or below par now, since when, and how sure that is.",
        )
        .with_variable(boards.choice("window", "Window", "segpulse_segment_value", "1h"))
        .with_variable(boards.choice("dimension", "Dimension", "segpulse_segment_value", "industry"))
        .with_variable(boards.choice("kpi", "KPI", 'segpulse_segment_value{dimension="$dimension"}', "form_fill_rate"))
    )
    numbers = (
        ("silent", "Silent", "hardly anything comes, though it was due", "purple"),
        ("under", "Under par", "surely worse than the rest, or than usual", "red"),
        ("over", "Over par", "surely better than the rest, or than usual", "green"),
    )
    states = panels.states(
        "States of $dimension: $kpi over $window",
        "When each segment was over or under par, silent, or still being learned.",
        "segment",
        f'{_HERE}, kpi="$kpi"',
    )
    counts = [_segments(*each) for each in numbers]
    return boards.filled(made, [*counts, _learning(), _age(), _ranked(), _heat_map(), _since_yesterday(), states])


def _segments(state: str, title: str, what: str, colour: str) -> stat.Panel:
    counted = f'count(group by (dimension, segment) (segpulse_segment_state{{state="{state}", window="$window"}} == 1))'
    return panels.number(
        title,
        f"Segments of which on some KPI {what}. All dimensions, the window chosen above.",
        f"{counted} or vector(0)",
        "short",
        ((None, "text"), (1, colour)),
    ).span(5)


def _learning() -> stat.Panel:
    return panels.number(
        "Learning",
        "Segments that have too few cases yet to tell, on all KPIs.",
        "count(group by (dimension, segment) (segpulse_segment_state"
        '{state="learning", window="$window"} == 1) unless group by (dimension, segment) (segpulse_segment_state'
        '{state!="learning", window="$window"} == 1)) or vector(0)',
        "short",
        ((None, "text"),),
    ).span(4)


def _age() -> stat.Panel:
    return panels.number(
        "Age of the scores",
        "The oldest dimension's. About one minute and a half is normal (events may come 60 s out of order).",
        "max(time() - segpulse_scores_at_timestamp_seconds)",
        "s",
        ((None, "green"), (180, "orange"), (300, "red")),
    ).span(5)


def _ranked() -> table.Panel:
    """What is off par, what costs or brings the most first."""
    off_par = "and on (dimension, segment, kpi, window) " + _OFF_PAR
    by = "by (dimension, segment, kpi)"
    extra = '(segpulse_segment_value{window="$window"} - segpulse_segment_rest{window="$window"})'
    return panels.rows(
        "Off par, by impact",
        "How many more or fewer there were in the window than at the rest's rate, in what the KPI counts. Click for "
        "the segment's own dashboard.",
        {"dimension": "Dimension", "segment": "Segment", "kpi": "KPI", "state": "State"},
        {
            "Index": f'sum {by} (segpulse_segment_index{{window="$window"}} {off_par})',
            "Impact": f'sum {by} ({extra} * segpulse_segment_trials{{window="$window"}} {off_par})',
            "Size of impact": f'abs(sum {by} ({extra} * segpulse_segment_trials{{window="$window"}} {off_par}))',
            "Value": f'sum {by} (segpulse_segment_value{{window="$window"}} {off_par})',
            "Rest": f'sum {by} (segpulse_segment_rest{{window="$window"}} {off_par})',
            "State is": f"max by (dimension, segment, kpi, state) ({_OFF_PAR})",
            "Since": f'1000 * max {by} (segpulse_segment_state_since_timestamp_seconds{{window="$window"}} {off_par})',
        },
        {
            "Segment": _TO_SEGMENT,
            "State": looks.STATE,
            "Index": looks.INDEX,
            "Impact": looks.COUNT,
            "Since": looks.SINCE,
            "Size of impact": looks.looking(custom_hidden=True),
            "State is": looks.looking(custom_hidden=True),
        },
        "Size of impact",
    )


def _heat_map() -> table.Panel:
    matrix = {"columnField": "kpi", "rowField": "segment", "valueField": "Value"}
    return (
        table.Panel()
        .title("Index of $dimension over $window")
        .description("100: on a par with the rest; 120: 20 % better in the good direction. A row a segment.")
        .datasource(queries.DATA)
        .decimals(0)
        .thresholds(looks.thresholds(looks.INDEX_STEPS))
        .show_header(True)
        .no_value("nothing yet")
        .with_target(queries.now(f"sum by (segment, kpi) (segpulse_segment_index{{{_HERE}}})"))
        .with_transformation(DataTransformerConfig(id_val="groupingToMatrix", options=matrix))
        .override_by_regexp(
            "^(?!segment).*$", looks.looking(custom_cellOptions={"type": "color-background", "mode": "basic"})
        )
        .height(11)
        .span(24)
    )


def _since_yesterday() -> table.Panel:
    index = f'segpulse_segment_index{{{_HERE}, kpi="$kpi"}}'
    return panels.rows(
        "Change since yesterday: $kpi of $dimension",
        "The index now and at this time yesterday. Empty until segpulse has run for a day.",
        {"segment": "Segment"},
        {
            "Index": f"sum by (segment) ({index} and {index} offset 1d)",
            "Yesterday": f"sum by (segment) ({index} offset 1d and {index})",
            "Change": f"sum by (segment) ({index} - {index} offset 1d)",
        },
        {"Index": looks.INDEX, "Yesterday": looks.looking(decimals=0), "Change": looks.looking(decimals=0)},
        "Change",
    )
