import type { Config } from '../config/schema.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { selfMonitoringTelemetry } from '../telemetry/self-monitoring.ts';
import { ownAlerts } from './own-alerts.ts';
import type { Folders } from './reader-data.ts';
import { ofNoJournal, Results } from './results.ts';
import { OwnAlerts, type SelfMonitoring, type Watched } from './self-monitoring.ts';
import { type Looked, notifierNames, vitalsOf } from './vitals.ts';

/** Starts to watch a pipeline. Where that is switched off, it ends what is still open, and waits to be switched on. */
export function startSelfMonitoring(
  looked: Looked,
  config: Config,
  folders: Folders,
  instruments: Instruments,
): SelfMonitoring {
  let inForce = config;
  const watch = new OwnAlerts({
    ...watchedBy(config),
    results: new Results(folders.ownAlerts, ofNoJournal),
    vitals: (now) => vitalsOf(looked, inForce, now),
    notify: (notification) => looked.delivering.put(notification),
    onOutputs: () => {
      looked.indexer.say('outputs');
      looked.delivering.wake();
    },
    telemetry: selfMonitoringTelemetry(instruments),
  });
  watch.start();
  return {
    open: () => watch.open(),
    reload(next) {
      inForce = next;
      return watch.change(watchedBy(next));
    },
    stop: () => watch.stop(),
  };
}

function watchedBy(config: Config): Watched {
  const { selfMonitoring } = config;
  return { alerts: ownAlerts(selfMonitoring, notifierNames(config)), every: selfMonitoring.every };
}
