import type { FullDisk } from '@logboom/common';
import { StoreError } from '../store-error.ts';
import type { Files } from './files.ts';

/** A write that waits. `run` does it within the transaction; `done` settles its promise. */
interface Job {
  run: () => void;
  done: (committed: boolean, error?: unknown) => void;
}

/**
 * Runs all writes, one after the other, in the order in which they were asked for. Jobs that wait
 * are run in one transaction (64 at the most) and share its flush to disk.
 *
 * - A promise resolves when its job is on disk.
 * - A job that throws a `StoreError` is rejected alone; the others commit. Whatever it changed before
 *   is committed, too, so a job checks everything before it changes anything.
 * - Any other exception aborts the transaction. `onAbort` is called to make memory agree with the
 *   disk again, and each job of the group is then tried alone, so that the failure of one does not
 *   fail the others.
 * - Where the disk is full, all jobs of the group are rejected with the error, and so are later ones until there is more room, or for a
 *   while (`FullDisk`): further transactions would fail, too.
 *
 * A job therefore may run twice and must not keep state outside the engine. Jobs are synchronous:
 * the thread serves no request while one runs, so long work is split into many jobs.
 */
export class WriteQueue {
  readonly #files: Files;
  readonly #onAbort: () => void;
  readonly #disk: FullDisk;
  #jobs: Job[] = [];
  #scheduled = false;
  #closed = false;

  constructor(files: Files, onAbort: () => void, disk: FullDisk) {
    this.#files = files;
    this.#onAbort = onAbort;
    this.#disk = disk;
  }

  /**
   * Runs the job and resolves with its result. Rejects with `node_closed_exception` (503) after
   * `close`.
   */
  run<T>(work: () => T): Promise<T> {
    if (this.#closed)
      return Promise.reject(new StoreError(503, 'node_closed_exception', 'the store is closed'));
    return new Promise<T>((resolve, reject) => {
      let result: { value: T } | { refusal: StoreError };
      const run = () => {
        try {
          result = { value: work() };
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          result = { refusal: error };
        }
      };
      const done = (committed: boolean, error?: unknown) => {
        if (!committed) reject(error);
        else if ('refusal' in result) reject(result.refusal);
        else resolve(result.value);
      };
      this.#jobs.push({ run, done });
      this.#schedule();
    });
  }

  /** Refuses new jobs and resolves when all earlier ones are on disk. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#jobs.length > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Jobs of the same turn of the event loop form one group. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#drain());
  }

  #drain(): void {
    this.#commit(this.#jobs.splice(0, 64));
    this.#scheduled = false;
    if (this.#jobs.length > 0) this.#schedule();
  }

  /** Runs a group in one transaction. Where it fails, each job is tried alone. */
  #commit(jobs: Job[]): void {
    const { refusal } = this.#disk;
    if (refusal !== undefined) {
      rejectAll(jobs, refusal.error);
      return;
    }
    let ran = 0;
    try {
      this.#files.root.transactionSync(() => {
        ran = 0;
        for (const job of jobs) {
          job.run();
          ran += 1;
        }
      });
      this.#disk.written();
      for (const job of jobs) job.done(true);
    } catch (error) {
      this.#onAbort();
      // An exception of a job says nothing about the disk.
      const isFull = ran === jobs.length && this.#disk.failed(error);
      if (isFull || jobs.length === 1) rejectAll(jobs, error);
      else for (const job of jobs) this.#commit([job]);
    }
  }
}

function rejectAll(jobs: Job[], error: unknown): void {
  for (const job of jobs) job.done(false, error);
}
