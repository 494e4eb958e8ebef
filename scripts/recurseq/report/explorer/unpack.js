// The packed block of recurseq.report.explorer.block: base64, gzip, a description, then arrays.

const KINDS = {
  i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array,
};
const ALIGNED = 8;
const next = (place) => place + ((ALIGNED - (place % ALIGNED)) % ALIGNED);

function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
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

// What a block holds: { meta, arrays }, arrays by name.
export async function unpack(text) {
  const packed = new Blob([bytesOf(text)]).stream();
  const plain = packed.pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(plain).arrayBuffer());
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const meta = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const arrays = {};
  let place = next(4 + length);
  for (const [name, [kind, size]] of Object.entries(meta.arrays)) {
    arrays[name] = numbersOf(bytes, place, kind, size);
    place = next(place + size * KINDS[kind].BYTES_PER_ELEMENT);
  }
  return { meta, arrays };
}
