import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import type { Measure, Millis, WindowValue } from '../../src/model.ts';
import { Windows } from '../../src/windows/windows.ts';
import { type Event, endsOf, measured, visited, windowOf } from './oracle.ts';

const packr = new Packr({ useRecords: false });
const bytesOf = (value: unknown) => packr.pack(value).toString('latin1');
const measures: Measure[] = [
  { kind: 'count' },
  { kind: 'rate' },
  { kind: 'sum', field: 'x' },
  { kind: 'avg', field: 'x' },
  { kind: 'min', field: 'x' },
  { kind: 'max', field: 'x' },
  { kind: 'distinct', field: 'x' },
  { kind: 'share', query: 'x' },
  { kind: 'percentile', field: 'x', percent: 0 },
  { kind: 'percentile', field: 'x', percent: 50 },
  { kind: 'percentile', field: 'x', percent: 99.9 },
];

/** Lengths with one pane a window, many, and a pane shorter than the hop. */
const lengths = fc.constantFrom(
  [10, 10],
  [100, 10],
  [30, 20],
  [50, 50],
  [7, 3],
  [60, 25],
  [1000, 10],
) as fc.Arbitrary<[Millis, Millis]>;

const amountFor = ({ kind }: Measure): fc.Arbitrary<Event['amount']> => {
  if (kind === 'share') return fc.option(fc.boolean(), { nil: undefined });
  if (kind === 'distinct')
    return fc.constantFrom('a', 'b', '1', 1, true, undefined, ['a', 'c'], ['b', 1, 'd']);
  const number = fc.integer({ min: -4000, max: 4000 }).map((eighths) => eighths / 8);
  const several = fc.array(number, { minLength: 2, maxLength: 4 });
  return fc.option(fc.oneof({ weight: 4, arbitrary: number }, several), { nil: undefined });
};

/** Events with the moment at which each arrives: at most `lateness` after events of later times. */
const scene = fc
  .record({
    measure: fc.constantFrom(...measures),
    lengths,
    lateness: fc.integer({ min: 0, max: 120 }),
    recordEvery: fc.boolean(),
    origin: fc.constantFrom(0, -500, 1_700_000_000_000),
  })
  .chain((setting) =>
    fc.record({
      setting: fc.constant(setting),
      arrivals: fc.array(
        fc.record({
          time: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 1500 })),
          group: fc.constantFrom('a', 'b', 'B', 'ä', ''),
          amount: amountFor(setting.measure),
          delay: fc.integer({ min: 0, max: setting.lateness }),
          otherDelay: fc.integer({ min: 0, max: setting.lateness }),
          endsBatch: fc.boolean(),
          restarts: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
          looks: fc.boolean(),
        }),
        { minLength: 1, maxLength: 60 },
      ),
    }),
  );

type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;
type Arrival = Scene['arrivals'][number];

const eventsOf = ({ setting, arrivals }: Scene): Event[] =>
  arrivals.map(({ time, group, amount }) => ({ time: time + setting.origin, group, amount }));

const open = ({
  setting: {
    lengths: [over, every],
    measure,
    recordEvery,
  },
}: Scene): Windows =>
  new Windows({ over, every, measure, maxGroups: 100, ...(recordEvery && { recordEvery: over }) });

/** Plays the arrivals in an order and returns the windows that were closed. */
function play(scene: Scene, delay: (arrival: Arrival) => number, restarting = false): WindowValue[] {
  const { origin, lateness } = scene.setting;
  let windows = open(scene);
  const closed: WindowValue[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  const ordered = [...scene.arrivals].sort((a, b) => a.time + delay(a) - (b.time + delay(b)));
  for (const arrival of ordered) {
    expect(windows.add(arrival.time + origin, arrival.group, arrival.amount)).toBe('added');
    highest = Math.max(highest, arrival.time + origin);
    if (arrival.looks) windows.newestOpen(arrival.group);
    if (arrival.endsBatch) windows.advance(highest - lateness, (value) => closed.push(value));
    if (!restarting || !arrival.restarts) continue;
    const snapshot = packr.pack(windows.snapshot());
    windows = open(scene);
    windows.restore(packr.unpack(snapshot));
    expect(bytesOf(windows.snapshot())).toBe(snapshot.toString('latin1'));
  }
  windows.advance(highest + 10_000, (value) => closed.push(value));
  expect(windows.waiting).toBe(false);
  expect(windows.groups).toBe(0);
  return closed;
}

/** Rates agree but for the order of multiplying, all others to the last bit: so few values are kept one by one. */
function agree({ kind }: Measure, value: number | undefined, exact: number | undefined): boolean {
  if (value === undefined || exact === undefined) return value === exact;
  const error = kind === 'rate' ? 1e-12 : 0;
  return Math.abs(value - exact) <= Math.abs(exact) * error;
}

describe('windows', () => {
  it('have at every window end the value that measuring all events from scratch gives', () => {
    fc.assert(
      fc.property(scene, (scene) => {
        const [over, every] = scene.setting.lengths;
        const { measure } = scene.setting;
        const events = eventsOf(scene);
        const closed = play(scene, ({ delay }) => delay, true);
        for (const group of new Set(events.map(({ group }) => group)))
          for (const end of endsOf(events, over, every)) {
            const inside = windowOf(events, group, end, over);
            const exact = measured(inside, measure, over);
            const shown = visited(closed, group, end, measured([], measure, over));
            // `expect` is slow, and there are a great many ends.
            if (shown.count !== inside.length || !agree(measure, shown.value, exact))
              expect({ group, end, ...shown }).toEqual({ group, end, value: exact, count: inside.length });
          }
      }),
      { numRuns: 200 },
    );
  });

  it('are the same, byte for byte, for every order of arrival within the lateness', () => {
    fc.assert(
      fc.property(scene, (scene) => {
        const inOrder = bytesOf(play(scene, () => 0));
        expect(bytesOf(play(scene, ({ otherDelay }) => otherDelay, true))).toBe(inOrder);
      }),
      { numRuns: 200 },
    );
  });

  it('close in order of end, then of group, each once', () => {
    fc.assert(
      fc.property(scene, (scene) => {
        const keys = play(scene, ({ delay }) => delay).map(({ end, group }) => ({ end, group }));
        const sorted = [...keys].sort((a, b) => a.end - b.end || (a.group < b.group ? -1 : 1));
        expect(keys).toEqual(sorted);
        expect(new Set(keys.map(({ end, group }) => `${end} ${group}`)).size).toBe(keys.length);
      }),
      { numRuns: 100 },
    );
  });

  it('show in their head the window that ends first after the newest event, as far as it has arrived', () => {
    fc.assert(
      fc.property(scene, (scene) => {
        const [over, every] = scene.setting.lengths;
        const { measure, origin } = scene.setting;
        const windows = open(scene);
        const arrived: Event[] = [];
        for (const { time, group, amount, looks } of scene.arrivals) {
          windows.add(time + origin, group, amount);
          arrived.push({ time: time + origin, group, amount });
          if (!looks) continue;
          const times = arrived.filter((event) => event.group === group).map((event) => event.time);
          const end = (Math.floor(Math.max(...times) / every) + 1) * every;
          const inside = windowOf(arrived, group, end, over);
          const head = windows.newestOpen(group)!;
          expect(head).toMatchObject({ group, start: end - over, end, count: inside.length });
          expect(agree(measure, head.value, measured(inside, measure, over))).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});
