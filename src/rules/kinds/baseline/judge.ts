import { z } from 'zod';
import type { Millis, Observation } from '../../../model.ts';
import { number, type Snapshot, SnapshotFormat } from '../../../util/snapshot.ts';
import { formatNumber } from '../../../util/text.ts';
import { type GroupMemory, type Judge, type Judgement, tooFew } from '../../judge.ts';
import { type Learned, learn, nothingLearned, type Season, seasonOf, spreadOf } from './normality.ts';
import type { BaselineConfig } from './schema.ts';

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

  readonly groups: GroupMemory = {
    lift: (group) => {
      const memory = this.#groups.get(group);
      return memory && pack(group, memory);
    },
    load: (group, memory) => {
      if (memory === undefined) this.#groups.delete(group);
      else this.#groups.set(group, unpack(memory as PackedGroup));
    },
  };

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
