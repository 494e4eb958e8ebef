// The study of a packed block: genes, contrasts, samples, asked by gene (its row) and contrast.

import {
  allToHundredths, decimalOf, isMissing, negatives, toHundredths, uncut, undiffered,
} from "./numbers.js";
import { ranked } from "./choose.js";
import { lazily } from "./parts.js";

const QUARTILE_STEPS = 20;
const NORMAL_975 = 1.959963984540054;

// Columns of genes, asked by gene: those of a study and those of a contrast.
class Columns {
  constructor(arrays, levels) {
    this.arrays = arrays;
    this.levels = levels;
  }

  has(name) {
    return name in this.arrays || `${name}.m` in this.arrays;
  }

  // Text of a column of few texts; empty where there is none.
  level(name, i) {
    return this.levels[name][this.arrays[name][i]];
  }

  // A number kept as mantissa and exponent; NaN where missing.
  decimal(name, i) {
    return decimalOf(this.arrays[`${name}.m`][i], this.arrays[`${name}.e`][i]);
  }
}

export class Study extends Columns {
  constructor({ meta, arrays }) {
    super(arrays, meta.levels);
    this.meta = meta;
    this.ids = idsOf(meta.ids, arrays);
    this.count = this.ids.length;
    this.names = meta.symbols.map((symbol, i) => symbol || this.ids[i]);
    this.contrasts = meta.contrasts.map((told, place) => new Contrast(this, told, place));
    this.cellRows = rowsOf(arrays.cellGene);
    this.quartileRows = rowsOf(arrays.quartileGene);
  }

  // Expression of a gene in every sample, in the order of meta.samples; null where it is not kept.
  expression(i) {
    const row = this.cellRows.get(i);
    if (row === undefined) return null;
    return stretched(this.arrays.cells, this.arrays.cellEnds, row, this.meta.samples.length);
  }

  // Smallest value, quartiles and largest value of every group; null where there are none.
  quartiles(i) {
    const row = this.quartileRows.get(i);
    if (row === undefined) return null;
    const many = this.quartileRows.size;
    let middle = 0;
    return this.meta.groups.map((_, group) => {
      const [moved, ...up] = Array.from({ length: 5 }, (__, part) =>
        this.arrays.quartiles[(group * 5 + part) * many + row]);
      middle += moved;
      const least = middle - up[0] - up[1];
      return up.reduce((all, step) => [...all, all.at(-1) + step], [least])
        .map((step) => step / QUARTILE_STEPS);
    });
  }
}

// Identifiers that are alike stand as numbers (recurseq.report.explorer.identifiers).
export function idsOf(told, { idSteps, idEnding }) {
  if (Array.isArray(told)) return told;
  let number = 0;
  return Array.from(idSteps, (step, i) => {
    number += step;
    return told.start + String(number).padStart(told.digits, "0") + told.endings[idEnding[i]];
  });
}

const rowsOf = (genes) => new Map(Array.from(genes, (gene, row) => [gene, row]));

function stretched(steps, ends, row, width) {
  const [low, high] = [ends[2 * row] / 100, ends[2 * row + 1] / 100];
  return Array.from({ length: width }, (_, j) =>
    low + (steps[row * width + j] / 255) * (high - low));
}

export class Contrast extends Columns {
  constructor(study, told, place) {
    super(arraysOf(study.arrays, `${place}/`), told.levels);
    Object.assign(this, told);
    this.study = study;
    this.place = place;
    lazily(this, "hanging", () => this.allHanging());
    lazily(this, "changes", () => this.allChanges());
    lazily(this, "heights", () => this.allHeights());
    lazily(this, "ranking", () => ranked(this));
  }

  // Gene to the samples without which its call would end or be made.
  allHanging() {
    const hanging = new Map();
    (this.arrays.hangingGene ?? []).forEach((gene, k) => {
      const samples = hanging.get(gene) ?? [];
      samples.push(this.study.meta.samples[this.arrays.hangingSample[k]]);
      hanging.set(gene, samples);
    });
    return hanging;
  }

  // A number kept in whole steps; NaN where missing.
  whole(name, i) {
    const codes = this.arrays[name];
    return isMissing(codes, i) ? NaN : codes[i];
  }

  // Log2 fold change, cut to thousandths.
  change(i) {
    return this.whole("log2FoldChange", i) / 1000;
  }

  // Ends of the 95 % interval, in whole hundredths.
  interval(i) {
    const centre = this.whole("log2FoldChange", i) / 10;
    const half = NORMAL_975 * this.whole("lfcSE", i);
    return [Math.floor(centre - half + 0.5) + this.whole("lowerShift", i),
      Math.floor(centre + half + 0.5) + this.whole("upperShift", i)];
  }

  changeShown(i) {
    return toHundredths(this.whole("log2FoldChange", i));
  }

  // Rows of the leading edge of a set, by its place in `sets`.
  genesOfSet(place) {
    const { setGenes, setEnds } = this.arrays;
    return setGenes.slice(place ? setEnds[place - 1] : 0, setEnds[place]);
  }

  // Log2 fold changes, for the axis.
  allChanges() {
    const changes = new Float32Array(this.study.count);
    for (let i = 0; i < changes.length; i += 1) changes[i] = this.change(i);
    return changes;
  }

  // Values of -log10 of the p-value that decides, for the axis.
  allHeights() {
    const [mantissa, exponent] = ["m", "e"].map((part) => this.arrays[`${this.column}.${part}`]);
    return Float32Array.from(mantissa, (m, i) =>
      (m === 0 ? NaN : m === 1 ? 324 : -Math.log10(m) - exponent[i]));
  }
}

// Arrays of one contrast, each made when it is first asked for: what is written as a difference
// becomes whole (recurseq.report.explorer.contrast_data).
function arraysOf(all, own) {
  const arrays = {};
  const whole = (name) => all[own + name];
  for (const name of Object.keys(all).filter((key) => key.startsWith(own))) {
    lazily(arrays, name.slice(own.length), () => all[name]);
  }
  lazily(arrays, "log2FoldChange", () => uncut(whole("log2FoldChange")));
  lazily(arrays, "negative", () => negatives(whole("log2FoldChange")));
  lazily(arrays, "changeShown", () => allToHundredths(arrays.log2FoldChange));
  for (const [name, base] of Object.entries(DIFFERENCES)) {
    if (own + name in all) lazily(arrays, name, () => undiffered(whole(name), arrays[base]));
  }
  return arrays;
}

const DIFFERENCES = { shrunkenLog2FoldChange: "changeShown", voomLog2FoldChange: "changeShown",
  aucLower: "auc", aucUpper: "auc" };
