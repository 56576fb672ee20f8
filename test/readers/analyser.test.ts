import { describe, expect, it, onTestFinished } from 'vitest';
import { openPayload } from '../../src/journal/record.ts';
import type { JournalRecord, Notification, Transition } from '../../src/model.ts';
import { Analyser, type AnalyserOptions } from '../../src/readers/analyser/analyser.ts';
import { Results } from '../../src/readers/results.ts';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';
import { readerOf } from '../support/journal/journal.ts';
import {
  aBatch,
  aTick,
  at,
  engineWith,
  journaled,
  type KeyedOutput,
  outputsOf,
  t,
} from '../support/journal/records.ts';

const rules = [
  { name: 'burst', over: '1s', lateness: '0s', when: '>= 3', notify: ['ops'] },
  { name: 'mean', over: '2s', every: '1s', lateness: '1s', measure: 'avg(n)', when: '> 2' },
];

/** Bursts and lulls, with a tick now and then. */
const records: JournalRecord[] = journaled(
  Array.from({ length: 60 }, (_, second) => {
    const receivedAt = t + second * 1000;
    if (second % 7 === 6) return aTick(receivedAt);
    const count = second % 10 < 3 ? 4 : 1;
    const events = Array.from({ length: count }, (_, n) => at(receivedAt + n * 100, { n: second % 5 }));
    return aBatch(events, { receivedAt });
  }),
);
const expected = outputsOf(engineWith(rules), records);

interface Told {
  notified: Notification[];
  transitions: Transition[];
  progress: { position: number; committed: number; waiting: boolean }[];
  outputs: number;
}

/** One life of the analyser over a folder. */
function aLife(folder: string, changes: Partial<AnalyserOptions> = {}) {
  const told: Told = { notified: [], transitions: [], progress: [], outputs: 0 };
  const results = new Results(folder, 'j1');
  const engine = engineWith(rules);
  const analyser = new Analyser({
    journal: readerOf(records),
    results,
    engine,
    swap: () => [],
    notify: async (notifications) => void told.notified.push(...notifications),
    onTransition: (transition) => void told.transitions.push(transition),
    onProgress: (position, committed, waiting) => void told.progress.push({ position, committed, waiting }),
    onNotifications: () => undefined,
    onOutputs: () => {
      told.outputs += 1;
    },
    clock: () => 0,
    checkpointBytes: 2 ** 20,
    ...changes,
  });
  onTestFinished(() => results.close().catch(() => undefined));
  return { analyser, results, engine, told, ended: analyser.run() };
}

const inResults = (results: Results): KeyedOutput[] => results.read(10_000);
const plain = (outputs: KeyedOutput[]) => JSON.stringify(outputs);
const read = (told: Told) => told.progress.at(-1)?.position;

