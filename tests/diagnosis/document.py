"""docs/diagnosis.md, as the rules make it: `python -m tests.diagnosis.document` writes it anew."""

from __future__ import annotations

from streams.diagnosis import apart, lift
from streams.diagnosis.rules import RULES, STAGE, TRAFFIC, VOLUMES, Ask, Rule
from tests.servers import ROOT

FILE = ROOT / "docs" / "diagnosis.md"

_HEAD = f"""# Why a segment is off par

Made from the rules (`streams/diagnosis/rules.py`) by `python -m tests.diagnosis.document`.

A state says that a segment does worse or better than the rest of its dimension. A diagnosis says why, as far as the
figures tell: one of seven causes, and the figures behind it. It stands on the board above the table of the dimension,
in Redis (`cause`, `why`, `evidence`, `evidence_window`, `split_by`), in `segpulse backtest --json`, and in a review
(`segpulse review`).

- **Above par** is a segment that is over on an outcome (what visits become, and what that is worth) and not under on
  any, nor on what comes afterwards (churn, refunds, satisfaction), nor silent. It has a diagnosis where it is
  under-tapped; else there is nothing to be done.
- **Below par** is any other that is under on a KPI, or silent. It always has a diagnosis; without clear evidence that
  is `unclear`. Better no cause than a wrong one.
- Segments on a par, and `unknown` and `other`, have none.

The figures are of the longest window (`scoring.windows`): a cause shows over weeks, and there are most cases to tell it
by. Each is the segment's beside the rest's, with the *lift*: the one over the other, in the good direction; 1.2 is a
fifth better. Nothing is evidence by its size alone; what counts is the 98 % interval of the lift, which is wider where
there are few cases or where they come in clusters. Smaller differences than these are no cause: segments differ by
nature.

| Evidence | Holds where |
|---|---|
| worse, better | the interval of one KPI lies wholly below {lift.WORSE:.2f}, or above {lift.BETTER:g} |
| as well | the interval of one KPI lies wholly above {lift.AS_WELL:g}, and none is worse |
| far less | the interval of one volume lies wholly below {lift.FAR_LESS:g} |
| silent | its usual share of the trials does not come (the state `silent`) |
| apart | beside what is usual for such parts elsewhere, its parts differ by {apart.LEAST:.0%} or more |
| early | its mix of buying stages alone makes it worse, and makes half of the shortfall at least |

Parts are looked at on those KPIs of conversion on which the segment is under; chance makes them look apart in one of
{1 / apart.SURE:,.0f} segments. The mix is worse where the segment would be if each stage converted as elsewhere.

Of what has no events, or no cases, there is no evidence. `apart` and `early` need dimensions that are crossed (`cross`
in the settings) with the segment's. Where no cross with `{STAGE}` is declared, `early` is not asked for: a segment is
then not decision-ready by engagement and conversion alone, so declare one if you can.

Causes that hold and yield to another that holds fall away: what lies further up makes what is below look bad. If one is
left, it is named. If none or several are, the cause is `unclear`, and the sentence says which.

## The causes
"""

_TAIL = """
## Unclear

There is not enough evidence for any cause, or for more than one. A segment that does worse at everything alike is
unclear: it may be the wrong people, or a bad offer, and these figures do not tell. So is one that converts less at
every buying stage while it engages as well. More cases, or another declared cross, may tell; else ask the people.

## How far to trust it

The rules are tried on 200 simulated stories with one cause each (`tests/diagnosis`): boards of 6 to 12 segments over
four weeks, with sizes, rates and effects that differ from story to story, scored tick by tick as live. At least nine in
ten must be named rightly, and no more than three in a hundred wrongly. What is simulated is simple: in life a segment
may have two causes at once, or one that no event tells of. A cause is where to look first, not a proof.

What is not known here: how much content there is for a segment (only how much of it is downloaded), prices, and how
many people of a segment there are who never came.
"""

_WORDS = {
    "worse": "worse on {one}",
    "better": "better on {one}",
    "as well": "as well on {one}",
    "far less": "far less of {one}",
    "silent": "silent on {one}",
    "apart": "parts by a declared cross that are apart on {one}",
    "early": "early: more people in early stages, by a declared cross with {one}",
}


def markdown() -> str:
    """The whole file."""
    return "\n".join([_HEAD, *map(_section, RULES), _volumes(), _TAIL.strip(), ""])


def _section(rule: Rule) -> str:
    asks = "\n".join(f"- {' **or** '.join(_ask(ask) for ask in need)}" for need in rule.needs)
    yields = f"\n\nYields to: {', '.join(rule.yields_to)}." if rule.yields_to else ""
    return (
        f"### {rule.cause.capitalize()}\n\n{rule.means}\n\nOf a segment {rule.of} par, it takes:\n\n{asks}{yields}\n\n"
        f"**What to do:** {rule.do}\n"
    )


def _ask(ask: Ask) -> str:
    names = ", ".join(f"`{name}`" for name in ask.of)
    one = f"one of {names}" if len(ask.of) > 1 else names
    return _WORDS[ask.shows].format(one=one) + (" (where there is such a cross)" if ask.if_known else "")


def _volumes() -> str:
    rows = [f"| `{name}` | `{kpi.numerator[0]}` / `{kpi.denominator[0]}` |" for name, kpi in VOLUMES.items()]
    return "\n".join(
        [
            "### Volumes\n\nHow much a segment gets. They are no KPIs: no one is scored by them.\n",
            "| Volume | What it is |\n|---|---|",
            *rows,
            f"| `{TRAFFIC}` | `sessions`, beside those of an average other segment of the dimension |",
            "",
            "Spending counts here where its events name the segment; what is shared out by sessions says nothing.\n",
        ]
    )


if __name__ == "__main__":
    FILE.write_text(markdown(), "utf-8")
