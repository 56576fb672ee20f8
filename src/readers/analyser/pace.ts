import type { Millis } from '../../model.ts';

/** The part of the time of the thread that checkpoints may take. */
const mostOfTime = 0.05;

/** Spaces checkpoints by what they cost: one of many groups takes the time of many events. */
export class CheckpointPace {
  readonly #now: () => Millis;
  #notBefore: Millis = Number.NEGATIVE_INFINITY;

  /** `now`: a clock that nobody sets. */
  constructor(now: () => Millis) {
    this.#now = now;
  }

  get isDue(): boolean {
    return this.#now() >= this.#notBefore;
  }

  /** Measures a checkpoint, also one that fails. */
  async measure(write: () => Promise<void>): Promise<void> {
    const began = this.#now();
    try {
      await write();
    } finally {
      const ended = this.#now();
      this.#notBefore = ended + (ended - began) * (1 / mostOfTime - 1);
    }
  }
}
