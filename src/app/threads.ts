import type { Config } from '../config/schema/schema.ts';
import { type ReaderName, readerFile, readerHeaps } from '../readers/reader.ts';
import { workerFile } from '../util/files.ts';
import { collectEarly } from '../util/heaps.ts';
import { LoadingThread } from '../util/loading-thread.ts';

/** Megabytes. Requests create much short-lived garbage, which a small young generation collects early. */
export const storeHeap = { maxYoungGenerationSizeMb: 16 };
export const storeFile = workerFile('app/store-worker');

/** The threads of a server that load their code, until the parts that they belong to take them. */
export class Threads {
  readonly #loading = new Map<ReaderName | 'store', LoadingThread>();

  /** Begins to load the threads that a server with this configuration has. */
  constructor({ elasticsearch, forward }: Pick<Config, 'elasticsearch' | 'forward'>) {
    collectEarly();
    if (!elasticsearch)
      this.#loading.set('store', new LoadingThread(storeFile, { name: 'store', resourceLimits: storeHeap }));
    const readers: ReaderName[] = ['indexer', 'analyser', ...(forward ? (['forwarder'] as const) : [])];
    for (const name of readers)
      this.#loading.set(
        name,
        new LoadingThread(readerFile(name), { name, resourceLimits: readerHeaps[name] }),
      );
  }

  /** The thread for a part, once; undefined where it was taken, or is not needed by the configuration of the start. */
  take(name: ReaderName | 'store'): LoadingThread | undefined {
    const thread = this.#loading.get(name);
    this.#loading.delete(name);
    return thread;
  }

  /** Ends the threads that no part has taken. */
  async discard(): Promise<void> {
    const left = [...this.#loading.values()];
    this.#loading.clear();
    await Promise.all(left.map((thread) => thread.discard()));
  }
}
