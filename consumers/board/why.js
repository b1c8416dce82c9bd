// Why segments are off par: a line each, above the table of their dimension.

import { element } from "./text.js";

const LINES_SHOWN = 5;

/** Lines for those of `segments` that have a diagnosis, causes that are named first; without `all` the first few. */
export function whyOf(segments, all) {
  const told = segments.filter((segment) => segment.diagnosis);
  const unclear = ({ diagnosis }) => diagnosis.cause === "unclear";
  told.sort((a, b) => unclear(a) - unclear(b) || a.value.localeCompare(b.value));
  const shown = all ? told : told.slice(0, LINES_SHOWN);
  const lines = shown.map(({ value, diagnosis }) =>
    element("li", "", element("b", "", value), ` ${diagnosis.summary} (${diagnosis.window})`),
  );
  if (shown.length < told.length) lines.push(element("li", "quiet", `and ${told.length - shown.length} more`));
  return lines.length ? [element("ul", "why", ...lines)] : [];
}
