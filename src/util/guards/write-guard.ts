import { statfsSync } from 'node:fs';
import { FullDisk } from '@logboom/common';
import { untilWritten } from '../lmdb.ts';

/** Free bytes of the disk that a folder is on; unlimited where the system does not tell. */
export function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Writes to one LMDB environment, and holds writes back while its disk is full. */
export class WriteGuard {
  readonly #disk: FullDisk;

  constructor(folder: string, disk = new FullDisk(() => freeBytes(folder))) {
    this.#disk = disk;
  }

  /** Resolves when the transaction that `begin` begins is on disk. Rejects with its error, or with the one before while writes are refused. */
  async write(begin: () => PromiseLike<unknown>): Promise<void> {
    const { refusal } = this.#disk;
    if (refusal !== undefined) throw refusal.error;
    try {
      await untilWritten(begin());
      this.#disk.written();
    } catch (error) {
      this.#disk.failed(error);
      throw error;
    }
  }
}
