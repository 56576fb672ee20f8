import { Counter } from 'prom-client';
import { Throttle } from '../log-limits.ts';
import type { Instruments } from '../metrics.ts';

/** What one processor did since the start. */
export interface ProcessorCounts {
  changed: number;
  leftOut: number;
  failed: number;
  /** Why it failed last. */
  failure?: string;
}

/** Log lines and metrics of processors. One reader reports, so that an event that several readers process counts once. */
export interface ProcessingTelemetry {
  processed(processor: string, outcome: 'changed' | 'left-out'): void;
  failed(processor: string, reason: string): void;
  /** A source has more events than its limit; `events` were left out since this was said last. */
  limited(processor: string, source: string, events: number): void;
  /** By the processor's name. */
  counts(): Record<string, ProcessorCounts>;
}

export function processingTelemetry({ log, metrics }: Instruments): ProcessingTelemetry {
  const events = new Counter({
    name: 'logboom_processor_events_total',
    help: 'Events that a processor changed, left out, or failed on, by outcome.',
    labelNames: ['processor', 'outcome'],
    registers: [metrics],
  });
  const counts = new Map<string, ProcessorCounts>();
  const throttle = new Throttle(() => performance.now(), 1);
  const of = (processor: string): ProcessorCounts => {
    let count = counts.get(processor);
    if (count === undefined) {
      count = { changed: 0, leftOut: 0, failed: 0 };
      counts.set(processor, count);
    }
    return count;
  };
  return {
    processed(processor, outcome) {
      events.inc({ processor, outcome });
      of(processor)[outcome === 'changed' ? 'changed' : 'leftOut'] += 1;
    },
    failed(processor, reason) {
      events.inc({ processor, outcome: 'failed' });
      const count = of(processor);
      count.failed += 1;
      count.failure = reason;
      const suppressed = throttle.allow(processor);
      if (suppressed !== undefined)
        log.warn(
          { processor, reason, suppressed },
          `The processor ${processor} failed on an event: ${reason}.`,
        );
    },
    limited(processor, source, left) {
      log.warn(
        { processor, 'event.source': source, left },
        `The processor ${processor} left out ${left} events of ${source}: there are more than its limit.`,
      );
    },
    counts: () => Object.fromEntries(counts),
  };
}
