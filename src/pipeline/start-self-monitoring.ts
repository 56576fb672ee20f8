import type { Config } from '../config/schema.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { selfMonitoringTelemetry } from '../telemetry/self-monitoring.ts';
import { ownAlerts } from './own-alerts.ts';
import type { Folders } from './reader-data.ts';
import { ofNoJournal, Results } from './results.ts';
import { OwnAlerts, type SelfMonitoring } from './self-monitoring.ts';
import { type Looked, notifierNames, vitalsOf } from './vitals.ts';

/** Starts to watch a pipeline, unless the configuration says otherwise. */
export function startSelfMonitoring(
  looked: Looked,
  config: Config,
  folders: Folders,
  instruments: Instruments,
): SelfMonitoring | undefined {
  const { selfMonitoring } = config;
  if (!selfMonitoring.enabled) return undefined;
  const watch = new OwnAlerts({
    alerts: ownAlerts(selfMonitoring, notifierNames(config)),
    every: selfMonitoring.every,
    results: new Results(folders.ownAlerts, ofNoJournal),
    vitals: (now) => vitalsOf(looked, config, now),
    notify: (notification) => looked.delivering.put(notification),
    onOutputs: () => {
      looked.indexer.say('outputs');
      looked.delivering.wake();
    },
    telemetry: selfMonitoringTelemetry(instruments),
  });
  watch.start();
  return watch;
}
