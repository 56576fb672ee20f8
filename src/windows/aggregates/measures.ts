import * as z from 'zod';
import type { Measure } from '../../model.ts';
import { number } from '../../util/snapshot.ts';
import { type Aggregate, type Amount, type Running, type SingleAmount, Subtracting } from './aggregate.ts';
import { Distinct, DistinctRunning, hashOf } from './distinct.ts';
import { ExactSum } from './exact-sum.ts';
import { type PackedQuantiles, PercentileRunning, Quantiles } from './quantiles.ts';

/** Number of the events for which the query was true. */
function share(): Aggregate<number, number> {
  const aggregate = {
    cell: () => 0,
    put: (matches: number, amount: Amount) => (amount === true ? matches + 1 : matches),
    merge: (into: number, from: number) => into + from,
    subtract: (from: number, cell: number) => from - cell,
    value: (matches: number, count: number) => (count === 0 ? undefined : matches / count),
    running: (): Running<number> => new Subtracting(aggregate),
    packed: number,
    pack: (matches: number) => matches,
    unpack: (packed: number) => packed,
  };
  return aggregate;
}

/** A sum of nothing is 0; an average of nothing is nothing. */
function summed(value: (sum: ExactSum) => number | undefined): Aggregate<ExactSum, number[]> {
  const aggregate = {
    cell: () => new ExactSum(),
    put(sum: ExactSum, amount: Amount) {
      if (ExactSum.canAdd(amount)) sum.add(amount);
      return sum;
    },
    merge(into: ExactSum, from: ExactSum) {
      into.addSum(from);
      return into;
    },
    subtract(from: ExactSum, sum: ExactSum) {
      from.subtractSum(sum);
      return from;
    },
    value,
    running: (): Running<ExactSum> => new Subtracting(aggregate),
    packed: z.array(number),
    pack: (sum: ExactSum) => [sum.n, ...sum.parts],
    unpack: ([n, ...parts]: number[]) => ExactSum.from(n!, parts),
  };
  return aggregate;
}

type Extreme = number | undefined;

/**
 * The extreme of what is in the window: the values that no later one beats, in the order of their entry, so that the
 * first is the extreme. It does the work of two stacks in one queue.
 */
class ExtremeRunning implements Running<Extreme> {
  readonly #beats: (a: number, b: number) => boolean;
  readonly #unbeaten: number[] = [];

  constructor(beats: (a: number, b: number) => boolean) {
    this.#beats = beats;
  }

  enter(cell: Extreme): void {
    if (cell === undefined) return;
    while (this.#unbeaten.length > 0 && this.#beats(cell, this.#unbeaten.at(-1)!)) this.#unbeaten.pop();
    this.#unbeaten.push(cell);
  }

  /** Equal values all stay in the queue, hence each leaves once. */
  leave(cell: Extreme): void {
    if (cell !== undefined && this.#unbeaten[0] === cell) this.#unbeaten.shift();
  }

  value(): Extreme {
    return this.#unbeaten[0];
  }
}

function extreme(beats: (a: number, b: number) => boolean): Aggregate<Extreme, number | null> {
  const better = (a: Extreme, b: Extreme) => (a === undefined || (b !== undefined && beats(b, a)) ? b : a);
  return {
    cell: () => undefined,
    put: (cell, amount) => (Number.isFinite(amount) ? better(cell, (amount as number) + 0) : cell),
    merge: better,
    value: (cell) => cell,
    running: () => new ExtremeRunning(beats),
    packed: number.nullable(),
    pack: (cell) => cell ?? null,
    unpack: (packed) => packed ?? undefined,
  };
}

function percentile(percent: number): Aggregate<Quantiles, PackedQuantiles> {
  return {
    cell: () => new Quantiles(),
    put(quantiles, amount) {
      if (Number.isFinite(amount)) quantiles.add(amount as number);
      return quantiles;
    },
    merge(into, from) {
      into.merge(from);
      return into;
    },
    value: (quantiles) => quantiles.percentile(percent),
    isExact: (quantiles) => quantiles.isExact,
    running: () => new PercentileRunning(percent),
    packed: z.union([z.array(number), z.tuple([z.array(number), z.array(number)])]),
    pack: (quantiles) => quantiles.pack(),
    unpack: Quantiles.unpack,
  };
}

function distinct(): Aggregate<Distinct, number[] | Uint8Array> {
  return {
    cell: () => new Distinct(),
    put(cell, amount) {
      if (amount !== undefined) cell.add(hashOf(amount as Exclude<SingleAmount, undefined>));
      return cell;
    },
    merge(into, from) {
      into.merge(from);
      return into;
    },
    value: (cell) => cell.estimate(),
    isExact: (cell) => cell.hashes !== undefined,
    running: () => new DistinctRunning(),
    packed: z.union([z.array(number), z.instanceof(Uint8Array)]),
    pack: (cell) => cell.pack(),
    unpack: Distinct.unpack,
  };
}

/** How a measure is kept, or undefined where the number of events is all there is to keep: a count, a rate. */
export function aggregateFor(measure: Measure): Aggregate<unknown> | undefined {
  const single = aggregateOf(measure);
  if (single === undefined) return undefined;
  const put = (cell: unknown, amount: Amount) =>
    Array.isArray(amount)
      ? (amount as readonly SingleAmount[]).reduce<unknown>((into, one) => single.put(into, one), cell)
      : single.put(cell, amount);
  return { ...single, put };
}

function aggregateOf(measure: Measure): Aggregate<unknown> | undefined {
  switch (measure.kind) {
    case 'count':
    case 'rate':
      return undefined;
    case 'share':
      return share() as Aggregate<unknown>;
    case 'sum':
      return summed((sum) => sum.value) as Aggregate<unknown>;
    case 'avg':
      return summed((sum) => (sum.n === 0 ? undefined : sum.value / sum.n)) as Aggregate<unknown>;
    case 'min':
      return extreme((a, b) => a < b) as Aggregate<unknown>;
    case 'max':
      return extreme((a, b) => a > b) as Aggregate<unknown>;
    case 'percentile':
      return percentile(measure.percent) as Aggregate<unknown>;
    case 'distinct':
      return distinct() as Aggregate<unknown>;
  }
}
