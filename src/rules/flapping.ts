import type { AlertState, Millis } from '../model.ts';
import { formatDuration } from '../util/units.ts';

/** So many activations within the horizon make an alert a flapping one. */
const flappingActivations = 4;

/** The stretch of event time in which activations are counted: ten windows, and at least ten minutes. */
export function flappingHorizon(over: Millis): Millis {
  return Math.max(10 * over, 600_000);
}

type Marks = Pick<AlertState, 'activations' | 'flapping'>;

/**
 * The mark as of `at`: an alert flaps while its last four activations lie within the horizon. Only changes move it:
 * it is set by an activation and taken away by the first change after enough of them have grown old.
 */
export function flappingAt({ activations }: AlertState, at: Millis, over: Millis, activated: boolean): Marks {
  const recent = activations.filter((time) => time > at - flappingHorizon(over));
  const kept = (activated ? [...recent, at] : recent).slice(-flappingActivations);
  return { activations: kept, flapping: kept.length >= flappingActivations };
}

export function flappingReason(over: Millis): string {
  return `; flapping, for it became active ${flappingActivations} times within ${formatDuration(flappingHorizon(over))}`;
}
