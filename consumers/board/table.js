// One table a dimension: a row for each segment and KPI, the worst and the farthest from par first.

import { STATES, badge, element, remark, span, time, value, whole } from "./text.js";
import { whyOf } from "./why.js";

const ROWS_SHOWN = 12;
const BAR_ENDS = 50; // points of index from 100 at which the bar is full
const COLUMNS = ["Segment", "KPI", "State", "Index", "Value", "Rest", "95 % interval", "Trials", "Since"];
const opened = new Set(); // dimensions shown in full

const distance = (cell) => (cell.index === null ? 0 : Math.abs(cell.index - 100));

function worseFirst(a, b) {
  return (
    STATES.indexOf(a.cell.state) - STATES.indexOf(b.cell.state) ||
    distance(b.cell) - distance(a.cell) ||
    b.cell.denominator - a.cell.denominator ||
    a.segment.value.localeCompare(b.segment.value)
  );
}

function bar(index) {
  const fill = element("span", index < 100 ? "fill below" : "fill above");
  const share = Math.min(Math.abs(index - 100), BAR_ENDS) / BAR_ENDS;
  fill.style.width = `${share * 50}%`;
  const made = element("span", "bar", fill);
  made.setAttribute("aria-hidden", "true");
  return made;
}

function cellsOf({ segment, cell }, kpis) {
  const kpi = kpis[cell.kpi] ?? { title: cell.kpi, unit: "" };
  const told = cell.denominator > 0; // of no trials at all nothing is known, whatever the rest makes likely
  const index = told && cell.index !== null ? [element("b", "", cell.index.toFixed(0)), bar(cell.index)] : ["–"];
  const interval = !told || cell.low === null ? "–" : `${value(cell.low, kpi.unit)} – ${value(cell.high, kpi.unit)}`;
  return [
    [segment.value],
    [kpi.title],
    [badge(cell.state), ...(remark(cell) ? [element("span", "remark", remark(cell))] : [])],
    index,
    [value(cell.value, kpi.unit)],
    [value(cell.rest, kpi.unit)],
    [interval],
    [whole(cell.denominator)],
    [time(cell.since, span(segment.at - cell.since))],
  ];
}

const CLASSES = ["name", "kpi", "is", "number index", "number", "number", "number interval", "number", "number"];

// The roles are said in words because on a phone rows are laid out as cards, and browsers then forget them.
function row(entry, kpis) {
  const made = element("tr", `${entry.cell.state} ${entry.linked ? "linked" : ""}`);
  made.setAttribute("role", "row");
  cellsOf(entry, kpis).forEach((content, column) => {
    const cell = element(column ? "td" : "th", CLASSES[column], ...content);
    if (!column) cell.scope = "row";
    cell.setAttribute("role", column ? "cell" : "rowheader");
    cell.dataset.label = COLUMNS[column];
    made.append(cell);
  });
  return made;
}

function head() {
  const titles = COLUMNS.map((title, column) => {
    const made = element("th", CLASSES[column], title);
    made.scope = "col";
    made.setAttribute("role", "columnheader");
    return made;
  });
  const line = element("tr", "", ...titles);
  line.setAttribute("role", "row");
  const made = element("thead", "", line);
  made.setAttribute("role", "rowgroup");
  return made;
}

function section(dimension, entries, kpis, redraw) {
  entries.sort(worseFirst);
  const shown = opened.has(dimension) ? entries : entries.filter((e, i) => i < ROWS_SHOWN || e.linked);
  const body = element("tbody", "", ...shown.map((entry) => row(entry, kpis)));
  body.setAttribute("role", "rowgroup");
  const table = element("table", "", element("caption", "hidden", `Scores by ${dimension}`), head(), body);
  table.setAttribute("role", "table");
  const why = whyOf([...new Set(entries.map((entry) => entry.segment))], opened.has(dimension));
  const title = element("h2", "", dimension);
  const made = element("section", "dimension", title, ...why, element("div", "scroll", table));
  if (entries.length > ROWS_SHOWN) {
    const more = element("button", "more", opened.has(dimension) ? "Show fewer" : `Show all ${entries.length}`);
    more.type = "button";
    more.dataset.dimension = dimension;
    more.addEventListener("click", () => {
      if (!opened.delete(dimension)) opened.add(dimension);
      redraw();
    });
    made.append(more);
  }
  return made;
}

/** Show `entries` ({segment, cell, linked}) below `place`; `redraw` is called when a table is opened or closed. */
export function showTables(place, entries, { kpis, dimensions }, redraw) {
  const byDimension = Map.groupBy ? Map.groupBy(entries, (e) => e.segment.dimension) : grouped(entries);
  const focused = document.activeElement?.dataset?.dimension;
  const known = [...new Set([...dimensions, ...byDimension.keys()])].filter((name) => byDimension.has(name));
  const sections = known.map((name) => section(name, byDimension.get(name), kpis, redraw));
  place.replaceChildren(...(sections.length ? sections : [element("p", "quiet", "Nothing to show for this choice yet.")]));
  if (focused) place.querySelector(`button[data-dimension="${CSS.escape(focused)}"]`)?.focus();
}

function grouped(entries) {
  const groups = new Map();
  for (const entry of entries) {
    const key = entry.segment.dimension;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(entry);
  }
  return groups;
}
