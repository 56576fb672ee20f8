import type { Column } from './column.ts';
import { ordinalArray } from './column-builder.ts';
import { StringTable } from './string-table.ts';

/**
 * The disk format of a column, the value of an entry in the database `columns`. All numbers are
 * little-endian.
 *
 * | offset | bytes | content |
 * | --- | --- | --- |
 * | 0 | 4 | kind: 0 number, 1 term, 2 text |
 * | 4 | 4 | number of parts, `n` |
 * | 8 | 4 `n` | length of each part in bytes |
 * | … | | padding to a multiple of 8, then the parts, each padded to a multiple of 8 |
 *
 * Parts by kind, in order:
 *
 * - number: `starts` (u32), `values` (f64), least and highest value (f64, f64)
 * - term: `starts` (u32), `ordinals` (u8, u16 or u32 by the number of terms), terms (UTF-8), their
 *   offsets (u32)
 * - text: tokens (UTF-8), their offsets (u32), offsets of postings (u32), docs (u16), frequencies
 *   (u8), lengths (u32)
 *
 * An empty `starts` means that no document has more than one value. There is no checksum: LMDB's
 * pages are trusted once `lmdb-js` opened the file.
 */
const kinds = ['number', 'term', 'text'] as const;

/** Lays the head and the padded parts out in one buffer. */
function join(kind: number, parts: (Uint8Array | undefined)[]): Buffer {
  const head = 8 + Math.ceil(parts.length / 2) * 8;
  const padded = parts.map((part) => Math.ceil((part?.byteLength ?? 0) / 8) * 8);
  const bytes = Buffer.alloc(padded.reduce((sum, length) => sum + length, head));
  bytes.writeUInt32LE(kind, 0);
  bytes.writeUInt32LE(parts.length, 4);
  let at = head;
  for (const [place, part] of parts.entries()) {
    bytes.writeUInt32LE(part?.byteLength ?? 0, 8 + place * 4);
    if (part) bytes.set(part, at);
    at += padded[place]!;
  }
  return bytes;
}

/** The bytes of a typed array, without a copy. */
const raw = (array: Uint8Array | Uint16Array | Uint32Array | Float64Array | undefined) =>
  array && new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** The column's bytes in the format above. */
export function encodeColumn(column: Column): Buffer {
  switch (column.kind) {
    case 'number':
      return join(0, [raw(column.starts), raw(column.values), raw(Float64Array.of(column.min, column.max))]);
    case 'term':
      return join(1, [
        raw(column.starts),
        raw(column.ordinals),
        column.terms.blob,
        raw(column.terms.offsets),
      ]);
    case 'text':
      return join(2, [
        column.tokens.blob,
        raw(column.tokens.offsets),
        raw(column.offsets),
        raw(column.docs),
        column.frequencies,
        raw(column.lengths),
      ]);
  }
}

/**
 * Reads the head and copies each part into memory of its own: a typed array must begin at a
 * multiple of its width, and a buffer of LMDB is only valid until the transaction ends.
 */
function split(bytes: Buffer): { kind: (typeof kinds)[number]; parts: ArrayBuffer[] } {
  const count = bytes.readUInt32LE(4);
  let at = 8 + Math.ceil(count / 2) * 8;
  const parts: ArrayBuffer[] = [];
  for (let place = 0; place < count; place++) {
    const length = bytes.readUInt32LE(8 + place * 4);
    const copy = new ArrayBuffer(length);
    new Uint8Array(copy).set(bytes.subarray(at, at + length));
    parts.push(copy);
    at += Math.ceil(length / 8) * 8;
  }
  return { kind: kinds[bytes.readUInt32LE(0)]!, parts };
}

const startsIn = (part: ArrayBuffer) => (part.byteLength > 0 ? new Uint32Array(part) : undefined);
const tableIn = (blob: ArrayBuffer, offsets: ArrayBuffer) =>
  new StringTable(Buffer.from(blob), new Uint32Array(offsets));

/** Reads ordinals at the width that `ordinalArray` gives for that many terms. */
function ordinalsIn(part: ArrayBuffer, terms: StringTable) {
  const like = ordinalArray(terms.size, 0);
  if (like instanceof Uint8Array) return new Uint8Array(part);
  return like instanceof Uint16Array ? new Uint16Array(part) : new Uint32Array(part);
}

/** Reads a column that `encodeColumn` wrote. The result does not refer to `bytes`. */
export function decodeColumn(bytes: Buffer): Column {
  const { kind, parts } = split(bytes);
  const [a, b, c, d, e, f] = parts as [
    ArrayBuffer,
    ArrayBuffer,
    ArrayBuffer,
    ArrayBuffer,
    ArrayBuffer,
    ArrayBuffer,
  ];
  if (kind === 'number') {
    const [min, max] = new Float64Array(c);
    return { kind, starts: startsIn(a), values: new Float64Array(b), min: min!, max: max! };
  }
  if (kind === 'term') {
    const terms = tableIn(c, d);
    return { kind, starts: startsIn(a), ordinals: ordinalsIn(b, terms), terms };
  }
  const tokens = tableIn(a, b);
  return {
    kind,
    tokens,
    offsets: new Uint32Array(c),
    docs: new Uint16Array(d),
    frequencies: new Uint8Array(e),
    lengths: new Uint32Array(f),
  };
}
