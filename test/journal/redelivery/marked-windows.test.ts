import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../src/journal/journal.ts';
import { openPayload } from '../../../src/journal/record.ts';
import { type MarkedWindow, MarkedWindows, timed } from '../../../src/journal/redelivery/marked-windows.ts';
import type { Batch } from '../../../src/model.ts';
import { anEvent, clock, events, journaled, startRedelivery } from '../../support/journal/redelivery.ts';
import { documentsOf } from '../../support/lumberjack/frames.ts';
import { shuffledKeys } from '../../support/lumberjack/shuffled-keys.ts';
import { eventually, opened, temporaryFolder } from '../support.ts';

const windowOf = (...marks: number[]): MarkedWindow => ({
  ...{ source: 'test', holder: 1, position: 1, which: timed, identified: [], reads: 0 },
  marks: Uint32Array.from(marks),
});

const found = (windows: MarkedWindows, mark: number): MarkedWindow[] => {
  const with_: MarkedWindow[] = [];
  windows.eachWith(mark, (window) => with_.push(window));
  return with_;
};

describe('windows by the marks of their events', () => {
  it('finds each window that has a mark, and counts its events', () => {
    const windows = new MarkedWindows();
    const [one, other] = [windowOf(1, 1, 2), windowOf(2, 3, 2)];
    windows.add(one);
    windows.add(other);
    expect(windows.pending).toBe(6);
    expect([1, 2, 3, 4].map((mark) => found(windows, mark))).toEqual([[one], [one, other], [other], []]);
  });

  it('removes events by their marks, and a window as a whole', () => {
    const windows = new MarkedWindows();
    const [one, other] = [windowOf(1, 1, 2), windowOf(2, 3, 2)];
    windows.add(one);
    windows.add(other);
    expect(windows.remove(other, (mark) => mark === 2)).toEqual(new Set([2]));
    expect(windows.remove(other, (mark) => mark === 2)).toEqual(new Set());
    expect(windows.pending).toBe(4);
    expect(found(windows, 2)).toEqual([one]);
    expect(windows.drop(one)).toEqual(new Set([1, 2]));
    expect(found(windows, 1)).toEqual([]);
    expect(windows.pending).toBe(1);
  });

  it('costs no more for each of very many windows with one mark', () => {
    // With a search through all of them, this takes minutes.
    const windows = new MarkedWindows();
    const all = Array.from({ length: 100_000 }, (_, n) => ({ ...windowOf(1, 2), position: n + 1 }));
    for (const window of all) windows.add(window);
    expect([windows.pending, found(windows, 1).length]).toEqual([200_000, 100_000]);
    for (const window of all) windows.remove(window);
    expect([windows.pending, found(windows, 2)]).toEqual([0, []]);
  });

  it('behaves as lists of marks, however many windows come and go', () => {
    const anyMarks = fc.array(fc.nat(40), { maxLength: 60 });
    const step = fc.record({ add: anyMarks, drop: fc.nat(20), remove: fc.nat(40) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const windows = new MarkedWindows();
        let model: { window: MarkedWindow; left: number[] }[] = [];
        for (const { add, drop, remove } of steps) {
          const window = windowOf(...add);
          windows.add(window);
          model.push({ window, left: add });
          const gone = model[drop];
          if (gone) windows.drop(gone.window);
          model = model.filter((entry) => entry !== gone);
          for (const entry of model.slice(0, 3)) {
            windows.remove(entry.window, (mark) => mark === remove);
            entry.left = entry.left.filter((mark) => mark !== remove);
          }
        }
        expect(windows.pending).toBe(model.flatMap(({ left }) => left).length);
        for (let mark = 0; mark <= 40; mark += 1)
          expect(new Set(found(windows, mark))).toEqual(
            new Set(model.filter(({ left }) => left.includes(mark)).map(({ window }) => window)),
          );
      }),
    );
  });
});

/** Events of which many share a time, and some have none. `mixed`: some tell no place. */
const poolOf = (mixed: boolean) =>
  Array.from({ length: 60 }, (_, n) => {
    const at = { '@timestamp': new Date(1_700_000_000_000 + Math.floor(n / 7)).toISOString() };
    const place = { log: { offset: n, file: { path: '/var/log/a.log' } } };
    return { ...(n % 10 !== 9 && at), message: `line ${n}`, ...(!(mixed && n % 3 === 2) && place) };
  });

