import * as z from 'zod';
import type { Millis, Observation } from '../../../model.ts';
import { number, type Snapshot, SnapshotFormat } from '../../../util/snapshot.ts';
import { formatNumber } from '../../../util/text.ts';
import { offsetsOf } from '../../../util/zone.ts';
import { type Judge, type Judgement, memoryOf, tooFew } from '../../judge.ts';
import type { BaselineConfig } from './schema.ts';

const hour = 3_600_000;
const names = ['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'];

interface Season {
  /** The slot to which a moment belongs: what is normal is learned for each on its own. */
  slotOf(time: Millis): number;
  /** `Mondays at 14h`. */
  nameOf(slot: number): string;
}

/** Hours of the day, or of the week, by the clocks of a zone. An hour that comes twice belongs to the same slot twice. */
function seasonOf({ season, zone }: Pick<BaselineConfig, 'season' | 'zone'>): Season {
  if (season === 'none') return { slotOf: () => 0, nameOf: () => 'any time' };
  const offsetAt = offsetsOf(zone);
  const slots = season === 'day' ? 24 : 168;
  // The epoch began on a Thursday; a week begins with Monday.
  const hoursSinceMonday = (time: Millis) => Math.floor((time + offsetAt(time)) / hour) + 72;
  return {
    slotOf: (time) => ((hoursSinceMonday(time) % slots) + slots) % slots,
    nameOf: (slot) => `${season === 'week' ? names[Math.floor(slot / 24)] : 'days'} at ${slot % 24}h`,
  };
}

/**
 * What is normal, as learned: number of values, mean and variance. Plain: a checkpoint holds it as it is. The mean
 * weighs all values alike until there are `memory` of them, and from then on forgets the oldest exponentially.
 */
type Learned = [count: number, mean: number, variance: number];

const nothingLearned: Learned = [0, 0, 0];

/** A value is learned as no farther from the mean than so many spreads, so that no single one moves it far. */
const clampAt = 3;
/** So many values are taken as they are: before, a spread means nothing. */
const unclamped = 5;

function learn(before: Learned, value: number, memory: number, floor: number): Learned {
  const [count, mean, variance] = before;
  const reach = clampAt * spreadOf(before, floor);
  const taken = count < unclamped ? value : Math.min(mean + reach, Math.max(mean - reach, value));
  const weight = 1 / Math.min(count + 1, memory);
  const difference = taken - mean;
  // West's way to weigh: exact for equal weights, and numerically stable.
  return [
    Math.min(count + 1, memory),
    mean + weight * difference,
    (1 - weight) * (variance + weight * difference ** 2),
  ];
}

/**
 * The spread to judge by. It is never less than the least given, nor than a twentieth of the mean: what was constant so
 * far may change a little. (A count is not less spread than its square root either: that is its nature.)
 */
function spreadOf([, mean, variance]: Learned, floor: number): number {
  return Math.max(Math.sqrt(variance), floor, Math.abs(mean) / 20, Number.EPSILON);
}

interface Memory {
  slots: Map<number, Learned>;
  /** End of the last window with events: a group without any for long is forgotten. */
  seen: Millis;
  /** End of the last window that was learned. Each window is learned once. */
  learned: Millis;
  /** Since when all windows were not normal. */
  odd: Millis | undefined;
}

type PackedGroup = [
  group: string,
  slots: [slot: number, Learned][],
  seen: Millis,
  learned: Millis,
  odd: Millis | null,
];

const slot = z.tuple([number, z.tuple([number, number, number])]);
const format = new SnapshotFormat<PackedGroup[]>({
  component: 'The judge of baselines',
  schema: z.array(z.tuple([z.string(), z.array(slot), number, number, number.nullable()])),
});

function pack(group: string, { slots, seen, learned, odd }: Memory): PackedGroup {
  return [group, [...slots].map(([slot, known]) => [slot, [...known]]), seen, learned, odd ?? null];
}

function unpack([, slots, seen, learned, odd]: PackedGroup): Memory {
  return { slots: new Map(slots), seen, learned, odd: odd ?? undefined };
}

/** Compares each window with what was learned of its season, and learns from it if it is normal. */
export class BaselineJudge implements Judge {
  readonly #config: BaselineConfig;
  readonly #season: Season;
  readonly #groups = new Map<string, Memory>();

