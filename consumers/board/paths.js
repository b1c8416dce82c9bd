// How people of a segment go from touchpoint to touchpoint, and what each is worth. Drawn by ECharts (echarts/LICENSE),
// which is large, so it is fetched only where there is something to draw.

import { table } from "./table.js";
import { element, value, whole } from "./text.js";

const HEIGHT = 260;
const MARGIN = { left: 60, right: 90, top: 20, bottom: 30 };
const COLUMNS = [
  { title: "Touchpoint", kind: "name" },
  { title: "Most often then", kind: "outstanding" },
  { title: "Conversions lost without it", kind: "number" },
  { title: "Of the whole dimension", kind: "number" },
];

let asked = ""; // of what the paths were asked for last
let told = null; // what came of it
let chart = null;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const named = (topic) => topic.replaceAll("_", " ");

/** Where those go on to who come to the touchpoint of this row (0: the start), most first; the rest goes away. */
function next({ steps }, touchpoints, row) {
  const came = row ? steps.reduce((sum, from) => sum + from[row - 1], 0) : steps[0].reduce((sum, each) => sum + each, 0);
  const ways = touchpoints.map((to, column) => ({ to, share: came ? steps[row][column] / came : 0 }));
  return ways.filter(({ share }) => share > 0).sort((a, b) => b.share - a.share);
}

function rows({ touchpoints, to, segment, whole: all }) {
  const lost = (of, topic) => (topic in of.removal ? value(of.removal[topic], "ratio") : "–");
  return touchpoints.map((topic, number) => {
    const [most] = next(segment, touchpoints, number + 1);
    const then = most ? `${named(most.to)} (${value(most.share, "ratio")})` : "–";
    return { kind: topic === to ? "linked" : "step", cells: [[named(topic)], [then], [lost(segment, topic)], [lost(all, topic)]] };
  });
}

function summary({ to, segment, whole: all }) {
  const paths = segment.steps[0].reduce((sum, each) => sum + each, 0);
  const likeliest = segment.likeliest.length ? ` The likeliest way there: ${segment.likeliest.map(named).join(" → ")}.` : "";
  const [own, others] = [segment.conversion, all.conversion].map((chance) => value(chance, "ratio"));
  return `Of ${whole(paths)} sessions’ paths ${own} lead to ${named(to)}, of the whole dimension’s ${others}.${likeliest}`;
}

/** Places (px) from left to right: the start, what is between one above the other, the conversion. */
function nodes({ touchpoints, to }, width, height) {
  const between = touchpoints.filter((topic) => topic !== to);
  const at = (name, x, y) => ({ name, x, y, itemStyle: { color: colour(name === to ? "--over" : "--link") } });
  const places = between.map((topic, n) => at(topic, width / 2, (height * n) / Math.max(between.length - 1, 1)));
  return [at("start", 0, height / 2), ...places, at(to, width, height / 2)];
}

function links({ touchpoints, segment }) {
  return ["start", ...touchpoints].flatMap((source, row) =>
    next(segment, touchpoints, row).map(({ to: target, share }) => ({
      source,
      target,
      lineStyle: { width: 1 + 9 * share, curveness: source === target ? 0.6 : 0.15 },
      label: { show: share >= 0.1, formatter: value(share, "ratio") },
    })),
  );
}

async function draw(place) {
  const { init } = await import("./echarts/echarts.esm.min.js");
  if (!place.isConnected) return;
  chart = init(place, null, { width: place.clientWidth, height: HEIGHT });
  chart.setOption({
    animation: false,
    series: {
      type: "graph",
      layout: "none",
      roam: false,
      silent: true,
      symbolSize: 14,
      edgeSymbol: ["none", "arrow"],
      edgeSymbolSize: 7,
      ...MARGIN,
      label: { show: true, position: "bottom", color: colour("--text"), backgroundColor: colour("--card"), padding: 1, formatter: ({ name }) => named(name) },
      edgeLabel: { color: colour("--text"), fontSize: 11 },
      lineStyle: { color: colour("--quiet"), opacity: 0.5 },
      data: nodes(told, place.clientWidth - MARGIN.left - MARGIN.right, HEIGHT - MARGIN.top - MARGIN.bottom),
      links: links(told),
    },
  });
}

function show(frame) {
  frame.hidden = !told?.segment;
  if (frame.hidden) return;
  const [title, place, about] = frame.children;
  chart?.dispose();
  place.style.height = `${HEIGHT}px`;
  place.setAttribute("aria-hidden", "true"); // the table says the same
  title.textContent = summary(told);
  about.replaceChildren(table("Touchpoints", COLUMNS, rows(told)), element("p", "quiet", "Steps within sessions, over the longest window. Shares are of all who come there; the rest goes away."));
  draw(place);
}

/** Show in `frame` the paths of `segment`, as of `end` (ms: when the dimension was looked at last; undefined: never). */
export async function showPaths(frame, segment, end) {
  if (!segment || !end) return void (frame.hidden = true);
  const query = new URLSearchParams({ dimension: segment.dimension, segment: segment.value });
  const wanted = `${query} ${end} ${document.body.clientWidth} ${colour("--page")}`;
  if (wanted === asked) return void (frame.hidden = !told?.segment);
  asked = wanted;
  const answer = await fetch(`api/paths?${query}`).catch(() => null);
  if (!answer?.ok || wanted !== asked) return;
  told = await answer.json();
  show(frame);
}
