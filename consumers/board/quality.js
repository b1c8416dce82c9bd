// Whether a dimension is worth having, in one line: see docs/quality.md.

import { day, element, time, value, whole } from "./text.js";

const LONGEST = 4; // groups to be merged that are named

/** Whether its order is the same as a month before, by the KPI that segments differ most on. */
function lasting(lasts, kpis) {
  if (!lasts) return "";
  return ` Order by ${kpis[lasts.kpi]?.title ?? lasts.kpi} against the month before: ${value(lasts.rank, "")} (1 is the same).`;
}

/** When the segmentation is to be looked over; `now`: ms. */
function review(due, now) {
  if (due === null || due === undefined) return [];
  const [text, kind] = due < now ? ["Review overdue since ", "overdue"] : ["Next review: ", ""];
  return [element("span", kind, ` ${text}`, time(due, day(due)), ".")];
}

/** What is told of a dimension as a whole; nothing where nothing can be judged yet. `now`: ms. */
export function quality(overview, kpis, now) {
  if (!overview?.segments) return [];
  const { segments, accurate, groups, merges } = overview;
  const worth = `${whole(accurate)} of ${whole(segments)} segments are worth having`;
  const apart = groups === 1 ? "nothing tells them apart" : `${whole(groups)} groups can be told apart`;
  const named = merges.slice(0, LONGEST).map((group) => group.join(" + "));
  const more = merges.length > LONGEST ? ` and ${whole(merges.length - LONGEST)} more` : "";
  const merge = merges.length ? ` Could be one: ${named.join("; ")}${more}.` : "";
  const last = lasting(overview.lasts, kpis);
  return [element("p", "quiet quality", `${worth}; ${apart}.${merge}${last}`, ...review(overview.due, now))];
}
