// Whether a dimension is worth having, in one line: see docs/quality.md.

import { element, whole } from "./text.js";

const LONGEST = 4; // groups to be merged that are named

/** What is told of a dimension as a whole; nothing where nothing can be judged yet. */
export function quality(overview) {
  if (!overview?.segments) return [];
  const { segments, accurate, groups, merges } = overview;
  const worth = `${whole(accurate)} of ${whole(segments)} segments are worth having`;
  const apart = groups === 1 ? "nothing tells them apart" : `${whole(groups)} groups can be told apart`;
  const named = merges.slice(0, LONGEST).map((group) => group.join(" + "));
  const more = merges.length > LONGEST ? ` and ${whole(merges.length - LONGEST)} more` : "";
  const merge = merges.length ? ` Nothing tells apart: ${named.join("; ")}${more}.` : "";
  return [element("p", "quiet quality", `${worth}; ${apart}.${merge}`)];
}
