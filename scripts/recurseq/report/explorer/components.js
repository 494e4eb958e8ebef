// The samples on two principal components, coloured by a column of the sheet that is chosen.

import { element, tellBeside } from "./parts.js";
import { canvasPen, colours } from "./pens.js";
import { axes, frameOf, nearest, scaled, withRoom } from "./scatter.js";

const SIZE = 4;
const GLYPHS = ["\u25cf", "\u25b2", "\u25a0", "\u25c6"];
const UNKNOWN = "unknown";

// Colour and shape of a level, different for the first 32: the shapes move on with each round of
// colours.
export function markOf(code, palette) {
  return { colour: palette[code % palette.length],
    shape: (code + Math.floor(code / palette.length)) % GLYPHS.length };
}

function drawMark(pen, x, y, { colour, shape }) {
  const s = SIZE;
  if (shape === 0) pen.dots([x, y], s, colour);
  else if (shape === 1) pen.shape([x - s, y + s, x + s, y + s, x, y - s], colour);
  else if (shape === 2) pen.shape([x - s, y - s, x + s, y - s, x + s, y + s, x - s, y + s], colour);
  else pen.shape([x - s - 1, y, x, y - s - 1, x + s + 1, y, x, y + s + 1], colour);
}

class Components {
  constructor(root, data) {
    Object.assign(this, { root, data });
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.canvas = this.part("canvas");
    ["across", "upward"].forEach((name, place) => {
      this.part(name).replaceChildren(...data.components.map((one, k) => new Option(one, String(k))));
      this.part(name).value = String(Math.min(place, data.components.length - 1));
    });
    this.part("column").replaceChildren(
      ...data.columns.map(({ title }, k) => new Option(title, String(k))));
    for (const name of ["across", "upward", "column"]) {
      this.part(name).addEventListener("change", () => this.show());
    }
    this.canvas.addEventListener("pointermove", (event) => this.meet(event));
    this.canvas.addEventListener("pointerleave", () => { this.part("hint").hidden = true; });
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.show();
  }

  chosen(name) {
    return Number(this.part(name).value);
  }

  get column() {
    return this.data.columns[this.chosen("column")];
  }

  show() {
    const { levels, codes, colours: palette, explains, title } = this.column;
    const entries = levels.map((name, code) => [name, markOf(code, palette), code]);
    if (codes.includes(-1)) entries.push([UNKNOWN, null, -1]);
    this.part("levels").replaceChildren(...entries.map(([name, mark, code]) => {
      const glyph = element("span", { ariaHidden: "true",
        textContent: `${mark ? GLYPHS[mark.shape] : "\u25cb"} ` });
      if (mark) glyph.style.color = mark.colour;
      return element("li", {}, glyph, `${name} `, element("small", {
        textContent: `n = ${codes.filter((one) => one === code).length}` }));
    }));
    const names = [...new Set([this.chosen("across"), this.chosen("upward")])]
      .map((k) => this.data.components[k]);
    this.part("says").textContent = `Adjusted R\u00b2 of ${title}: ${names.map((name) =>
      `${explains[name] ?? "not tested"} of ${name}`).join(", ")}.`;
    this.canvas.setAttribute("aria-label", `Samples on ${names.join(" and ")}, coloured by ${title}: `
      + `${entries.map(([name, , code]) =>
        `${name}, ${codes.filter((one) => one === code).length} samples`).join("; ")}.`);
    this.draw();
  }

  draw() {
    const [x, y] = [this.chosen("across"), this.chosen("upward")];
    const { scores, components, shares, flagged } = this.data;
    const { codes, colours: palette } = this.column;
    const paint = colours();
    const pen = canvasPen(this.canvas);
    const frame = frameOf(pen);
    const plot = { xEnds: withRoom(scores[x]), yEnds: withRoom(scores[y]), clipped: [false, false],
      xName: `${components[x]} (${shares[x]} of the variance)`,
      yName: `${components[y]} (${shares[y]})` };
    const place = scaled(plot, frame);
    axes(pen, plot, frame, place, paint);
    this.places = { X: [], Y: [] };
    codes.forEach((code, i) => {
      const [left, top] = place(scores[x][i], scores[y][i]);
      this.places.X.push(left);
      this.places.Y.push(top);
      if (code < 0) pen.dots([left, top], SIZE, paint.quiet, true);
      else drawMark(pen, left, top, markOf(code, palette));
      if (flagged[i]) pen.dots([left, top], SIZE + 4, paint.ink, true);
    });
  }

  meet(event) {
    const i = nearest(this.places, event.offsetX, event.offsetY);
    const { levels, codes, title } = this.column;
    const { samples, flagged } = this.data;
    tellBeside(this.part("hint"), i < 0 ? "" : `${samples[i]}: ${title} `
      + `${levels[codes[i]] ?? UNKNOWN}${flagged[i] ? "; flagged" : ""}`, event, this.canvas);
  }
}

function startComponents() {
  const root = document.getElementById("components");
  const data = document.getElementById("components-data");
  root.hidden = false;
  document.documentElement.classList.add("componented");
  new Components(root, JSON.parse(data.content.textContent));
  data.remove();
}

if (document.getElementById("components")) startComponents();
