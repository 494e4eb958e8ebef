// The gene explorer of the report: contrast, search, filters, plots, table and one gene's page.

import { Controls } from "./controls.js";
import { chosen, ordered, passing, strongestFirst } from "./choose.js";
import { columnsOf } from "./columns.js";
import { copy, gmtText, save, symbolsText, tableText } from "./exports.js";
import { forestRows, toldOf } from "./forest.js";
import { addressOf, outwardLinks, readAddress } from "./links.js";
import { grouped } from "./numbers.js";
import { element } from "./parts.js";
import { Plots } from "./plots.js";
import { Finder } from "./query.js";
import { Study } from "./study.js";
import { GeneTable } from "./table.js";
import { unpack } from "./unpack.js";
import { notesOf } from "./words.js";

const WAIT = 80; // milliseconds after a letter
const NAMED = 12; // genes that were searched for and are named in the plots
const many = (count, word) => `${grouped(count)} ${word}${count === 1 ? "" : "s"}`;

class Explorer {
  constructor(root, study) {
    this.root = root;
    this.study = study;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.finder = new Finder(study);
    this.contrast = study.contrasts[0];
    this.order = { key: "", direction: 1 };
    this.selected = -1;
    this.controls = new Controls(root, study, () => this.update());
    this.plots = new Plots(root, study, (i) => this.pick(i));
    this.table = new GeneTable(this.part("scroll"), study,
      { pick: (i) => this.pick(i), sort: (column) => this.sortBy(column) });
    this.part("contrast").replaceChildren(...study.contrasts.map((contrast) =>
      new Option(contrast.title, contrast.name)));
    this.listen();
  }

