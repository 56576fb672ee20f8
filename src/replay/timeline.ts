import type { Millis } from '../model.ts';

/** A stretch of time in which windows ended. */
export interface Column {
  /** The value farthest beyond the condition, or the largest; undefined where no window ended or none had a value. */
  value: number | undefined;
  /** Whether the condition held for it. */
  held: boolean;
}

export interface TimelineOptions {
  /** Number of columns at the most, even. */
  columns?: number;
  /** Of two values the one with the greater distance is kept. */
  distance: (value: number) => number;
  held: (value: number) => boolean;
}

/**
 * A rule's measure over time in a bounded number of columns, however long the time is: when they no longer suffice,
 * each two become one of twice the width.
 */
export class Timeline {
  start: Millis | undefined;
  width: Millis;
  columns: Column[] = [];
  readonly #options: TimelineOptions;
  readonly #most: number;

  /** `width`: that of a column at first. */
  constructor(width: Millis, options: TimelineOptions) {
    this.width = width;
    this.#options = options;
    this.#most = options.columns ?? 64;
  }

  add(at: Millis, value: number | undefined): void {
    this.start ??= Math.floor(at / this.width) * this.width;
    while (this.#place(at) >= this.#most) this.#widen();
    const place = Math.max(0, this.#place(at));
    while (this.columns.length <= place) this.columns.push({ value: undefined, held: false });
    if (value === undefined) return;
    const { distance, held } = this.#options;
    const column = this.columns[place]!;
    if (column.value === undefined || distance(value) > distance(column.value)) column.value = value;
    column.held ||= held(value);
  }

  #place(at: Millis): number {
    return Math.floor((at - this.start!) / this.width);
  }

  #widen(): void {
    const wider: Column[] = [];
    for (let place = 0; place < this.columns.length; place += 2)
      wider.push(this.#joined(this.columns[place]!, this.columns[place + 1]));
    this.columns = wider;
    this.width *= 2;
  }

  #joined(one: Column, other: Column | undefined): Column {
    if (other?.value === undefined) return one;
    const { distance } = this.#options;
    const isOther = one.value === undefined || distance(other.value) > distance(one.value);
    return { value: isOther ? other.value : one.value, held: one.held || other.held };
  }
}

const bars = '▁▂▃▄▅▆▇█';

/** The columns as a line of bars between the least and the greatest value, with the condition's bounds in view. */
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
