import { statSync } from 'node:fs';
import type { Loaded } from '../config/load/load.ts';
import type { ReloadConfig } from '../config/schema/service.ts';
import { reloadTelemetry } from '../telemetry/components/reload.ts';
import type { Instruments } from '../telemetry/metrics.ts';
import { type Reload, type ReloadParts, reloaderOf } from './reload.ts';

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

interface Reloading {
  reload: Reload;
  stop(): void;
}

interface ReloadingOptions extends Omit<ReloadParts, 'load' | 'telemetry'> {
  instruments: Instruments;
  /** Loads the configuration again; undefined if the server cannot. */
  load: (() => Loaded) | undefined;
}

const nothingToLoad = (): Loaded => ({
  files: [],
  problems: [
    {
      path: '',
      message: 'This server has no configuration file to reload.',
      remedy: 'Start it with `logboom run --config`.',
    },
  ],
});

/** Reloads the configuration on request, and on changes of its files if `reload.watch` is set. */
export function startReloading({ load = nothingToLoad, instruments, ...parts }: ReloadingOptions): Reloading {
  const { running } = parts;
  let files = load().files;
  let stopped = false;
  const watch = watchFiles(
    () => files,
    () => void reload('file'),
  );
  const telemetry = reloadTelemetry(instruments, Date.now);
  const attempt = reloaderOf({
    ...parts,
    telemetry,
    load() {
      // Before the files are read: the next check finds a change during the reading.
      watch.markSeen();
      const loaded = load();
      const filesChanged = loaded.files.join('\n') !== files.join('\n');
      files = loaded.files;
      if (filesChanged) watch.markSeen();
      return loaded;
    },
  });
  const reload: Reload = async (trigger) => {
    const answer = await attempt(trigger);
    if (!stopped) watch.set(running.config.reload);
    return answer;
  };
  watch.set(running.config.reload);
  return {
    reload,
    stop() {
      stopped = true;
      watch.stop();
    },
  };
}
