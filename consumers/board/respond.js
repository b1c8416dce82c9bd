// What a reader says of alerts: acknowledge, withdraw, mute, unmute. It is pending until the board hears it back from Kafka.

import { element } from "./text.js";

const ANY = "any"; // of the KPIs: whichever
const NAME = "segpulse-name"; // under which the browser keeps who the reader is
const SAID_FOR = 8_000; // ms
const place = (id) => document.getElementById(id);
const field = (name) => place("respond").querySelector(`[name=${name}]`);

const pending = new Map(); // key of a mark -> the mark as Kafka has taken it; null: taken back
let stands = new Map(); // key of a mark -> the mark that the board has told of; null: a page that has none
let asked = null; // what the dialog is about: {path, body, opener}
let redraw = () => {};
let silence = 0; // the timer that ends what is said

export const acknowledgedKey = (fingerprint) => `acknowledged:${fingerprint}`;
export const mutedKey = (segment, kpi) => `muted:${kpi}:${segment}`;
export const isPending = (key) => pending.has(key);

/** Say for a while what has become of it. */
function say(text) {
  place("said").textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => { place("said").textContent = ""; }, SAID_FOR);
}

async function post(path, body) {
  const answer = await fetch(`api/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (!answer?.ok) return answer ? (await answer.text()).trim() : "The board does not answer: nothing is changed.";
  for (const [key, mark] of Object.entries(await answer.json())) pending.set(key, mark);
  end(); // the board may have heard it before us
  redraw();
  return "";
}

/** A button that does `act` with itself; `key` tells it from others, so that it keeps the focus. */
export function button(text, key, act, about) {
  const made = element("button", "act", text);
  made.type = "button";
  made.dataset.key = key;
  made.setAttribute("aria-label", about);
  made.addEventListener("click", () => act(made));
  return made;
}

function open(title, about, path, body, opener) {
  asked = { path, body, opener: opener.dataset.key };
  place("respond-title").textContent = title;
  place("respond-about").textContent = about;
  place("respond-error").textContent = "";
  place("respond-what").hidden = place("respond-what").disabled = path !== "mute";
  place("respond-yes").textContent = title;
  field("by").value = localStorage.getItem(NAME) ?? "";
  field("note").value = "";
  place("respond").showModal();
  field(field("by").value ? (path === "mute" ? "kpi" : "note") : "by").focus();
}

/** The button to say that one looks after the page that `fingerprint` began. */
export function acknowledging({ fingerprint, acknowledged }, about) {
  const title = acknowledged ? "Take over" : "Acknowledge";
  const act = (opener) => open(title, about, "acknowledge", { fingerprint }, opener);
  return button(title, `acknowledge ${fingerprint}`, act, `${title}: ${about}`);
}

/** The button to say that nobody looks after it any more. */
export function withdrawing({ fingerprint }, about) {
  return taking("Withdraw", "withdraw", { fingerprint }, `withdraw ${fingerprint}`, `Withdraw: ${about}`);
}

/** A button that takes back what was said, without a question. */
function taking(title, path, body, key, label) {
  const act = async () => {
    const error = await post(path, body);
    if (error) say(error);
  };
  return button(title, key, act, label);
}

/** The button to mute `segment` (`dimension:value`), or one of `kpis` ({name: title}) of it; `fires`: whether it can be
 * muted until that is over. */
export function muting(segment, kpis, fires, key) {
  const act = (opener) => {
    const names = Object.entries(kpis).map(([name, title]) => new Option(`Only ${title}`, name));
    field("kpi").replaceChildren(new Option("All KPIs", ANY), ...names);
    field("for").querySelector("[value=resolved]").hidden = !fires;
    field("for").value = "1h";
    open("Mute", segment, "mute", { segment }, opener);
  };
  return button("Mute …", key, act, `Mute ${segment}`);
}

/** The button to mute no longer. */
export function unmuting({ segment, kpi }) {
  return taking("Unmute", "unmute", { segment, kpi }, `unmute ${mutedKey(segment, kpi)}`, `Unmute ${segment}`);
}

async function send(event) {
  event.preventDefault();
  const { path, body } = asked;
  const by = field("by").value.trim();
  const what = path === "mute" ? { kpi: field("kpi").value === ANY ? "" : field("kpi").value, for: field("for").value } : {};
  place("respond-yes").disabled = true;
  const error = await post(path, { ...body, ...what, by, note: field("note").value });
  place("respond-yes").disabled = false;
  place("respond-error").textContent = error;
  if (error) return;
  localStorage.setItem(NAME, by);
  place("respond").close();
}

/** What stands now; what was pending and is seen in it is pending no longer. */
export function settle(pages, mutes) {
  stands = new Map([
    ...pages.map((page) => [acknowledgedKey(page.fingerprint), page.acknowledged]),
    ...mutes.map((mute) => [mutedKey(mute.segment, mute.kpi), mute]),
  ]);
  end();
}

/** End what is pending and stands now. */
function end() {
  for (const [key, mark] of pending) {
    const ofPage = key.startsWith("acknowledged:");
    const gone = mark && ofPage && !stands.has(key); // the page was over before
    if (gone || (mark ? stands.get(key)?.at >= mark.at : !stands.get(key))) {
      pending.delete(key);
      if (!gone) say(ofPage ? (mark ? "Acknowledged." : "Withdrawn.") : mark ? `Muted ${mark.segment}.` : "Unmuted.");
    }
  }
}

/** Call `draw` when something is pending. */
export function onRespond(draw) {
  redraw = draw;
  place("respond").querySelector("form").addEventListener("submit", send);
  place("respond-no").addEventListener("click", () => place("respond").close());
  place("respond").addEventListener("close", () => {
    document.querySelector(`[data-key="${CSS.escape(asked.opener)}"]`)?.focus({ preventScroll: true });
  });
}
