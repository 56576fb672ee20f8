import type { Millis } from '../../model.ts';
import type { CheckpointCosts } from '../../telemetry/components/analyser.ts';

/** The part of the time of the thread that checkpoints may take. */
const mostOfTime = 0.05;

/** Spaces checkpoints by what they cost: one of many groups takes the time of many events. */
export class CheckpointPace {
  readonly #now: () => Millis;
  #notBefore: Millis = Number.NEGATIVE_INFINITY;

  readonly costs: CheckpointCosts = { took: 0, pause: 0, putOff: 0 };

  /** `now`: a clock that nobody sets. */
  constructor(now: () => Millis) {
    this.#now = now;
  }

  /** Whether a checkpoint that is asked for now may be written. */
  request(): boolean {
    const isDue = this.#now() >= this.#notBefore;
    if (!isDue) this.costs.putOff += 1;
    return isDue;
  }

  /** Measures a checkpoint, also one that fails. */
  async measure(write: () => Promise<void>): Promise<void> {
    const began = this.#now();
    try {
      await write();
    } finally {
      const ended = this.#now();
      this.costs.took = ended - began;
      this.costs.pause = (ended - began) * (1 / mostOfTime - 1);
      this.#notBefore = ended + this.costs.pause;
    }
  }
}
