// One segment: every KPI against the rest, by family.

import { FIGURES, figures, worseFirst } from "./cells.js";
import { back, link } from "./link.js";
import { table } from "./table.js";
import { badge, element } from "./text.js";

const COLUMNS = [{ title: "KPI", kind: "name" }, ...FIGURES];

function family(name, cells, segment, kpis, linked) {
  const rows = cells.map((cell) => ({
    kind: cell.kpi === linked ? `${cell.state} linked` : cell.state,
    cells: [[link(segment, kpis[cell.kpi]?.title ?? cell.kpi, `kpi ${cell.kpi}`, cell.kpi)], ...figures(cell, kpis[cell.kpi]?.unit ?? "", segment.at)],
  }));
  return element("section", "family", element("h3", "", name), table(`KPIs of ${name}`, COLUMNS, rows));
}

/** Say at `where` which segment the page is of, and why it is off par; of null, that it is of all. */
export function showTitle(where, segment) {
  const worst = segment && [...segment.cells].sort(worseFirst)[0];
  const named = segment && element("h2", "segment-title", `${segment.dimension}: ${segment.value} `, ...(worst ? [badge(worst.state)] : []));
  const diagnosis = segment?.diagnosis;
  const why = diagnosis ? [element("p", "why", `${diagnosis.summary} (${diagnosis.window})`)] : [];
  where.replaceChildren(...(segment ? [back(), named, ...why] : []));
}

/** Show `segment` below `place`: `cells` of the chosen window, worst first. `linked`: the KPI that is shown in the chart,
 * or null. */
export function showSegment(place, segment, cells, { kpis }, linked) {
  const byFamily = new Map();
  for (const cell of cells) {
    const name = kpis[cell.kpi]?.family ?? "other";
    byFamily.set(name, [...(byFamily.get(name) ?? []), cell]);
  }
  const nothing = element("p", "quiet", "Nothing to show for this choice yet.");
  const families = [...byFamily].map(([name, some]) => family(name, some, segment, kpis, linked));
  place.replaceChildren(...(families.length ? families : [nothing]));
}

/** Say below `place` that there is no such segment, or not yet. */
export function showMissing(place, { dimension, value }) {
  place.replaceChildren(back(), element("p", "quiet", `There are no scores of ${dimension}: ${value} now.`));
}
