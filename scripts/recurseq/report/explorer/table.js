// A native table of which only the rows in sight exist.

import { element } from "./parts.js";

const ROW = 30; // pixels; as in explorer.css
const SPARE = 8; // rows kept above and below those in sight
const PAGE = 10;
const FEW = 10;

export class GeneTable {
  constructor(box, study, { pick, sort }) {
    this.box = box;
    this.study = study;
    this.pick = pick;
    this.sort = sort;
    this.table = box.querySelector("table");
    [this.head, this.body] = [this.table.tHead.rows[0], this.table.tBodies[0]];
    this.rows = new Uint32Array(0);
    this.selected = -1;
    box.addEventListener("scroll", () => requestAnimationFrame(() => this.draw()));
    box.addEventListener("keydown", (event) => this.key(event));
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("tr[data-row]");
      if (row) this.pick(this.rows[Number(row.dataset.row)]);
    });
  }

  // Columns and which of them the rows are ordered by.
  show(columns, rows, order) {
    this.columns = columns;
    this.rows = rows;
    this.table.setAttribute("aria-rowcount", String(rows.length + 1));
    this.table.setAttribute("aria-colcount", String(columns.length));
    const asked = document.activeElement?.dataset?.column;
    this.head.replaceChildren(...columns.map((column) => this.title(column, order)));
    // A table of few rows is no taller than they are.
    this.box.style.height = rows.length < FEW ? `${(rows.length + 1) * ROW + ROW}px` : "";
    if (asked) this.head.querySelector(`[data-column="${asked}"]`)?.focus();
    this.draw();
  }

  title(column, { key, direction }) {
    const sorted = key === column.key;
    const mark = sorted ? (direction > 0 ? " \u25b2" : " \u25bc") : "";
    const button = element("button", { type: "button", title: column.hint,
      textContent: column.title + mark });
    button.dataset.column = column.key;
    button.addEventListener("click", () => this.sort(column));
    const order = direction > 0 ? "ascending" : "descending";
    return element("th", { scope: "col", className: column.number ? "n" : "",
      "aria-sort": sorted ? order : "none" }, button);
  }

  draw() {
    const { box, rows, columns } = this;
    const first = Math.max(0, Math.floor(box.scrollTop / ROW) - SPARE);
    const last = Math.min(rows.length, first + Math.ceil(box.clientHeight / ROW) + 2 * SPARE);
    const parts = [];
    if (first) parts.push(this.gap(first));
    for (let k = first; k < last; k += 1) parts.push(this.row(k, columns));
    if (last < rows.length) parts.push(this.gap(rows.length - last));
    this.body.replaceChildren(...parts);
  }

  gap(many) {
    const cell = element("td", { colSpan: this.columns.length });
    cell.style.height = `${many * ROW}px`;
    return element("tr", { className: "gap", "aria-hidden": "true" }, cell);
  }

  row(k, columns) {
    const i = this.rows[k];
    const made = element("tr", { "aria-rowindex": String(k + 2) });
    made.dataset.row = String(k);
    if (i === this.selected) made.setAttribute("aria-current", "true");
    const [gene, ...others] = columns;
    const name = element("th", { scope: "row", className: "gene" },
      element("span", { textContent: gene.shown(i) }));
    if (this.study.names[i] !== this.study.ids[i]) {
      name.append(" ", element("small", { textContent: this.study.ids[i] }));
    }
    made.append(name, ...others.map((column) => element("td",
      { className: column.number ? "n" : "", textContent: column.shown(i) })));
    return made;
  }

  // Mark a gene, and bring it into sight.
  select(i) {
    this.selected = i;
    const place = this.rows.indexOf(i);
    if (place >= 0) {
      const [top, height] = [place * ROW, this.box.clientHeight - 2 * ROW];
      const { scrollTop } = this.box;
      if (top < scrollTop || top > scrollTop + height) {
        this.box.scrollTop = Math.max(0, top - height / 2);
      }
    }
    this.draw();
  }

  key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE,
      Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step === undefined || event.target !== this.box || !this.rows.length) return;
    event.preventDefault();
    const place = this.rows.indexOf(this.selected) + step;
    this.pick(this.rows[Math.max(0, Math.min(this.rows.length - 1, place))]);
  }
}