const connection = fc.constantFrom('a', 'b', 'c', 'd');
const span = fc.record({ from: fc.nat(50), length: fc.integer({ min: 1, max: 20 }) });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('send' as const), connection, span, turned: fc.nat(5) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('open', 'die', 'end'), connection }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('later' as const), by: fc.constantFrom(1_000, 31_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('trim' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/**
 * The events that are put into the journal when the steps are taken, in order. Where some events tell no place, connections do not end cleanly,
 * and no window is confirmed: which of several windows that hold an event gives it first is not told, and that one keeps nothing to forget.
 */
async function played(steps: Step[], markAbove: number, mixed: boolean): Promise<string[]> {
  const pool = poolOf(mixed);
  clock.now = 1_700_000_000_000;
  const folder = temporaryFolder();
  const journal = await opened(folder, { keepSize: 0 });
  const appended: string[] = [];
  const append = (batch: Batch) => {
    appended.push(...documentsOf(openPayload(batch)));
    return journal.append(batch);
  };
  const start = () => startRedelivery(journal, folder, { windows: 100, markAbove, append });
  let scene = await start();
  for (const one of steps) {
    if (one.do === 'send') await scene.send(one.connection, textsOf(one, pool));
    else if (one.do === 'later') clock.now += one.by;
    else if (one.do === 'open') scene.open(one.connection);
    else if (one.do === 'die') scene.die(one.connection);
    else if (one.do === 'end') (mixed ? scene.die : scene.end)(one.connection);
    else {
      // A window is compared after all that is under way, if there is anything.
      await scene.send('last', [anEvent(1_000 + appended.length)]);
      if (one.do === 'trim') await trimmed(journal);
      else {
        await scene.redelivery.close();
        scene = await start();
      }
    }
  }
  return appended;
}

const textsOf = (
  { span: { from, length }, turned }: Extract<Step, { do: 'send' }>,
  pool: object[],
): string[] =>
  pool
    .slice(from, from + length)
    .map((document, n) => JSON.stringify(shuffledKeys(document, () => (n * turned) % 5)));

async function trimmed(journal: Journal): Promise<void> {
  const { newest } = journal.fill;
  journal.commit('indexer', newest);
  await journal.tick(clock.now);
  await eventually('the journal is trimmed', () => journal.fill.oldest > newest);
}

describe('windows that are remembered by marks', () => {
  it('are recognised as those are of which all identities are computed at once', async () => {
    const steps = fc.array(step, { minLength: 10, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (taken, mixed) => {
        const atOnce = await played(taken, Number.POSITIVE_INFINITY, mixed);
        expect(await played(taken, 0, mixed)).toEqual(atOnce);
        expect(await played(taken, 8, mixed)).toEqual(atOnce);
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });

  it('are recognised after the journal has trimmed them', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder, { keepSize: 0 });
    const { send, die, memory } = await startRedelivery(journal, folder);
    await send('a', events(0, 100));
    die('a');
    await expect.poll(() => memory.size).toBe(100);
    await trimmed(journal);
    await send('b', events(0, 101));
    expect(journaled(folder)).toEqual([anEvent(100)]);
  });

  it('lose their identified events and their marks when their sender has the ACK', async () => {
    const folder = temporaryFolder();
    const { send, open, memory } = await startRedelivery(await opened(folder), folder, { windows: 2 });
    open('a');
    open('b');
    await send('b', [anEvent(1_000)]);
    await send('a', events(0, 50));
    // It has the time of one event of the window, which is therefore identified.
    await send('b', [anEvent(7, { message: 'other' })]);
    for (let n = 1; n < 5; n += 1) await send('a', [anEvent(2_000 + n)]);
    clock.now += 31_000;
    for (let n = 5; n < 9; n += 1) await send('a', [anEvent(2_000 + n)]);
    await expect.poll(() => memory.size).toBeLessThanOrEqual(4);
  });
});
