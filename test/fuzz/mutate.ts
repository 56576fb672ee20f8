import { between, pick, type Random } from '../../src/generator/random.ts';

/** Inputs are kept this short, so that whatever takes long on one takes long for no good reason. */
export const longest = 64 * 1024;

const odd = [0x00, 0x09, 0x0a, 0x0d, 0x1b, 0x20, 0x22, 0x27, 0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0x9b, 0xc0, 0xff];
const numbers = ['0', '-1', '1e999', '2147483648', '4294967295', '9007199254740993', '0.1', '-0', 'NaN'];
const brackets = ['(', '[', '{', '{"a":', '[[', 'not ', '"', '\\', '*', '.*', '- '];

type Change = (bytes: Buffer, random: Random, other: Buffer, words: readonly string[]) => Buffer;

const place = (bytes: Buffer, random: Random) => between(random, 0, bytes.length);
const splice = (bytes: Buffer, from: number, to: number, piece: Buffer) =>
  Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(to)]);

function stretch(bytes: Buffer, random: Random): [from: number, to: number] {
  const from = place(bytes, random);
  return [from, Math.min(bytes.length, from + between(random, 1, 2 ** between(random, 0, 9)))];
}

const flip: Change = (bytes, random) => {
  if (bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  copy[between(random, 0, bytes.length - 1)]! ^= 1 << between(random, 0, 7);
  return copy;
};
const overwrite: Change = (bytes, random) => {
  if (bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  copy[between(random, 0, bytes.length - 1)] = pick(random, odd);
  return copy;
};
const remove: Change = (bytes, random) => splice(bytes, ...stretch(bytes, random), Buffer.alloc(0));
const truncate: Change = (bytes, random) => bytes.subarray(0, place(bytes, random));
const insertWord: Change = (bytes, random, _, words) => {
  const at = place(bytes, random);
  const word = pick(random, words.length > 0 && random() < 0.8 ? words : numbers);
  return splice(bytes, at, at, Buffer.from(word));
};
const copyWithin: Change = (bytes, random) => {
  const at = place(bytes, random);
  return splice(bytes, at, at, bytes.subarray(...stretch(bytes, random)));
};
/** A piece many times over: what nests becomes deep, what backtracks takes its time. */
const repeat: Change = (bytes, random) => {
  const [from, to] = stretch(bytes, random);
  const piece = random() < 0.5 ? Buffer.from(pick(random, brackets)) : bytes.subarray(from, to);
  if (piece.length === 0) return bytes;
  const times = 2 ** between(random, 1, 15);
  const whole = Buffer.alloc(Math.min(longest, piece.length * times), piece);
  return splice(bytes, from, random() < 0.5 ? from : to, whole);
};
const cross: Change = (bytes, random, other) =>
  splice(bytes, ...stretch(bytes, random), other.subarray(...stretch(other, random)));
const widen: Change = (bytes, random) => {
  if (bytes.length < 4) return bytes;
  const copy = Buffer.from(bytes);
  const value = pick(random, [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, bytes.length, 65_536]);
  copy.writeUInt32BE(value, between(random, 0, bytes.length - 4));
  return copy;
};

const changes: readonly Change[] = [
  flip,
  overwrite,
  remove,
  truncate,
  insertWord,
  insertWord,
  copyWithin,
  repeat,
  cross,
  cross,
  widen,
];

/** Some changes to `bytes`; `other` lends pieces, `words` are those that the language under test knows. */
export function mutate(bytes: Buffer, random: Random, other: Buffer, words: readonly string[]): Buffer {
  let changed = bytes;
  for (let left = between(random, 1, 4); left > 0; left--)
    changed = pick(random, changes)(changed, random, other, words);
  return Buffer.from(changed.subarray(0, longest));
}
