// Listens to /events, keeps what stands, and shows it for the chosen window and KPI: all segments, or one.

import { firingOf, onMoreAlerts, showAlerts } from "./alerts.js";
import { showChart } from "./chart.js";
import { isOffPar, worseFirst } from "./cells.js";
import { showGrowth } from "./growth.js";
import { named, onLink } from "./link.js";
import { showMutes } from "./mutes.js";
import { showCounts, showOverview } from "./overview.js";
import { showPaths } from "./paths.js";
import { onRespond, settle } from "./respond.js";
import { showMissing, showSegment, showTitle } from "./segment.js";
import { tidy } from "./sparkline.js";
import { moment, span } from "./text.js";

const STALE_AFTER = 60_000; // ms without new scores
const place = (id) => document.getElementById(id);
const keyOf = (segment) => `${segment.dimension}:${segment.value}`;

let segments = new Map();
let alerts = { pages: [], over: [], mutes: [] }; // those that fire, those that were resolved last, what is muted
let overviews = {}; // of each dimension, what is told of it as a whole
let declared = { kpis: {}, windows: [], dimensions: [] };
let behind = 0; // ms that this clock is ahead of the server's
let connected = false;
let chosen = named().window; // null: not chosen by the reader
let pressed = false; // whether a button of the mouse or a finger is down
let waits = false; // whether there is something new to draw then
let pointedAt = false; // whether the KPI that an alert links to has been scrolled to

function options(select, entries, selected) {
  const same = entries.length === select.options.length && entries.every(([v, t], i) => select.options[i].value === v && select.options[i].text === t);
  if (!same) select.replaceChildren(...entries.map(([v, t]) => new Option(t, v)));
  if (entries.some(([v]) => v === selected)) select.value = selected;
}

/** An hour where an hour tells something already, else the longest window that does. */
function defaultWindow() {
  const { windows } = declared;
  const telling = new Set();
  for (const { cells } of segments.values()) for (const c of cells) if (c.state !== "learning") telling.add(c.window);
  if (telling.has("1h")) return "1h";
  return windows.filter((w) => telling.has(w)).at(-1) ?? (windows.includes("1h") ? "1h" : windows.at(-1));
}

/** The cells of `segment` that were asked for, worst first. */
function cellsOf(segment, window, kpi, offPar) {
  const asked = (cell) => cell.window === window && (!kpi || cell.kpi === kpi) && (!offPar || isOffPar(cell));
  return segment.cells.filter(asked).sort(worseFirst);
}

/** Whether the reader looks for `segment`: all words of what they typed are in its name. */
function isSought(segment) {
  const name = keyOf(segment).toLowerCase();
  return place("find").value.toLowerCase().split(" ").every((word) => name.includes(word));
}

function showScores() {
  const window = place("window").value;
  const offPar = place("off-par").checked;
  const { segment: one, kpi: linked } = named();
  for (const choice of ["kpi-choice", "find-choice"]) place(choice).hidden = one !== null;
  const kpi = one ? "" : place("kpi").value;
  const segment = one && segments.get(keyOf(one));
  const looked = one ? [segment].filter(Boolean) : [...segments.values()].filter(isSought);
  showCounts(place("counts"), looked.flatMap((each) => cellsOf(each, window, kpi, false)));
  const cells = segment ? cellsOf(segment, window, "", offPar) : [];
  const drawn = linked ?? (segment && firingOf(alerts.pages, segment)?.kpi) ?? cells[0]?.kpi;
  showChart(place("chart"), segment, drawn && { name: drawn, title: drawn, unit: "", ...declared.kpis[drawn] }, window);
  showTitle(place("where"), segment, declared.kpis, alerts.pages);
  const end = segment && overviews[segment.dimension]?.end;
  showPaths(place("paths"), segment, end);
  showGrowth(place("growth"), segment, end);
  const steps = segment ? cellsOf(segment, window, "", false) : [];
  if (segment) showSegment(place("scores"), segment, cells, steps, declared, drawn);
  else if (one) showMissing(place("scores"), one);
  else {
    const entries = looked.map((each) => ({ segment: each, cells: cellsOf(each, window, kpi, offPar) }));
    showOverview(place("scores"), entries.filter(({ cells }) => cells.length), declared, overviews, kpi, Date.now() - behind, show);
  }
}

/** Draw all anew; what has the focus keeps it, and what is being clicked stays until it is. */
function show() {
  if (pressed) return void (waits = true);
  waits = false;
  const key = document.activeElement?.dataset?.key;
  const at = Math.max(0, ...[...segments.values()].map((segment) => segment.at));
  options(place("window"), declared.windows.map((w) => [w, w]), declared.windows.includes(chosen) ? chosen : defaultWindow());
  options(place("kpi"), [["", "All"], ...Object.entries(declared.kpis).map(([name, { title }]) => [name, title])], place("kpi").value);
  if (segments.size) showScores();
  tidy();
  const now = Date.now() - behind;
  showAlerts(alerts, named().segment, at, now, declared.kpis);
  showMutes(alerts.mutes, named().segment, now, declared.kpis);
  showAge();
  if (key) document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  if (!pointedAt && named().kpi && document.querySelector("tr.linked")) {
    pointedAt = true;
    document.querySelector("tr.linked").scrollIntoView({ block: "center" });
  }
}

function showAge() {
  const all = [...segments.values()];
  const age = Date.now() - behind - Math.max(...all.map((segment) => segment.written));
  const lost = connected ? "" : "Connection lost, trying again. ";
  place("age").textContent = all.length
    ? `${lost}Scores as of ${moment(Math.max(...all.map((segment) => segment.to)))}, updated ${span(age)} ago`
    : lost || "Connected, no scores yet";
  place("light").className = !connected ? "lost" : all.length && age < STALE_AFTER ? "live" : "stale";
}

function take(event) {
  const told = JSON.parse(event.data);
  behind = Date.now() - told.now;
  connected = true;
  if (told.pages) {
    alerts = told;
    settle(told.pages, told.mutes);
  }
  return told;
}

const source = new EventSource("events");
source.addEventListener("snapshot", (event) => {
  const told = take(event);
  declared = told;
  overviews = told.overviews;
  segments = new Map(told.segments.map((segment) => [keyOf(segment), segment]));
  show();
});
source.addEventListener("change", (event) => {
  const told = take(event);
  for (const segment of told.segments)
    if (!(segments.get(keyOf(segment))?.at > segment.at)) segments.set(keyOf(segment), segment);
  for (const key of told.gone) segments.delete(key);
  overviews = { ...overviews, ...told.overviews };
  show();
});
source.addEventListener("open", () => { connected = true; showAge(); });
source.addEventListener("error", () => {
  connected = false; // the browser tries again by itself
  showAge();
});
setInterval(showAge, 1000);
place("window").addEventListener("change", (event) => { chosen = event.target.value; show(); });
place("kpi").addEventListener("change", show);
place("off-par").addEventListener("change", show);
place("find").addEventListener("input", show);
place("pickers").addEventListener("submit", (event) => event.preventDefault()); // what is sought is shown already
addEventListener("pointerdown", () => { pressed = true; });
for (const end of ["click", "pointercancel", "pointerup"])
  addEventListener(end, () => { pressed = false; if (waits) setTimeout(show); });
onMoreAlerts(show);
onRespond(show);
onLink(() => {
  pointedAt = true; // the chart is of it already
  show();
  place("scores").focus({ preventScroll: true });
});
