import type { MetricObject } from 'prom-client';

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
