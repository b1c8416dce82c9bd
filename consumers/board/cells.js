// How a segment does on a KPI, as columns of a table.

import { STATES, badge, element, remark, span, time, value, whole } from "./text.js";

const BAR_ENDS = 50; // points of index from 100 at which the bar is full

/** Columns of `figures`, after those that say what it is of. */
export const FIGURES = [
  { title: "State", kind: "is" },
  { title: "Index", kind: "number index" },
  { title: "Value", kind: "number" },
  { title: "Rest", kind: "number" },
  { title: "95 % interval", kind: "number interval" },
  { title: "Trials", kind: "number" },
  { title: "Since", kind: "number" },
];

const distance = (cell) => (cell.index === null ? 0 : Math.abs(cell.index - 100));

/** Of what is silent the index is of what came before, and ranks nothing. */
const rank = (cell) => (cell.state === "silent" ? 0 : distance(cell));

/** The order of two cells: the worst state first, then the farthest from par, then the one of most trials. */
export function worseFirst(a, b) {
  return STATES.indexOf(a.state) - STATES.indexOf(b.state) || rank(b) - rank(a) || b.denominator - a.denominator;
}

export const isOffPar = (cell) => STATES.indexOf(cell.state) < STATES.indexOf("par");

/** Of no trials at all nothing is known, whatever the rest makes likely. */
const isTold = (cell) => cell.denominator > 0;

/** The index in figures and as a bar. */
export function index(cell) {
  if (!isTold(cell) || cell.index === null) return ["–"];
  const fill = element("span", cell.index < 100 ? "fill below" : "fill above");
  fill.style.width = `${(Math.min(distance(cell), BAR_ENDS) / BAR_ENDS) * 50}%`;
  const bar = element("span", "bar", fill);
  bar.setAttribute("aria-hidden", "true");
  return [element("b", "", cell.index.toFixed(0)), bar];
}

/** The contents of the columns FIGURES; `at` is the time of the state, ms. */
export function figures(cell, unit, at) {
  const known = isTold(cell) && cell.low !== null;
  return [
    [badge(cell.state), ...(remark(cell) ? [element("span", "remark", remark(cell))] : [])],
    index(cell),
    [value(cell.value, unit)],
    [value(cell.rest, unit)],
    [known ? `${value(cell.low, unit)} – ${value(cell.high, unit)}` : "–"],
    [whole(cell.denominator)],
    [time(cell.since, span(at - cell.since))],
  ];
}
