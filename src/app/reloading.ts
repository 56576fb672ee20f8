import type { Loaded } from '../config/load/load.ts';
import { reloadTelemetry } from '../telemetry/components/reload.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { type Reload, type ReloadParts, reloaderOf } from './reload.ts';
import { watchFiles } from './watch.ts';

interface Reloading {
  reload: Reload;
  stop(): void;
}

interface ReloadingOptions extends Omit<ReloadParts, 'load' | 'telemetry'> {
  instruments: Instruments;
  /** Loads the configuration anew; undefined where it came from no file. */
  load: (() => Loaded) | undefined;
}

const nothingToLoad = (): Loaded => ({
  files: [],
  problems: [
    {
      path: '',
      message: 'This server was not started from a configuration that could be loaded anew.',
      remedy: 'Start it with `logboom run --config`.',
    },
  ],
});

/** Takes up another configuration when it is asked to, and by itself where the files are watched. */
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
      // Before they are read: what changes during the reading is found by the next look.
      watch.seen();
      const loaded = load();
      const others = loaded.files.join('\n') !== files.join('\n');
      files = loaded.files;
      if (others) watch.seen();
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
