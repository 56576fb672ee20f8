import { statfsSync } from 'node:fs';
import { FullDisk, freeBytes } from '@logboom/common';
import { untilWritten } from '../lmdb.ts';

/** Writes to one LMDB environment, and holds writes back while its disk is full. */
export class WriteGuard {
  readonly #disk: FullDisk;

  constructor(folder: string, disk = new FullDisk(() => freeBytes(folder, statfsSync))) {
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
