import { z } from 'zod';
import type { Millis } from '../../model.ts';
import { number } from '../../util/snapshot.ts';

const never = Number.NEGATIVE_INFINITY;

/** Disk format. Null: nothing was read yet. */
export type WallClockState = [reading: Millis, latest: Millis, offset: Millis] | null;

export const wallClockState: z.ZodType<WallClockState> = z.tuple([number, number, number]).nullable();

/**
 * Wall time by the `receivedAt` of records, in milliseconds. It never goes back. Readings a little out of order, as
 * concurrent connections make them, count as the latest one. Where the machine's clock was set back it goes on from the
 * latest reading.
 */
export class WallClock {
  readonly #stepsBack: Millis;
  #reading: Millis = never;
  #latest: Millis = never;
  /** Sum of what the machine's clock was set back by, less the time that `skipTo` left out. */
  #offset: Millis = 0;

  /** `stepsBack`: a reading that is farther than this behind the latest means that the machine's clock was set back. */
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

  /** Leaves out the time from the latest reading to this one, as if the clock had stopped. Returns its time. */
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
