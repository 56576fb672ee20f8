import type { Millis } from '../model.ts';

/** Seconds of receipt of which a source keeps the freshest line. */
const mostSamples = 16;
const quarter: Millis = 15 * 60_000;
/** Zones go from UTC-12 to UTC+14. */
const farthestZone: Millis = 26 * 60 * 60_000;
/** A line is seldom read in the moment in which it is stamped; clocks are seldom wrong by less. */
const slowest: Millis = 60_000;
const fastest: Millis = 15_000;

/** What the stamps of a source are ahead of its receipt by. Negative: they are behind. */
export interface Offset {
  /** Median of the freshest lines of the last seconds in which the source sent something. */
  typical: Millis;
  /** Between the first and the third quartile. A source that catches up with a backlog has a large one, a wrong zone a small one. */
  spread: Millis;
  samples: number;
}

export type OffsetsState = [second: number, values: Millis[]];

/** The freshest line of each of the last seconds of receipt: how far its stamp was ahead of the receipt. */
export class Offsets {
  #second = Number.NEGATIVE_INFINITY;
  #values: Millis[] = [];

  note(stamp: Millis, receivedAt: Millis): void {
    const second = Math.floor(receivedAt / 1000);
    const offset = stamp - receivedAt;
    if (second === this.#second) {
      const last = this.#values.length - 1;
      if (offset > this.#values[last]!) this.#values[last] = offset;
      return;
    }
    this.#second = second;
    this.#values.push(offset);
    if (this.#values.length > mostSamples) this.#values.shift();
  }

  /** Undefined where nothing is known. */
  get offset(): Offset | undefined {
    const sorted = this.#values.toSorted((a, b) => a - b);
    if (sorted.length === 0) return undefined;
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
    return { typical: at(0.5), spread: at(0.75) - at(0.25), samples: sorted.length };
  }

  state(): OffsetsState {
    return [Number.isFinite(this.#second) ? this.#second : 0, [...this.#values]];
  }

  restore([second, values]: OffsetsState): void {
    this.#second = values.length === 0 ? Number.NEGATIVE_INFINITY : second;
    this.#values = [...values];
  }
}

/**
 * The difference between time zones that explains an offset: a multiple of 15 minutes. The line was read somewhat after it was
 * stamped. Undefined where no zone explains it.
 */
export function zoneOf(offset: Millis): Millis | undefined {
  const zone = Math.round((offset + (slowest - fastest) / 2) / quarter) * quarter;
  if (zone === 0 || Math.abs(zone) > farthestZone) return undefined;
  const rest = offset - zone;
  return rest >= -slowest && rest <= fastest ? zone : undefined;
}
