import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import type { Batch, JournalRecord, Tick } from '../../src/model.ts';
import { Results } from '../../src/readers/results.ts';
import { aFolder } from '../support/folder.ts';
import {
  aBatch,
  aTick,
  at,
  type Document,
  engineWith,
  journaled,
  outputsOf,
  t,
} from '../support/journal/records.ts';
import { rounds } from '../support/rounds.ts';
import type { AnyInput } from '../support/rules/rules.ts';

/** Rules of all kinds: raised early and not, held, kept, hopping, grouped, over a sketch, and with hysteresis. */
const rules: AnyInput[] = [
  {
    name: 'early',
    over: '1s',
    every: '10ms',
    lateness: '100ms',
    when: '>= 3',
    cooldown: '2s',
    notify: ['log'],
  },
  { name: 'grouped', by: ['host.name'], over: '1s', lateness: '0s', when: '>= 2', notify: ['log'] },
  { name: 'held', over: '1s', every: '500ms', lateness: '300ms', when: '>= 2', for: '1s' },
  {
    name: 'kept',
    measure: 'sum(n)',
    over: '2s',
    every: '1s',
    when: '> 6',
    recover: '< 3',
    keepActiveFor: '1s',
  },
  { name: 'share', measure: 'share(n >= 3)', over: '1s', lateness: '1s', when: '>= 0.5', noData: 'hold' },
  { name: 'quick', measure: 'percentile(n, 90)', by: ['host.name'], over: '1s', maxGroups: 2 },
  { name: 'value', kind: 'change', by: ['host.name'], field: 'n', lateness: '500ms', quiet: '2s' },
  { name: 'new', kind: 'new-term', field: 'n', lateness: '0s', quiet: '1s', warmUp: '1s', remember: '3s' },
  { name: 'gap', kind: 'absence', by: ['host.name'], every: '2s', lateness: '0s', expect: ['a', 'z'] },
];
const time = { idleAfter: '2s', maxAhead: '20s' };
const anEngine = (): Engine => engineWith(rules, { time });

const one = fc.record({
  after: fc.integer({ min: 0, max: 9_000 }),
  n: fc.integer({ min: 0, max: 5 }),
  group: fc.constantFrom('a', 'b', 'c'),
});
// One agent is one source, whatever the host.
const sound = one.map(
  ({ after, n, group }): Document => at(t + after, { n, agent: { id: 'x' }, host: { name: group } }),
);
const odd = fc.constantFrom<Document>('{"not": "json"', at(t + 90_000, { agent: { id: 'x' } }));
const event = fc.oneof({ weight: 9, arbitrary: sound }, { weight: 1, arbitrary: odd });

/**
 * Events that arrive in one go, then perhaps silence: where ticks come is the server's doing and part of the order.
 * A stretch begins with a sound event, for one that moves nothing does as a tick does.
 */
const stretch = fc
  .record({
    first: sound,
    more: fc.array(event, { maxLength: 25 }),
    pause: fc.constantFrom(0, 250, 3_000, 60_000),
    ticks: fc.integer({ min: 0, max: 12 }),
  })
  .map(({ first, more, pause, ticks }) => ({ events: [first, ...more], pause, ticks }));
type Stretch = typeof stretch extends fc.Arbitrary<infer T> ? T : never;
const stretches = fc.array(stretch, { minLength: 1, maxLength: 5 });

/** The records of a journal, where `cut` says how many events the next batch takes. */
function recordsOf(all: Stretch[], cut: () => number): JournalRecord[] {
  const records: (Batch | Tick)[] = [];
  // After all that happens in a stretch; only the odd event is ahead of it.
  let receivedAt = t + 10_000;
  for (const { events, pause, ticks } of all) {
    for (let from = 0; from < events.length; ) {
      const size = cut();
      records.push(aBatch(events.slice(from, from + size), { receivedAt }));
      from += size;
    }
    receivedAt += pause;
    for (let tick = 0; tick < ticks; tick += 1) {
      receivedAt += 250;
      records.push(aTick(receivedAt));
    }
  }
  return journaled(records);
}

const whole = () => 100;
const cutBy = (sizes: number[]) => {
  let next = 0;
  return () => sizes[next++ % sizes.length]!;
};

describe('what the engine puts out', () => {
  it('depends on the order of events and never on how they were cut into batches', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(stretches, sizes, (all, cuts) => {
        const plain = (engine: Engine, cut: () => number) =>
          outputsOf(engine, recordsOf(all, cut)).map(({ output }) => output);
        const expected = plain(anEngine(), whole);
        expect(plain(anEngine(), cutBy(cuts))).toEqual(expected);
        expect(plain(anEngine(), () => 1)).toEqual(expected);
      }),
      { numRuns: rounds('PROPERTY_RUNS', 10) },
    );
  });

  it('is the same, under the same keys, when the engine goes on from checkpoints on disk', async () => {
    const results = new Results(aFolder(), 'j1');
    await fc.assert(
      fc.asyncProperty(stretches, fc.infiniteStream(fc.boolean()), async (all, restarts) => {
        const records = recordsOf(all, cutBy([3, 1, 5]));
        const lasting = outputsOf(anEngine(), records);
        const outputs: typeof lasting = [];
        let engine = anEngine();
        for (const record of records) {
          outputs.push(...outputsOf(engine, [record]));
          if (!restarts.next().value) continue;
          await results.saveCheckpoint({ position: record.position, state: engine.snapshot() });
          engine = anEngine();
          engine.restore(results.checkpoint()!.state);
        }
        expect(JSON.stringify(outputs)).toBe(JSON.stringify(lasting));
      }),
      { numRuns: rounds('PROPERTY_RUNS', 20) },
    );
    await results.close();
  });

  it('is the same again when everything after any checkpoint is replayed', () => {
    fc.assert(
      fc.property(stretches, fc.nat(), (all, place) => {
        const records = recordsOf(all, cutBy([4, 2]));
        const from = place % (records.length + 1);
        const engine = anEngine();
        outputsOf(engine, records.slice(0, from));
        const checkpoint = structuredClone(engine.snapshot());
        const first = outputsOf(engine, records.slice(from));
        const again = anEngine();
        again.restore(checkpoint);
        expect(JSON.stringify(outputsOf(again, records.slice(from)))).toBe(JSON.stringify(first));
        expect(again.snapshot()).toEqual(engine.snapshot());
      }),
      { numRuns: rounds('PROPERTY_RUNS', 20) },
    );
  });
});
