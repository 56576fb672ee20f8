import type { Loaded } from '../config/load/load.ts';
import type { Config } from '../config/schema/schema.ts';
import { analysisOf } from '../engine/analysis.ts';
import { keysOf } from '../processors/chain.ts';
import type { ReplayThread } from '../replay/apart.ts';
import type { DryRunAnswer } from '../telemetry/api/reload.ts';

/** What the configuration in the files would make of the server's own journal, beside the one in force. Rejects with `BUSY`. */
export async function dryRun(loaded: Loaded, running: Config, replays: ReplayThread): Promise<DryRunAnswer> {
  if (!loaded.config) {
    const file = loaded.path === undefined ? {} : { file: loaded.path };
    return { applied: false, ...file, problems: loaded.problems };
  }
  const comparison = await replays.compare({
    ...{ before: analysisOf(running), after: analysisOf(loaded.config), data: running.data },
    keys: keysOf([...running.processors, ...loaded.config.processors]),
  });
  return { dryRun: true, comparison };
}
