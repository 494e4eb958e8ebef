// Volcano and MA: every gene of a contrast as a point, in a frame that one gene cannot stretch.

const MARGIN = { left: 46, right: 14, top: 18, bottom: 40 };
// Share of the genes, and of p-values their number, that may lie far beyond the end of an axis: a
// gene without a count on one side has any fold change, one with a small p-value has to be seen.
const SHARE_BEYOND = 0.002;
const MOST_BEYOND = 5;
const ROOM = 0.06; // of what an axis spans, around its values
const NEAR = 12; // pixels around the pointer in which a gene is met
const MOST_NAMED = 12;
const GONE = -1e4;

// End of an axis: the largest value, or less where few genes lie far beyond the others.
export function endOf(values, least, most = Infinity) {
  const sizes = new Float64Array(values.length);
  let known = 0;
  for (const x of values) if (x === x) sizes[known++] = Math.abs(x);
  if (!known) return least;
  const sorted = sizes.subarray(0, known).sort();
  const largest = sorted[known - 1];
  const beyond = Math.min(most, Math.ceil(SHARE_BEYOND * (known - 1)));
  const inner = sorted[known - 1 - beyond] * 1.3;
  return Math.max(least, largest > 1.25 * inner ? inner : largest * 1.03);
}

// Steps of an axis: 1, 2 or 5 times a power of ten, about `wanted` of them.
export function ticks(low, high, wanted = 6) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * power).find((k) => k >= rough);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toFixed(9)));
}

// What a plot shows of a contrast: values of both axes, their ends, and their names.
export function volcano(contrast) {
  const x = contrast.changes;
  const y = contrast.heights;
  return { kind: "volcano", title: "Volcano", x, y, clipped: [true, true],
    xEnds: symmetric(endOf(x, 1)), yEnds: [0, endOf(y, 3, MOST_BEYOND)], xName: "log2 fold change",
    yName: `\u2212log10 ${contrast.column}` };
}

export function meanAgainstChange(contrast) {
  const { arrays } = contrast.study;
  const [m, e] = [arrays["baseMean.m"], arrays["baseMean.e"]];
  const y = contrast.changes;
  let [low, high] = [Infinity, -Infinity];
  const x = Float32Array.from(m, (digits, i) => {
    if (digits <= 1 || Number.isNaN(y[i])) return NaN;
    const log = Math.log10(digits) + e[i];
    low = Math.min(low, log);
    high = Math.max(high, log);
    return log;
  });
  if (low > high) [low, high] = [0, 1];
  return { kind: "ma", title: "MA", x, y, clipped: [false, true], xEnds: [low, high + 0.1],
    yEnds: symmetric(endOf(y, 1)), xName: "log10 of the mean count", yName: "log2 fold change" };
}

// Ends of an axis that holds values with some room around them, at least so much.
export function withRoom(values, least = 0) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = Math.max((high - low) * ROOM, least) || ROOM;
  return [low - room, high + room];
}

const symmetric = (end) => [-end, end];

// Draw a plot with a pen. Returns where each gene stands, and how many lie beyond the frame.
export function drawScatter(pen, plot, { ways, shown, named, selected, limits, colours, names }) {
  const frame = frameOf(pen);
  const place = scaled(plot, frame);
  const [X, Y] = [new Float32Array(ways.length), new Float32Array(ways.length)];
  const layers = { faint: [], up: [], down: [] };
  const beyond = { faint: [], up: [], down: [] };
  let outside = 0;
  for (let i = 0; i < ways.length; i += 1) {
    const [a, b] = [plot.x[i], plot.y[i]];
    if (!(a === a && b === b)) {
      X[i] = GONE;
      continue;
    }
    const [x, y, out] = place(a, b);
    X[i] = x;
    Y[i] = y;
    const layer = !ways[i] || (shown && !shown.has(i)) ? "faint" : ways[i] > 0 ? "up" : "down";
    if (out) {
      outside += 1;
      beyond[layer].push(x, y, ...out);
    } else layers[layer].push(x, y);
  }
  axes(pen, plot, frame, place, colours);
  guides(pen, plot, frame, place, limits, colours);
  for (const layer of ["faint", "down", "up"]) {
    pen.dots(layers[layer], layer === "faint" ? 1.1 : 1.7, colours[layer]);
    triangles(pen, beyond[layer], colours[layer]);
  }
  const taken = [];
  if (selected >= 0 && X[selected] !== GONE) {
    pen.dots([X[selected], Y[selected]], 6, colours.ink, true);
    label(pen, names[selected], X[selected], Y[selected], frame, colours.ink, taken, true);
  }
  const marked = named.filter((i) => X[i] !== GONE && i !== selected).slice(0, MOST_NAMED);
  marked.forEach((i) => {
    pen.dots([X[i], Y[i]], 4, colours.ink, true);
    label(pen, names[i], X[i], Y[i], frame, colours.ink, taken);
  });
  return { X, Y, outside };
}

// Where the axes of a plot stand.
export const frameOf = (pen) => ({ left: MARGIN.left, right: pen.width - MARGIN.right,
  top: MARGIN.top, bottom: pen.height - MARGIN.bottom });

