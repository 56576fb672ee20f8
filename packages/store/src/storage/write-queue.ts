import { StoreError } from '../store-error.ts';
import type { Files } from './files.ts';

interface Job {
  run: () => void;
  done: (committed: boolean, error?: unknown) => void;
}

/**
 * All writes, one after the other. Jobs that wait are run in one transaction and share its flush to disk; each
 * promise settles when its job is on disk. A job that throws a StoreError has changed nothing and fails alone; any
 * other exception undoes the group, whose jobs are then tried one by one, and `onAbort` makes memory agree with the disk again.
 */
export class WriteQueue {
  readonly #files: Files;
  readonly #onAbort: () => void;
  #jobs: Job[] = [];
  #scheduled = false;
  #closed = false;

  constructor(files: Files, onAbort: () => void) {
    this.#files = files;
    this.#onAbort = onAbort;
  }

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

  /** Resolves when everything asked for so far is on disk; refuses what comes later. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#jobs.length > 0) await new Promise((resolve) => setImmediate(resolve));
  }

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

  /** Of a group that failed each job is tried alone: what one of them met is no reason for the others. */
  #commit(jobs: Job[]): void {
    try {
      this.#files.root.transactionSync(() => {
        for (const job of jobs) job.run();
      });
      for (const job of jobs) job.done(true);
    } catch (error) {
      this.#onAbort();
      if (jobs.length > 1) for (const job of jobs) this.#commit([job]);
      else jobs[0]!.done(false, error);
    }
  }
}
