// From coded numbers (recurseq.report.explorer.numbers) to values and to the texts of the page.

export const MISSING = "NA";
const MINUS = "\u2212";
const RAISED = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
const ZERO_CODE = 1;
const SMALLEST = { 1: -128, 2: -32768, 4: -2147483648 };

const missingOf = (codes) => SMALLEST[codes.BYTES_PER_ELEMENT];
export const isMissing = (codes, i) => codes[i] === missingOf(codes);

// Numbers that were cut and kept their sign (numbers.signed_cut), without it: -1 becomes 0.
export function uncut(codes) {
  const missing = missingOf(codes);
  return codes.map((code) => (code < 0 && code !== missing ? code + 1 : code));
}

// Of such numbers: 1 for one below 0.
export function negatives(codes) {
  const missing = missingOf(codes);
  return Uint8Array.from(codes, (code) => (code < 0 && code !== missing ? 1 : 0));
}

// Numbers written as differences (numbers.differences), whole.
export function undiffered(codes, base) {
  const [missing, without] = [missingOf(codes), missingOf(base)];
  const whole = new Int32Array(codes.length);
  for (let i = 0; i < whole.length; i += 1) {
    whole[i] = codes[i] === missing ? SMALLEST[4] : codes[i] + (base[i] === without ? 0 : base[i]);
  }
  return whole;
}

const raised = (power) => (power < 0 ? "\u207b" : "")
  + [...String(Math.abs(power))].map((digit) => RAISED[digit]).join("");

// A whole number of hundredths, with two decimals; nothing is rounded to "-0.00".
export function hundredths(whole, minus = MINUS) {
  const size = Math.abs(whole);
  const text = `${Math.floor(size / 100)}.${String(size % 100).padStart(2, "0")}`;
  return whole < 0 ? minus + text : text;
}

// Thousandths that were cut, rounded to hundredths.
export const toHundredths = (cut) => Math.sign(cut) * Math.floor((Math.abs(cut) + 5) / 10);

// Such thousandths all at once; a missing one stays missing.
export function allToHundredths(codes) {
  const missing = missingOf(codes);
  return codes.map((code) => (code === missing ? code : toHundredths(code)));
}

export const grouped = (whole) => String(whole).replace(/\B(?=(\d{3})+$)/g, ",");

// A number written as mantissa × 10^exponent in two arrays.
export function decimalOf(mantissa, exponent) {
  if (mantissa === 0) return NaN;
  return mantissa === ZERO_CODE ? 0 : Number(`${mantissa}e${exponent}`);
}

const digitsOf = (mantissa) => String(mantissa).length;

// Mantissa and exponent with fewer digits, rounded; the mantissa was cut, so halves round up.
export function shorter(mantissa, exponent, digits) {
  const spare = digitsOf(mantissa) - digits;
  if (spare <= 0) return [mantissa, exponent];
  const step = 10 ** spare;
  const short = Math.floor((mantissa + step / 2) / step);
  return short < 10 ** digits ? [short, exponent + spare] : [short / 10, exponent + spare + 1];
}

// A p-value as the page writes it: three decimals, or two digits and a power of ten below 0.001.
// One that is kept with two digits shows these two.
export function probability(mantissa, exponent) {
  if (mantissa === 0) return MISSING;
  if (mantissa === ZERO_CODE) return `< 10${raised(-300)}`;
  const digits = digitsOf(mantissa);
  const leading = exponent + digits - 1;
  if (leading >= -3) {
    if (digits < 4) return Number(`${mantissa}e${exponent}`).toFixed(Math.min(1 - leading, 4));
    const step = 10 ** -(exponent + 3);
    return (Math.floor(mantissa / step + 0.5) / 1000).toFixed(3);
  }
  const [short, power] = shorter(mantissa, exponent, 2);
  return `${Math.floor(short / 10)}.${short % 10} \u00d7 10${raised(power + 1)}`;
}

// A mean count with three digits: 22.2, 1,230.
export function level(mantissa, exponent) {
  if (mantissa === 0) return MISSING;
  if (mantissa === ZERO_CODE) return "0";
  const [short, power] = shorter(mantissa, exponent, 3);
  if (power >= 0) return grouped(short * 10 ** power);
  return Number(`${short}e${power}`).toFixed(Math.min(-power, 12));
}

// For files: digits as kept, a plain point and minus, and powers as 1e-5.
export function plainDecimal(mantissa, exponent) {
  const value = decimalOf(mantissa, exponent);
  if (Number.isNaN(value)) return MISSING;
  return value === 0 ? "0" : String(Number(value.toPrecision(4)));
}

// A value that is held against a limit, written so that it does not look equal to a limit that it
// is not equal to: then it is cut, not rounded.
export const beside = (short, cutText, value, limit) => (
  value !== limit && Number(short) === limit ? cutText : short);
