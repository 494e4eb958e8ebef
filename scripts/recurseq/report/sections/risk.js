"use strict";
// The calculator of a risk model: the formulas of recurseq.risk on the numbers of model.json. It
// asks for nothing from elsewhere and keeps nothing.

const NORMAL_975 = 1.959963984540054;
const SLIDER = 1000; // steps of a slider
const SCALES = {
  none: [(x) => x, (x) => x],
  log2: [Math.log2, (x) => 2 ** x],
  log10: [Math.log10, (x) => 10 ** x],
  log: [Math.log, Math.exp],
  sqrt: [Math.sqrt, (x) => x * x],
};

function splineOf(x, knots) {
  const cube = (knot) => Math.max(x - knot, 0) ** 3;
  const [last, before] = [knots.at(-1), knots.at(-2)];
  const bends = knots.slice(0, -2).map((knot) =>
    cube(knot) - (cube(before) * (last - knot)) / (last - before)
      + (cube(last) * (before - knot)) / (last - before));
  return [x, ...bends.map((bend) => bend / (last - knots[0]) ** 2)];
}

function columnsOf(rule, values) {
  if (rule.kind === "interaction") {
    const [one, other] = rule.crossed.map((part) => columnsOf(part, values));
    return rule.pairs.map(([i, j]) => one[i] * other[j]);
  }
  const value = values[rule.name];
  if (rule.kind === "levels") {
    return rule.levels.slice(1).map((level) => Number(level === value));
  }
  const x = SCALES[rule.scale][0](value);
  return rule.kind === "spline" ? splineOf(x, rule.knots) : [x];
}

const dot = (one, other) => one.reduce((sum, x, i) => sum + x * other[i], 0);
const quadratic = (matrix, x) => dot(matrix.map((row) => dot(row, x)), x);
const expit = (x) => 1 / (1 + Math.exp(-x));

// Linear predictor, risk and 95 % interval of a patient, as recurseq.risk.risk_model has them.
function riskOf(model, values) {
  const columns = model.rules.flatMap((rule) => columnsOf(rule, values));
  if (model.kind === "logistic") {
    const linear = model.intercept + dot(columns, model.coefficients);
    const half = NORMAL_975 * Math.sqrt(quadratic(model.covariance, [1, ...columns]));
    return { linear, risk: expit(linear), lower: expit(linear - half), upper: expit(linear + half) };
  }
  const { hazard, means, variance } = model.baseline;
  const moved = columns.map((x, i) => x - model.centre[i]);
  const linear = dot(moved, model.coefficients);
  const change = moved.map((x, i) => hazard * x - means[i]);
  const half = (NORMAL_975 * Math.sqrt(variance + quadratic(model.covariance, change))) / hazard;
  const risk = (at) => -Math.expm1(-hazard * Math.exp(at));
  return { linear, risk: risk(linear), lower: risk(linear - half), upper: risk(linear + half) };
}

// What stands against a value; nothing where the model knows patients with it.
function problemOf(model, name, text) {
  const span = model.ranges[name];
  if (text.trim() === "") return `${name}: not given`;
  if (typeof span[0] === "string") {
    return span.includes(text) ? "" : `${name}: ${text} is no known level`;
  }
  const value = Number(text);
  if (!Number.isFinite(value)) return `${name}: ${text} is no number`;
  const inside = span[0] <= value && value <= span[1];
  return inside ? "" : `${name}: ${text} lies outside ${span[0]} to ${span[1]}, `
    + "the patients that the model was made with";
}

function valueOf(model, name, text) {
  return typeof model.ranges[name][0] === "string" ? text : Number(text);
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

function show(box, model) {
  const fields = [...box.querySelectorAll("[data-variable]")];
  const texts = Object.fromEntries(fields.map((field) => [field.dataset.variable, field.value]));
  const problems = fields.map((field) => {
    const name = field.dataset.variable;
    // A number field hides what is no number.
    const text = field.validity.badInput ? "what was typed" : field.value;
    return problemOf(model, name, text);
  });
  fields.forEach((field, i) => {
    const wrong = problems[i] !== "" && !problems[i].endsWith("not given");
    field.setAttribute("aria-invalid", String(wrong));
  });
  const told = box.querySelector("[data-told]");
  const output = box.querySelector("output");
  const list = problems.filter((problem) => problem !== "");
  told.replaceChildren(...list.map((problem) => {
    const item = document.createElement("li");
    item.textContent = problem;
    return item;
  }));
  ["risk", "lower", "upper", "linear", "points"].forEach((key) => delete output.dataset[key]);
  if (list.length) {
    output.textContent = "No risk is told yet.";
    return;
  }
  const values = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, valueOf(model, name, text)]));
  const found = riskOf(model, values);
  const points = (found.linear - model.points.zero) / model.points.step;
  Object.entries({ ...found, points }).forEach(([key, x]) => { output.dataset[key] = String(x); });
  const strong = document.createElement("strong");
  strong.textContent = percent(found.risk);
  output.replaceChildren(strong, ` (95 % interval ${percent(found.lower)} to ${percent(found.upper)});`
    + ` linear predictor ${found.linear.toFixed(4)}, ${points.toFixed(1)} points`);
}

// A slider moves on the scale of the term; its field takes a round number within the range.
function connect(model, slider, field, changed) {
  const name = field.dataset.variable;
  const rule = model.rules.find((one) => one.name === name);
  const [forth, back] = SCALES[rule.scale];
  const [low, high] = model.ranges[name];
  const [from, to] = [forth(low), forth(high)];
  const whole = model.whole.includes(name);
  slider.addEventListener("input", () => {
    const exact = back(from + (slider.value / SLIDER) * (to - from));
    const round = whole ? Math.round(exact) : Number(exact.toPrecision(3));
    field.value = String(Math.min(Math.max(round, low), high));
    changed();
  });
  field.addEventListener("input", () => {
    const place = (forth(Number(field.value)) - from) / (to - from);
    if (Number.isFinite(place)) slider.value = String(Math.round(SLIDER * place));
  });
}

function start(box) {
  const model = JSON.parse(box.dataset.model);
  const changed = () => show(box, model);
  box.querySelectorAll("[data-variable]").forEach((field) => {
    field.addEventListener("input", changed);
    const slider = field.parentElement.querySelector("input[type=range]");
    if (slider) connect(model, slider, field, changed);
  });
  box.hidden = false;
  box.parentElement.querySelector("[data-without]").hidden = true;
  changed();
}

if (typeof document !== "undefined") document.querySelectorAll("[data-model]").forEach(start);
