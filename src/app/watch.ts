import { statSync } from 'node:fs';
import type { ReloadConfig } from '../config/schema/service.ts';

interface FileWatch {
  /** Takes the present files as known. */
  markSeen(): void;
  /** Applies other settings: the interval, or no watching. */
  set(config: ReloadConfig): void;
  stop(): void;
}

/**
 * Checks the files of the configuration at an interval. Notifications of the operating system get lost when editors or
 * Kubernetes replace a file or the folder behind a link.
 */
export function watchFiles(files: () => readonly string[], onChange: () => void): FileWatch {
  const detector = new ChangeDetector(markOf(files()));
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearInterval(timer);
  return {
    markSeen: () => detector.markSeen(markOf(files())),
    set({ watch, every }) {
      stop();
      const check = () => detector.hasChanged(markOf(files())) && onChange();
      if (watch) timer = setInterval(check, every).unref();
    },
    stop,
  };
}

/** Detects a complete change: two checks in a row must see the same files, because a writer may need several writes. */
export class ChangeDetector {
  #known: string;
  #last: string;

  constructor(mark: string) {
    this.#known = mark;
    this.#last = mark;
  }

  /** Whether the files differ from the known ones and are the same as at the previous check. */
  hasChanged(mark: string): boolean {
    const isStable = mark !== this.#known && mark === this.#last;
    this.#last = mark;
    if (isStable) this.#known = mark;
    return isStable;
  }

  markSeen(mark: string): void {
    this.#known = mark;
    this.#last = mark;
  }
}

/** A text that changes whenever one of the files changes. Links are followed. */
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
