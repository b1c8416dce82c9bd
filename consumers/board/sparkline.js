// How a segment's index has moved over the last day, as a line as small as a word, and by how much. Drawn by uPlot
// (uplot/LICENSE), for those in view only; what has been drawn stays when the table is made anew.

import { element, span } from "./text.js";

const EVERY = 30_000; // ms between two looks at the history of one
const AT_ONCE = 50; // that the server is asked for
const LONGEST = 6000; // characters of an address: servers and proxies take 8000
const [WIDTH, HEIGHT] = [112, 28];
const LEAST = [90, 110]; // of the index that is always in the picture: small moves look small
const MOST = 999; // points of index that are told exactly: where the rest has next to nothing there are millions

const lines = new Map(); // key -> {node, moved, of, window, title, askedAt, course, plot}
const inView = new Set(); // keys

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function options() {
  const line = (stroke, more) => ({ stroke: colour(stroke), points: { show: false }, ...more });
  return {
    width: WIDTH,
    height: HEIGHT,
    padding: [2, 2, 2, 2],
    cursor: { show: false },
    legend: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: { y: { range: (_, low, high) => [Math.min(low, LEAST[0]), Math.max(high, LEAST[1])] } },
    series: [{}, line("--quiet", { width: 1, dash: [2, 3] }), line("--link", { width: 1.5 })],
  };
}

/** By how much it has moved, with its sign. */
function told(by) {
  const sign = by > 0 ? "+" : by < 0 ? "−" : "±";
  return Math.abs(by) > MOST ? `${by > 0 ? ">" : "<"} ${sign}${MOST}` : `${sign}${Math.abs(by)}`;
}

function draw(line) {
  const { at, index } = line.course;
  const known = index.filter((each) => each !== null);
  if (known.length < 2) return;
  const data = [at.map((ms) => ms / 1000), at.map(() => 100), index];
  if (line.plot) line.plot.setData(data);
  else line.plot = new uPlot(options(), data, line.node);
  const by = Math.round(known.at(-1)) - Math.round(known[0]);
  line.moved.textContent = told(by);
  const course = `${line.title}: index from ${known[0].toFixed(0)} to ${known.at(-1).toFixed(0)} in ${span(at.at(-1) - at[0])}`;
  line.node.setAttribute("aria-label", course);
  line.node.title = course;
}

/** Ask for the history of those in view that is old. */
async function ask() {
  const due = [...inView].map((key) => lines.get(key)).filter((line) => line && Date.now() - line.askedAt > EVERY);
  const [first] = due;
  if (!first) return;
  const some = [];
  for (const line of due.filter(({ window }) => window === first.window).slice(0, AT_ONCE)) {
    const asked = [...some, line].map(({ of }) => encodeURIComponent(of)).join("&of=");
    if (some.length && asked.length > LONGEST) break;
    some.push(line);
  }
  for (const line of some) line.askedAt = Date.now();
  const query = new URLSearchParams([["window", first.window], ...some.map(({ of }) => ["of", of])]);
  const answer = await fetch(`api/courses?${query}`).catch(() => null);
  if (!answer?.ok) return;
  const { courses } = await answer.json();
  some.forEach((line, number) => {
    line.course = courses[number];
    if (line.node.isConnected) draw(line);
  });
  ask();
}

const watcher = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) inView[isIntersecting ? "add" : "delete"](target.dataset.course);
  ask();
});
setInterval(ask, EVERY / 3);

/** The line of `kpi` of a segment over `window`; `title` is the KPI's. */
export function sparkline({ dimension, value }, kpi, window, title) {
  const of = `${kpi}:${dimension}:${value}`;
  const key = `${window} ${of}`;
  if (!lines.has(key)) {
    const moved = element("span", "moved");
    const node = element("span", "sparkline", moved);
    node.dataset.course = key;
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", `${title}: how its index moves is shown after two ticks`);
    lines.set(key, { node, moved, of, window, title, askedAt: 0, course: null, plot: null });
    watcher.observe(node);
  }
  return lines.get(key).node;
}

/** Forget the lines that are on the page no more. */
export function tidy() {
  for (const [key, { node, plot }] of lines) {
    if (node.isConnected) continue;
    watcher.unobserve(node);
    plot?.destroy();
    lines.delete(key);
    inView.delete(key);
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const line of lines.values()) {
    line.plot?.destroy();
    line.plot = null;
    if (line.course) draw(line);
  }
});
