// Columns of the table: what they are called, how they sort, what is shown and what is written.

import {
  MISSING, hundredths, isMissing, level, plainDecimal, probability,
} from "./numbers.js";

function ofHundredths(source, name, title, hint) {
  const codes = source.arrays[name];
  const text = (i, minus) => (isMissing(codes, i) ? MISSING : hundredths(codes[i], minus));
  return { key: name, title, hint, number: true,
    value: (i) => (isMissing(codes, i) ? NaN : codes[i]),
    shown: (i) => text(i), written: (i) => text(i, "-") };
}

function ofDecimal(source, name, title, hint, shown) {
  const [m, e] = ["m", "e"].map((part) => source.arrays[`${name}.${part}`]);
  return { key: name, title, hint, number: true, value: (i) => source.decimal(name, i),
    shown: (i) => shown(m[i], e[i]), written: (i) => plainDecimal(m[i], e[i]) };
}

function ofText(key, title, hint, text) {
  return { key, title, hint, number: false, value: text, written: (i) => text(i) || MISSING,
    shown: (i) => text(i).replaceAll("_", " ") };
}

function ofChange(contrast) {
  const missing = (i) => Number.isNaN(contrast.change(i));
  const text = (i, minus) => (missing(i) ? MISSING : hundredths(contrast.changeShown(i), minus));
  return { key: "log2FoldChange", title: "log2 fold change", number: true,
    hint: "Maximum-likelihood estimate; above 0 is higher in the numerator.",
    value: (i) => contrast.change(i), shown: (i) => text(i), written: (i) => text(i, "-") };
}

// The columns that a contrast has. The first names the gene.
export function columnsOf(contrast) {
  const { study } = contrast;
  const columns = [
    { key: "gene", title: "Gene", hint: "Symbol and identifier.", number: false,
      value: (i) => study.names[i].toUpperCase(), shown: (i) => study.names[i] },
    ofDecimal(study, "baseMean", "Mean count", "Mean normalised count over all samples.", level),
    ofChange(contrast),
    ofHundredths(contrast, "lfcSE", "SE", "Standard error of the log2 fold change."),
  ];
  if (contrast.has("shrunkenLog2FoldChange")) {
    columns.push(ofHundredths(contrast, "shrunkenLog2FoldChange", "Shrunken",
      "Log2 fold change shrunken towards 0; decides no call."));
  }
  columns.push(ofDecimal(contrast, "pvalue", "p-value", "Of the Wald test.", probability),
    ofDecimal(contrast, "padj", "padj", "Adjusted p-value of the Wald test.", probability));
  if (contrast.has("padjThreshold")) {
    columns.push(ofDecimal(contrast, "padjThreshold", "padj, threshold",
      "Adjusted p-value of the test against the fold change asked for; it decides.", probability));
  }
  if (contrast.has("auc")) {
    columns.push(ofHundredths(contrast, "auc", "AUC",
      "Chance that a sample of the numerator is higher than one of the denominator."));
  }
  if (contrast.has("support")) {
    columns.push(ofText("support", "Support", "What stands behind the call.", (i) => {
      const word = contrast.level("support", i);
      return word === "none" ? "" : word;
    }));
  }
  if (study.meta.levels.pattern.length > 1) {
    columns.push(ofText("pattern", "Pattern", "What the gene does over the groups.",
      (i) => study.level("pattern", i)));
  }
  if (study.meta.levels.gene_type.length > 1) {
    columns.push(ofText("gene_type", "Type", "Of the annotation.",
      (i) => study.level("gene_type", i)));
  }
  return columns;
}
