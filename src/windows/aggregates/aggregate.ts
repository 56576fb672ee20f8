import type { z } from 'zod';

/** One value that an event adds to a measure. `undefined`: the event has no such value; it counts as an event only. */
export type SingleAmount = number | string | boolean | undefined;
/** What an event adds to a measure: several values where its field has several. Each of them counts. */
export type Amount = SingleAmount | readonly (number | string)[];

/**
 * The measure over the panes in a window as it slides: panes leave at its old end in the order in which they entered,
 * then others enter at its new end. A pane's cell does not change from its entry on.
 */
export interface Running<C> {
  enter(cell: C): void;
  leave(cell: C): void;
  value(count: number): number | undefined;
  /** Whether the value is not an estimate. Absent where it never is. */
  readonly isExact?: boolean;
}

/** Cells that merge, and can be kept. `merge` may change and return its first argument. */
export interface Cells<C, P = unknown> {
  cell(): C;
  merge(into: C, from: C): C;
  pack(cell: C): P;
  unpack(packed: P): C;
}

/**
 * How a measure is kept: a cell holds one pane's share of it, and cells merge. A cell may be a plain number, hence
 * `put`, `merge` and `subtract` return the cell that results; they may change and return their first argument.
 * The result must not depend on the order of puts and merges, or windows would depend on the order of arrival.
 */
export interface Aggregate<C, P = unknown> extends Cells<C, P> {
  put(cell: C, amount: Amount): C;
  /** Takes a merged cell out again, exactly. Absent where that is impossible. */
  subtract?(from: C, cell: C): C;
  /** The measure over what went into the cell; `count` is the number of events there. */
  value(cell: C, count: number): number | undefined;
  /** Whether the value of the cell is not an estimate. Absent where it never is. */
  isExact?(cell: C): boolean;
  running(): Running<C>;
  /** What `pack` returns, as a checkpoint holds it. */
  readonly packed: z.ZodType<P>;
}

/** The running value of a measure whose cells can be subtracted. */
export class Subtracting<C> implements Running<C> {
  readonly #aggregate: Aggregate<C> & Required<Pick<Aggregate<C>, 'subtract'>>;
  #cell: C;

  constructor(aggregate: Aggregate<C> & Required<Pick<Aggregate<C>, 'subtract'>>) {
    this.#aggregate = aggregate;
    this.#cell = aggregate.cell();
  }

  enter(cell: C): void {
    this.#cell = this.#aggregate.merge(this.#cell, cell);
  }

  leave(cell: C): void {
    this.#cell = this.#aggregate.subtract(this.#cell, cell);
  }

  value(count: number): number | undefined {
    return this.#aggregate.value(this.#cell, count);
  }
}

/** The running value where a window is one pane, as in tumbling windows: there is nothing to merge. */
export class Single<C> implements Running<C> {
  readonly #aggregate: Aggregate<C>;
  readonly #nothing: C;
  #cell: C;

  constructor(aggregate: Aggregate<C>) {
    this.#aggregate = aggregate;
    this.#nothing = aggregate.cell();
    this.#cell = this.#nothing;
  }

  enter(cell: C): void {
    this.#cell = cell;
  }

  leave(): void {
    this.#cell = this.#nothing;
  }

  get isExact(): boolean {
    return this.#aggregate.isExact?.(this.#cell) ?? true;
  }

  value(count: number): number | undefined {
    return this.#aggregate.value(this.#cell, count);
  }
}
