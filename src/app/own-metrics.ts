import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { BulkItem } from '../model.ts';
import { type ServerSample, startServerMetrics } from '../monitoring/server-metrics.ts';
import type { Running } from './reload.ts';

interface OwnMetricsParts {
  running: Running;
  sample: () => Promise<ServerSample>;
  out: (item: BulkItem) => void;
}

/** Writes the metrics of the server by the current configuration. `restart` applies a changed one. */
export function ownMetrics({ running, sample, out }: OwnMetricsParts): { restart(): void; stop(): void } {
  let samples = start();
  function start() {
    const { data, indexing } = running.config;
    if (indexing.serverMetrics === 0) return undefined;
    const identity = { host: hostname(), data: resolve(data), indexing };
    return startServerMetrics({ every: indexing.serverMetrics, sample, out, ...identity });
  }
  const stop = () => samples?.stop();
  return {
    restart() {
      stop();
      samples = start();
    },
    stop,
  };
}
