// The packed block of recurseq.report.explorer.block: base 85, gzip, a description, then arrays.

import { lazily } from "./parts.js";

const KINDS = {
  i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array,
};
const ALIGNED = 8;
const next = (place) => place + ((ALIGNED - (place % ALIGNED)) % ALIGNED);

// The alphabet of the block, in which &, < and > have other signs.
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=:?@^_`{|}~";
const PLACES = new Uint8Array(128);
[...DIGITS].forEach((digit, place) => { PLACES[digit.charCodeAt(0)] = place; });

// Five digits are four bytes; at the end fewer digits are one byte less than they are.
function bytesOf(text) {
  const bytes = new Uint8Array(Math.ceil(text.length / 5) * 4);
  const whole = text.padEnd((bytes.length / 4) * 5, DIGITS.at(-1));
  const digit = (k) => PLACES[whole.charCodeAt(k)];
  for (let k = 0, place = 0; place < bytes.length; k += 5, place += 4) {
    const number = (((digit(k) * 85 + digit(k + 1)) * 85 + digit(k + 2)) * 85
      + digit(k + 3)) * 85 + digit(k + 4);
    bytes[place] = number >>> 24;
    bytes[place + 1] = number >>> 16;
    bytes[place + 2] = number >>> 8;
    bytes[place + 3] = number;
  }
  return bytes.subarray(0, Math.floor((text.length * 4) / 5));
}

// Numbers of several bytes are written as planes: all first bytes, then all second bytes.
function numbersOf(bytes, place, kind, size) {
  const Kind = KINDS[kind];
  const width = Kind.BYTES_PER_ELEMENT;
  if (width === 1) return new Kind(bytes.buffer, bytes.byteOffset + place, size);
  const turned = new Uint8Array(size * width);
  for (let plane = 0; plane < width; plane += 1) {
    const start = place + plane * size;
    for (let i = 0; i < size; i += 1) turned[i * width + plane] = bytes[start + i];
  }
  return new Kind(turned.buffer);
}

// What a block holds: { meta, arrays }, arrays by name, each made when it is first asked for.
export async function unpack(text) {
  const packed = new Blob([bytesOf(text)]).stream();
  const plain = packed.pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(plain).arrayBuffer());
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const meta = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const arrays = {};
  let place = next(4 + length);
  for (const [name, [kind, size]] of Object.entries(meta.arrays)) {
    const start = place;
    lazily(arrays, name, () => numbersOf(bytes, start, kind, size));
    place = next(place + size * KINDS[kind].BYTES_PER_ELEMENT);
  }
  return { meta, arrays };
}
