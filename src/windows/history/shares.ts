import type { Aggregate, Amount } from '../aggregates/aggregate.ts';
import type { PaneShare } from './chunk.ts';

/** What a group has in panes, by number of the pane. */
export type Shares<C> = Map<number, PaneShare<C>>;

/** Adds a share to what is there. The cell that comes in is copied. */
export function addShare<C>(
  shares: Shares<C>,
  pane: number,
  { count, cell }: PaneShare<C>,
  aggregate: Aggregate<C> | undefined,
): void {
  const known = shares.get(pane) ?? { count: 0, cell: aggregate?.cell() as C };
  known.count += count;
  if (aggregate !== undefined) known.cell = aggregate.merge(known.cell, cell);
  shares.set(pane, known);
}

export function addEvent<C>(
  shares: Shares<C>,
  pane: number,
  amount: Amount,
  aggregate: Aggregate<C> | undefined,
): void {
  const known = shares.get(pane) ?? { count: 0, cell: aggregate?.cell() as C };
  known.count += 1;
  if (aggregate !== undefined) known.cell = aggregate.put(known.cell, amount);
  shares.set(pane, known);
}

/** Adds up shares. Nothing of them is changed or kept. */
export function merged<C>(
  all: readonly ReadonlyMap<number, PaneShare<C>>[],
  aggregate: Aggregate<C> | undefined,
): Shares<C> {
  const sum: Shares<C> = new Map();
  for (const shares of all) for (const [pane, share] of shares) addShare(sum, pane, share, aggregate);
  return sum;
}
