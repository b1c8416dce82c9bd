// Figures and times as text, and elements made of text: whatever comes from events is only ever text.

export const STATES = ["silent", "under", "over", "watch", "par", "learning"]; // worst first
const WORDS = { silent: "Silent", under: "Under", over: "Over", watch: "Watch", par: "On par", learning: "Learning" };
const ICONS = { silent: "∅", under: "▼", over: "▲", watch: "◔", par: "=", learning: "…" };

export function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content); // strings become text nodes
  return made;
}

export function badge(state) {
  const icon = element("span", "icon", ICONS[state] ?? "?");
  icon.setAttribute("aria-hidden", "true");
  return element("span", `state ${STATES.includes(state) ? state : ""}`, icon, WORDS[state] ?? state);
}

const count = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const figure = new Intl.NumberFormat("en-GB", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const percent = new Intl.NumberFormat("en-GB", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const smallPercent = new Intl.NumberFormat("en-GB", { style: "percent", minimumSignificantDigits: 2, maximumSignificantDigits: 2 });

export const whole = (number) => count.format(number);

export function value(number, unit) {
  if (number === null || number === undefined) return "–";
  if (unit !== "ratio") return (Math.abs(number) < 100 ? figure : count).format(number);
  return (number !== 0 && Math.abs(number) < 0.01 ? smallPercent : percent).format(number);
}

export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

const SHIFTED = { over: "Better than its own usual", under: "Worse than its own usual" };

/** What else there is to a state: what a shift is measured by, for it may be on a par with the rest; or how long a change
 * of a fifth would take to be seen. Nothing where that is no longer than a day. */
export function remark(cell) {
  if (cell.state in SHIFTED || cell.state === "silent") return (cell.kind === "shift" && SHIFTED[cell.state]) || "";
  if (cell.needs_days === null || cell.needs_days === undefined || cell.needs_days < 1) return "";
  return `A change of 20 % needs about ${count.format(cell.needs_days)} more days to be seen`;
}

const stamp = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });

export const day = (ms) => date.format(ms);
export const moment = (ms) => stamp.format(ms);

export function time(ms, text) {
  const made = element("time", "", text);
  made.dateTime = new Date(ms).toISOString();
  made.title = moment(ms);
  return made;
}
