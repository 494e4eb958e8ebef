// One gene in every contrast: estimates with 95 % intervals on one scale, and what is said of each.

import { hundredths, probability } from "./numbers.js";
import { drawn, element } from "./parts.js";
import { endOf } from "./scatter.js";
import { explained } from "./words.js";

const WIDTH = 180;
const HEIGHT = 18;

// End of the shared scale: all estimates, and intervals as far as they do not stretch it.
export function scaleEnd(contrasts, i) {
  const ends = contrasts.flatMap((contrast) => contrast.interval(i)).map((x) => x / 100);
  const estimates = contrasts.map((contrast) => contrast.change(i));
  const most = Math.max(0.5, ...estimates.filter((x) => x === x).map(Math.abs));
  return Math.min(endOf(ends, 0.5), 2.5 * most);
}

function bar(contrast, i, end) {
  const place = (x) => WIDTH / 2 + (Math.max(-end, Math.min(end, x)) / end) * (WIDTH / 2 - 8);
  const middle = HEIGHT / 2;
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT,
    class: "forest-bar", "aria-hidden": "true" },
    drawn("line", { x1: WIDTH / 2, x2: WIDTH / 2, y1: 0, y2: HEIGHT, class: "zero" }));
  const change = contrast.change(i);
  if (Number.isNaN(change)) return svg;
  const [lower, upper] = contrast.interval(i).map((x) => x / 100);
  const way = contrast.arrays.called[i] > 0 ? "up" : contrast.arrays.called[i] < 0 ? "down" : "none";
  svg.append(drawn("line", { x1: place(lower), x2: place(upper), y1: middle, y2: middle, class: way }),
    drawn("circle", { cx: place(change), cy: middle, r: 4, class: way }));
  const arrow = (x, turn) => drawn("polygon", { class: way,
    points: `${x},${middle} ${x - 6 * turn},${middle - 4} ${x - 6 * turn},${middle + 4}` });
  if (lower < -end) svg.append(arrow(place(-end) - 4, -1));
  if (upper > end) svg.append(arrow(place(end) + 4, 1));
  return svg;
}

// Rows of the table: contrast, bar, numbers, verdict.
export function forestRows(study, i) {
  const end = scaleEnd(study.contrasts, i);
  return study.contrasts.map((contrast) => {
    const missing = Number.isNaN(contrast.change(i));
    const [lower, upper] = contrast.interval(i);
    const interval = missing ? "NA" : `${hundredths(lower)} to ${hundredths(upper)}`;
    const [m, e] = ["m", "e"].map((part) => contrast.arrays[`${contrast.column}.${part}`][i]);
    const [above, below] = contrast.sizes;
    return element("tr", {},
      element("th", { scope: "row" }, contrast.title,
        element("small", { textContent: above === null ? "" : ` ${above} v ${below} samples` })),
      element("td", {}, bar(contrast, i, end)),
      element("td", { className: "n strong",
        textContent: missing ? "NA" : hundredths(contrast.changeShown(i)) }),
      element("td", { className: "n quiet", textContent: interval }),
      element("td", { className: "n", textContent: probability(m, e) }),
      element("td", { className: "call", textContent: explained(contrast, i).word }));
  });
}

// What is said of the gene in each contrast; that of the chosen contrast stands open.
export function toldOf(study, i, chosen) {
  return study.contrasts.map((contrast) => {
    const { word, sentences } = explained(contrast, i);
    return element("details", { open: contrast === chosen },
      element("summary", { textContent: `${contrast.title}: ${word}` }),
      ...sentences.map((text) => element("p", { textContent: text })));
  });
}
