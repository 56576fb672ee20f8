import type { Running } from './aggregate.ts';
import { binOf, Histogram, middleOf } from './histogram.ts';

/** Up to this many values of a pane are kept one by one; beyond that, only the numbers of values in bins. */
const exactUpTo = 1000;

/** Disk format of the values of a pane: the values in order, or the bins and the numbers of values in them. */
export type PackedQuantiles = number[] | [bins: number[], counts: number[]];

/**
 * The values of one pane. A percentile over panes that all keep their values is exact; otherwise it is the middle of a
 * bin. Which of the two depends on the number of values alone, so merging in any order gives the same.
 */
export class Quantiles {
  readonly histogram = new Histogram();
  /** Undefined: there are too many. */
  #values: number[] | undefined = [];
  #isSorted = true;

  get isExact(): boolean {
    return this.#values !== undefined;
  }

  add(value: number): void {
    this.histogram.add(value);
    this.#keep([value]);
  }

  merge(other: Quantiles): void {
    this.histogram.merge(other.histogram, 1);
    this.#keep(other.#values);
  }

  percentile(percent: number): number | undefined {
    return percentileOf(this.histogram, percent, this.isExact ? [this] : undefined);
  }

  /** The values in a bin. */
  within(bin: number): number[] {
    const values = this.#sorted() ?? [];
    return values.slice(firstFrom(values, bin), firstFrom(values, bin + 1));
  }

  pack(): PackedQuantiles {
    return this.#sorted()?.slice() ?? this.histogram.pack();
  }

  static unpack(packed: PackedQuantiles): Quantiles {
    const quantiles = new Quantiles();
    if (isBins(packed)) {
      quantiles.histogram.merge(Histogram.unpack(packed), 1);
      quantiles.#values = undefined;
    } else for (const value of packed) quantiles.add(value);
    return quantiles;
  }

  #keep(added: readonly number[] | undefined): void {
    const values = this.#values;
    if (values === undefined) return;
    if (added === undefined || values.length + added.length > exactUpTo) this.#values = undefined;
    // Minus zero is zero.
    else for (const value of added) values.push(value + 0);
    this.#isSorted = false;
  }

  #sorted(): number[] | undefined {
    if (!this.#isSorted) this.#values?.sort((a, b) => a - b);
    this.#isSorted = true;
    return this.#values;
  }
}

const isBins = (packed: PackedQuantiles): packed is [number[], number[]] => Array.isArray(packed[0]);

/** The place of the first of the sorted values whose bin is not before the given one. */
function firstFrom(values: readonly number[], bin: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const at = (low + high) >>> 1;
    if (binOf(values[at]!) < bin) low = at + 1;
    else high = at;
  }
  return low;
}

/** The value itself where the panes keep their values: the bins say where among them it is. */
function percentileOf(
  histogram: Histogram,
  percent: number,
  panes: readonly Quantiles[] | undefined,
): number | undefined {
  const found = histogram.find(percent);
  if (found === undefined || panes === undefined) return found && middleOf(found.bin);
  const values = panes.flatMap((pane) => pane.within(found.bin)).sort((a, b) => a - b);
  return values[found.place - 1];
}

/** A percentile over the panes in a window as it slides. */
export class PercentileRunning implements Running<Quantiles> {
  readonly #percent: number;
  readonly #merged = new Histogram();
  readonly #panes: Quantiles[] = [];
  /** Number of panes that do not keep their values. */
  #coarse = 0;

  constructor(percent: number) {
    this.#percent = percent;
  }

  get isExact(): boolean {
    return this.#coarse === 0;
  }

  enter(cell: Quantiles): void {
    this.#merged.merge(cell.histogram, 1);
    this.#panes.push(cell);
    if (!cell.isExact) this.#coarse += 1;
  }

  leave(cell: Quantiles): void {
    this.#merged.merge(cell.histogram, -1);
    // Panes leave in the order in which they entered, so it is the first.
    this.#panes.splice(this.#panes.indexOf(cell), 1);
    if (!cell.isExact) this.#coarse -= 1;
  }

  value(): number | undefined {
    return percentileOf(this.#merged, this.#percent, this.isExact ? this.#panes : undefined);
  }
}