  constructor(config: BaselineConfig) {
    this.#config = config;
    this.#season = seasonOf(config);
  }

  judge(group: string, o: Observation): Judgement {
    const known = this.#groups.get(group);
    const isForgotten = known !== undefined && this.#isForgotten(known, o.at);
    if (isForgotten) this.#groups.delete(group);
    if (isForgotten && o.count === 0)
      return { verdict: 'calm', reason: 'forgotten, for no event came for so long' };
    const memory = this.#groups.get(group) ?? this.#begin(group, o.at);
    if (o.count > 0) memory.seen = Math.max(memory.seen, o.at);
    const slot = this.#season.slotOf(o.window.start);
    const learned = memory.slots.get(slot) ?? nothingLearned;
    const judgement = this.#held(o, learned, this.#season.nameOf(slot));
    this.#takeIn(memory, slot, learned, o, judgement);
    // Empty windows are judged and learned as well, so every window is observed.
    return { ...judgement, again: o.at + this.#config.over };
  }

  forgetBefore(time: Millis): void {
    for (const [group, memory] of this.#groups)
      if (this.#isForgotten(memory, time)) this.#groups.delete(group);
  }

  readonly groups = memoryOf(this.#groups, pack, unpack);

  snapshot(): Snapshot<PackedGroup[]> {
    return format.write([...this.#groups].map(([group, memory]) => pack(group, memory)));
  }

  restore(snapshot: Snapshot<PackedGroup[]>): void {
    this.#groups.clear();
    for (const packed of format.read(snapshot)) this.#groups.set(packed[0], unpack(packed));
  }

  /** The first window is not learned, because it may have begun before the first observation. */
  #begin(group: string, at: Millis): Memory {
    const memory: Memory = { slots: new Map(), seen: at, learned: at, odd: undefined };
    this.#groups.set(group, memory);
    return memory;
  }

  #isForgotten({ seen }: Memory, at: Millis): boolean {
    return at - seen > this.#config.forget;
  }

  #held({ value, count, about }: Observation, known: Learned, when: string): Judgement {
    const { deviation, direction, warmUp, minCount, measure } = this.#config;
    const [learned, mean] = known;
    if (value === undefined)
      return { verdict: 'nothing', reason: `there is nothing to measure as ${measure}` };
    if (learned < warmUp)
      return {
        verdict: 'calm',
        reason: `still learning what is normal for ${when}: ${learned} of ${warmUp} windows`,
      };
    const spread = spreadOf(known, this.#leastSpread(mean));
    const spreads = (value - mean) / spread;
    const side = spreads < 0 ? 'below' : 'above';
    const normal = `the ${formatNumber(mean)} ± ${formatNumber(spread)} that is normal for ${when}`;
    const measured = about ? `${measure} about` : measure;
    const reason = `${measured} ${formatNumber(value)} is ${formatNumber(Math.abs(spreads))} spreads ${side} ${normal}`;
    const far =
      Math.abs(spreads) >= deviation &&
      (direction === 'both' || side === (direction === 'up' ? 'above' : 'below'));
    if (far && side === 'above' && count < minCount)
      return { verdict: 'few', reason: `${reason}, but ${tooFew(count, minCount)}` };
    const measuredBy = { distance: (other: number) => Math.abs(other - mean) };
    return { verdict: far ? 'true' : 'calm', reason, measuredBy };
  }

  /** A window that is not normal is not learned. If that lasts for `adaptAfter`, everything is forgotten and learned again. */
  #takeIn(memory: Memory, slot: number, known: Learned, o: Observation, { verdict }: Judgement): void {
    if (o.value === undefined || o.at <= memory.learned) return;
    memory.learned = o.at;
    memory.odd = verdict === 'true' ? (memory.odd ?? o.window.start) : undefined;
    if (memory.odd === undefined) {
      memory.slots.set(slot, learn(known, o.value, this.#config.memory, this.#leastSpread(known[1])));
    } else if (o.at - memory.odd > this.#config.adaptAfter) {
      memory.slots.clear();
      memory.odd = undefined;
    }
  }

  /** The standard deviation of a random count is its square root. */
  #leastSpread(mean: number): number {
    const { measure, minSpread } = this.#config;
    return measure === 'count' ? Math.max(minSpread, Math.sqrt(Math.max(mean, 1))) : minSpread;
  }
}