describe('the analyser', () => {
  it('puts the engine’s outputs on disk, under position and ordinal', async () => {
    const { analyser, results, told } = aLife(aFolder());
    await eventually(() => expect(read(told)).toBe(60));
    await analyser.stop();
    expect(expected.length).toBeGreaterThan(50);
    expect(plain(inResults(results))).toBe(plain(expected));
    expect(told.outputs).toBeGreaterThan(0);
  });

  it('hands over each message and tells each transition', async () => {
    const { analyser, told } = aLife(aFolder());
    await eventually(() => expect(read(told)).toBe(60));
    await analyser.stop();
    const ids = (kind: 'transition' | 'notification') =>
      expected.flatMap(({ output }) =>
        output.kind === 'transition' && kind === 'transition'
          ? [output.transition.id]
          : output.kind === 'notification' && kind === 'notification'
            ? [output.notification.id]
            : [],
      );
    expect(told.transitions.map(({ id }) => id)).toEqual(ids('transition'));
    expect(told.notified.map(({ id }) => id)).toEqual(ids('notification'));
    expect(new Set(ids('transition')).size).toBe(ids('transition').length);
  });

  it('lets a notification be delivered before the disk has the other outputs', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const steps: string[] = [];
    const { analyser } = aLife(aFolder(), {
      notify: async (notifications) => void (notifications.length > 0 && steps.push('in the outbox')),
      onNotifications: () => void steps.push('delivered'),
      stream: () => held,
      onOutputs: () => void steps.push('outputs'),
    });
    await eventually(() => expect(steps).toContain('delivered'));
    expect(steps.indexOf('in the outbox')).toBeLessThan(steps.indexOf('delivered'));
    expect(steps).not.toContain('outputs');
    release();
    await analyser.stop();
    expect(steps).toContain('outputs');
  });

  it('has nothing to compute again after a stop', async () => {
    const folder = aFolder();
    const first = aLife(folder);
    await eventually(() => expect(read(first.told)).toBe(60));
    await first.analyser.stop();
    expect(first.told.progress.at(-1)).toMatchObject({ position: 60, committed: 60 });
    await first.results.close();
    const second = aLife(folder);
    await eventually(() => expect(read(second.told)).toBe(60));
    await second.analyser.stop();
    expect(second.engine.tally.events).toBe(0);
    expect(second.engine.snapshot()).toEqual(first.engine.snapshot());
  });

  it('computes again after a crash, and puts out each output once, however often it crashes and wherever', async () => {
    const folder = aFolder();
    const transitions: Transition[] = [];
    const notified = new Set<string>();
    for (let crash = 1; crash < 60; crash += 7) {
      // The journal ends for this life where it crashes; checkpoints are taken on the way.
      const journal = readerOf(records.slice(0, crash));
      const life = aLife(folder, { journal, checkpointBytes: 700 });
      await eventually(() => expect(read(life.told)).toBe(crash));
      for (const { id } of life.told.notified) notified.add(id);
      transitions.push(...life.told.transitions);
      await life.results.close();
    }
    const last = aLife(folder);
    await eventually(() => expect(read(last.told)).toBe(60));
    await last.analyser.stop();
    transitions.push(...last.told.transitions);
    for (const { id } of last.told.notified) notified.add(id);
    expect(plain(inResults(last.results))).toBe(plain(expected));
    expect(new Set(transitions.map(({ id }) => id)).size).toBe(transitions.length);
    expect(notified.size).toBe(expected.filter(({ output }) => output.kind === 'notification').length);
  });

  it('puts a message away before its outputs count as known, so that a crash in between repeats it', async () => {
    const folder = aFolder();
    const refuses = aLife(folder, { notify: () => Promise.reject(new Error('disk full')) });
    await expect(refuses.ended).rejects.toThrow('disk full');
    expect(inResults(refuses.results).some(({ output }) => output.kind === 'notification')).toBe(false);
    await refuses.results.close();
    const { analyser, told } = aLife(folder);
    await eventually(() => expect(read(told)).toBe(60));
    await analyser.stop();
    expect(told.notified.length).toBeGreaterThan(0);
  });

  it('takes a checkpoint when it is asked to, and tells from where a restart would begin', async () => {
    const { analyser, told, results } = aLife(aFolder());
    await eventually(() => expect(read(told)).toBe(60));
    expect(told.progress.at(-1)!.committed).toBe(0);
    analyser.requestCheckpoint();
    await eventually(() => expect(told.progress.at(-1)!.committed).toBe(60));
    expect(results.checkpoint()!.position).toBe(60);
    await analyser.stop();
  });

  it('takes a checkpoint by itself when it has read so much', async () => {
    const { analyser, told } = aLife(aFolder(), { checkpointBytes: 2_000 });
    await eventually(() => expect(read(told)).toBe(60));
    const committed = [...new Set(told.progress.map((progress) => progress.committed))];
    expect(committed.length).toBeGreaterThan(2);
    await analyser.stop();
  });

  it('uses a window that it was offered in place of the journal’s bytes', async () => {
    const mine: JournalRecord[] = [];
    const { analyser, engine, told } = aLife(aFolder(), { journal: readerOf(mine) });
    const batch = aBatch([at(t), at(t)]);
    analyser.offer(1, openPayload(batch), batch.payload.length);
    mine.push({ ...batch, payload: Buffer.from('not read'), position: 1 });
    analyser.wake(1);
    await eventually(() => expect(read(told)).toBe(1));
    expect(engine.tally).toMatchObject({ events: 2, problems: 0 });
    await analyser.stop();
  });

  it('reads no further than it was told, for what it is offered is told after that', async () => {
    const mine: JournalRecord[] = [];
    const { analyser, told } = aLife(aFolder(), { journal: readerOf(mine) });
    mine.push(...journaled([aBatch([at(t)]), aBatch([at(t)])]));
    analyser.wake(1);
    await eventually(() => expect(read(told)).toBe(1));
    analyser.wake(2);
    await eventually(() => expect(read(told)).toBe(2));
    await analyser.stop();
  });

  it('passes over a batch that cannot be read, and goes on', async () => {
    const broken = aBatch([], { encoding: 'lumberjack', payload: Buffer.from('xx'), count: 3 });
    const journal = readerOf(journaled([broken, aBatch([at(t)])]));
    const { analyser, engine, told } = aLife(aFolder(), { journal });
    await eventually(() => expect(read(told)).toBe(2));
    expect(engine.tally).toMatchObject({ unreadable: 1, events: 1 });
    await analyser.stop();
  });

  it.each([undefined, 'torn', { clock: null, runs: [] }, { clock: {}, runs: 7 }])(
    'refuses a checkpoint that holds %j, naming the folder and the remedy',
    async (state) => {
      const folder = aFolder();
      const results = new Results(folder, 'j1');
      await results.saveCheckpoint({ position: 4, state });
      await results.close();
      expect(() => aLife(folder)).toThrow(
        expect.objectContaining({
          code: 'DATA_DAMAGED',
          message: expect.stringMatching(
            new RegExp(`checkpoint in ${folder} cannot be used: .*Or move it away`),
          ),
        }) as Error,
      );
    },
  );

  it('says whether time alone can still change something', async () => {
    const mine: JournalRecord[] = [];
    const { analyser, told } = aLife(aFolder(), { journal: readerOf(mine) });
    expect(told.progress.at(-1)!.waiting).toBe(false);
    mine.push({ ...aBatch([at(t)]), position: 1 });
    analyser.wake(1);
    await eventually(() => expect(told.progress.at(-1)).toMatchObject({ position: 1, waiting: true }));
    await analyser.stop();
  });
});
