import type { Config } from '../config/schema/schema.ts';
import type { Folders } from '../readers/reader-data.ts';
import { ofNoJournal, Results } from '../readers/results.ts';
import { selfMonitoringTelemetry } from '../telemetry/components/self-monitoring.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { ownAlerts } from './own-alerts.ts';
import { OwnAlerts, type SelfMonitoring, type Watched } from './self-monitoring.ts';
import { type Monitored, notifierNames, vitalsOf } from './vitals.ts';

/** Starts to watch a pipeline. Where that is switched off, it ends what is still open, and waits to be switched on. */
export function startSelfMonitoring(
  parts: Monitored,
  config: Config,
  folders: Folders,
  instruments: Instruments,
): SelfMonitoring {
  let inForce = config;
  const watch = new OwnAlerts({
    ...watchedBy(config),
    results: new Results(folders.ownAlerts, ofNoJournal),
    vitals: (now) => vitalsOf(parts, inForce, now),
    notify: (notification) => parts.delivery.put(notification),
    onOutputs: () => {
      parts.indexer.wakePublishers();
      parts.delivery.wake();
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