  listen() {
    const search = this.part("search");
    let timer;
    search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.update(), WAIT);
    });
    // A field of one line would join pasted lines.
    search.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text") ?? "";
      if (!/[\r\n\t]/.test(text)) return;
      event.preventDefault();
      const { selectionStart, selectionEnd } = search;
      search.setRangeText(text.replace(/\s+/g, " "), selectionStart, selectionEnd, "end");
      this.update();
    });
    search.closest("form").addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(timer);
      this.update();
      if (this.rows.length) this.pick(this.rows[0]);
    });
    this.part("contrast").addEventListener("change", (event) => this.take(event.target.value));
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      search.focus();
      search.select();
    });
    window.addEventListener("hashchange", () => this.follow());
    new ResizeObserver(() => this.state && this.plots.refit()).observe(this.part("plots"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.plots.draw());
    for (const name of ["symbols", "tsv"]) {
      this.part(name).addEventListener("click", () => this.toClipboard(name));
    }
    for (const name of ["csv", "gmt"]) {
      this.part(name).addEventListener("click", () => this.toFile(name));
    }
    this.root.querySelectorAll("[data-svg]").forEach((button) =>
      button.addEventListener("click", () => save(this.plots.svg(button.dataset.svg),
        `${this.contrast.name}.${button.dataset.svg}.svg`, "image/svg+xml")));
  }

  // Show another contrast; the gene and what was searched for stay. At the start the strongest gene
  // is chosen, which is no choice of the reader that an address would hold.
  take(name, start = false) {
    this.contrast = this.study.contrasts.find((one) => one.name === name) ?? this.contrast;
    this.part("contrast").value = this.contrast.name;
    this.part("origin").textContent = `${this.contrast.origin}.`;
    this.part("whole").href = this.contrast.link;
    this.controls.take(this.contrast);
    this.columns = columnsOf(this.contrast);
    if (!this.columns.some((column) => column.key === this.order.key)) this.order.key = "";
    this.update(start);
    if (this.selected < 0) return;
    this.showChosen();
    if (!start) this.remember();
  }

  update(start = false) {
    const { contrast, controls } = this;
    const found = this.finder.find(this.part("search").value);
    const { ways, up, down } = passing(contrast, controls.limits);
    const rows = chosen(contrast, controls.asked, ways, found.rows);
    const column = this.columns.find((one) => one.key === this.order.key);
    this.rows = column ? ordered(rows, column, this.order.direction) : strongestFirst(rows, contrast);
    if (start) this.selected = this.rows[0] ?? -1;
    this.state = { contrast, rows: this.rows, ways, limits: controls.limits,
      narrowed: rows.length < this.study.count, selected: this.selected,
      asked: found.rows && found.rows.length <= NAMED ? found.rows : [] };
    this.tellCounts(up, down);
    this.tellFound(found);
    this.part("scroll").scrollTop = 0;
    this.table.show(this.columns, this.rows, this.shownOrder());
    this.plots.show(this.state);
  }

  // Without a choice the table is ordered by the p-value that decides.
  shownOrder() {
    return this.order.key ? this.order : { key: this.contrast.column, direction: 1 };
  }

  sortBy(column) {
    const shown = this.shownOrder();
    const first = column.number && !["pvalue", "padj", "padjThreshold"].includes(column.key) ? -1 : 1;
    this.order = { key: column.key, direction: shown.key === column.key ? -shown.direction : first };
    this.update();
  }

  tellCounts(up, down) {
    const counts = this.part("counts");
    Object.assign(counts.dataset, { up: String(up), down: String(down) });
    counts.textContent = `${many(up, "gene")} up and ${many(down, "gene")} down`;
    this.part("rule").textContent = this.controls.isRule ? "The study's own rule."
      : "Not the study's rule: a list cut by hand is for looking, no error rate is promised for it.";
    this.part("reset").disabled = this.controls.isRule;
    this.part("shown").textContent = `${many(this.rows.length, "gene")} shown of `
      + `${grouped(this.study.count)}.`;
    this.part("clear").hidden = !this.controls.isFiltered;
  }

  tellFound({ rows, missing, renamed }) {
    const parts = [];
    if (rows) parts.push(`${many(rows.length, "gene")} found`);
    if (rows && this.rows.length < rows.length) {
      parts.push(`${rows.length - this.rows.length} of them hidden by the filters`);
    }
    if (missing.length) {
      parts.push(`not found: ${missing.join(", ")} (no name of a gene here, or one of several)`);
    }
    parts.push(...renamed);
    this.part("found").textContent = parts.length ? `${parts.join("; ")}.` : "";
  }

  // Choose a gene: in the plots, the table and its own part.
  choose(i) {
    this.selected = i;
    this.state.selected = i;
    this.plots.draw();
    this.showChosen();
  }

  showChosen() {
    this.table.select(this.selected);
    this.showGene(this.selected);
  }

  // Choose a gene, and name it in the address.
  pick(i) {
    this.choose(i);
    this.remember();
  }

  remember() {
    history.replaceState(null, "", addressOf(this.contrast.name, this.nameInAddress(this.selected)));
  }

  // A symbol that several genes carry is no address.
  nameInAddress(i) {
    const name = this.study.names[i];
    return this.finder.exactly(name)[0] === i ? name : this.study.ids[i];
  }

  showGene(i) {
    const { study, contrast } = this;
    const [name, id] = [study.names[i], study.ids[i]];
    const type = study.level("gene_type", i).replaceAll("_", " ");
    this.part("name").textContent = name;
    this.part("about").textContent = [id === name ? "" : id, type].filter(Boolean).join(", ");
    this.part("outward").replaceChildren(...outwardLinks(name, id).flatMap(([title, href]) =>
      [element("a", { href, target: "_blank", rel: "noopener noreferrer", textContent: title }), " "]));
    const sets = contrast.sets.flatMap((one, place) =>
      (contrast.genesOfSet(place).includes(i) ? [this.setButton(one, place)] : []));
    this.part("notes").replaceChildren(...notesOf(study, i).map((text) =>
      element("li", { textContent: text })),
    ...(sets.length ? [element("li", {}, "In the leading edge of: ", ...sets)] : []));
    this.part("forest").replaceChildren(...forestRows(study, i));
    this.part("told").replaceChildren(...toldOf(study, i, contrast));
    this.part("gene").hidden = false;
  }

  setButton({ set }, place) {
    const button = element("button", { type: "button", className: "link",
      textContent: set.replaceAll("_", " ") });
    button.addEventListener("click", () => this.showSet(place));
    return button;
  }

  // Show the leading edge of a set, without other filters, the strongest gene chosen.
  showSet(place) {
    this.part("search").value = "";
    this.controls.clear();
    this.controls.part("set").value = String(place);
    this.update();
    if (this.rows.length) this.choose(this.rows[0]);
    const { collection, set } = this.contrast.sets[place];
    history.replaceState(null, "", addressOf(this.contrast.name, collection, set));
  }

  // What an address asks for, if its contrast is here: place of a set (-1 for none), row of a gene.
  asked(address) {
    const found = readAddress(address);
    const contrast = this.study.contrasts.find((one) => one.name === found?.contrast);
    if (!contrast) return null;
    const [collection, set] = found.asked;
    const place = contrast.sets.findIndex((one) => one.collection === collection && one.set === set);
    const name = found.asked.join("/");
    return { contrast, place, name, row: this.finder.exactly(name)[0] };
  }

  // Texts of the page that name a gene or a set become links to it.
  openDoors() {
    for (const door of document.querySelectorAll("[data-explore]")) {
      const asked = this.asked(door.dataset.explore);
      if (!asked || (asked.place < 0 && asked.row === undefined)) continue;
      const link = element("a", { href: door.dataset.explore }, ...door.childNodes);
      // An address that is there already changes nothing by itself.
      link.addEventListener("click", () => { if (link.hash === location.hash) this.follow(); });
      door.append(link);
    }
  }

  // Show what the address asks for. Other anchors are the browser's.
  follow() {
    const asked = this.asked(location.hash);
    if (!asked) return false;
    this.selected = asked.row ?? this.selected;
    this.take(asked.contrast.name);
    if (asked.place >= 0) this.showSet(asked.place);
    else if (asked.row === undefined) this.tellFound({ rows: [], missing: [asked.name], renamed: [] });
    this.root.closest("section").scrollIntoView();
    return true;
  }

  async toClipboard(name) {
    const text = name === "symbols" ? symbolsText(this.study, this.rows)
      : tableText(this.study, this.columns, this.rows, "\t");
    const done = await copy(text);
    this.part("done").textContent = done ? `${many(this.rows.length, "gene")} copied.`
      : "The browser does not let this page copy.";
  }

  toFile(name) {
    const { study, rows, contrast } = this;
    const about = `${contrast.origin}; ${this.part("shown").textContent}`;
    const text = name === "gmt" ? gmtText(study, rows, contrast.name, about)
      : tableText(study, this.columns, rows, ",");
    save(text, `${contrast.name}.genes.${name}`, name === "csv" ? "text/csv" : "text/plain");
  }
}

async function start() {
  const root = document.getElementById("gene-explorer");
  const data = document.getElementById("gene-data");
  const study = new Study(await unpack(data.content.textContent.trim()));
  data.remove();
  root.hidden = false;
  document.documentElement.classList.add("explored");
  const explorer = new Explorer(root, study);
  if (!explorer.follow()) explorer.take(study.contrasts[0].name, true);
  // The page below may still be coming in.
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", () => explorer.openDoors());
  } else explorer.openDoors();
  performance.mark("explorer-ready");
}

start();
