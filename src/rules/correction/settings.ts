import type { Retention } from '../../alerts/late.ts';
import type { Millis } from '../../model.ts';
import type { CorrectionMemory } from '../../windows/history/memory.ts';

/** How people are notified of what late events change. */
export type LatePolicy = 'notify' | 'digest' | 'record';

/** How late events correct what was decided. */
export interface CorrectionSettings {
  /** Milliseconds of event time by which an event may be late. */
  correctFor: Millis;
  /** Shared by all rules. */
  memory: CorrectionMemory;
  /** For rules that set none. */
  late: LatePolicy;
}

/** A stretch is judged again from one of so many saved times of its past on. */
export const strideOf = ({ correctFor }: CorrectionSettings): Millis => Math.max(1, correctFor / 24);

/** For how long, in event time, a rule with windows of that length keeps what late events need. */
export const keepForOf = (settings: CorrectionSettings, over: Millis): Millis =>
  settings.correctFor + over + 2 * strideOf(settings);

/**
 * Ended episodes are kept as long as late events may correct them, and some hours more. `isLive`: they count in the memory that all rules share.
 * Those of a stretch that is judged again do not: they are gone in a moment.
 */
export function retentionOf(
  correction: CorrectionSettings | undefined,
  isLive: boolean,
): Retention | undefined {
  if (correction === undefined) return undefined;
  const stride = strideOf(correction);
  const shared = isLive ? { memory: correction.memory, stride } : undefined;
  return { keptFor: correction.correctFor + 3 * stride, most: mostEnded, shared };
}

const mostEnded = 10_000;
