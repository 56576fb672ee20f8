import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import type { Batch, Output, Tick } from '../../src/model.ts';
import { aBatch, aTick, at, engineWith, journaled, t } from '../support/journal/records.ts';
import { rounds } from '../support/rounds.ts';
import type { AnyInput } from '../support/rules/rules.ts';

const second = 1_000;
const rules: AnyInput[] = [
  {
    ...{ name: 'burst', by: ['host.name'], over: '4s', every: '1s', lateness: '0s', when: '>= 2' },
    ...{ cooldown: '10s', notify: ['log'], late: 'digest' },
  },
  {
    ...{ name: 'usual', kind: 'spike', by: ['host.name'], over: '2s', every: '1s', lateness: '0s', ratio: 2 },
    ...{ notify: ['log'], cooldown: '3s', late: 'notify' },
  },
  { name: 'spread', measure: 'distinct(n)', over: '2s', lateness: '1s', when: '> 2' },
];
/** Rules about values and gaps have no windows of all events. */
const others: AnyInput[] = [
  {
    name: 'value',
    kind: 'change',
    by: ['host.name'],
    field: 'n',
    lateness: '1s',
    quiet: '10s',
    forget: '1m',
  },
  {
    ...{ name: 'new', kind: 'new-term', by: ['host.name'], field: 'n', lateness: '0s', quiet: '10s' },
    ...{ warmUp: '2s', remember: '20s' },
  },
  { name: 'gap', kind: 'absence', by: ['host.name'], every: '5s', lateness: '1s', expect: ['a', 'z'] },
  { name: 'hours', kind: 'absence', by: [], every: '3s', lateness: '0s', cooldown: '20s' },
];
const all = [...rules, ...others];
/** As little as to be full at once, and some more. */
const limits = fc.constantFrom('1kB', '3kB', '10kB', '100kB');

const events = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 60 * second }),
    lag: fc.constantFrom(0, 0, 0, 5 * second, 50 * second, 7_200 * second),
    host: fc.constantFrom<string>('a', 'b', 'c', 'd', 'e'),
    n: fc.integer({ min: 0, max: 5 }),
  }),
  { minLength: 1, maxLength: 120 },
);
const restarts = fc.array(fc.boolean(), { minLength: 3, maxLength: 9 });
type Events = typeof events extends fc.Arbitrary<infer T> ? T : never;

/** Events as they arrive, with ticks between them, and silence at the end. */
function recordsOf(all: Events): (Batch | Tick)[] {
  const arriving = [...all].sort((a, b) => a.after + a.lag - (b.after + b.lag));
  const batches = arriving.map(({ after, lag, host, n }) => {
    const receivedAt = t + after + lag;
    return aBatch([at(t + after, { n, host: { name: host }, agent: { id: 'x' } })], { receivedAt });
  });
  const end = batches.at(-1)!.receivedAt;
  const silence = Array.from({ length: 60 }, (_, n) => aTick(end + (n + 1) * second));
  return [...batches, ...silence];
}

function played(all: Events, limit: string, restartAt: readonly boolean[], rulesOf = rules) {
  const time = { correctFor: '24h', correctionMemory: limit };
  let engine: Engine = engineWith(rulesOf, { time });
  const outputs: Output[] = [];
  for (const record of journaled(recordsOf(all))) {
    outputs.push(...engine.process(record));
    if (!restartAt[record.position % restartAt.length]) continue;
    const stored = unpack(pack(engine.snapshot()));
    engine = engineWith(rulesOf, { time });
    engine.restore(stored);
  }
  return { engine, outputs };
}

/** Events in the last documents of the windows of a rule. */
function countedBy(rule: string, outputs: Output[]): number {
  const windows = new Map<string, number>();
  for (const output of outputs)
    if (output.kind === 'window' && output.window.rule === rule)
      windows.set(`${output.window.group} ${output.window.end}`, output.window.count);
  return [...windows.values()].reduce((sum, count) => sum + count, 0);
}

/** An alert ends and is forgotten for want of memory before its document reports an event that came too late for it. */
const forgottenBeforeReport: Events = [
  { after: 13 * second, lag: 0, host: 'a', n: 0 },
  { after: 0, lag: 50 * second, host: 'a', n: 0 },
  { after: 0, lag: 0, host: 'e', n: 2 },
  { after: 0, lag: 0, host: 'e', n: 2 },
  { after: second, lag: 0, host: 'a', n: 3 },
  { after: 0, lag: 0, host: 'd', n: 0 },
];

