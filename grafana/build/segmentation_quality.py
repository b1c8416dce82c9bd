"""Segmentation quality: which dimensions are worth having, and which of their segments."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard, stat, table

from grafana.build import boards, looks, panels, queries

_HERE = 'dimension="$dimension"'
_ACCURATE: looks.Steps = ((None, "red"), (0.5, "orange"), (0.85, "green"))
_VERDICTS = {"accurate": "green", "like the rest": "blue", "mixed": "orange", "too few cases": "text"}
_VERDICT = looks.looking(
    mappings=[
        {
            "type": "value",
            "options": {
                verdict: {"text": verdict, "color": colour, "index": place}
                for place, (verdict, colour) in enumerate(_VERDICTS.items())
            },
        }
    ],
    custom_cellOptions={"type": "color-text"},
)
_STEPS = {"mode": "absolute", "steps": [{"color": colour, "value": at} for at, colour in _ACCURATE]}
_ACCURACY = looks.looking(
    unit="percentunit", decimals=0, min=0, max=1, thresholds=_STEPS,
    custom_cellOptions={"type": "gauge", "mode": "basic"},
)  # fmt: skip


def build() -> dashboard.Dashboard:
    """The dashboard."""
    made = boards.board(
        boards.QUALITY,
        "Segmentation quality",
        "Does each dimension divide people into groups that behave differently, and alike within? Over the longest "
        "window. docs/quality.md says what each figure means and where it comes from.",
    ).with_variable(boards.choice("dimension", "Dimension", "segpulse_dimension_groups", "industry"))
    counts = [
        panels.number(f"{title} in $dimension", what, f"{query} or vector(0)", "short", ((None, colour),)).span(5)
        for title, what, query, colour in (
            ("Worth having", "Enough cases, different from the rest, alike within.", _count("accurate"), "green"),
            ("Like the rest", "Not surely different on any KPI: merge them.", _count("like the rest"), "blue"),
            ("Mixed", "Their days vary more than one group of people would: split them.", _count("mixed"), "orange"),
            ("Too few cases", "Nothing can be told of them yet.", _count("too few cases"), "text"),
        )
    ]
    accuracy = panels.lines(
        "Accuracy",
        "Accurate segments over segments, by dimension. The aim is more than 85 %.",
        [queries.over_time("segpulse_dimension_accuracy_ratio", "{{dimension}}")],
        "percentunit",
    ).span(24)
    return boards.filled(made, [_dimensions(), *counts, _review(), _segments(), _kpis(), accuracy])


def _count(verdict: str) -> str:
    return f'count(segpulse_segment_verdict{{{_HERE}, verdict="{verdict}"}})'


def _review() -> stat.Panel:
    return panels.number(
        "Next review in",
        "Below 0 it is overdue. review.last says when the last was, review.every how often; segpulse review makes it.",
        "min(segpulse_dimension_review_due_timestamp_seconds) - time()",
        "s",
        ((None, "red"), (0, "orange"), (14 * 86_400, "green")),
    ).span(4)


def _dimensions() -> table.Panel:
    segments = "count by (dimension) (segpulse_segment_verdict)"
    return panels.rows(
        "Dimensions",
        "Accuracy: the share of the segments that are worth having; the aim is more than 85 %. Groups: how many can be "
        "told apart; 3 to 5 are usual.",
        {"dimension": "Dimension"},
        {
            "Accuracy": "sum by (dimension) (segpulse_dimension_accuracy_ratio)",
            "Segments": segments,
            "Groups": "sum by (dimension) (segpulse_dimension_groups)",
            "Last review": "1000 * max by (dimension) (segpulse_dimension_reviewed_timestamp_seconds)",
            "As of": "1000 * max by (dimension) (segpulse_dimension_overview_at_timestamp_seconds)",
        },
        {
            "Accuracy": _ACCURACY,
            "Segments": looks.COUNT,
            "Groups": looks.COUNT,
            "Last review": looks.SINCE,
            "As of": looks.SINCE,
        },
        "Accuracy",
    )


def _segments() -> table.Panel:
    return panels.rows(
        "Segments of $dimension",
        "Is each worth having, and if not, why? Segments with the same number in Group are told apart by nothing.",
        {"segment": "Segment", "verdict": "Verdict", "group": "Group"},
        {"Is": f"max by (segment, verdict, group) (segpulse_segment_verdict{{{_HERE}}})"},
        {"Verdict": _VERDICT, "Is": looks.looking(custom_hidden=True)},
        "Group",
    )


def _kpis() -> table.Panel:
    def of(name: str) -> str:
        return f"sum by (kpi) (segpulse_dimension_{name}{{{_HERE}}})"

    return panels.rows(
        "How $dimension divides people, by KPI",
        "Spread: how far a typical segment is from the average, chance taken out. Real: how much of the differences is "
        "not chance. ICC: share of the variance between segments, with its 95 % interval. Within: how days vary, 1 is "
        "chance. Agreement: of trait and behaviour (Cramér's V), from 0 to 1. Same order, same side: is the ranking "
        "that of the month before (1 is the same), how many are still on their side of the rest (half is chance); "
        "empty until two months are held.",
        {"kpi": "KPI"},
        {
            "Spread": of("spread_ratio"),
            "Real": of("real_ratio"),
            "ICC": of("icc"),
            "ICC low": of("icc_low"),
            "ICC high": of("icc_high"),
            "Within": of("dispersion"),
            "Agreement": of("cramers_v"),
            "Same order": of("rank_correlation"),
            "Same side": of("kept_side_ratio"),
        },
        {"Spread": looks.SHARE, "Real": looks.SHARE, "Same side": looks.SHARE},
        "Spread",
    )
