import type { Millis } from '../model.ts';

/** A span of time in which windows ended. */
export interface Column {
  /** The value furthest beyond the condition, or the largest. Undefined where no window with a value ended. */
  value: number | undefined;
  /** Whether the condition held in one of them. */
  held: boolean;
}

/** The value of a window. */
interface Measured {
  value: number;
  held: boolean;
  /** How far the value lies beyond the condition. Of two values, the one with the greater distance is kept. */
  distance: number;
}

type Cell = Column & { distance: number };

/**
 * The measure of a rule over time in a bounded number of columns. When the columns do not suffice, each two are merged
 * into one of twice the width.
 */
export class Timeline {
  start: Millis | undefined;
  width: Millis;
  #cells: Cell[] = [];
  readonly #most: number;

  /** `width`: initial width of a column. `columns`: largest number of columns, even. */
  constructor(width: Millis, columns = 64) {
    this.width = width;
    this.#most = columns;
  }

  get columns(): Column[] {
    return this.#cells.map(({ value, held }) => ({ value, held }));
  }

  /** Adds a window that ended at this time; without `measured` it had no value. */
  add(at: Millis, measured: Measured | undefined): void {
    this.start ??= Math.floor(at / this.width) * this.width;
    while (this.#place(at) >= this.#most) this.#widen();
    const place = Math.max(0, this.#place(at));
    while (this.#cells.length <= place) this.#cells.push(nothing);
    if (measured !== undefined) this.#cells[place] = joined(this.#cells[place]!, measured);
  }

  #place(at: Millis): number {
    return Math.floor((at - this.start!) / this.width);
  }

  #widen(): void {
    const wider: Cell[] = [];
    for (let place = 0; place < this.#cells.length; place += 2)
      wider.push(joined(this.#cells[place]!, this.#cells[place + 1] ?? nothing));
    this.#cells = wider;
    this.width *= 2;
  }
}

const nothing: Cell = { value: undefined, held: false, distance: Number.NEGATIVE_INFINITY };

function joined(one: Cell, other: Cell): Cell {
  const isOther = one.value === undefined || other.distance > one.distance;
  const { value, distance } = isOther ? other : one;
  return { value, distance, held: one.held || other.held };
}

const bars = '▁▂▃▄▅▆▇█';

/** The columns as a line of bars, scaled to the values and the bounds of the condition. */
export function sparkline(columns: readonly Column[], bounds: readonly number[] = []): string {
  const values = columns.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const [low, high] = [Math.min(...values, ...bounds, 0), Math.max(...values, ...bounds)];
  const step = (high - low) / (bars.length - 1);
  return columns
    .map(({ value }) => (value === undefined ? ' ' : bars[step > 0 ? Math.round((value - low) / step) : 0]!))
    .join('');
}

/** A mark under each column in which the condition held. */
export function marks(columns: readonly Column[]): string {
  return columns
    .map(({ held }) => (held ? '▲' : ' '))
    .join('')
    .trimEnd();
}
