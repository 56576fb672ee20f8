import type { Millis, Position } from '../model.ts';
import { headerAt, type Layout } from './layout.ts';

/** Deleted with one transaction at the most, so that no append waits long behind a deletion. */
export const TRIM_BATCH = 128;

interface Keep {
  /** Records after this position are never trimmed: a required reader has yet to commit them. */
  committed: Position;
  /** Records that begin before this running size are beyond `keepSize`. */
  fromTotal: number;
  /** Running size at the end of the journal; no record begins beyond it. */
  total: number;
  /** Records received before this are beyond `keepAge`. */
  since: Millis;
  /** What readers that hold nobody have yet to commit is kept as well, from a running size on. */
  lagging: { committed: Position; fromTotal: number }[];
}

/** The first record that stays, and the running size before it; `oldest` itself where nothing is to be trimmed. */
export function firstKept(layout: Layout, oldest: Position, keep: Keep): Position {
  const last = Math.min(keep.committed, oldest + TRIM_BATCH - 1);
  let position = oldest;
  while (position <= last && isBeyond(layout, position, keep)) position += 1;
  return position;
}

function isBeyond(layout: Layout, position: Position, keep: Keep): boolean {
  const header = headerAt(layout, position);
  // What a damaged header says of size and age may be anything; it must not keep all that come after it.
  if (header === undefined || !(header.before <= keep.total)) return true;
  if (keep.lagging.some(({ committed, fromTotal }) => position > committed && header.before >= fromTotal))
    return false;
  return header.before < keep.fromTotal || header.receivedAt < keep.since;
}
