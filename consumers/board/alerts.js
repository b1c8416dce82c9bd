// The list of alerts: those that are firing, the worst first, then a few that were resolved last.

import { STATES, badge, element, span, time } from "./text.js";

const SHOWN = 5; // so that the scores are on the first screen too
const RESOLVED_SHOWN = 3;
const place = (id) => document.getElementById(id);

let opened = false; // whether all are shown

/** The last message of each alert, newest first. */
function standing(alerts) {
  const last = new Map();
  for (const alert of alerts) {
    const known = last.get(alert.fingerprint);
    if (!known || known.at <= alert.at) last.set(alert.fingerprint, alert);
  }
  return [...last.values()].sort((a, b) => b.at - a.at);
}

/** Whether it is only told of: so it has been for long, and nobody is called for it. */
const isNotice = (alert) => alert.kind === "level";

/** Notices last; silent before under before over; what costs or brings the most first of each, then the newest. */
const worstFirst = (a, b) =>
  isNotice(a) - isNotice(b) ||
  STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
  Math.abs(b.impact ?? 0) - Math.abs(a.impact ?? 0) ||
  b.since - a.since;

function item(alert, at) {
  const firing = alert.status === "firing";
  const told = isNotice(alert) ? "Notice" : "Firing";
  const tag = element("span", firing ? "status firing" : "status", firing ? told : "Resolved");
  const ago = firing ? `for ${span(at - alert.since)}` : `${span(at - alert.at)} ago`;
  return element(
    "li",
    firing ? `alert ${alert.state}` : "alert over-now",
    element("div", "tags", tag, badge(alert.state)),
    element("p", "summary", alert.summary),
    element("p", "quiet", time(firing ? alert.since : alert.at, ago)),
  );
}

function say(id, text) {
  if (place(id).textContent !== text) place(id).textContent = text; // the same again would be read out again
}

/** Show `alerts`; `at` is the time of the latest scores, ms. */
export function showAlerts(alerts, at) {
  const all = standing(alerts);
  const firing = all.filter((alert) => alert.status === "firing").sort(worstFirst);
  const resolved = all.filter((alert) => alert.status === "resolved").slice(0, RESOLVED_SHOWN);
  const worth = [...firing, ...resolved];
  place("alerts").replaceChildren(...(opened ? worth : worth.slice(0, SHOWN)).map((alert) => item(alert, at)));
  const called = firing.filter((alert) => !isNotice(alert)).length;
  place("no-alerts").hidden = called > 0;
  say("alerts-title", called ? `Alerts: ${called} firing` : "Alerts");
  document.title = called ? `(${called}) segpulse` : "segpulse";
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
