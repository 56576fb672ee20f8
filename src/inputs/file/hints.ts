import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';

/** Directories that are watched at the most; the others are looked at by the clock alone. */
const most = 500;

/**
 * Says that something happened in a directory, where the system reports it. It is a hint for an earlier look and nothing more:
 * network file systems report nothing, and a queue that is full drops what it had.
 */
export class Hints {
  readonly #onHint: (path: string, renamed: boolean) => void;
  readonly #watchers = new Map<string, FSWatcher>();

  constructor(onHint: (path: string, renamed: boolean) => void) {
    this.#onHint = onHint;
  }

  /** Watches these directories and no others. */
  watch(directories: readonly string[]): void {
    const wanted = new Set(directories.slice(0, most));
    for (const directory of this.#watchers.keys()) if (!wanted.has(directory)) this.#end(directory);
    for (const directory of wanted) if (!this.#watchers.has(directory)) this.#begin(directory);
  }

  close(): void {
    for (const directory of [...this.#watchers.keys()]) this.#end(directory);
  }

  #begin(directory: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, (event, name) => {
        if (name !== null) this.#onHint(join(directory, name), event === 'rename');
      });
      watcher.on('error', () => this.#end(directory));
      this.#watchers.set(directory, watcher);
    } catch {
      // No watcher to be had, as where the system's limit is reached: the clock alone then.
    }
  }

  #end(directory: string): void {
    this.#watchers.get(directory)?.close();
    this.#watchers.delete(directory);
  }
}
