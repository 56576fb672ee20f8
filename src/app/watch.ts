import { statSync } from 'node:fs';
import type { ReloadConfig } from '../config/schema/service.ts';

interface FileWatch {
  /** What the files are like now is known, and no change. */
  seen(): void;
  /** Looks as often as that from now on, or no longer. */
  set(config: ReloadConfig): void;
  stop(): void;
}

/**
 * Looks at the files of the configuration every few seconds. A watch of the system's does not survive what editors and
 * Kubernetes do to a file: they put another in its place, or another folder behind a link.
 */
export function watchFiles(files: () => readonly string[], onChange: () => void): FileWatch {
  const settling = new Settling(markOf(files()));
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearInterval(timer);
  return {
    seen: () => settling.seen(markOf(files())),
    set({ watch, every }) {
      stop();
      const look = () => settling.look(markOf(files())) && onChange();
      if (watch) timer = setInterval(look, every).unref();
    },
    stop,
  };
}

/** Tells a change once it is complete: who writes a file in pieces, or several files, is not done at the first. */
export class Settling {
  #known: string;
  #last: string;

  constructor(mark: string) {
    this.#known = mark;
    this.#last = mark;
  }

  /** Whether there is a change that was the same at the look before. */
  look(mark: string): boolean {
    const settled = mark !== this.#known && mark === this.#last;
    this.#last = mark;
    if (settled) this.#known = mark;
    return settled;
  }

  seen(mark: string): void {
    this.#known = mark;
    this.#last = mark;
  }
}

/** Changes whenever one of the files does; links are followed. */
export function markOf(files: readonly string[]): string {
  return files
    .map((path) => {
      const found = statSync(path, { bigint: true, throwIfNoEntry: false });
      return found
        ? `${path} ${found.dev} ${found.ino} ${found.size} ${found.mtimeNs}`
        : `${path} is missing`;
    })
    .join('\n');
}
