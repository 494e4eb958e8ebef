// The study of a packed block: genes, contrasts, samples, asked by gene (its row) and contrast.

import { decimalOf, isMissing, toHundredths } from "./numbers.js";

const NORMAL_975 = 1.959963984540054;

export class Study {
  constructor({ meta, arrays }) {
    this.meta = meta;
    this.arrays = arrays;
    this.count = meta.ids.length;
    this.ids = meta.ids;
    this.names = meta.symbols.map((symbol, i) => symbol || meta.ids[i]);
    this.contrasts = meta.contrasts.map((told, place) => new Contrast(this, told, place));
    this.cellRows = rowsOf(arrays.cellGene);
    this.quartileRows = rowsOf(arrays.quartileGene);
  }

  // Text of a column of few texts; empty where there is none.
  level(name, i) {
    return this.meta.levels[name][this.arrays[name][i]];
  }

  decimal(name, i) {
    return decimalOf(this.arrays[`${name}.m`][i], this.arrays[`${name}.e`][i]);
  }

  has(name) {
    return name in this.arrays || `${name}.m` in this.arrays;
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
    const { groups } = this.meta;
    const all = stretched(this.arrays.quartiles, this.arrays.quartileEnds, row, groups.length * 5);
    return groups.map((_, group) => all.slice(group * 5, group * 5 + 5));
  }
}

const rowsOf = (genes) => new Map(Array.from(genes, (gene, row) => [gene, row]));

function stretched(steps, ends, row, width) {
  const [low, high] = [ends[2 * row] / 100, ends[2 * row + 1] / 100];
  return Array.from({ length: width }, (_, j) =>
    low + (steps[row * width + j] / 255) * (high - low));
}

export class Contrast {
  constructor(study, told, place) {
    Object.assign(this, told);
    this.study = study;
    this.place = place;
    this.known = {};
    const own = `${place}/`;
    this.arrays = Object.fromEntries(
      Object.entries(study.arrays)
        .filter(([name]) => name.startsWith(own))
        .map(([name, array]) => [name.slice(own.length), array]));
    this.hanging = new Map();
    (this.arrays.hangingGene ?? []).forEach((gene, k) => {
      const samples = this.hanging.get(gene) ?? [];
      samples.push(study.meta.samples[this.arrays.hangingSample[k]]);
      this.hanging.set(gene, samples);
    });
  }

  has(name) {
    return name in this.arrays || `${name}.m` in this.arrays;
  }

  level(name, i) {
    return this.levels[name][this.arrays[name][i]];
  }

  // A number kept in whole steps, and one kept as mantissa and exponent; NaN where missing.
  whole(name, i) {
    const codes = this.arrays[name];
    return isMissing(codes, i) ? NaN : codes[i];
  }

  decimal(name, i) {
    return decimalOf(this.arrays[`${name}.m`][i], this.arrays[`${name}.e`][i]);
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

  // Log2 fold changes, for the axis; all at once.
  get changes() {
    this.known.changes ??= Float32Array.from(
      { length: this.study.count }, (_, i) => this.change(i));
    return this.known.changes;
  }

  // Value of -log10 of the p-value that decides, for the axis; all at once.
  get heights() {
    const [mantissa, exponent] = ["m", "e"].map((part) => this.arrays[`${this.column}.${part}`]);
    this.known.heights ??= Float32Array.from(mantissa, (m, i) =>
      (m === 0 ? NaN : m === 1 ? 324 : -Math.log10(m) - exponent[i]));
    return this.known.heights;
  }
}
