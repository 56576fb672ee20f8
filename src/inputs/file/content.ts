import type { Millis } from '../../model.ts';
import { isTail, tailLength } from './fingerprint.ts';
import type { Candidate, Known } from './matching.ts';
import { isNamedAfter } from './names.ts';
import { type OpenFile, openFile, readAt } from './open-file.ts';

/** A copy that is shorter than what was read of its original is one only so soon after the original was cut. */
const cutLately: Millis = 60_000;

/**
 * Whether a candidate's bytes are those that were read of a known file: the bytes before the position or, where the candidate
 * ends before it, its own last bytes beside those of the file. A compressed candidate is compared when it is read.
 */
export async function contentFits(
  handle: OpenFile,
  candidate: Candidate,
  { state }: Known,
  isPresent: boolean,
  now: Millis,
): Promise<boolean> {
  const { size, path, gzip } = candidate;
  if (gzip) return true;
  if (size >= state.offset) return isTail(state.tail, await bytesAt(handle, state.offset, state.tail.length));
  if (isPresent) return sameEnd(handle, state.path, size);
  const { goneSince = now } = state;
  return path !== state.path && isNamedAfter(path, state.path) && now - goneSince < cutLately;
}

const bytesAt = (handle: OpenFile, end: number, length: number): Promise<Buffer> =>
  readAt(handle, Buffer.allocUnsafe(length), length, end - length);

async function sameEnd(handle: OpenFile, path: string, size: number): Promise<boolean> {
  const other = await openFile(path).catch(() => undefined);
  if (other === undefined) return false;
  try {
    const length = Math.min(size, tailLength);
    const [one, two] = [await bytesAt(handle, size, length), await bytesAt(other, size, length)];
    return one.equals(two);
  } finally {
    await other.close();
  }
}

/** Whether the last line has no end yet. A newline has one byte or two. */
export async function endsInLine(handle: OpenFile, size: number): Promise<boolean> {
  const last = await bytesAt(handle, size, Math.min(2, size));
  return size > 0 && last.at(-1) !== 0x0a && !(last.at(-1) === 0 && last.at(-2) === 0x0a);
}
