// From sessions to leads that are won: how many take each step, and which share of the step before, beside the rest's.

import { table } from "./table.js";
import { element, value, whole } from "./text.js";

/** Measure and what it is called, in the order of the steps. */
const STEPS = [
  ["sessions", "Sessions"],
  ["sessions.form_fills", "With a form fill"],
  ["leads.created", "Leads"],
  ["leads.mql", "Qualified by marketing"],
  ["leads.sql", "Accepted by sales"],
  ["leads.won", "Won"],
];
const COLUMNS = [
  { title: "Step", kind: "name" },
  { title: "Count", kind: "number" },
  { title: "Of the step before", kind: "number" },
  { title: "The rest's", kind: "number" },
  { title: "Segment and rest", kind: "meters" },
];
const TIMED = [
  { title: "Median time from it", kind: "number" },
  { title: "The rest's time", kind: "number" },
];

const only = (measures) => (measures?.length === 1 ? measures[0] : null);

/** How many of each measure there are, of the segment; and of the rest, of one session. */
function counted(cells, kpis) {
  const counts = new Map();
  const rest = new Map([[STEPS[0][0], 1]]);
  for (const cell of cells) {
    const { numerator, denominator } = kpis[cell.kpi] ?? {};
    if (only(numerator)) counts.set(only(numerator), cell.numerator);
    if (only(denominator)) counts.set(only(denominator), cell.denominator);
  }
  for (const [measure] of STEPS) {
    // Each step has a KPI over one before; of the rest only the KPIs are known.
    const over = ({ kpi }) => only(kpis[kpi]?.numerator) === measure && rest.has(only(kpis[kpi].denominator));
    const cell = !rest.has(measure) && cells.find((each) => over(each) && each.rest !== null);
    if (cell) rest.set(measure, (cell.rest / kpis[cell.kpi].scale) * rest.get(only(kpis[cell.kpi].denominator)));
  }
  return { counts, rest };
}

/** By measure, the cell of the median time from the step before, where that is scored. */
function medians(cells, kpis) {
  const found = cells.filter(({ kpi }) => kpis[kpi]?.model === "median");
  return new Map(found.map((cell) => [only(kpis[cell.kpi].numerator).replace(/\.seconds$/, ""), cell]));
}

function meter(share, most, whose) {
  const made = element("meter", whose);
  made.max = most;
  made.value = share;
  made.setAttribute("aria-label", `${whose}: ${value(share, "ratio")}`);
  return made;
}

function step([measure, name], before, { counts, rest }, times, kpis) {
  const share = (of) => (before && of.get(before) && of.has(measure) ? of.get(measure) / of.get(before) : null);
  const [own, others] = [share(counts), share(rest)];
  const most = Math.max(own ?? 0, others ?? 0);
  const time = times.get(measure);
  const took = (number) => (number === null || number === undefined ? "–" : `${value(number, "")} ${kpis[time.kpi].unit}`);
  const meters = [["segment", own], ["rest", others]].filter(([, each]) => each !== null);
  return {
    kind: "step",
    cells: [
      [name],
      [whole(counts.get(measure))],
      [value(own, "ratio")],
      [value(others, "ratio")],
      most ? meters.map(([whose, each]) => meter(each, most, whose)) : ["–"],
      ...(times.size ? [[took(time?.value)], [took(time?.rest)]] : []),
    ],
  };
}

/** The funnel, of the cells of one window; nothing where there are no two steps of it. */
export function funnel(cells, kpis) {
  const known = counted(cells, kpis);
  const steps = STEPS.filter(([measure]) => known.counts.has(measure));
  if (steps.length < 2) return [];
  const times = medians(cells, kpis);
  const rows = steps.map((each, number) => step(each, steps[number - 1]?.[0], known, times, kpis));
  const columns = times.size ? [...COLUMNS, ...TIMED] : COLUMNS;
  const title = element("h3", "", "Funnel");
  const about = element("p", "quiet", "Counted in the same window: nobody is followed, so a step may be larger than the one before.");
  return [element("section", "funnel", title, table("From sessions to leads that are won", columns, rows), about)];
}