describe('where the memory for corrections is full', () => {
  it('each event is in one window or counted as late, and the limit holds', () => {
    fc.assert(
      fc.property(events, limits, (all, limit) => {
        const { engine, outputs } = played(all, limit, [false]);
        for (const run of engine.rules)
          expect([run.name, countedBy(run.name, outputs) + run.late]).toEqual([run.name, all.length]);
        const { used, needed, limit: most } = engine.memory!;
        expect(used).toBeLessThanOrEqual(most);
        // Of each group of each rule the newest part is kept in any case.
        expect(needed).toBeLessThan(20_000);
      }),
      { numRuns: rounds('PROPERTY_RUNS', 25) },
    );
  });

  it('what is put out is the same after restarts at any place', () => {
    fc.assert(
      fc.property(events, limits, restarts, (came, limit, restartAt) => {
        const lasting = played(came, limit, [false], all);
        const broken = played(came, limit, restartAt, all);
        expect(JSON.stringify(broken.outputs)).toBe(JSON.stringify(lasting.outputs));
        const { used, needed } = broken.engine.memory!;
        expect(lasting.engine.memory).toMatchObject({ used, needed });
      }),
      {
        numRuns: rounds('PROPERTY_RUNS', 15),
        examples: [[forgottenBeforeReport, '10kB', [false, false, true]]],
      },
    );
  });

  it('forgets more, and counts more as late, the less there is', () => {
    const many = Array.from({ length: 400 }, (_, n) => ({
      after: (n % 60) * second + (n % 7) * 100,
      lag: n % 3 === 0 ? 1_000 * second + n * second : 0,
      host: 'abcde'[n % 5]!,
      n: n % 6,
    }));
    const late = (limit: string) => {
      const { engine } = played(many, limit, [false]);
      return engine.rules.reduce((sum, run) => sum + run.late, 0);
    };
    expect(late('100MB')).toBe(0);
    expect(late('3kB')).toBeGreaterThan(0);
    expect(late('1kB')).toBeGreaterThanOrEqual(late('3kB'));
    expect(played(many, '1kB', [false]).engine.memory!.forgotten).toBeGreaterThan(0);
  });

  it.each<AnyInput>([
    { name: 'threshold', by: ['host.name'], lateness: '0s', over: '10s', when: '>= 1', record: false },
    { name: 'spike', kind: 'spike', by: ['host.name'], lateness: '0s', over: '10s', ratio: 2 },
    { name: 'absence', kind: 'absence', by: ['host.name'], lateness: '0s', every: '10s', forget: '30s' },
  ])('nothing is left of groups that never return but what the limit allows ($name)', (rule) => {
    const engine = engineWith([{ ...rule, maxGroups: 100 }], {
      time: { correctFor: '24h', correctionMemory: '30kB' },
    });
    /** The most that is needed while so many minutes pass. */
    const passing = (from: number, to: number) => {
      let needed = 0;
      for (let n = from; n < to; n += 1) {
        const time = t + n * 60 * second;
        const hosts = Array.from({ length: 40 }, (_, host) => ({
          ...{ host: { name: `host-${n}-${host}` }, agent: { id: 'x' } },
        }));
        const batch = aBatch(
          hosts.map((host) => at(time, host)),
          { receivedAt: time },
        );
        for (const record of journaled([batch], n + 1)) engine.process(record);
        needed = Math.max(needed, engine.memory!.needed);
        expect(engine.memory!.used).toBeLessThanOrEqual(engine.memory!.limit);
      }
      return { needed, forgotten: engine.memory!.forgotten };
    };
    const [some, many] = [passing(0, 150), passing(150, 300)];
    expect(many.needed).toBeLessThan(1.2 * some.needed);
    expect(many.forgotten).toBeGreaterThan(some.forgotten + 1_000);
  });

  it('bounds the stretches in which values were seen, and counts what came before those that are left as late', () => {
    const rule: AnyInput = {
      ...{ name: 'new', kind: 'new-term', by: ['host.name'], field: 'n', lateness: '0s', quiet: '10s' },
      ...{ warmUp: '0s', remember: '1s' },
    };
    // Each value is new again each time: its stretches are moments.
    const often = Array.from({ length: 900 }, (_, n) => {
      return { after: n * 3 * second, lag: 0, host: 'ab'[n % 2]!, n: n % 7 };
    });
    const late = { after: 451 * second, lag: 3 * 3_600 * second, host: 'a', n: 3 };
    const found = (limit: string, restartAt = [false]) => {
      const { engine, outputs } = played([...often, late], limit, restartAt, [rule]);
      const [run] = engine.rules;
      const { used, forgotten } = engine.memory!;
      return { used, forgotten, late: run!.late, corrected: run!.corrected, outputs };
    };
    const [all, some] = [found('100MB'), found('20kB')];
    expect(all).toMatchObject({ forgotten: 0, late: 0, corrected: 1 });
    expect(all.used).toBeGreaterThan(900 * 60);
    expect(some.forgotten).toBeGreaterThan(500);
    expect(some).toMatchObject({ late: 1, corrected: 0 });
    expect(some.used).toBeLessThan(40_000);
    const { forgotten: _, ...again } = found(
      '20kB',
      Array.from({ length: 90 }, (_, n) => n === 40),
    );
    expect(some).toMatchObject(again);
    const live = (outputs: Output[]) =>
      outputs.filter(({ kind }) => kind === 'notification' || kind === 'window');
    expect(live(some.outputs)).toEqual(live(all.outputs));
  });
});
