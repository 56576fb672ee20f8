import { z } from 'zod';
import type { Millis } from '../../model.ts';
import { number } from '../../util/snapshot.ts';

const never = Number.NEGATIVE_INFINITY;

/** Last reading, latest time, offset. Null: nothing was read yet. */
export type WallClockState = [reading: Millis, latest: Millis, offset: Millis] | null;

export const wallClockState: z.ZodType<WallClockState> = z.tuple([number, number, number]).nullable();

/**
 * The wall clock as told by `receivedAt`, made to never run backwards. Readings a little out of order, from
 * connections side by side, count as the latest one; a clock that was set back goes on from where it was.
 */
export class WallClock {
  readonly #stepsBack: Millis;
  #reading: Millis = never;
  #latest: Millis = never;
  /** What was taken from the clock by setting it back, less the time that was left out. */
  #offset: Millis = 0;

  /** A reading so much behind the latest one means that the clock was set. */
  constructor(stepsBack: Millis) {
    this.#stepsBack = stepsBack;
  }

  read(receivedAt: Millis): Millis {
    if (receivedAt === this.#reading) return this.#latest;
    this.#reading = receivedAt;
    if (receivedAt + this.#offset < this.#latest - this.#stepsBack) this.#offset = this.#latest - receivedAt;
    this.#latest = Math.max(this.#latest, receivedAt + this.#offset);
    return this.#latest;
  }

  /** Leaves out the time from the latest reading to this one, as if the clock had stood; returns what it shows. */
  skipTo(receivedAt: Millis): Millis {
    if (this.#latest === never) return this.read(receivedAt);
    this.#reading = receivedAt;
    this.#offset = this.#latest - receivedAt;
    return this.#latest;
  }

  state(): WallClockState {
    return this.#latest === never ? null : [this.#reading, this.#latest, this.#offset];
  }

  restore(state: WallClockState): void {
    [this.#reading, this.#latest, this.#offset] = state ?? [never, never, 0];
  }
}
