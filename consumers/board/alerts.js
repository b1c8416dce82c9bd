// The list of alerts: those that are firing, then a few that were resolved last.

import { badge, element, span, time } from "./text.js";

const RESOLVED_SHOWN = 3;

/** The last message of each alert, newest first. */
function standing(alerts) {
  const last = new Map();
  for (const alert of alerts) {
    const known = last.get(alert.fingerprint);
    if (!known || known.at <= alert.at) last.set(alert.fingerprint, alert);
  }
  return [...last.values()].sort((a, b) => b.at - a.at);
}

function item(alert, at) {
  const firing = alert.status === "firing";
  const tag = element("span", firing ? "status firing" : "status", firing ? "Firing" : "Resolved");
  const ago = firing ? `for ${span(at - alert.since)}` : `${span(at - alert.at)} ago`;
  const summary = element("p", "", alert.summary);
  const where = `${alert.dimension}:${alert.value} · ${alert.kpi} · ${alert.window}`;
  const about = element("p", "quiet", where, " · ", time(firing ? alert.since : alert.at, ago));
  return element("li", firing ? `alert ${alert.state}` : "alert over-now", element("div", "tags", tag, badge(alert.state)), element("div", "", summary, about));
}

/** Show `alerts`; `at` is the time of the latest scores, ms. */
export function showAlerts(alerts, at) {
  const all = standing(alerts);
  const firing = all.filter((alert) => alert.status === "firing");
  const resolved = all.filter((alert) => alert.status === "resolved").slice(0, RESOLVED_SHOWN);
  document.getElementById("alerts").replaceChildren(...[...firing, ...resolved].map((alert) => item(alert, at)));
  document.getElementById("no-alerts").hidden = firing.length > 0;
  document.getElementById("alerts-title").textContent = firing.length ? `Alerts: ${firing.length} firing` : "Alerts";
  document.title = firing.length ? `(${firing.length}) segpulse` : "segpulse";
}
