import { AggregatorRegistry, collectDefaultMetrics, type MetricObject, Registry } from 'prom-client';
import { Readings } from './readings.ts';

/** The metrics of one thread, as they travel between threads. */
export type MetricsReport = MetricObject[];

export interface Metrics {
  /** Registry of the main thread's components. */
  registry: Registry;
  /** Takes a worker thread's latest metrics; they stay in force until it sends newer ones. */
  take(thread: string, report: MetricsReport): void;
  /** Forgets what a thread sent that is gone for good. */
  forget(thread: string): void;
  /** Everything in the Prometheus text format: the process, this thread's metrics and the workers’, added up. */
  text(): Promise<string>;
  /** This thread's metrics and the workers’, added up, as of their last reports. */
  readings(): Promise<Readings>;
}

/**
 * Creates the metrics of a process. Those of the process itself have a registry of their own, for they are not
 * added up: `process_start_time_seconds` of two threads is no sum.
 */
export function createMetrics(): Metrics {
  const process = new Registry();
  collectDefaultMetrics({ register: process });
  const registry = new Registry();
  const reports = new Map<string, MetricsReport>();
  const together = async () => AggregatorRegistry.aggregate([await reportOf(registry), ...reports.values()]);
  return {
    registry,
    take: (thread, report) => void reports.set(thread, report),
    forget: (thread) => void reports.delete(thread),
    async text() {
      return `${await process.metrics()}\n${await (await together()).metrics()}`;
    },
    async readings() {
      return new Readings(await (await together()).getMetricsAsJSON());
    },
  };
}

/** What a thread sends: plain objects, so that they can be posted. Functions in them could not. */
export async function reportOf(registry: Registry): Promise<MetricsReport> {
  const metrics = await registry.getMetricsAsJSON();
  return JSON.parse(JSON.stringify(metrics)) as MetricsReport;
}

/**
 * Bounds the values of a label that senders choose, such as a dataset: each value is a time series that is never removed. After `most`
 * different values, further ones are counted together as `_other`.
 */
export function boundedLabel(most = 100): (value: string) => string {
  const seen = new Set<string>();
  return (value) => {
    const short = value.slice(0, 100);
    if (seen.has(short)) return short;
    if (seen.size >= most) return '_other';
    seen.add(short);
    return short;
  };
}
