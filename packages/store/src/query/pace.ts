/** Thrown by `Pace.pause`. One object, without a stack: a long search throws it often. */
export const sliceOver = new Error('the slice of this search is over');

/** Milliseconds that a search may take before others get their turn. */
const slice = 10;

/**
 * Divides a search into slices, so that writes and other searches get their turn between two of them.
 *
 * A search is synchronous code. Where it may take long within one segment, it calls `pause` after each
 * unit of work whose result it has kept. At the end of a slice `pause` throws `sliceOver`. `resumed`
 * catches that, yields, and calls the same work again, which goes on from what it has kept.
 *
 * Work that keeps nothing is done again in each slice. The time counts from the first `pause`, and a slice lasts at least twice as
 * long as what was done before that. So a query of many parts is done in few slices that grow, and not in many that repeat it.
 */
export class Pace {
  #began = Number.NaN;
  #end = Number.NaN;

  /** Starts a slice. */
  begin(): void {
    this.#began = performance.now();
    this.#end = Number.NaN;
  }

  /** Whether the slice is over. The first call in a slice starts its clock. */
  get isOver(): boolean {
    const now = performance.now();
    if (Number.isNaN(this.#end)) this.#end = now + Math.max(slice, 2 * (now - this.#began) || 0);
    return now >= this.#end;
  }

  /** @throws sliceOver at the end of a slice. */
  pause(): void {
    if (this.isOver) throw sliceOver;
  }
}

/** The pace of work that must not be interrupted, such as an aggregation, which cannot be done twice. */
class Steady extends Pace {
  override get isOver(): boolean {
    return false;
  }
}

/** Never interrupts. */
export const steady: Pace = new Steady();

/** A search in slices: each `yield` is the end of one. */
export type Sliced<T> = Generator<void, T>;

/**
 * Does the work, again after each end of a slice, until it is done. Returns undefined where `isLate` holds at
 * the start of a slice.
 */
export function* resumed<T>(work: () => T, isLate = () => false): Sliced<T | undefined> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (error !== sliceOver) throw error;
    }
    yield;
    if (isLate()) return undefined;
  }
}
