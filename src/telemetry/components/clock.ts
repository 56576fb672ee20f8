import { Counter } from 'prom-client';
import type { Millis } from '../../model.ts';
import { formatDuration } from '../../util/text.ts';
import type { Instruments } from '../metrics.ts';

/** Log lines and metrics of the clock of receipt times. */
export function clockTelemetry({ log, metrics }: Instruments) {
  const steps = new Counter({
    name: 'logboom_clock_steps_total',
    help: 'Steps of the wall clock of the machine by a second or more since the start.',
    registers: [metrics],
  });
  return {
    stepped({ by, at }: { by: Millis; at: Millis }): void {
      steps.inc();
      const direction = by > 0 ? 'forwards' : 'back';
      log.warn(
        { 'logboom.clock.step': by / 1000 },
        `the wall clock of this machine was set ${direction} by ${formatDuration(Math.abs(by))}, to ` +
          `${new Date(at).toISOString()}. Receipt times go on without it and follow it slowly. Check the time synchronisation.`,
      );
    },
  };
}
