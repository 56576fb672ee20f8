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
export function estimate(ranksByRegister: Uint8Array): number {
  const histogram = new Array<number>(ranks).fill(0);
  for (const rank of ranksByRegister) histogram[rank]! += 1;
  let sum = registers * tau(1 - histogram[ranks - 1]! / registers);
  for (let rank = ranks - 2; rank >= 1; rank -= 1) sum = 0.5 * (sum + histogram[rank]!);
  sum += registers * sigma(histogram[0]! / registers);
  return Math.round((registers * registers) / (2 * Math.LN2 * sum));
}

/** x + Σ x^(2^k) · 2^(k−1): what the empty registers tell. */
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

/** (1 − x − Σ (1 − x^(2^−k))² · 2^−k) / 3: what the full registers tell. */
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
