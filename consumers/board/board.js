// Listens to /events, keeps what stands, and shows it for the chosen window and KPI.

import { onMoreAlerts, showAlerts } from "./alerts.js";
import { showTables } from "./table.js";
import { STATES, badge, element, moment, span, whole } from "./text.js";

const STALE_AFTER = 60_000; // ms without new scores
const link = new URLSearchParams(location.search); // alerts link to a segment, KPI and window
const place = (id) => document.getElementById(id);
const keyOf = (segment) => `${segment.dimension}:${segment.value}`;

let segments = new Map();
let alerts = [];
let kpis = {};
let windows = [];
let dimensions = []; // in the order of the settings
let behind = 0; // ms that this clock is ahead of the server's
let connected = false;
let chosen = link.get("window"); // null: not chosen by the reader
let chosenKpi = link.get("kpi") ?? ""; // empty: all
let followed = !link.has("segment"); // whether the linked row has been scrolled to

function options(select, entries, selected) {
  const same = entries.length === select.options.length && entries.every(([v, t], i) => select.options[i].value === v && select.options[i].text === t);
  if (!same) select.replaceChildren(...entries.map(([v, t]) => new Option(t, v)));
  if (entries.some(([v]) => v === selected)) select.value = selected;
}

/** An hour where an hour tells something already, else the longest window that does. */
function defaultWindow() {
  const telling = new Set();
  for (const { cells } of segments.values()) for (const c of cells) if (c.state !== "learning") telling.add(c.window);
  if (telling.has("1h")) return "1h";
  return windows.filter((w) => telling.has(w)).at(-1) ?? (windows.includes("1h") ? "1h" : windows.at(-1));
}

function entriesOf(window, kpi) {
  const entries = [];
  for (const segment of segments.values())
    for (const cell of segment.cells)
      if (cell.window === window && (!kpi || cell.kpi === kpi))
        entries.push({ segment, cell, linked: isLinked(segment, cell) });
  return entries;
}

function isLinked(segment, cell) {
  return segment.dimension === link.get("dimension") && segment.value === link.get("segment") && cell.kpi === link.get("kpi");
}

function showCounts(entries) {
  const counts = STATES.map((state) => [state, entries.filter((e) => e.cell.state === state).length]);
  place("counts").replaceChildren(
    ...counts.filter(([, n]) => n).map(([state, n]) => element("span", "count", badge(state), ` ${whole(n)}`)),
  );
}

function show() {
  const at = Math.max(0, ...[...segments.values()].map((segment) => segment.at));
  options(place("window"), windows.map((w) => [w, w]), windows.includes(chosen) ? chosen : defaultWindow());
  options(place("kpi"), [["", "All"], ...Object.entries(kpis).map(([name, { title }]) => [name, title])], chosenKpi);
  const entries = entriesOf(place("window").value, place("kpi").value);
  const offPar = place("off-par").checked;
  showCounts(entries);
  if (segments.size) showTables(place("dimensions"), entries.filter((e) => !offPar || STATES.indexOf(e.cell.state) < STATES.indexOf("par")), { kpis, dimensions }, show);
  showAlerts(alerts, at);
  showAge();
  if (!followed && entries.some((entry) => entry.linked)) {
    followed = true;
    document.querySelector("tr.linked")?.scrollIntoView({ block: "center" });
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
  return told;
}

const source = new EventSource("events");
source.addEventListener("snapshot", (event) => {
  const told = take(event);
  ({ kpis, windows, dimensions } = told);
  segments = new Map(told.segments.map((segment) => [keyOf(segment), segment]));
  alerts = told.alerts;
  show();
});
source.addEventListener("change", (event) => {
  const told = take(event);
  for (const segment of told.segments)
    if (!(segments.get(keyOf(segment))?.at > segment.at)) segments.set(keyOf(segment), segment);
  for (const key of told.gone) segments.delete(key);
  alerts = [...alerts, ...told.alerts].slice(-400);
  show();
});
source.addEventListener("open", () => { connected = true; showAge(); });
source.addEventListener("error", () => {
  connected = false; // the browser tries again by itself
  showAge();
});
setInterval(showAge, 1000);
place("window").addEventListener("change", (event) => { chosen = event.target.value; show(); });
place("kpi").addEventListener("change", (event) => { chosenKpi = event.target.value; show(); });
place("off-par").addEventListener("change", show);
onMoreAlerts(show);
