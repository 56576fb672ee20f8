import type { Random } from '../random.ts';

/**
 * Picks places 0, 1, … of a table by weight, in constant time however long the table is (the alias method of Vose). The sum of the weights is
 * arbitrary and more than 0.
 */
export class WeightedChoice {
  readonly #share: Float64Array;
  readonly #other: Uint32Array;

  constructor(weights: readonly number[]) {
    const count = weights.length;
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const left = weights.map((weight) => (weight * count) / sum);
    this.#share = new Float64Array(count).fill(1);
    this.#other = Uint32Array.from({ length: count }, (_, place) => place);
    const small = left.flatMap((weight, place) => (weight < 1 ? [place] : []));
    const large = left.flatMap((weight, place) => (weight < 1 ? [] : [place]));
    while (small.length > 0 && large.length > 0) {
      const [less, more] = [small.pop()!, large.pop()!];
      this.#share[less] = left[less]!;
      this.#other[less] = more;
      left[more] = left[more]! + left[less]! - 1;
      (left[more]! < 1 ? small : large).push(more);
    }
  }

  pick(random: Random): number {
    const at = random() * this.#share.length;
    const place = Math.floor(at);
    return at - place < this.#share[place]! ? place : this.#other[place]!;
  }
}

/** Weights of clients. */
export function clientWeights(
  by: 'uniform' | 'binomial' | 'zipf',
  count: number,
  exponent: number,
): number[] {
  const places = Array.from({ length: count }, (_, place) => place);
  switch (by) {
    case 'uniform':
      return places.map(() => 1);
    case 'zipf':
      return places.map((place) => (place + 1) ** -exponent);
    case 'binomial': {
      // Binomial coefficients of p = ½ by their logarithms, which do not overflow.
      let log = 0;
      const logs = places.map((place) => {
        if (place > 0) log += Math.log((count - place) / place);
        return log;
      });
      const highest = Math.max(...logs.slice(Math.floor(count / 2) - 1, Math.floor(count / 2) + 2), 0);
      return logs.map((one) => Math.exp(one - highest));
    }
  }
}
