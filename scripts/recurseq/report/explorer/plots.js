// The three plots: drawn anew when what they show changes, met by pointer and keyboard.

import { tellBeside } from "./parts.js";
import { canvasPen, colours, fits, svgPen } from "./pens.js";
import { byGroup, drawSamples, inWords } from "./samples.js";
import { drawScatter, meanAgainstChange, nearest, neighbour, volcano } from "./scatter.js";
import { grouped, hundredths, probability } from "./numbers.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const CLOSE = 10;

export class Plots {
  constructor(root, study, pick) {
    this.study = study;
    this.pick = pick;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.hint = this.part("hint");
    this.places = {};
    this.points = [];
    for (const name of ["volcano", "ma"]) this.listen(name);
    const samples = this.part("samples");
    samples.addEventListener("pointermove", (event) => this.meetSample(event));
    samples.addEventListener("pointerleave", () => this.tell(""));
  }

  listen(name) {
    const canvas = this.part(name);
    const met = (event) => nearest(this.places[name], event.offsetX, event.offsetY);
    canvas.addEventListener("pointermove", (event) => {
      const i = met(event);
      canvas.style.cursor = i < 0 ? "" : "pointer";
      this.tell(i < 0 ? "" : this.words(i), event, canvas);
    });
    canvas.addEventListener("pointerleave", () => this.tell(""));
    canvas.addEventListener("click", (event) => {
      const i = met(event);
      if (i >= 0) this.pick(i);
    });
    canvas.addEventListener("keydown", (event) => {
      const way = ARROWS[event.key];
      if (!way || !this.state.rows.length) return;
      event.preventDefault();
      const { selected, rows } = this.state;
      this.pick(selected < 0 ? rows[0] : neighbour(this.places[name], rows, selected, ...way));
    });
  }

  words(i) {
    const { contrast } = this.state;
    const [m, e] = ["m", "e"].map((part) => contrast.arrays[`${contrast.column}.${part}`][i]);
    return `${this.study.names[i]}: log2 fold change ${hundredths(contrast.changeShown(i))}, `
      + `${contrast.column} ${probability(m, e)}`;
  }

  meetSample(event) {
    const near = this.points.find((point) =>
      (point.x - event.offsetX) ** 2 + (point.y - event.offsetY) ** 2 < CLOSE ** 2);
    this.tell(near ? near.words : "", event, this.part("samples"));
  }

  tell(words, event, canvas) {
    tellBeside(this.hint, words, event, canvas);
  }

  // state: { contrast, rows, ways, limits, selected, asked }, where `asked` are genes to be named
  // and `narrowed` tells whether fewer than all genes are shown.
  show(state) {
    if (this.state?.contrast !== state.contrast) {
      this.volcano = volcano(state.contrast);
      this.ma = meanAgainstChange(state.contrast);
    }
    this.state = state;
    this.draw();
  }

  // Draw anew where a canvas has another size than was drawn.
  refit() {
    if (!["volcano", "ma", "samples"].every((name) => fits(this.part(name)))) this.draw();
  }

  draw() {
    const paint = colours();
    const outside = ["volcano", "ma"].map((name) => {
      this.places[name] = this.scatter(name, canvasPen(this.part(name)), paint);
      return this.places[name].outside;
    });
    this.part("beyond").textContent = outside.some(Boolean)
      ? `Triangles at the edge: genes beyond the axis (${outside[0]} and ${outside[1]}).` : "";
    this.drawGene(paint);
  }

  scatter(name, pen, paint) {
    const { rows, ways, narrowed, asked, selected, limits } = this.state;
    return drawScatter(pen, this[name], { ways, shown: narrowed ? new Set(rows) : null,
      named: asked, selected, limits, colours: paint, names: this.study.names });
  }

  drawGene(paint = colours()) {
    const canvas = this.part("samples");
    const { selected } = this.state;
    const pen = canvasPen(canvas);
    this.points = [];
    canvas.setAttribute("aria-label", selected < 0 ? "No gene is chosen."
      : inWords(this.study, selected));
    if (selected < 0) {
      pen.text(16, 28, "Choose a gene in a plot or the table.", paint.quiet);
      return;
    }
    this.points = drawSamples(pen, this.study, selected, paint);
    const whole = byGroup(this.study, selected) || !this.study.quartiles(selected);
    this.part("kept").textContent = whole ? "Each point is a sample; the line is the median."
      : "Box: quartiles; line: smallest to largest. To stay small this page keeps single samples "
        + `of ${grouped(this.study.cellRows.size)} genes: panel, called, leading edges, `
        + "omnibus test. All others: model.h5ad.";
  }

  // A plot as SVG.
  svg(name) {
    const paint = colours();
    const canvas = this.part(name);
    const pen = svgPen(canvas.clientWidth, canvas.clientHeight, paint.paper);
    const { contrast, selected } = this.state;
    const title = name === "samples" ? this.study.names[selected] ?? "" : contrast.title;
    pen.text(pen.width - 14, 12, title, paint.ink, { anchor: "end", size: 11, bold: true });
    if (name !== "samples") this.scatter(name, pen, paint);
    else if (selected >= 0) drawSamples(pen, this.study, selected, paint);
    return pen.source();
  }
}
