// What is muted now: by whom, until when, and the button that ends it.

import { isPending, mutedKey, unmuting } from "./respond.js";
import { element, span, time } from "./text.js";

const place = (id) => document.getElementById(id);

/** Until when, as words. */
export function until({ until }, now) {
  return until === null ? ["until it is over"] : ["for another ", time(until, span(until - now))];
}

/** By whom, and what else was said. */
export const by = ({ by, note }) => ` by ${by}${note ? `: ${note}` : ""}`;

const EVERY = { "*": "Everything" };

function line(mute, now, kpis) {
  const name = EVERY[mute.segment] ?? mute.segment;
  const what = element("b", "", mute.kpi ? `${name}, ${kpis[mute.kpi]?.title ?? mute.kpi}` : name);
  const pending = isPending(mutedKey(mute.segment, mute.kpi)) ? [element("span", "pending", "Pending …")] : [];
  const end = mute.planned ? [] : [unmuting(mute)];
  return element("li", "", element("span", "", what, " ", ...until(mute, now), by(mute)), ...pending, ...end);
}

/** Show `mutes`, all of them or those of `segment`; `now`: ms. */
export function showMutes(mutes, segment, now, kpis) {
  const name = segment && `${segment.dimension}:${segment.value}`;
  const shown = mutes.filter((mute) => !segment || [name, `${segment.dimension}:*`, "*"].includes(mute.segment));
  place("mutes").hidden = !shown.length;
  place("mutes-title").textContent = `${shown.length} muted: nobody is paged`;
  place("muted").replaceChildren(...shown.map((mute) => line(mute, now, kpis)));
}
