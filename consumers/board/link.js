// Links to a segment's page and back, which are followed within the page: what it has been told stays.

import { element } from "./text.js";

/** A link to the page of the segment, perhaps to a KPI there; `key` tells it from other links to the same. */
export function link({ dimension, value }, text, key, kpi = null) {
  const made = element("a", "to-segment", text);
  made.href = `?${new URLSearchParams({ dimension, segment: value, ...(kpi === null ? {} : { kpi }) })}`;
  made.dataset.key = key;
  return made;
}

/** A link to all segments. */
export function back() {
  const made = element("a", "to-overview", "← All segments");
  made.href = location.pathname;
  made.dataset.key = "back";
  return made;
}

/** What the address names: a segment, and perhaps a KPI of it and a window; alerts link there. */
export function named() {
  const address = new URLSearchParams(location.search);
  const [dimension, value, kpi, window] = ["dimension", "segment", "kpi", "window"].map((name) => address.get(name));
  return { segment: dimension !== null && value !== null ? { dimension, value } : null, kpi, window };
}

/** Call `go` when the reader has followed a link, or gone back. */
export function onLink(go) {
  document.addEventListener("click", (event) => {
    const followed = event.target.closest?.("a");
    if (followed?.origin !== location.origin || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(null, "", followed.href);
    go();
    scrollTo(0, 0);
  });
  addEventListener("popstate", go);
}
