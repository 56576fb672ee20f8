const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const hex = Buffer.from('0123456789abcdef');

/** 1 for each byte that JSON text has to escape. Bytes of multi-byte characters are copied. */
export const isEscaped = new Uint8Array(256).map((_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
);

/** The longest encoding of one byte, in bytes: `\u0000`. */
export const longestEscape = 6;

/** Copies `source[from, to)`, which is UTF-8, as the inside of a JSON text to `bytes` at `start`. Returns the place behind it. */
export function putEscaped(bytes: Buffer, source: Buffer, from: number, to: number, start: number): number {
  let at = start;
  for (let i = from; i < to; i += 1) {
    const byte = source[i]!;
    if (isEscaped[byte] === 0) {
      bytes[at] = byte;
      at += 1;
    } else at = putEscape(bytes, byte, at);
  }
  return at;
}

function putEscape(bytes: Buffer, byte: number, at: number): number {
  bytes[at] = BACKSLASH;
  if (byte === QUOTE || byte === BACKSLASH) {
    bytes[at + 1] = byte;
    return at + 2;
  }
  bytes.write('u00', at + 1, 'latin1');
  bytes[at + 4] = hex[byte >> 4]!;
  bytes[at + 5] = hex[byte & 15]!;
  return at + longestEscape;
}
