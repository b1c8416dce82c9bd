// A table of rows and columns. Its roles are said in words because on a phone rows are laid out as cards, and browsers
// then forget them.

import { element } from "./text.js";

const ROWS_SHOWN = 12;
const opened = new Set(); // keys of tables shown in full

function head(columns) {
  const titles = columns.map(({ title, kind }) => {
    const made = element("th", kind, title);
    made.scope = "col";
    made.setAttribute("role", "columnheader");
    return made;
  });
  const line = element("tr", "", ...titles);
  line.setAttribute("role", "row");
  const made = element("thead", "", line);
  made.setAttribute("role", "rowgroup");
  return made;
}

function line(columns, { kind, cells }) {
  const made = element("tr", kind);
  made.setAttribute("role", "row");
  cells.forEach((content, number) => {
    const cell = element(number ? "td" : "th", columns[number].kind, ...content);
    if (!number) cell.scope = "row";
    cell.setAttribute("role", number ? "cell" : "rowheader");
    cell.dataset.label = columns[number].title;
    made.append(cell);
  });
  return made;
}

/** `columns`: {title, kind}; `rows`: {kind, cells: a list of contents by column}. `kind`s are CSS classes. */
export function table(caption, columns, rows) {
  const body = element("tbody", "", ...rows.map((row) => line(columns, row)));
  body.setAttribute("role", "rowgroup");
  const made = element("table", "", element("caption", "hidden", caption), head(columns), body);
  made.setAttribute("role", "table");
  return element("div", "scroll", made);
}

/** The first rows, and those that are `linked`, or all of them where the reader has asked for all of `key`. */
export function someOf(key, rows) {
  return opened.has(key) ? rows : rows.filter((row, number) => number < ROWS_SHOWN || row.linked);
}

/** The button for more or fewer of `count` rows of `key`; nothing where all are shown anyway. */
export function more(key, count, redraw) {
  if (count <= ROWS_SHOWN) return [];
  const made = element("button", "more", opened.has(key) ? "Show fewer" : `Show all ${count}`);
  made.type = "button";
  made.dataset.key = key;
  made.addEventListener("click", () => {
    if (!opened.delete(key)) opened.add(key);
    redraw();
  });
  return [made];
}
