// The list of alerts: those that are firing, one for all that is likely of one cause, the worst first; then a few that
// were resolved last.

import { link } from "./link.js";
import { by, until } from "./mutes.js";
import { acknowledgedKey, acknowledging, isPending, mutedKey, muting, unmuting, withdrawing } from "./respond.js";
import { STATES, badge, element, span, time } from "./text.js";

const SHOWN = 5; // so that the scores are on the first screen too
const RESOLVED_SHOWN = 3;
const place = (id) => document.getElementById(id);

let opened = false; // whether all are shown
const unfolded = new Set(); // fingerprints of those whose members are shown

/** Whether it is only told of: by the settings nobody is paged for what is of its kind. */
const isNotice = (page) => !page.paged;

/** Whether nobody is to do anything about it for now. */
const isAttended = (page) => page.acknowledged !== null || page.muted !== null;

/** What costs or brings the most first, then the newest. */
const heaviestFirst = (a, b) => Math.abs(b.impact ?? 0) - Math.abs(a.impact ?? 0) || b.since - a.since;

/** Notices last, before them what is attended to; silent before under before over; of each the heaviest first. */
function worstFirst(one, other) {
  const [a, b] = [one.members[0], other.members[0]];
  const attended = isNotice(one) - isNotice(other) || isAttended(one) - isAttended(other);
  return attended || STATES.indexOf(a.state) - STATES.indexOf(b.state) || heaviestFirst(a, b);
}

/** Of each page the heaviest leads: it is the nearest to the cause. What the page began with may be over. */
const sorted = (pages) =>
  pages.map((page) => ({ ...page, members: [...page.members].sort(heaviestFirst) })).sort(worstFirst);

const isOf = (segment) => (alert) => !segment || (alert.dimension === segment.dimension && alert.value === segment.value);

/** The heaviest of the alerts of `segment` that fire, those that call somebody before notices. */
export const firingOf = (pages, segment) =>
  sorted(pages).flatMap(({ members }) => members).find(isOf(segment));

function member(alert, kpis) {
  const segment = link(alert, `${alert.dimension}:${alert.value}`, `member ${alert.fingerprint}`, alert.kpi);
  return element("li", "", badge(alert.state), " ", segment, ` ${kpis[alert.kpi]?.title ?? alert.kpi}`);
}

/** What happened, with a link to the segment that it begins with. */
function summary(alert, kind) {
  const name = `${alert.dimension}:${alert.value}`;
  if (!alert.summary.startsWith(name)) return element("p", kind, alert.summary);
  return element("p", kind, link(alert, name, `alert ${alert.fingerprint}`, alert.kpi), alert.summary.slice(name.length));
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

/** Who looks after it, and what is muted of it. */
function said({ acknowledged, muted }, now) {
  const looks = acknowledged && ["Acknowledged ", time(acknowledged.at, `${span(now - acknowledged.at)} ago`), by(acknowledged)];
  const quiet = muted && ["Muted ", ...until(muted, now), by(muted)];
  return [looks, quiet].filter(Boolean).map((words) => element("p", "said", ...words));
}

/** What can be done about it. A notice cannot be muted: nobody is paged for it anyway. */
function actions(page, kpis) {
  const [worst] = page.members;
  const segment = `${worst.dimension}:${worst.value}`;
  const mutes = [{ segment, kpi: "" }, { segment, kpi: worst.kpi }, ...(page.muted ? [page.muted] : [])];
  const keys = [acknowledgedKey(page.fingerprint), ...mutes.map((mute) => mutedKey(mute.segment, mute.kpi))];
  const pending = keys.some(isPending) ? [element("span", "pending", "Pending …")] : [];
  const title = { [worst.kpi]: kpis[worst.kpi]?.title ?? worst.kpi };
  const muted = page.muted && !page.muted.planned;
  const mute = muted ? unmuting(page.muted) : muting(segment, title, true, `mute ${page.fingerprint}`);
  const withdraw = page.acknowledged ? [withdrawing(page, worst.summary)] : [];
  const buttons = [acknowledging(page, worst.summary), ...withdraw, ...(isNotice(page) ? [] : [mute])];
  return element("div", "actions", ...pending, ...buttons);
}

function firing(page, at, now, kpis) {
  const [worst, ...others] = page.members;
  const tag = element("span", "status firing", isNotice(page) ? "Notice" : "Firing");
  const words = [summary(worst, "summary"), ...said(page, now), ...withIt(worst, others, kpis)];
  const since = element("p", "quiet", time(worst.since, `for ${span(at - worst.since)}`));
  const side = element("div", "side", since, actions(page, kpis));
  const kind = `alert ${worst.state}${isAttended(page) ? " attended" : ""}`;
  return element("li", kind, element("div", "tags", tag, badge(worst.state)), element("div", "text", ...words), side);
}

function resolved(alert, at) {
  const tags = element("div", "tags", element("span", "status", "Resolved"), badge(alert.state));
  const ago = element("p", "quiet", time(alert.at, `${span(at - alert.at)} ago`));
  return element("li", "alert over-now", tags, summary(alert, "summary text"), ago);
}

function say(id, text) {
  if (place(id).textContent !== text) place(id).textContent = text; // the same again would be read out again
}

/** Show `pages` ({fingerprint, members: alerts that fire together, acknowledged, muted}) and `over` (alerts, the last
 * first), of `segment` or, if null, of all; `at` is the time of the latest scores, `now` the server's, ms. */
export function showAlerts({ pages, over }, segment, at, now, kpis) {
  const all = sorted(pages);
  const worst = all.filter((page) => page.members.some(isOf(segment)));
  const ended = over.filter(isOf(segment)).slice(0, RESOLVED_SHOWN);
  const worth = [...worst.map((page) => firing(page, at, now, kpis)), ...ended.map((alert) => resolved(alert, at))];
  place("alerts").replaceChildren(...(opened ? worth : worth.slice(0, SHOWN)));
  const called = worst.filter((page) => !isNotice(page));
  const waiting = called.filter((page) => !isAttended(page)).length;
  place("no-alerts").hidden = called.length > 0;
  say("no-alerts", segment ? "Nobody need be called for this segment." : "No segment needs a call.");
  const attended = called.length > waiting ? `, ${called.length - waiting} acknowledged or muted` : "";
  say("alerts-title", called.length ? `Alerts: ${called.length} firing${attended}` : "Alerts");
  const everywhere = all.filter((page) => !isNotice(page) && !isAttended(page)).length;
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