// From values to pixels; a value beyond an end stands on it, with the way in which it lies out.
export function scaled(plot, frame) {
  const [[x0, x1], [y0, y1]] = [plot.xEnds, plot.yEnds];
  return (a, b) => {
    const x = Math.min(Math.max(a, x0), x1);
    const y = Math.min(Math.max(b, y0), y1);
    return [frame.left + ((x - x0) / (x1 - x0)) * (frame.right - frame.left),
      frame.bottom - ((y - y0) / (y1 - y0)) * (frame.bottom - frame.top),
      (plot.clipped[1] && y !== b) || (plot.clipped[0] && x !== a)
        ? [Math.sign(a - x), Math.sign(b - y)] : null];
  };
}

// Each point to where its gene lies.
function triangles(pen, points, colour) {
  for (let k = 0; k < points.length; k += 4) {
    const [x, y, right, up] = points.slice(k, k + 4);
    if (up) pen.shape([x - 4, y + 3 * up, x + 4, y + 3 * up, x, y - 4 * up], colour);
    else pen.shape([x - 3 * right, y - 4, x - 3 * right, y + 4, x + 4 * right, y], colour);
  }
}

export function axes(pen, plot, frame, place, colours) {
  const { left, right, top, bottom } = frame;
  for (const tick of ticks(...plot.xEnds)) {
    const [x] = place(tick, plot.yEnds[0]);
    pen.line(x, bottom, x, bottom + 4, colours.quiet);
    pen.text(x, bottom + 17, tickText(tick), colours.quiet, { anchor: "middle", size: 11 });
  }
  for (const tick of ticks(...plot.yEnds, 5)) {
    const [, y] = place(plot.xEnds[0], tick);
    pen.line(left - 4, y, left, y, colours.quiet);
    pen.text(left - 7, y + 4, tickText(tick), colours.quiet, { anchor: "end", size: 11 });
  }
  pen.line(left, top, left, bottom, colours.quiet);
  pen.line(left, bottom, right, bottom, colours.quiet);
  pen.text((left + right) / 2, bottom + 34, plot.xName, colours.ink, { anchor: "middle" });
  pen.text(13, (top + bottom) / 2, plot.yName, colours.ink, { anchor: "middle", turned: true });
}

const tickText = (tick) => String(tick).replace("-", "\u2212");

// The thresholds as broken lines.
function guides(pen, plot, frame, place, { padj, change }, colours) {
  const dash = { dash: [4, 4] };
  const [[x0, x1], [y0, y1]] = [plot.xEnds, plot.yEnds];
  const across = (y) => {
    const [, at] = place(x0, y);
    if (y > y0 && y < y1) pen.line(frame.left, at, frame.right, at, colours.quiet, dash);
  };
  const along = (x) => {
    const [at] = place(x, y0);
    if (x > x0 && x < x1) pen.line(at, frame.top, at, frame.bottom, colours.quiet, dash);
  };
  if (plot.kind === "ma") {
    [...new Set([0, change, -change])].forEach(across);
    return;
  }
  across(-Math.log10(padj));
  if (change > 0) [change, -change].forEach(along);
}

// A name beside its point, where no other name stands; none where there is no such place.
function label(pen, name, x, y, frame, colour, taken, bold = false) {
  const size = bold ? 13 : 11.5;
  const width = name.length * size * 0.66;
  const first = x > frame.left + 0.7 * (frame.right - frame.left) ? -1 : 1;
  for (const [side, below] of [[first, -6], [first, 14], [-first, -6], [-first, 14]]) {
    const start = side > 0 ? x + 9 : x - 9 - width;
    const base = Math.max(y + below, frame.top);
    const box = [start, base - size, start + width, base + 2];
    const free = taken.every(([a, b, c, d]) => box[0] > c || box[2] < a || box[1] > d || box[3] < b);
    if (free && (bold || (box[0] > frame.left && box[2] < frame.right))) {
      taken.push(box);
      pen.text(side > 0 ? start : x - 9, base, name, colour,
        { anchor: side > 0 ? "start" : "end", bold, size });
      return;
    }
  }
}

// The gene nearest to a point, or -1.
export function nearest({ X, Y }, x, y) {
  let [best, least] = [-1, NEAR ** 2];
  for (let i = 0; i < X.length; i += 1) {
    const distance = (X[i] - x) ** 2 + (Y[i] - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

// The next gene from `start` to the left or right (`dx`) or up or down (`dy`), among `rows`.
export function neighbour({ X, Y }, rows, start, dx, dy) {
  let [best, least] = [start, Infinity];
  for (const i of rows) {
    if (i === start || X[i] === GONE) continue;
    const along = dx ? (X[i] - X[start]) * dx : (Y[i] - Y[start]) * dy;
    const aside = dx ? Math.abs(Y[i] - Y[start]) : Math.abs(X[i] - X[start]);
    const far = along + 2 * aside;
    if (along > 0 && far < least) [best, least] = [i, far];
  }
  return best;
}
