// Which genes are shown: filters, thresholds, and the order of the table.

const ALL = "";

// Order of numbers written as mantissa and exponent, with four digits: larger is larger.
const STEP = 10000;
const orderOf = (m, e) => (m === 1 ? -Infinity : e * STEP + m);

function orderOfNumber(value) {
  if (value === 0) return -Infinity;
  const [digits, power] = value.toExponential(3).split("e");
  return orderOf(Math.round(Number(digits) * 1000), Number(power) - 3);
}

// Direction of every gene at given thresholds (1 up, -1 down, 0 for one that does not pass), and
// how many go up and down. A limit that is the study's own is asked of the table itself (`met`), as
// it may have more digits than the page keeps.
export function passing(contrast, { padj, change, mean }) {
  const { arrays, study } = contrast;
  const [m, e] = ["m", "e"].map((part) => arrays[`${contrast.column}.${part}`]);
  const [meanM, meanE] = ["m", "e"].map((part) => study.arrays[`baseMean.${part}`]);
  const { log2FoldChange, met, negative } = arrays;
  const ownLevel = padj === contrast.alpha;
  const ownChange = contrast.minAbsLfc > 0 && change === contrast.minAbsLfc;
  const [below, least, leastMean] = [orderOfNumber(padj), Math.round(change * 1000),
    orderOfNumber(mean)];
  const ways = new Int8Array(study.count);
  let [up, down] = [0, 0];
  for (let i = 0; i < ways.length; i += 1) {
    if (m[i] === 0) continue;
    if (ownLevel ? !(met[i] & 1) : !(orderOf(m[i], e[i]) < below)) continue;
    if (ownChange ? !(met[i] & 2) : Math.abs(log2FoldChange[i]) < least) continue;
    if (mean > 0 && (meanM[i] === 0 || orderOf(meanM[i], meanE[i]) < leastMean)) continue;
    ways[i] = negative[i] ? -1 : 1;
    if (negative[i]) down += 1;
    else up += 1;
  }
  return { ways, up, down };
}

const SHOWN = {
  called: (contrast, i) => contrast.arrays.called[i] !== 0,
  up: (contrast, i) => contrast.arrays.called[i] > 0,
  down: (contrast, i) => contrast.arrays.called[i] < 0,
  passing: (contrast, i, ways) => ways[i] !== 0,
};

// Rows that pass every filter. `found` are the rows that were searched for, or null.
export function chosen(contrast, filters, ways, found) {
  const { study } = contrast;
  const tests = [];
  const { show, support, panel, set, pattern, type } = filters;
  if (show !== ALL) tests.push((i) => SHOWN[show](contrast, i, ways));
  if (support !== ALL) tests.push((i) => contrast.level("support", i) === support);
  if (panel) tests.push((i) => study.arrays.panel[i] === 1);
  if (pattern !== ALL) tests.push((i) => study.level("pattern", i) === pattern);
  if (type !== ALL) tests.push((i) => study.level("gene_type", i) === type);
  if (set !== ALL) {
    const genes = new Set(contrast.genesOfSet(Number(set)));
    tests.push((i) => genes.has(i));
  }
  const rows = [];
  const ask = (i) => { if (tests.every((test) => test(i))) rows.push(i); };
  if (found) found.forEach(ask);
  else for (let i = 0; i < study.count; i += 1) ask(i);
  return Uint32Array.from(rows);
}

// Order rows by a column; missing values last, whatever the direction.
export function ordered(rows, column, direction) {
  const values = new Map(Array.from(rows, (i) => [i, column.value(i)]));
  const compare = (a, b) => {
    const [x, y] = [values.get(a), values.get(b)];
    if (typeof x === "string") return direction * (x < y ? -1 : x > y ? 1 : 0) || a - b;
    const [noX, noY] = [Number.isNaN(x), Number.isNaN(y)];
    if (noX || noY) return noX - noY || a - b;
    return direction * (x - y) || a - b;
  };
  return rows.slice().sort(compare);
}

// The clearest genes first: as every list of the report, by the p-value that decides, then by the
// other one.
export function strongestFirst(rows, contrast) {
  const wanted = new Uint8Array(contrast.study.count);
  for (const i of rows) wanted[i] = 1;
  return contrast.ranking.filter((i) => wanted[i]);
}

// All genes in this order. Numbers that hold the first p-value and the row are sorted without a
// function, which would take ten times as long; then those alike in the first by the second.
export function ranked(contrast) {
  const [first, second] = [contrast.column, "pvalue"].map((name) => ordersOf(contrast, name));
  const keys = first.map((order, i) => order * ROWS + i).sort();
  const rows = Uint32Array.from(keys, (key) => key - Math.floor(key / ROWS) * ROWS);
  for (let start = 0, end = 0; start < rows.length; start = end) {
    while (end < rows.length && first[rows[end]] === first[rows[start]]) end += 1;
    if (end - start > 1) {
      rows.subarray(start, end).sort((a, b) => second[a] - second[b] || a - b);
    }
  }
  return rows;
}

const ROWS = 2 ** 24; // more than there are genes
const BEYOND = 2 ** 24; // an order beyond that of any number: for 0, and for a missing one

function ordersOf(contrast, name) {
  const [m, e] = ["m", "e"].map((part) => contrast.arrays[`${name}.${part}`]);
  const orders = new Float64Array(m.length);
  for (let i = 0; i < orders.length; i += 1) {
    orders[i] = m[i] === 0 ? BEYOND : Math.max(-BEYOND, orderOf(m[i], e[i]));
  }
  return orders;
}
