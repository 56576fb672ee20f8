import type { Millis } from './duration.ts';

/** With fewer free bytes than this a disk counts as full. */
const almostFull = 64 * 2 ** 20;
/** From so many more free bytes on a write is tried again at once. */
const moreRoom = 2 ** 20;
/** Otherwise it is tried again after this time, doubled with each failure: LMDB may reuse its own pages. */
const [firstPause, longestPause]: [Millis, Millis] = [1_000, 60_000];

/** Free bytes of the disk that a folder is on; unlimited where the system does not tell. `statfs` is that of `node:fs`. */
export function freeBytes(
  folder: string,
  statfs: (path: string) => { bavail: number; bsize: number },
): number {
  try {
    const { bavail, bsize } = statfs(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Whether a disk with so many free bytes counts as full. LMDB reports a short write as an I/O error. */
export const isDiskFull = (free: number): boolean => free < almostFull;

/**
 * Says when writes to an LMDB environment are to be refused. On a full disk, each transaction that fails within LMDB may damage the memory
 * of the process, which then ends by a signal (seen in one of three runs of some 400 failing transactions). So after a failure further
 * writes are refused with the same error, without LMDB, until the disk has more room, or for a while.
 */
export class FullDisk {
  readonly #free: () => number;
  readonly #now: () => Millis;
  #failed: { error: unknown; free: number; until: Millis; pause: Millis } | undefined = undefined;

  /** `free`: free bytes of the disk. `now`: a clock that nobody sets. */
  constructor(free: () => number, now: () => Millis = () => performance.now()) {
    this.#free = free;
    this.#now = now;
  }

  /** The error of the last write, where the next one is to be refused with it. */
  get refusal(): { error: unknown } | undefined {
    if (this.#failed === undefined || this.#now() >= this.#failed.until) return undefined;
    const free = this.#free();
    return isDiskFull(free) && free < this.#failed.free + moreRoom ? this.#failed : undefined;
  }

  /** A write has failed. Returns whether the next one is to be refused. */
  failed(error: unknown): boolean {
    const pause = Math.min(longestPause, 2 * (this.#failed?.pause ?? firstPause / 2));
    const free = this.#free();
    this.#failed = { error, free, until: this.#now() + pause, pause };
    return isDiskFull(free);
  }

  /** A write is on disk. */
  written(): void {
    this.#failed = undefined;
  }
}
