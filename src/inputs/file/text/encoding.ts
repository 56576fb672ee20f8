import { type NewlineForm, oneByte, utf16be, utf16le } from './lines.ts';

/** How the bytes of a file become text. */
export interface TextForm {
  encoding: string;
  newline: NewlineForm;
  /** Bytes at the beginning of the file that only say how it is encoded. */
  markLength: number;
  /** The UTF-8 bytes of a line; absent where the line's own bytes are UTF-8 already. */
  toUtf8?: (bytes: Buffer) => Buffer;
}

const marks: { encoding: string; mark: Buffer }[] = [
  { encoding: 'utf-8', mark: Buffer.from([0xef, 0xbb, 0xbf]) },
  { encoding: 'utf-16le', mark: Buffer.from([0xff, 0xfe]) },
  { encoding: 'utf-16be', mark: Buffer.from([0xfe, 0xff]) },
];

/**
 * The form of a file's text: by the byte order mark at its head where there is one, else as configured. `auto` is UTF-8.
 * Lines are split on bytes before they are decoded, so no character is cut by the end of a read.
 */
export function textForm(configured: string, head: Buffer): TextForm {
  const found = marks.find(({ mark }) => head.subarray(0, mark.length).equals(mark));
  const encoding = found?.encoding ?? (configured === 'auto' ? 'utf-8' : nameOf(configured)!);
  const markLength = found?.mark.length ?? 0;
  if (encoding === 'utf-8') return { encoding, newline: oneByte, markLength };
  const newline = encoding === 'utf-16le' ? utf16le : encoding === 'utf-16be' ? utf16be : oneByte;
  const decode = decoderOf(encoding);
  return { encoding, newline, markLength, toUtf8: (bytes) => Buffer.from(decode(bytes)) };
}

/** The standard name of an encoding; undefined for one that nobody knows, and for those that hold more than lines of text. */
function nameOf(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

/** The characters of 0x80 to 0x9f in windows-1252; the others are those of Latin-1. */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const named1252 = (character: string) => windows1252[character.charCodeAt(0) - 0x80]!;

/** Node.js 20 to 23 decode windows-1252, which the standard also means by `latin1`, as if it were Latin-1. */
function decoderOf(encoding: string): (bytes: Buffer) => string {
  if (encoding === 'windows-1252')
    return (bytes) => bytes.toString('latin1').replace(/[\u0080-\u009f]/g, named1252);
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  return (bytes) => decoder.decode(bytes);
}
