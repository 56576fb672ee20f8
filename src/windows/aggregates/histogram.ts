/** Relative error of a percentile: its value is within 1 % of the true one. */
export const relativeError = 0.01;
const growth = Math.log((1 + relativeError) / (1 - relativeError));
/** What takes the upper bound of a bin to its middle, from which both bounds are equally far, relatively. */
const toMiddle = Math.log(1 - relativeError);
/** Keeps the bins of positive values above 0, and so those of negative values below it. */
const offset = 40_000;
const smallest = 1e-300;

/** Bins grow by the factor (1 + error) / (1 − error). They are numbered in the order of the values in them; bin 0 holds 0. */
export function binOf(value: number): number {
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
