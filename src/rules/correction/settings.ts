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
