// One segment: every KPI against the rest, by family.

import { FIGURES, figures, worseFirst } from "./cells.js";
import { funnel } from "./funnel.js";
import { back, link } from "./link.js";
import { muting } from "./respond.js";
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

/** The button that mutes it, or one of its KPIs. */
function mute({ dimension, value, cells }, kpis, pages) {
  const titles = Object.fromEntries(cells.map(({ kpi }) => [kpi, kpis[kpi]?.title ?? kpi]));
  const isOf = (alert) => alert.dimension === dimension && alert.value === value;
  const fires = pages.some(({ members }) => members.some(isOf));
  return muting(`${dimension}:${value}`, titles, fires, "mute segment");
}

/** Say at `where` which segment the page is of, and why it is off par; of null, that it is of all. */
export function showTitle(where, segment, kpis, pages) {
  if (!segment) return void where.replaceChildren();
  const worst = [...segment.cells].sort(worseFirst)[0];
  const name = element("bdi", "", segment.value);
  const named = element("h2", "segment-title", `${segment.dimension}: `, name, " ", ...(worst ? [badge(worst.state)] : []));
  const { diagnosis } = segment;
  const why = diagnosis ? [element("p", "why", `${diagnosis.summary} (${diagnosis.window})`)] : [];
  where.replaceChildren(back(), element("div", "titled", named, mute(segment, kpis, pages)), ...why);
}

/** Show `segment` below `place`: `cells` of the chosen window, worst first, and what its funnel is made of (`steps`, cells
 * of the window too). `linked`: the KPI that is shown in the chart, or null. */
export function showSegment(place, segment, cells, steps, { kpis }, linked) {
  const byFamily = new Map();
  for (const cell of cells) {
    const name = kpis[cell.kpi]?.family ?? "other";
    byFamily.set(name, [...(byFamily.get(name) ?? []), cell]);
  }
  const nothing = element("p", "quiet", "Nothing to show for this choice yet.");
  const families = [...byFamily].map(([name, some]) => family(name, some, segment, kpis, linked));
  place.replaceChildren(...funnel(steps, kpis), ...(families.length ? families : [nothing]));
}

/** Say below `place` that there is no such segment, or not yet. */
export function showMissing(place, { dimension, value }) {
  place.replaceChildren(back(), element("p", "quiet", `There are no scores of ${dimension}: ${value} now.`));
}
