// How a segment's KPI has moved beside the rest, with the interval as a band. Drawn by uPlot (uplot/LICENSE).

import { element, moment, value } from "./text.js";

const EVERY = 10_000; // ms between two looks at the history
const HEIGHT = 220;

let asked = ""; // of what the history was asked for last
let askedAt = 0;
let plot = null;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });

function axis(more) {
  return { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, ...more };
}

function options(width, unit) {
  const figure = (_, number) => value(number, unit);
  return {
    width,
    height: HEIGHT,
    series: [
      { value: (_, seconds) => (seconds === null ? "–" : moment(seconds * 1000)) },
      { label: "value", stroke: colour("--link"), width: 2, value: figure },
      { label: "the rest's", stroke: colour("--quiet"), width: 1.5, dash: [6, 4], value: figure },
      { label: "low", stroke: "transparent", value: figure, points: { show: false } },
      { label: "high", stroke: "transparent", value: figure, points: { show: false } },
    ],
    bands: [{ series: [4, 3], fill: `color-mix(in srgb, ${colour("--link")} 16%, transparent)` }],
    axes: [axis({ values: (_, times) => times.map((seconds) => clock.format(seconds * 1000)) }), axis({ size: 72, values: (_, numbers) => numbers.map((number) => value(number, unit)) })],
  };
}

function draw(place, { at, kpis }, kpi, unit) {
  const columns = kpis[kpi] ?? [];
  plot?.destroy();
  plot = null;
  if (at.length < 2 || !columns.length) {
    place.replaceChildren(element("p", "quiet", "How it moves is shown from when the board was started, after two ticks."));
    return;
  }
  place.replaceChildren();
  plot = new uPlot(options(place.clientWidth, unit), [at.map((ms) => ms / 1000), ...columns], place);
}

/** Show in `frame` the course of `kpi` ({name, title, unit}) of `segment` over `window`; null: nothing. */
export async function showChart(frame, segment, kpi, window) {
  frame.hidden = !segment || !kpi;
  if (frame.hidden) return;
  const [title, place] = frame.children;
  const about = `${kpi.title}: value, rest and 95 % interval over ${window}`;
  if (title.textContent !== about) title.textContent = about;
  const query = new URLSearchParams({ dimension: segment.dimension, segment: segment.value, window });
  const wanted = `${query} ${kpi.name} ${place.clientWidth} ${colour("--page")}`;
  if (wanted === asked && Date.now() - askedAt < EVERY) return;
  [asked, askedAt] = [wanted, Date.now()];
  const answer = await fetch(`api/history?${query}`).catch(() => null);
  if (answer?.ok && wanted === asked) draw(place, await answer.json(), kpi.name, kpi.unit);
}
