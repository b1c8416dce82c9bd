// How much a segment has grown against earlier windows, as far as these are held.

import { more, someOf, table } from "./table.js";
import { element, time, value, whole } from "./text.js";

const COLUMNS = [
  { title: "Growth of", kind: "name" },
  { title: "Window", kind: "number" },
  { title: "Against", kind: "number" },
  { title: "Growth", kind: "number" },
  { title: "95 % interval", kind: "number" },
  { title: "Now", kind: "number" },
  { title: "Then", kind: "number" },
];
const AGAINST = { before: "the window before", week: "a week earlier", year: "52 weeks earlier" };

let asked = ""; // of what it was asked for last
let told = []; // what came of it

const percent = new Intl.NumberFormat("en-GB", { style: "percent", signDisplay: "exceptZero", maximumFractionDigits: 0 });
const change = (ratio) => percent.format(ratio - 1);
const amount = (number) => (Number.isInteger(number) ? whole(number) : value(number, ""));

function row({ title, window, against, earlier, ratio, low, high, now, before }) {
  const sure = low > 1 || high < 1;
  return {
    kind: sure ? "sure" : "",
    cells: [
      [title.replace("Growth of ", "")],
      [window],
      [time(earlier, AGAINST[against] ?? against)],
      [change(ratio)],
      [`${change(low)} – ${change(high)}`],
      [amount(now)],
      [amount(before)],
    ],
  };
}

function show(place) {
  place.hidden = !told.length;
  if (place.hidden) return;
  const about = element("p", "quiet", "Whole hours or days. Where the interval holds 0 %, it may be chance. What is not held long enough is not there.");
  const rows = someOf("growth", told).map(row);
  const all = more("growth", told.length, () => show(place));
  place.replaceChildren(element("h3", "", "Growth"), table("Growth against earlier windows", COLUMNS, rows), ...all, about);
}

/** Show at `place` how `segment` has grown, as of `end` (ms: when the dimension was looked at last; undefined: never). */
export async function showGrowth(place, segment, end) {
  if (!segment || !end) return void (place.hidden = true);
  const query = new URLSearchParams({ dimension: segment.dimension, segment: segment.value });
  const wanted = `${query} ${end}`;
  if (wanted === asked) return void (place.hidden = !told.length);
  asked = wanted;
  const answer = await fetch(`api/growth?${query}`).catch(() => null);
  if (!answer?.ok || wanted !== asked) return;
  told = (await answer.json()).growth;
  show(place);
}
