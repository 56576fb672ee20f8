import { Counter, Gauge } from 'prom-client';
import type { Millis } from '../../model.ts';
import type { SlowOutcome } from '../../util/guards/guarded.ts';
import type { Instruments } from '../metrics.ts';

/** What the last checkpoint took, how long the next one waits for that at least, and how many were put off by that. */
export interface CheckpointCosts {
  took: Millis;
  pause: Millis;
  putOff: number;
}

/** Lines that used up the time of a grok expression since the start: it matched at the second try, or was given up. */
export type SlowLines = Readonly<Record<SlowOutcome, number>>;

/** Metrics of what the thread of the analyser counts itself. */
export function analyserTelemetry({ metrics }: Pick<Instruments, 'metrics'>) {
  const registers = [metrics];
  const putOffTotal = new Counter({
    name: 'logboom_checkpoints_put_off_total',
    help: 'Checkpoints of the analyser that were due and waited, because the last one took long.',
    registers,
  });
  const seconds = new Gauge({
    name: 'logboom_checkpoint_seconds',
    help: 'What the last checkpoint of the analyser `took`, and the `pause` after it at least.',
    labelNames: ['part'] as const,
    registers,
  });
  const lines = new Counter({
    name: 'logboom_slow_lines_total',
    help: 'Lines that used up the time of a grok expression: `matched late` at the second try, or `given up`.',
    labelNames: ['outcome'] as const,
    registers,
  });
  const known = { putOff: 0, slow: { 'matched late': 0, 'given up': 0 } };
  return {
    /** Both count since the start of the thread. */
    update({ took, pause, putOff }: CheckpointCosts, slow: SlowLines): void {
      seconds.set({ part: 'took' }, took / 1000);
      seconds.set({ part: 'pause' }, pause / 1000);
      putOffTotal.inc(putOff - known.putOff);
      for (const outcome of ['matched late', 'given up'] as const)
        lines.inc({ outcome }, slow[outcome] - known.slow[outcome]);
      Object.assign(known, { putOff, slow });
    },
  };
}
