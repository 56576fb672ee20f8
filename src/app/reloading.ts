import type { Loaded } from '../config/load/load.ts';
import { reloadTelemetry } from '../telemetry/components/reload.ts';
import type { Instruments } from '../telemetry/metrics.ts';
import { type Reload, type ReloadParts, reloaderOf } from './reload.ts';
import { watchFiles } from './watch.ts';

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
