// The list of alerts: those that are firing, one for all that is likely of one cause, the worst first; then a few that
// were resolved last.

import { link } from "./link.js";
import { STATES, badge, element, span, time } from "./text.js";

const SHOWN = 5; // so that the scores are on the first screen too
const RESOLVED_SHOWN = 3;
const place = (id) => document.getElementById(id);

let opened = false; // whether all are shown
const unfolded = new Set(); // fingerprints of those whose members are shown

/** Whether it is only told of: so it has been for long, and nobody is called for it. */
const isNotice = (alert) => alert.kind === "level";

/** What costs or brings the most first, then the newest. */
const heaviestFirst = (a, b) => Math.abs(b.impact ?? 0) - Math.abs(a.impact ?? 0) || b.since - a.since;

/** Notices last; silent before under before over; of each the heaviest first. */
const worstFirst = (a, b) =>
  isNotice(a) - isNotice(b) || STATES.indexOf(a.state) - STATES.indexOf(b.state) || heaviestFirst(a, b);

/** Of each page the heaviest leads: it is the nearest to the cause. What the page began with may be over. */
const sorted = (pages) =>
  pages.map((page) => [...page].sort(heaviestFirst)).sort(([a], [b]) => worstFirst(a, b));

const isOf = (segment) => (alert) => !segment || (alert.dimension === segment.dimension && alert.value === segment.value);

function member(alert, kpis) {
  const segment = link(alert, `${alert.dimension}:${alert.value}`, `member ${alert.fingerprint}`, alert.kpi);
  return element("li", "", badge(alert.state), " ", segment, ` ${kpis[alert.kpi]?.title ?? alert.kpi}`);
}

/** What has moved with the worst of a page, folded. */
function withIt(worst, others, kpis) {
  if (!others.length) return [];
  const title = element("summary", "", `with ${others.length} more of the same cause, likely`);
  title.dataset.key = `members ${worst.fingerprint}`;
  const made = element("details", "members", title, element("ul", "", ...others.map((alert) => member(alert, kpis))));
  made.open = unfolded.has(worst.fingerprint);
  made.addEventListener("toggle", () => unfolded[made.open ? "add" : "delete"](worst.fingerprint));
  return [made];
}

function firing([worst, ...others], at, kpis) {
  const tag = element("span", "status firing", isNotice(worst) ? "Notice" : "Firing");
  const text = element("div", "text", element("p", "summary", worst.summary), ...withIt(worst, others, kpis));
  const since = element("p", "quiet", time(worst.since, `for ${span(at - worst.since)}`));
  return element("li", `alert ${worst.state}`, element("div", "tags", tag, badge(worst.state)), text, since);
}

function resolved(alert, at) {
  const tags = element("div", "tags", element("span", "status", "Resolved"), badge(alert.state));
  const ago = element("p", "quiet", time(alert.at, `${span(at - alert.at)} ago`));
  return element("li", "alert over-now", tags, element("p", "summary text", alert.summary), ago);
}

function say(id, text) {
  if (place(id).textContent !== text) place(id).textContent = text; // the same again would be read out again
}

/** Show `pages` (lists of alerts that fire together) and `over` (alerts, the last first), of `segment` or, if null, of
 * all; `at` is the time of the latest scores, ms. */
export function showAlerts(pages, over, segment, at, kpis) {
  const all = sorted(pages);
  const worst = all.filter((page) => page.some(isOf(segment)));
  const ended = over.filter(isOf(segment)).slice(0, RESOLVED_SHOWN);
  const worth = [...worst.map((page) => firing(page, at, kpis)), ...ended.map((alert) => resolved(alert, at))];
  place("alerts").replaceChildren(...(opened ? worth : worth.slice(0, SHOWN)));
  const called = worst.filter(([first]) => !isNotice(first)).length;
  place("no-alerts").hidden = called > 0;
  say("no-alerts", segment ? "Nobody need be called for this segment." : "No segment needs a call.");
  say("alerts-title", called ? `Alerts: ${called} firing` : "Alerts");
  const everywhere = all.filter(([first]) => !isNotice(first)).length;
  document.title = everywhere ? `(${everywhere}) segpulse` : "segpulse";
  const more = place("all-alerts");
  more.hidden = worth.length <= SHOWN;
  more.setAttribute("aria-expanded", String(opened));
  say("all-alerts", opened ? "Show fewer alerts" : `Show all ${worth.length} alerts`);
}

/** Call `redraw` when the reader asks for all alerts, or for fewer. */
export function onMoreAlerts(redraw) {
  place("all-alerts").addEventListener("click", () => {
    opened = !opened;
    redraw();
  });
}
