/** Up to this many different values of a pane are kept one by one; beyond that, as a HyperLogLog. */
export const exactUpTo = 1000;

/**
 * 53 bits of a value, evenly spread (cyrb53: two multiplicative hashes, mixed as in murmur3). Two of a million values
 * are taken for one with a probability of 1 in 20,000. `1` and `'1'` are different values.
 */
export function hashOf(value: string | number | boolean): number {
  const text = typeof value === 'string' ? value : `\0${value}`;
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (b & 0x1f_ffff) * 0x1_0000_0000 + (a >>> 0);
}

/**
 * Set of different values: their hashes, or the registers of a HyperLogLog (standard error 1.6 %). Which of the two depends
 * on the number of values alone, so merging in any order gives the same.
 */
export class Distinct {
  hashes: Set<number> | undefined = new Set();
  registers: Uint8Array | undefined = undefined;

  add(hash: number): void {
    if (this.hashes === undefined) this.#raise(registerOf(hash), rankOf(hash));
    else if (this.hashes.add(hash).size > exactUpTo) this.#toRegisters();
  }

  merge(other: Distinct): void {
    if (other.hashes !== undefined) for (const hash of other.hashes) this.add(hash);
    if (other.registers === undefined) return;
    if (this.hashes !== undefined) this.#toRegisters();
    for (let register = 0; register < registers; register += 1)
      this.#raise(register, other.registers[register]!);
  }

  estimate(): number {
    return this.hashes?.size ?? estimate(this.registers!);
  }

  /** In order of size, so that the same values give the same bytes. */
  pack(): number[] | Uint8Array {
    return this.hashes === undefined ? this.registers!.slice() : [...this.hashes].sort((a, b) => a - b);
  }

  static unpack(packed: number[] | Uint8Array): Distinct {
    const distinct = new Distinct();
    if (Array.isArray(packed)) distinct.hashes = new Set(packed);
    else [distinct.hashes, distinct.registers] = [undefined, Uint8Array.from(packed)];
    return distinct;
  }

  #toRegisters(): void {
    const hashes = this.hashes!;
    this.hashes = undefined;
    this.registers = new Uint8Array(registers);
    for (const hash of hashes) this.#raise(registerOf(hash), rankOf(hash));
  }

  #raise(register: number, rank: number): void {
    if (rank > this.registers![register]!) this.registers![register] = rank;
  }
}

/**
 * Different values in a sliding window. Each hash is kept with the number of panes that hold it, so that a leaving
 * pane can be subtracted and the result is exact. Once a pane with a HyperLogLog is in the window, each register
 * likewise keeps how often each rank was seen; its content is the highest of these.
 */
export class DistinctRunning {
  readonly #panesByHash = new Map<number, number>();
  #sketches = 0;
  #seen: Uint32Array | undefined = undefined;
  #highest = new Uint8Array(0);

  enter(cell: Distinct): void {
    if (cell.registers !== undefined) {
      this.#sketches += 1;
      if (this.#seen === undefined) this.#beginRegisters();
      cell.registers.forEach((rank, register) => {
        if (rank > 0) this.#enterRank(register, rank, 1);
      });
    }
    for (const hash of cell.hashes ?? []) {
      this.#panesByHash.set(hash, (this.#panesByHash.get(hash) ?? 0) + 1);
      if (this.#seen !== undefined) this.#enterRank(registerOf(hash), rankOf(hash), 1);
    }
  }

  leave(cell: Distinct): void {
    for (const hash of cell.hashes ?? []) {
      const panes = this.#panesByHash.get(hash)!;
      if (panes === 1) this.#panesByHash.delete(hash);
      else this.#panesByHash.set(hash, panes - 1);
      if (this.#seen !== undefined) this.#leaveRank(registerOf(hash), rankOf(hash));
    }
    if (cell.registers === undefined) return;
    this.#sketches -= 1;
    if (this.#sketches === 0) this.#seen = undefined;
    else
      cell.registers.forEach((rank, register) => {
        if (rank > 0) this.#leaveRank(register, rank);
      });
  }

  get isExact(): boolean {
    return this.#seen === undefined;
  }

  value(): number {
    return this.#seen === undefined ? this.#panesByHash.size : estimate(this.#highest);
  }

  #beginRegisters(): void {
    this.#seen = new Uint32Array(registers * ranks);
    this.#highest = new Uint8Array(registers);
    for (const [hash, panes] of this.#panesByHash) this.#enterRank(registerOf(hash), rankOf(hash), panes);
  }

  #enterRank(register: number, rank: number, times: number): void {
    this.#seen![register * ranks + rank]! += times;
    if (rank > this.#highest[register]!) this.#highest[register] = rank;
  }

  #leaveRank(register: number, rank: number): void {
    const row = register * ranks;
    this.#seen![row + rank]! -= 1;
    let highest = this.#highest[register]!;
    while (highest > 0 && this.#seen![row + highest] === 0) highest -= 1;
    this.#highest[register] = highest;
  }
}

/** Registers; the standard error is 1.04 / √4096 = 1.6 %. */
export const registers = 4096;
/** A hash has 53 bits: 12 choose the register, 41 are left for the rank, 1 to 42. */
export const ranks = 43;

/** Register of a hash: its lowest 12 bits. */
export function registerOf(hash: number): number {
  return (hash >>> 0) & (registers - 1);
}

/** Place of the first 1 in the upper 41 bits, counted from the left and from 1; 42 where there is none. */
export function rankOf(hash: number): number {
  const upper = Math.floor(hash / 0x1_0000_0000);
  if (upper !== 0) return Math.clz32(upper) - 10;
  return Math.clz32((hash >>> 0) >>> 12) + 10;
}

/**
 * Number of different values whose ranks are in the registers (Flajolet et al. 2007), by Ertl's improved estimator
 * (2017, algorithm 6), which needs no corrections for small or large numbers.
 */
function estimate(ranksByRegister: Uint8Array): number {
  const histogram = new Array<number>(ranks).fill(0);
  for (const rank of ranksByRegister) histogram[rank]! += 1;
  let sum = registers * tau(1 - histogram[ranks - 1]! / registers);
  for (let rank = ranks - 2; rank >= 1; rank -= 1) sum = 0.5 * (sum + histogram[rank]!);
  sum += registers * sigma(histogram[0]! / registers);
  return Math.round((registers * registers) / (2 * Math.LN2 * sum));
}

/** x + Σ x^(2^k) · 2^(k−1): what the empty registers contribute. */
function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let [x, weight, sum, before] = [share, 1, share, -1];
  while (sum !== before) {
    before = sum;
    x *= x;
    sum += x * weight;
    weight *= 2;
  }
  return sum;
}

/** (1 − x − Σ (1 − x^(2^−k))² · 2^−k) / 3: what the full registers contribute. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [x, weight, sum, before] = [share, 1, 1 - share, -1];
  while (sum !== before) {
    before = sum;
    x = Math.sqrt(x);
    weight *= 0.5;
    sum -= (1 - x) ** 2 * weight;
  }
  return sum / 3;
}
