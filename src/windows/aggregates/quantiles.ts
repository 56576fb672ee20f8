import type { Running } from './aggregate.ts';

/** Relative error of a percentile: its value is within 1 % of the true one. */
export const relativeError = 0.01;
const growth = Math.log((1 + relativeError) / (1 - relativeError));
/** What takes the upper bound of a bin to its middle, from which both bounds are equally far, relatively. */
const toMiddle = Math.log(1 - relativeError);
/** Keeps the bins of positive values above 0, and so those of negative values below it. */
const offset = 40_000;
const smallest = 1e-300;

/** Bins grow by the factor (1 + error) / (1 − error). They are numbered in the order of the values in them; bin 0 holds 0. */
function binOf(value: number): number {
  const size = Math.abs(value);
  if (size < smallest) return 0;
  const bin = offset + Math.ceil(Math.log(size) / growth);
  return value < 0 ? -bin : bin;
}

/** The value of a bin that is within the error of all others. */
export function middleOf(bin: number): number {
  if (bin === 0) return 0;
  const size = Math.min(Number.MAX_VALUE, Math.exp((Math.abs(bin) - offset) * growth + toMiddle));
  return bin < 0 ? -size : size;
}

/**
 * Numbers of values in logarithmic bins, as in DDSketch (Masson et al., VLDB 2019), only the bins in use, in order.
 * The counts are whole numbers, so histograms add and subtract exactly, in any order.
 */
export class Histogram {
  n = 0;
  readonly bins: number[] = [];
  readonly counts: number[] = [];

  add(value: number): void {
    this.#change(binOf(value), 1);
  }

  merge(other: Histogram, sign: 1 | -1): void {
    for (let index = 0; index < other.bins.length; index += 1)
      this.#change(other.bins[index]!, sign * other.counts[index]!);
  }

  /**
   * The bin with the smallest value such that at least that percentage of all values is not greater, and the place of
   * that value among the values of the bin, from 1.
   */
  find(percent: number): { bin: number; place: number } | undefined {
    if (this.n === 0) return undefined;
    // 99.9 per cent of 1,000 is a little more than 999 in binary; what is less than a millionth of an event is no event.
    let left = Math.max(1, Math.ceil((percent * this.n) / 100 - 1e-6));
    let index = 0;
    while (index < this.bins.length - 1 && left > this.counts[index]!) {
      left -= this.counts[index]!;
      index += 1;
    }
    return { bin: this.bins[index]!, place: left };
  }

  pack(): [number[], number[]] {
    return [[...this.bins], [...this.counts]];
  }

  static unpack([bins, counts]: [number[], number[]]): Histogram {
    const histogram = new Histogram();
    bins.forEach((bin, index) => {
      histogram.#change(bin, counts[index]!);
    });
    return histogram;
  }

  #change(bin: number, by: number): void {
    this.n += by;
    const index = this.#find(bin);
    if (this.bins[index] !== bin) {
      this.bins.splice(index, 0, bin);
      this.counts.splice(index, 0, by);
      return;
    }
    this.counts[index]! += by;
    if (this.counts[index] !== 0) return;
    this.bins.splice(index, 1);
    this.counts.splice(index, 1);
  }

  #find(bin: number): number {
    let low = 0;
    let high = this.bins.length;
    while (low < high) {
      const at = (low + high) >>> 1;
      if (this.bins[at]! < bin) low = at + 1;
      else high = at;
    }
    return low;
  }
}

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
