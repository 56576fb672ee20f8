import * as z from 'zod';
import { common, lasting, measure, minCount, windows } from '../../../config/schema/rule-settings.ts';
import type { Millis, Observation } from '../../../model.ts';
import { number, type Snapshot, SnapshotFormat } from '../../../util/snapshot.ts';
import { formatNumber } from '../../../util/text.ts';
import { type Judge, type Judgement, memoryOf, tooFew } from '../../judge.ts';

export const schema = z.strictObject({
  kind: z.literal('spike').describe('Raises an alert when a window differs strongly from the previous one.'),
  ...common,
  measure,
  ...windows,
  ratio: z.number().min(1).default(3).describe('Factor by which the measure must rise or fall.'),
  direction: z
    .enum(['up', 'down', 'both'])
    .default('up')
    .describe('Direction that raises: rise, fall or both.'),
  minBefore: z.int().min(1).default(10).describe('Number of events that the previous window must have.'),
  minCount,
  ...lasting,
});

export type SpikeConfig = z.infer<typeof schema>;

/** A window of the past: its end, measure and number of events. */
type Past = [end: Millis, value: number | undefined, count: number];

interface Memory {
  /** End of the first window. The group was not observed before it. */
  first: Millis;
  /** End of the first of the empty windows at the end of what is known. */
  empty: Millis | undefined;
  /** In order of their ends. A value holds until the end of the next one: windows without a change are not observed. */
  past: Past[];
}

type PackedGroup = [
  group: string,
  first: Millis,
  empty: Millis | null,
  past: [end: Millis, value: number | null, count: number][],
];

const past = z.tuple([number, number.nullable(), number]);
const format = new SnapshotFormat<PackedGroup[]>({
  component: 'The judge of spikes',
  schema: z.array(z.tuple([z.string(), number, number.nullable(), z.array(past)])),
});

/** Compares each window with the window before it. */
export class SpikeJudge implements Judge {
  readonly #config: SpikeConfig;
  readonly #groups = new Map<string, Memory>();

  constructor(config: SpikeConfig) {
    this.#config = config;
  }

  judge(group: string, o: Observation): Judgement {
    const { over } = this.#config;
    let memory = this.#groups.get(group);
    // A forgotten group may be observed again while it is empty. There is nothing in it, and nothing before it.
    if (memory === undefined && o.count === 0) return compare(o, undefined, this.#config);
    if (memory === undefined || (o.count > 0 && this.#isOver(memory, o.at))) {
      memory = { first: o.at, empty: undefined, past: [] };
      this.#groups.set(group, memory);
    }
    memory.empty = o.count > 0 ? undefined : (memory.empty ?? o.at);
    const { first, past } = memory;
    past.push([o.at, o.value, o.count]);
    while (past.length > 1 && past[1]![0] <= o.at - over) past.shift();
    const before = past[0]![0] <= o.at - over ? past[0] : undefined;
    // This window is the one before at its end plus `over`, where the comparison may come out differently.
    const again = o.count > 0 || (before?.[2] ?? 0) > 0 ? { again: o.at + over } : {};
    if (o.at - 2 * over < first)
      return { verdict: 'calm', reason: 'still learning: two whole windows are needed', ...again };
    return { ...compare(o, before, this.#config), ...again };
  }

  forgetBefore(time: Millis): void {
    for (const [group, memory] of this.#groups) if (this.#isOver(memory, time)) this.#groups.delete(group);
  }

  readonly groups = memoryOf(this.#groups, pack, unpack);

  snapshot(): Snapshot<PackedGroup[]> {
    return format.write([...this.#groups].map(([group, memory]) => pack(group, memory)));
  }

  restore(snapshot: Snapshot<PackedGroup[]>): void {
    this.#groups.clear();
    for (const packed of format.read(snapshot)) this.#groups.set(packed[0], unpack(packed));
  }

  /** After two empty windows the group starts again. Whether it is forgotten by then makes no difference. */
  #isOver({ empty }: Memory, at: Millis): boolean {
    return empty !== undefined && at >= empty + 2 * this.#config.over;
  }
}

function pack(group: string, { first, empty, past }: Memory): PackedGroup {
  return [group, first, empty ?? null, past.map(([end, value, count]) => [end, value ?? null, count])];
}

function unpack([, first, empty, past]: PackedGroup): Memory {
  return {
    first,
    empty: empty ?? undefined,
    past: past.map(([end, value, count]) => [end, value ?? undefined, count]),
  };
}

function compare(o: Observation, before: Past | undefined, config: SpikeConfig): Judgement {
  const { ratio, direction, minBefore, minCount, measure } = config;
  const [, reference, count] = before ?? [0, undefined, 0];
  if (count < minBefore)
    return calm(`the ${count} events of the window before are fewer than ${minBefore} (minBefore)`);
  if (reference === undefined || reference <= 0)
    return calm('the window before holds nothing to compare with');
  if (o.value === undefined) return calm(`there is nothing to measure as ${measure}`);
  const factor = o.value / reference;
  const up = direction !== 'down' && factor >= ratio && o.count >= minCount;
  const down = direction !== 'up' && factor <= 1 / ratio;
  const measured = o.about ? `${measure} about` : measure;
  const reason = `${measured} ${formatNumber(o.value)} is ${formatNumber(factor)} times the ${formatNumber(reference)} of the window before`;
  const measuredBy = { distance: (value: number) => Math.abs(value - reference) };
  if (up || down) return { verdict: 'true', reason, measuredBy };
  if (direction !== 'down' && factor >= ratio)
    return { verdict: 'few', reason: `${reason}, but ${tooFew(o.count, minCount)}` };
  return calm(reason);
}

function calm(reason: string): Judgement {
  return { verdict: 'calm', reason };
}
