import { type Logger, pino } from 'pino';
import { AggregatorRegistry, collectDefaultMetrics, type MetricObject, Registry } from 'prom-client';
import { Readings } from './readings.ts';

/**
 * The log and the metrics of a component. In `components/` each component has a file with one function for each event. The function
 * writes the log line and updates the metric, so that the two always agree.
 */
export interface Instruments {
  log: Logger;
  metrics: Registry;
}

/** Instruments that write nothing: for tests and one-off commands. */
export function silentInstruments(): Instruments {
  return { log: pino({ level: 'silent' }), metrics: new Registry() };
}

/** The metrics of one thread, as they travel between threads. */
export type MetricsReport = MetricObject[];

export interface Metrics {
  /** Registry of the main thread's components. */
  registry: Registry;
  /** Sets a worker thread's latest metrics; they count until it sends newer ones. */
  take(thread: string, report: MetricsReport): void;
  /** Removes the metrics of a thread that has ended for good. */
  forget(thread: string): void;
  /** All metrics in the Prometheus text format: those of the process, and those of all threads added up. */
  text(): Promise<string>;
  /** The metrics of all threads added up, the workers' as of their last reports. */
  readings(): Promise<Readings>;
}

/**
 * Creates the metrics of a process. Those of the process itself have a registry of their own, for they must not be added up over
 * threads: `process_start_time_seconds` is the same for all.
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

/** The metrics of a thread as plain objects, which can be posted to another thread; functions cannot. */
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
