// What is asked for: filters as menus, thresholds as sliders whose steps hold the study's own rule.

import { element } from "./parts.js";

const LEVELS = [1e-50, 1e-20, 1e-10, 1e-8, 1e-6, 1e-5, 1e-4, 0.001, 0.005, 0.01, 0.05, 0.1, 0.2,
  0.3, 0.5, 1];
const CHANGES = Array.from({ length: 51 }, (_, k) => k / 10);
const MEANS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];
const SUPPORT = { confirmed: "confirmed", unconfirmed: "not confirmed",
  carried_by_few: "carried by few samples" };

const stepsWith = (steps, own) => [...new Set([...steps, own])].sort((a, b) => a - b);

// Steps of the three sliders for a contrast, and where its rule stands on them.
export function stepsOf(contrast) {
  const steps = { padj: stepsWith(LEVELS, contrast.alpha),
    change: stepsWith(CHANGES, contrast.minAbsLfc), mean: MEANS };
  return { steps, own: { padj: contrast.alpha, change: contrast.minAbsLfc, mean: 0 } };
}

const SIGNS = { padj: "<", change: "\u2265", mean: "\u2265" };
const limitText = (value) => (value !== 0 && value < 0.001 ? value.toExponential(0) : String(value));

export class Controls {
  constructor(root, study, changed) {
    this.root = root;
    this.study = study;
    this.changed = changed;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.sliders = ["padj", "change", "mean"];
    this.filters = ["show", "support", "set", "pattern", "type"];
    for (const name of this.filters) this.part(name).addEventListener("change", changed);
    this.part("panel").addEventListener("change", changed);
    for (const name of this.sliders) {
      this.part(name).addEventListener("input", () => {
        this.tellSlider(name);
        changed();
      });
    }
    this.part("reset").addEventListener("click", () => {
      this.toRule();
      changed();
    });
    this.part("clear").addEventListener("click", () => {
      this.clear();
      changed();
    });
    this.fill("pattern", "any pattern", study.meta.levels.pattern.filter(Boolean));
    this.fill("type", "any type", study.meta.levels.gene_type.filter(Boolean));
    this.part("panel").closest("label").hidden = !study.arrays.panel.includes(1);
  }

  fill(name, any, codes, words = {}) {
    this.part(name).replaceChildren(new Option(any, ""),
      ...codes.map((code) => new Option(words[code] ?? code.replaceAll("_", " "), code)));
    this.part(name).closest("label").hidden = codes.length === 0;
  }

  // Take up a contrast: its rule, its sets, its evidence.
  take(contrast) {
    this.contrast = contrast;
    Object.assign(this, stepsOf(contrast));
    const supports = contrast.has("support") ? contrast.levels.support : [];
    this.keeping("support", () => this.fill("support", "any support",
      Object.keys(SUPPORT).filter((code) => supports.includes(code)), SUPPORT));
    this.keeping("set", () => this.fillSets(contrast.sets), "");
    this.toRule();
  }

  // Fill a menu anew; what was chosen stays where it is there still.
  keeping(name, fill, wish = this.part(name).value) {
    fill();
    this.part(name).value = [...this.part(name).options].some((o) => o.value === wish) ? wish : "";
  }

  fillSets(sets) {
    const groups = new Map();
    sets.forEach((one, place) => {
      const options = groups.get(one.collection) ?? [];
      options.push(new Option(`${one.set.replaceAll("_", " ")} (${one.direction === "none"
        ? "not called" : one.direction}; ${one.about})`, String(place)));
      groups.set(one.collection, options);
    });
    this.part("set").replaceChildren(new Option("any gene set", ""),
      ...[...groups].map(([name, options]) => element("optgroup", { label: name }, ...options)));
    this.part("set").closest("label").hidden = sets.length === 0;
  }

  toRule() {
    for (const name of this.sliders) {
      this.part(name).max = String(this.steps[name].length - 1);
      this.part(name).value = String(this.steps[name].indexOf(this.own[name]));
      this.tellSlider(name);
    }
  }

  tellSlider(name) {
    const slider = this.part(name);
    const value = this.steps[name][Number(slider.value)];
    const text = `${SIGNS[name]} ${limitText(value)}`;
    slider.setAttribute("aria-valuetext", text);
    slider.closest("label").querySelector("output").textContent = text;
  }

  clear() {
    for (const name of this.filters) this.part(name).value = "";
    this.part("panel").checked = false;
  }

  get limits() {
    return Object.fromEntries(this.sliders.map((name) =>
      [name, this.steps[name][Number(this.part(name).value)]]));
  }

  get isRule() {
    const { limits } = this;
    return this.sliders.every((name) => limits[name] === this.own[name]);
  }

  get asked() {
    const chosen = Object.fromEntries(this.filters.map((name) => [name, this.part(name).value]));
    return { ...chosen, panel: this.part("panel").checked };
  }

  get isFiltered() {
    return Object.values(this.asked).some(Boolean);
  }
}
