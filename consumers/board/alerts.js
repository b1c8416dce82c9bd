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

/** Silent before under before over; the newest first of each. */
const worstFirst = (a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || b.since - a.since;

function item(alert, at) {
  const firing = alert.status === "firing";
  const tag = element("span", firing ? "status firing" : "status", firing ? "Firing" : "Resolved");
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
  place("no-alerts").hidden = firing.length > 0;
  say("alerts-title", firing.length ? `Alerts: ${firing.length} firing` : "Alerts");
  document.title = firing.length ? `(${firing.length}) segpulse` : "segpulse";
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
