import * as z from 'zod';
import { type Millis, type Observation, type Severity, type SloFigures, severities } from '../../../model.ts';
import { type Snapshot, SnapshotFormat } from '../../../util/snapshot.ts';
import { formatDuration, formatNumber, formatShare } from '../../../util/text.ts';
import { type Judge, type Judgement, memoryOf } from '../../judge.ts';
import { BurnHistory, type Counts, type PackedHistory, packedHistory } from './history.ts';
import type { SloConfig } from './schema.ts';

type PackedGroup = [group: string, history: PackedHistory];

const format = new SnapshotFormat<PackedGroup[]>({
  component: 'The judge of objectives',
  schema: z.array(z.tuple([z.string(), packedHistory])),
});

type Pair = SloConfig['burnRates'][number];

/** A pair of windows with its burn rates. */
interface Burn {
  pair: Pair;
  long: number;
  short: number;
  /** How far the lower of them lies beyond the rate of the pair: 1 is at it. */
  reach: number;
  holds: boolean;
}

/** The share of bad events that the objective allows: 0.001 for `99.9%`. */
export const allowedBy = (slo: string): number => Number(((100 - Number.parseFloat(slo)) / 100).toFixed(8));

/**
 * Judges how fast a group spends its error budget, by pairs of a long and a short window. The value is the burn rate in the long
 * window of the pair that is closest to its rate, or farthest beyond it.
 */
export class SloJudge implements Judge {
  readonly #config: SloConfig;
  readonly #allowed: number;
  readonly #lengths: readonly Millis[];
  readonly #groups = new Map<string, BurnHistory>();

  constructor(config: SloConfig) {
    this.#config = config;
    this.#allowed = allowedBy(config.slo);
    this.#lengths = [config.period, ...config.burnRates.flatMap(({ over, short }) => [over, short])];
  }

  judge(group: string, { at, window, value = 0, count }: Observation): Judgement {
    const history = this.#historyOf(group, window.start);
    history.add(at, { events: count, bad: Math.round(value * count) });
    const burns = this.#config.burnRates.map((pair) => this.#burnOf(pair, history, at));
    const worst = burns.reduce((one, other) => (isWorse(other, one) ? other : one));
    const slo = this.#figures(history, at, worst);
    const { rate, over, short, severity } = worst.pair;
    const measured = `burn rate ${formatNumber(worst.long)} over ${formatDuration(over)} and ${formatNumber(worst.short)} over ${formatDuration(short)}`;
    const left = `${formatShare(slo.budgetLeft)} of the budget of ${formatDuration(this.#config.period)} is left`;
    return {
      verdict: worst.holds ? 'true' : 'calm',
      reason: `${measured} ${worst.holds ? 'are' : 'are not both'} >= ${formatNumber(rate)}; ${left}`,
      value: worst.long,
      severity: worst.holds ? severity : undefined,
      slo,
      measuredBy: { distance: (other) => other },
      // While events pass out of its windows, the alert may end without any that come.
      ...(worst.holds && { again: at + this.#config.over }),
    };
  }

  figuresOf(group: string, at: Millis): SloFigures | undefined {
    const history = this.#groups.get(group);
    if (history === undefined) return undefined;
    const burns = this.#config.burnRates.map((pair) => this.#burnOf(pair, history, at));
    return this.#figures(
      history,
      at,
      burns.reduce((one, other) => (isWorse(other, one) ? other : one)),
    );
  }

  forgetBefore(time: Millis): void {
    for (const [group, { last }] of this.#groups)
      if (last < time - this.#config.period) this.#groups.delete(group);
  }

  readonly groups = memoryOf(
    this.#groups,
    (_, history) => history.pack(),
    (packed: PackedHistory) => this.#unpacked(packed),
  );

  snapshot(): Snapshot<PackedGroup[]> {
    return format.write([...this.#groups].map(([group, history]) => [group, history.pack()]));
  }

  restore(snapshot: Snapshot<PackedGroup[]>): void {
    this.#groups.clear();
    for (const [group, history] of format.read(snapshot)) this.#groups.set(group, this.#unpacked(history));
  }

  #historyOf(group: string, since: Millis): BurnHistory {
    const known = this.#groups.get(group);
    if (known !== undefined) return known;
    const history = new BurnHistory(this.#config.over, this.#lengths, since);
    this.#groups.set(group, history);
    return history;
  }

  #unpacked(history: PackedHistory): BurnHistory {
    return new BurnHistory(this.#config.over, this.#lengths, history[0]).unpack(history);
  }

  /** A pair is judged once events were seen for the length of its short window. */
  #burnOf(pair: Pair, history: BurnHistory, at: Millis): Burn {
    const counts = history.within(pair.over, at);
    const long = this.#rateOf(counts);
    const short = this.#rateOf(history.within(pair.short, at));
    const isKnown = at - history.since >= pair.short && counts.bad >= this.#config.minBad;
    const reach = isKnown ? Math.min(long, short) / pair.rate : 0;
    return { pair, long, short, reach, holds: reach >= 1 };
  }

  #rateOf({ events, bad }: Counts): number {
    return events === 0 ? 0 : Number((bad / events / this.#allowed).toPrecision(12));
  }

  #figures(history: BurnHistory, at: Millis, { long, pair }: Burn): SloFigures {
    const { slo, period } = this.#config;
    const { events, bad } = history.within(period, at);
    const spent = events === 0 ? 0 : bad / (events * this.#allowed);
    return {
      objective: Number((1 - this.#allowed).toPrecision(12)),
      ...{ name: slo, period, events, bad, burnRate: long, burnOver: pair.over },
      budgetLeft: Number((1 - spent).toPrecision(12)),
    };
  }
}

/** Of pairs that hold the one with the gravest severity, else the one that is closest to its rate. */
function isWorse(one: Burn, other: Burn): boolean {
  if (one.holds !== other.holds) return one.holds;
  if (!one.holds) return one.reach > other.reach;
  const difference = gravity(one.pair.severity) - gravity(other.pair.severity);
  return difference > 0 || (difference === 0 && one.reach > other.reach);
}

const gravity = (severity: Severity) => severities.indexOf(severity);
