// What `recurseq explain` says of a gene, from the fragments of recurseq.report.gene_words.

import {
  beside, grouped, hundredths, isMissing, level, probability, shorter,
} from "./numbers.js";

const FIELD = /\{(\w+)\}/g;
const SAMPLES_NAMED = 5;

// Fill a sentence; a fragment with an unknown field is left out, and without the first nothing is
// said. As recurseq.report.gene_words.say.
export function say(fragments, values) {
  const known = (part) => [...part.matchAll(FIELD)].every(([, name]) => values[name] !== undefined);
  if (!known(fragments[0])) return "";
  return fragments.filter(known).map((part) =>
    part.replace(FIELD, (_, name) => values[name])).join("");
}

const few = (names) => names.slice(0, SAMPLES_NAMED).map((name) => `'${name}'`).join(", ")
  + (names.length > SAMPLES_NAMED ? ` and ${names.length - SAMPLES_NAMED} more` : "");

const PROBABILITIES = ["pvalue", "padj", "pvalueThreshold", "padjThreshold", "voomPadj",
  "wilcoxonPadj"];
const HUNDREDTHS = ["lfcSE", "shrunkenLog2FoldChange", "auc", "aucLower", "aucUpper",
  "voomLog2FoldChange"];

function valuesOf(contrast, i) {
  const { arrays, study } = contrast;
  const values = { numerator: contrast.numerator, denominator: contrast.denominator ?? undefined,
    filterThreshold: contrast.filterThreshold };
  for (const name of PROBABILITIES) {
    if (`${name}.m` in arrays && arrays[`${name}.m`][i] !== 0) {
      values[name] = probability(arrays[`${name}.m`][i], arrays[`${name}.e`][i]);
    }
  }
  for (const name of HUNDREDTHS) {
    if (name in arrays && !isMissing(arrays[name], i)) values[name] = hundredths(arrays[name][i]);
  }
  if ("topTwoShare" in arrays && !isMissing(arrays.topTwoShare, i)) {
    values.topTwoShare = String(arrays.topTwoShare[i]);
  }
  if (!isMissing(arrays.log2FoldChange, i)) {
    const shown = hundredths(contrast.changeShown(i));
    const size = Math.abs(contrast.change(i));
    values.log2FoldChange = shown;
    values.times = `about ${grouped(Number((2 ** size).toPrecision(2)))}`;
    values.absoluteChange = beside(
      hundredths(Math.abs(contrast.changeShown(i))), size.toFixed(3), size, contrast.minAbsLfc);
  }
  values.direction = arrays.called[i] > 0 ? "up" : "down";
  values.note = contrast.level("note", i) || "it has no p-value";
  values.baseMean = level(study.arrays["baseMean.m"][i], study.arrays["baseMean.e"][i]);
  const empty = "emptyGroup" in arrays ? contrast.level("emptyGroup", i) : "";
  if (empty) values.emptyGroup = empty.split(";").join(" and ");
  const samples = contrast.hanging.get(i);
  if (samples) Object.assign(values, { many: String(samples.length), samples: few(samples) });
  besideAlpha(contrast, i, values);
  return values;
}

// An adjusted p-value just below or above alpha is not written as alpha.
function besideAlpha(contrast, i, values) {
  const [m, e] = ["m", "e"].map((part) => contrast.arrays[`${contrast.column}.${part}`][i]);
  if (m <= 1) return;
  const [short, power] = shorter(m, e, 3);
  const cut = Number(`${m}e${e}`);
  if (Number(values[contrast.column]) === contrast.alpha && cut !== contrast.alpha) {
    values[contrast.column] = String(Number(`${short}e${power}`) === contrast.alpha
      ? cut : Number(`${short}e${power}`));
  }
}

// Word for the call, and the sentences on a gene in a contrast.
export function explained(contrast, i) {
  const { arrays, words } = contrast;
  const values = valuesOf(contrast, i);
  const called = arrays.called[i] !== 0;
  const status = contrast.level("status", i);
  const decided = status === "tested" ? words[`verdict.${arrays.met[i]}`]
    : words[`untested.${status}`] ?? words.untested;
  const told = [
    words[arrays.negative[i] ? "estimate.down" : "estimate.up"], words.pvalues, decided,
  ];
  if ("support" in arrays && values.voomLog2FoldChange !== undefined) {
    told.push(words[`support.${contrast.level("support", i) || "none"}`], words.area, words.share,
      words.empty);
    const many = values.many === "1" ? "one" : "several";
    told.push(words[`hanging.${called ? "called" : "other"}.${many}`]);
  }
  const word = called ? `called ${values.direction}` : "not called";
  return { word, sentences: told.map((fragments) => say(fragments, values)).filter(Boolean) };
}

// What is said of a gene in no contrast: panel, themes, pattern, omnibus test.
export function notesOf(study, i) {
  const notes = [...(study.meta.notes[i] ?? [])];
  const pattern = study.level("pattern", i);
  if (pattern) notes.push(`Pattern: ${pattern.replaceAll("_", " ")}.`);
  if (study.has("omnibusPvalue")) {
    const values = {};
    for (const name of ["omnibusPvalue", "omnibusPadj"]) {
      const m = study.arrays[`${name}.m`][i];
      if (m) values[name] = probability(m, study.arrays[`${name}.e`][i]);
    }
    notes.push(say(study.meta.omnibus, values));
  }
  return notes.filter(Boolean);
}
