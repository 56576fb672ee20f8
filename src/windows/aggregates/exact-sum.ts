/** Larger than any number in a log, and far enough below the largest double that sums cannot overflow. */
const largest = 1e290;

/**
 * A sum of doubles without rounding. It is kept as doubles that do not overlap, in ascending order, whose exact sum
 * it is (Shewchuk 1997), and rounded once when read. So it depends neither on the order of additions nor on
 * what was subtracted again, and nothing drifts. One or two doubles are the usual case.
 */
export class ExactSum {
  /** Number of values in the sum. */
  n = 0;
  #parts: number[] = [];

  static canAdd(value: unknown): value is number {
    return typeof value === 'number' && Math.abs(value) <= largest;
  }

  static from(n: number, parts: readonly number[]): ExactSum {
    const sum = new ExactSum();
    sum.n = n;
    sum.#parts = [...parts];
    return sum;
  }

  add(value: number): void {
    this.n += 1;
    this.#grow(value);
  }

  addSum(other: ExactSum): void {
    this.n += other.n;
    for (const part of other.#parts) this.#grow(part);
  }

  subtractSum(other: ExactSum): void {
    this.n -= other.n;
    for (const part of other.#parts) this.#grow(-part);
  }

  get parts(): readonly number[] {
    return this.#parts;
  }

  /** The double nearest to the sum; of two equally near ones that with an even last bit. */
  get value(): number {
    const parts = this.#parts;
    let index = parts.length - 1;
    if (index < 0) return 0;
    let high = parts[index]!;
    let low = 0;
    while (index > 0 && low === 0) {
      index -= 1;
      const before = high;
      high = before + parts[index]!;
      low = parts[index]! - (high - before);
    }
    // `high` lies halfway between two doubles and was rounded to even, but what follows tips the balance.
    if (index > 0 && low < 0 === parts[index - 1]! < 0) {
      const tipped = high + 2 * low;
      if (tipped - high === 2 * low) return tipped;
    }
    return high;
  }

  /** Each step splits a sum of two doubles into its rounded value and, exactly, the error of rounding. */
  #grow(value: number): void {
    const parts = this.#parts;
    let rest = value;
    let kept = 0;
    for (const part of parts) {
      const larger = Math.abs(rest) < Math.abs(part) ? part : rest;
      const smaller = larger === part ? rest : part;
      const high = larger + smaller;
      const low = smaller - (high - larger);
      if (low !== 0) parts[kept++] = low;
      rest = high;
    }
    if (rest !== 0) parts[kept++] = rest;
    parts.length = kept;
  }
}
