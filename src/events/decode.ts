import type { Scalar } from '../model.ts';

const QUOTE = 0x22;

/** Node's own decoders, without the checks of `toString`. They are missing from its published types. */
type Slices = Buffer & {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
};

/** The text of a span, as a string of its own: a slice of a larger string would keep the whole block in memory. */
function textOf(bytes: Buffer, start: number, end: number, ascii: boolean): string {
  return ascii ? (bytes as Slices).latin1Slice(start, end) : (bytes as Slices).utf8Slice(start, end);
}

/** Decodes the content of a JSON string, without its quotes. The span must have been walked. */
export function decodeString(bytes: Buffer, start: number, end: number, ascii: boolean): string {
  const text = textOf(bytes, start, end, ascii);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}

/** Decodes a walked span that is neither an object nor an array. */
export function decodeScalar(bytes: Buffer, start: number, end: number, ascii: boolean): Scalar {
  switch (bytes[start]) {
    case QUOTE:
      return decodeString(bytes, start + 1, end - 1, ascii);
    case 0x74:
      return true;
    case 0x66:
      return false;
    case 0x6e:
      return null;
    default:
      return Number(textOf(bytes, start, end, true));
  }
}
