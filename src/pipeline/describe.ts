import type { Config } from '../config/schema.ts';
import type { Millis } from '../model.ts';
import type { Pipeline } from '../pipeline.ts';
import { type Health, healthOf } from '../telemetry/health.ts';
import type { Metrics, MetricsReport } from '../telemetry/metrics.ts';
import type { ReaderStatus, Status } from '../telemetry/status.ts';
import type { Reader } from './reader.ts';

export interface Described {
  config: Config;
  metrics: Metrics;
  elasticsearch: NonNullable<Config['elasticsearch']>;
  /** Address of the embedded store, where it is in use. */
  store: string | undefined;
  version: string;
  startedAt: Millis;
}

/** What the sink says of itself; it lives in the indexer's thread. */
interface SinkReport {
  state: 'preparing' | 'delivering' | 'retrying' | 'closed';
  reason: string | undefined;
}
