import { decompress as unzstd } from 'fzstd';

/** Bytes of one record batch after decompression. Kafka's brokers take 1 MB by default. */
const mostBytes = 256 * 2 ** 20;

const damaged = (what: string) => new Error(`A batch of the topic is damaged: ${what}.`);

/** Collects output, and copies from what it has. Its size is bounded before it is believed. */
class Output {
  #bytes: Buffer;
  length = 0;

  constructor(expected: number) {
    if (expected > mostBytes) throw damaged(`it announces ${expected} bytes`);
    this.#bytes = Buffer.allocUnsafe(Math.max(expected, 64));
  }

  append(source: Buffer, from: number, length: number): void {
    if (from + length > source.length) throw damaged('it ends too early');
    this.#reserve(length);
    source.copy(this.#bytes, this.length, from, from + length);
    this.length += length;
  }

  /** Copies `length` bytes that lie `distance` before the end. Both may overlap. */
  repeat(distance: number, length: number, floor = 0): void {
    if (distance === 0 || this.length - distance < floor) throw damaged('it points before its beginning');
    this.#reserve(length);
    const bytes = this.#bytes;
    for (let at = this.length; at < this.length + length; at += 1) bytes[at] = bytes[at - distance]!;
    this.length += length;
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  #reserve(more: number): void {
    const needed = this.length + more;
    if (needed > mostBytes) throw damaged(`it is larger than ${mostBytes} bytes`);
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }
}

const xerial = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);

/** Snappy, as one block or in the framing of Java's snappy (xerial), which Kafka's own clients write. */
export function decompressSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, xerial.length).equals(xerial)) return snappyBlock(bytes);
  const blocks: Buffer[] = [];
  let total = 0;
  for (let at = 16; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw damaged('it ends too early');
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw damaged('it ends too early');
    const block = snappyBlock(bytes.subarray(at + 4, end));
    total += block.length;
    if (total > mostBytes) throw damaged(`it is larger than ${mostBytes} bytes`);
    blocks.push(block);
    at = end;
  }
  return Buffer.concat(blocks);
}

function snappyBlock(bytes: Buffer): Buffer {
  let at = 0;
  let expected = 0;
  for (let shift = 0; ; shift += 7) {
    if (at >= bytes.length || shift > 28) throw damaged('it has no length');
    const byte = bytes[at++]!;
    expected += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const out = new Output(expected);
  while (at < bytes.length) at = snappyElement(bytes, at, out);
  if (out.length !== expected) throw damaged('its length is wrong');
  return out.take();
}

const little = (bytes: Buffer, at: number, length: number): number => {
  if (at + length > bytes.length) throw damaged('it ends too early');
  return bytes.readUIntLE(at, length);
};

/** Reads a literal or a copy, and returns the place behind it. */
function snappyElement(bytes: Buffer, from: number, out: Output): number {
  const tag = bytes[from]!;
  const at = from + 1;
  const high = tag >> 2;
  switch (tag & 3) {
    case 0: {
      const size = high < 60 ? 0 : high - 59;
      const length = (size === 0 ? high : little(bytes, at, size)) + 1;
      out.append(bytes, at + size, length);
      return at + size + length;
    }
    case 1:
      out.repeat(((tag >> 5) << 8) | little(bytes, at, 1), (high & 7) + 4);
      return at + 1;
    case 2:
      out.repeat(little(bytes, at, 2), high + 1);
      return at + 2;
    default:
      out.repeat(little(bytes, at, 4), high + 1);
      return at + 4;
  }
}

const lz4Magic = 0x184d2204;

/** An LZ4 frame. Checksums are not compared: Kafka has its own for each batch. */
export function decompressLz4(bytes: Buffer): Buffer {
  if (little(bytes, 0, 4) !== lz4Magic) throw damaged('it is no LZ4 frame');
  const flags = little(bytes, 4, 1);
  const [isIndependent, hasBlockSum, hasSize, hasDictionary] = [32, 16, 8, 1].map(
    (bit) => (flags & bit) !== 0,
  );
  let at = 6 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0) + 1;
  const out = new Output(4 * bytes.length);
  for (;;) {
    const size = little(bytes, at, 4);
    at += 4;
    if (size === 0) return out.take();
    const length = size % 2 ** 31;
    if (size >= 2 ** 31) out.append(bytes, at, length);
    else lz4Block(bytes, at, at + length, out, isIndependent ? out.length : 0);
    at += length + (hasBlockSum ? 4 : 0);
  }
}

function lz4Block(bytes: Buffer, from: number, end: number, out: Output, floor: number): void {
  if (end > bytes.length) throw damaged('it ends too early');
  let at = from;
  /** A length of four bits goes on in further bytes. */
  const lengthOf = (bits: number): number => {
    let length = bits;
    for (let more = bits === 15 ? 255 : 0; more === 255; ) {
      more = little(bytes, at++, 1);
      length += more;
    }
    return length;
  };
  while (at < end) {
    const token = bytes[at++]!;
    const literals = lengthOf(token >> 4);
    out.append(bytes, at, literals);
    at += literals;
    if (at >= end) return;
    const distance = little(bytes, at, 2);
    at += 2;
    out.repeat(distance, lengthOf(token & 15) + 4, floor);
  }
}

export const decompressZstd = (bytes: Buffer): Buffer => Buffer.from(unzstd(bytes));
