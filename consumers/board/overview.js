// All segments, a table a dimension: what stands out of each, or how all of them do on one KPI.

import { FIGURES, figures, index, isOffPar, worseFirst } from "./cells.js";
import { link } from "./link.js";
import { quality } from "./quality.js";
import { sparkline } from "./sparkline.js";
import { more, someOf, table } from "./table.js";
import { STATES, badge, element, span, time, whole } from "./text.js";

const NAMED = 3; // KPIs of a segment that stand out
const COURSE = { title: "Its index of late", kind: "course" };
const OUTLINE = [
  { title: "Segment", kind: "name" },
  { title: "State", kind: "is" },
  { title: "What stands out", kind: "outstanding" },
  COURSE,
  { title: "Off par", kind: "number" },
  { title: "Since", kind: "number" },
];
const RANKING = [{ title: "Segment", kind: "name" }, COURSE, ...FIGURES];

const linkTo = (segment) => link(segment, segment.value, `segment ${segment.dimension}:${segment.value}`);

function standsOut(cell, kpis) {
  const name = element("span", "kpi-name", kpis[cell.kpi]?.title ?? cell.kpi);
  // Of what is silent the index is of what came before.
  const shown = cell.state === "silent" ? [] : [element("span", "index", ...index(cell))];
  return element("li", cell.state, badge(cell.state), name, ...shown);
}

/** Why it is off par, where that is clear. */
function why({ diagnosis }) {
  return diagnosis && diagnosis.cause !== "unclear" ? [element("p", "why", diagnosis.summary)] : [];
}

const course = (segment, { kpi, window }, kpis) => [sparkline(segment, kpi, window, kpis[kpi]?.title ?? kpi)];

function outline(segment, cells, kpis) {
  const [worst] = cells;
  const off = cells.filter(isOffPar);
  const known = cells.filter((cell) => cell.state !== "learning").length;
  const rest = off.length > NAMED ? [element("li", "remark", `and ${off.length - NAMED} more`)] : [];
  const list = element("ul", "", ...off.slice(0, NAMED).map((cell) => standsOut(cell, kpis)), ...rest);
  return {
    kind: worst.state,
    cells: [
      [linkTo(segment)],
      [badge(worst.state)],
      [off.length ? list : "–", ...why(segment)],
      course(segment, worst, kpis),
      [`${off.length} of ${known}`],
      [time(worst.since, span(segment.at - worst.since))],
    ],
  };
}

const outlines = {
  columns: OUTLINE,
  row: ({ segment, cells }, kpis) => outline(segment, cells, kpis),
};

const ranks = {
  columns: RANKING,
  row: ({ segment, cells: [cell] }, kpis) => ({
    kind: cell.state,
    cells: [[linkTo(segment)], course(segment, cell, kpis), ...figures(cell, kpis[cell.kpi]?.unit ?? "", segment.at)],
  }),
};

function section(dimension, entries, kpis, overview, kind, now, redraw) {
  entries.sort((a, b) => worseFirst(a.cells[0], b.cells[0]) || a.segment.value.localeCompare(b.segment.value));
  const rows = someOf(dimension, entries).map((entry) => kind.row(entry, kpis));
  const title = element("h2", "", dimension);
  const scores = table(`Scores by ${dimension}`, kind.columns, rows);
  return element("section", "dimension", title, ...quality(overview, kpis, now), scores, ...more(dimension, entries.length, redraw));
}

/** Show `entries` ({segment, cells: worst first}) below `place`, with the `overviews` of their dimensions; `kpi`: the one
 * that all cells are of, if it is one; `now`: ms. `redraw` is called when a table is opened or closed. */
export function showOverview(place, entries, { kpis, dimensions }, overviews, kpi, now, redraw) {
  const byDimension = new Map();
  for (const entry of entries) {
    const name = entry.segment.dimension;
    byDimension.set(name, [...(byDimension.get(name) ?? []), entry]);
  }
  const known = [...new Set([...dimensions, ...byDimension.keys()])].filter((name) => byDimension.has(name));
  const kind = kpi ? ranks : outlines;
  const sections = known.map((name) => section(name, byDimension.get(name), kpis, overviews[name], kind, now, redraw));
  const nothing = element("p", "quiet", "Nothing to show for this choice yet.");
  place.replaceChildren(...(sections.length ? sections : [nothing]));
}

/** How many of `cells` are in which state. */
export function showCounts(place, cells) {
  const counts = STATES.map((state) => [state, cells.filter((cell) => cell.state === state).length]);
  const shown = counts.filter(([, count]) => count);
  place.replaceChildren(...shown.map(([state, count]) => element("span", "count", badge(state), ` ${whole(count)}`)));
}
