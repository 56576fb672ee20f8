import { statfsSync } from 'node:fs';
import type { Millis } from '../../model.ts';
import { untilWritten } from '../lmdb.ts';

/** With fewer free bytes than this a disk counts as full. */
export const almostFull = 64 * 2 ** 20;
/** From so many more free bytes on a write is tried again at once. */
const moreRoom = 2 ** 20;
/** Otherwise it is tried again after this time, doubled with each failure: LMDB may reuse its own pages. */
const [firstPause, longestPause]: [Millis, Millis] = [1_000, 60_000];

type FreeBytes = (folder: string) => number;

/** Free bytes of the disk that a folder is on; unlimited where the system does not tell. */
export const freeBytes: FreeBytes = (folder) => {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
};

/**
 * Writes to one LMDB environment. On a full disk, each transaction that fails within LMDB may damage the memory of the process, which then
 * ends by a signal: about one of a thousand did in a test. So after a failure further writes are refused with the same error, without
 * LMDB, until the disk has more room, or for a while.
 */
export class WriteGuard {
  readonly #folder: string;
  readonly #free: FreeBytes;
  readonly #now: () => Millis;
  #failed: { error: unknown; free: number; until: Millis; pause: Millis } | undefined = undefined;

  constructor(folder: string, free: FreeBytes = freeBytes, now: () => Millis = () => performance.now()) {
    this.#folder = folder;
    this.#free = free;
    this.#now = now;
  }

  /** Resolves when the transaction that `begin` begins is on disk. */
  async write(begin: () => PromiseLike<unknown>): Promise<void> {
    if (this.#failed !== undefined && this.#isHopeless(this.#failed)) throw this.#failed.error;
    try {
      await untilWritten(begin());
      this.#failed = undefined;
    } catch (error) {
      const pause = Math.min(longestPause, 2 * (this.#failed?.pause ?? firstPause / 2));
      const free = this.#free(this.#folder);
      this.#failed = { error, free, until: this.#now() + pause, pause };
      throw error;
    }
  }

  #isHopeless({ free: before, until }: { free: number; until: Millis }): boolean {
    const free = this.#free(this.#folder);
    return free < almostFull && free < before + moreRoom && this.#now() < until;
  }
}
