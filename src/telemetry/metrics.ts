import { type Logger, pino } from 'pino';
import { AggregatorRegistry, collectDefaultMetrics, type MetricObject, Registry } from 'prom-client';

interface Value {
  value: number;
  labels: Record<string, string | number>;
  metricName?: string;
}

/** The values of all metrics at one moment. */
export class Readings {
  readonly #values = new Map<string, Value[]>();

  constructor(report: MetricObject[] = []) {
    // The registry goes on counting in the objects that it returns, so they are copied.
    for (const { name, values } of report as unknown as { name: string; values: Value[] }[])
      this.#values.set(name, structuredClone(values));
  }

  /** The sum over all labels that are not given; 0 where nothing was measured yet. */
  sum(name: string, labels: Record<string, string> = {}): number {
    return this.#of(name)
      .filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** By how much a counter has grown since then. A counter that was reset has grown by its present value. */
  growth(since: Readings, name: string, labels?: Record<string, string>): number {
    const [now, before] = [this.sum(name, labels), since.sum(name, labels)];
    return now >= before ? now - before : now;
  }

  /**
   * A quantile (0 to 1) of what a histogram observed since then, interpolated linearly within its bucket, as Prometheus's
   * `histogram_quantile` does. Undefined where it observed nothing.
   */
  quantile(since: Readings, name: string, share: number): number | undefined {
    const before = new Map(since.#buckets(name));
    const grown = this.#buckets(name).map(
      ([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const,
    );
    const all = grown.at(-1)?.[1] ?? 0;
    if (all <= 0) return undefined;
    const rank = share * all;
    const at = grown.findIndex(([, count]) => count >= rank);
    const [bound, upTo] = grown[at]!;
    const [lower, countBelow] = at === 0 ? [0, 0] : grown[at - 1]!;
    // In the last bucket only the lower bound is known.
    if (bound === Number.POSITIVE_INFINITY) return lower;
    return upTo === countBelow
      ? bound
      : lower + ((bound - lower) * (rank - countBelow)) / (upTo - countBelow);
  }

  #buckets(name: string): [bound: number, count: number][] {
    const counts = new Map<number, number>();
    for (const { value, labels, metricName } of this.#of(name)) {
      if (metricName !== `${name}_bucket`) continue;
      const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
      counts.set(bound, (counts.get(bound) ?? 0) + value);
    }
    return [...counts].sort(([a], [b]) => a - b);
  }

  #of(name: string): Value[] {
    return this.#values.get(name) ?? [];
  }
}

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

/** Returns a function that makes the metrics of a component once for each registry, however often the component is opened. */
export function oncePerRegistry<T>(make: (registry: Registry) => T): (registry: Registry) => T {
  const made = new WeakMap<Registry, T>();
  return (registry) => {
    const metrics = made.get(registry) ?? make(registry);
    made.set(registry, metrics);
    return metrics;
  };
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
