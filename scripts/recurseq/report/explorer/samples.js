// A gene in the samples: a point each, by group, with the median; or quartiles.

import { frameOf, ticks, withRoom } from "./scatter.js";

const SPREAD = 0.62; // of a group's width
const HASH = 2654435761;
const LONGEST = 20;
const LINE = 14;

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

// Values of each group, in the order of the groups; a sample keeps its name.
export function byGroup(study, i) {
  const cells = study.expression(i);
  if (!cells) return null;
  return study.meta.groups.map((group, code) => ({
    group,
    samples: cells.flatMap((value, j) => (study.arrays.group[j] === code
      ? [{ value, name: study.meta.samples[j], j }] : [])),
  })).filter((one) => one.samples.length);
}

// What is drawn, in words, for those who do not see it.
export function inWords(study, i) {
  const groups = byGroup(study, i);
  const name = study.names[i];
  if (groups) {
    const parts = groups.map(({ group, samples }) =>
      `${group}: ${samples.length} samples, median ${median(samples.map((s) => s.value)).toFixed(1)}`);
    return `${name}, variance-stabilised counts. ${parts.join("; ")}.`;
  }
  const quartiles = study.quartiles(i);
  if (!quartiles) return `${name} has no expression in the model.`;
  const parts = study.meta.groups.map((group, k) => `${group}: median ${quartiles[k][2].toFixed(1)}`);
  return `${name}, variance-stabilised counts, quartiles. ${parts.join("; ")}.`;
}

// Draw a gene's samples. Returns the points, to be met by a pointer.
export function drawSamples(pen, study, i, colours) {
  const groups = byGroup(study, i);
  const quartiles = groups ? null : study.quartiles(i);
  if (!groups && !quartiles) {
    pen.text(16, 28, "Not in the model: no expression is shown.", colours.quiet);
    return [];
  }
  const names = groups ? groups.map((one) => one.group) : study.meta.groups;
  const values = groups ? groups.flatMap((one) => one.samples.map((s) => s.value)) : quartiles.flat();
  const whole = frameOf(pen);
  const width = (whole.right - whole.left) / names.length;
  // Long names stand in two lines in turn, with room for two widths.
  const turns = names.some((name) => name.length > lettersIn(width)) && names.length > 2 ? 2 : 1;
  const below = (turns - 1) * LINE;
  const frame = { ...whole, bottom: whole.bottom - below };
  const [low, high] = withRoom(values, 0.05);
  const y = (value) => frame.bottom - ((value - low) / (high - low)) * (frame.bottom - frame.top);
  axis(pen, frame, low, high, y, colours);
  const points = [];
  names.forEach((name, k) => {
    const centre = frame.left + (k + 0.5) * width;
    const colour = study.meta.colours[study.meta.groups.indexOf(name) % study.meta.colours.length];
    if (groups) {
      const { samples } = groups[k];
      for (const { value, name: sample, j } of samples) {
        const aside = (((j * HASH) >>> 8) % 1000) / 1000 - 0.5;
        const x = centre + aside * Math.min(width * SPREAD, 90);
        pen.dots([x, y(value)], 3, colour);
        points.push({ x, y: y(value), words: `${sample}: ${value.toFixed(2)}` });
      }
      const middle = y(median(samples.map((s) => s.value)));
      const half = width * 0.28;
      pen.line(centre - half, middle, centre + half, middle, colours.ink, { width: 2 });
    } else box(pen, quartiles[k].map(y), centre, Math.min(width * 0.3, 40), colour, colours);
    pen.text(centre, frame.bottom + 17 + (k % turns) * LINE, fitted(name, turns * width), colours.ink,
      { anchor: "middle", size: 11 });
    if (groups) {
      pen.text(centre, frame.bottom + 31 + below, `n = ${groups[k].samples.length}`, colours.quiet,
        { anchor: "middle", size: 11 });
    }
  });
  return points;
}

const lettersIn = (width) => Math.max(4, Math.min(LONGEST, Math.floor(width / 6.6)));

function fitted(name, width) {
  const most = lettersIn(width);
  const text = name.replaceAll("_", " ");
  return text.length > most ? `${text.slice(0, most - 1)}\u2026` : text;
}

function axis(pen, frame, low, high, y, colours) {
  for (const tick of ticks(low, high, 5)) {
    pen.line(frame.left, y(tick), frame.right, y(tick), colours.line);
    pen.text(frame.left - 7, y(tick) + 4, String(tick), colours.quiet, { anchor: "end", size: 11 });
  }
  pen.text(13, (frame.top + frame.bottom) / 2, "Variance-stabilised count", colours.ink,
    { anchor: "middle", turned: true });
}

function box(pen, [least, lower, middle, upper, most], centre, half, colour, colours) {
  pen.line(centre, least, centre, most, colour, { width: 2 });
  pen.shape([centre - half, lower, centre + half, lower, centre + half, upper, centre - half, upper],
    colour);
  pen.line(centre - half, middle, centre + half, middle, colours.ink, { width: 2 });
}
