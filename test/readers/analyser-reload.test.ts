import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Config } from '../../src/config/schema/schema.ts';
import { type Analysis, analysisOf } from '../../src/engine/analysis.ts';
import { assembleEngine } from '../../src/engine/assemble-engine.ts';
import { swapAnalysis } from '../../src/engine/swap.ts';
import type { JournalRecord, Notification } from '../../src/model.ts';
import { Analyser } from '../../src/readers/analyser/analyser.ts';
import { noteReceipt } from '../../src/readers/analyser/history.ts';
import { Results } from '../../src/readers/results.ts';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';
import { readerOf } from '../support/journal/journal.ts';
import { aBatch, aTick, at, configWith, journaled, type KeyedOutput, t } from '../support/journal/records.ts';

const stays = { name: 'stays', over: '3s', every: '1s', lateness: '1s', measure: 'avg(n)', when: '> 2' };
const before = configWith([{ name: 'burst', over: '2s', lateness: '0s', when: '>= 3' }, stays]);
const after = configWith([{ name: 'burst', over: '2s', lateness: '0s', when: '>= 2' }, stays]);

/** Bursts and lulls, with a tick now and then. */
const records: JournalRecord[] = journaled(
  Array.from({ length: 40 }, (_, second) => {
    const receivedAt = t + second * 1000;
    if (second % 7 === 6) return aTick(receivedAt);
    const count = second % 10 < 3 ? 4 : 1;
    const events = Array.from({ length: count }, (_, n) => at(receivedAt + n * 100, { n: second % 5 }));
    return aBatch(events, { receivedAt });
  }),
);

interface LifeOptions {
  folder: string;
  config: Config;
  /** How much of the journal there is. */
  upTo?: number;
  checkpointBytes?: number;
  notify?: (notifications: Notification[]) => Promise<void>;
}

/** One life of the analyser over a folder, as its worker sets it up. */
function aLife({ folder, config, upTo = 40, checkpointBytes = 2 ** 20, notify }: LifeOptions) {
  const results = new Results(folder, 'j1');
  onTestFinished(() => results.close().catch(() => undefined));
  let analysis = (results.analysis() as Analysis | undefined) ?? analysisOf(config);
  const engine = assembleEngine(analysis);
  let read = 0;
  const told: string[] = [];
  const analyser = new Analyser({
    journal: readerOf(records.slice(0, upTo)),
    results,
    engine,
    swap(to) {
      const outputs = swapAnalysis(engine, analysis, to);
      analysis = to;
      return outputs;
    },
    notify: notify ?? (async () => undefined),
    onTransition: ({ id }) => void told.push(id),
    onProgress: (position) => {
      read = position;
    },
    onNotifications: () => undefined,
    onOutputs: () => undefined,
    clock: () => 0,
    checkpointBytes,
  });
  const reloaded = analyser.reload(analysisOf(config));
  const ended = analyser.run();
  const settled = () => eventually(() => expect(read).toBe(upTo));
  return { analyser, results, engine, reloaded, ended, settled, told };
}

/** What comes out where the rules change after that position, and nothing ever goes wrong. */
function changedAfter(position: number, upTo = 40): KeyedOutput[] {
  const engine = assembleEngine(before);
  return records.slice(0, upTo).flatMap((record) => {
    const outputs = engine.process(record);
    for (const output of outputs) noteReceipt(output, record.receivedAt);
    if (record.position === position) outputs.push(...swapAnalysis(engine, before, after));
    return outputs.map((output, ordinal): KeyedOutput => ({ key: [record.position, ordinal + 1], output }));
  });
}

const plain = (outputs: KeyedOutput[]) => JSON.stringify(outputs);
const all = (results: Results) => results.read(10_000);

describe('an analyser that is reloaded', () => {
  it('goes on by the new rules at the next record, and puts the end of the old ones on disk', async () => {
    const folder = aFolder();
    const first = aLife({ folder, config: before, upTo: 22 });
    await first.settled();
    await first.analyser.reload(analysisOf(after));
    expect(first.results.checkpoint()!.position).toBe(22);
    expect(first.results.analysis()).toEqual(analysisOf(after));
    await first.analyser.stop();
    await first.results.close();
    const second = aLife({ folder, config: after });
    await second.settled();
    await second.analyser.stop();
    const expected = changedAfter(22);
    expect(expected.some(({ output }) => JSON.stringify(output).includes('the rule was changed'))).toBe(true);
    expect(plain(all(second.results))).toBe(plain(expected));
  });

  it('refuses rules that cannot be, and goes on by those it has', async () => {
    const life = aLife({ folder: aFolder(), config: before });
    const broken = structuredClone(analysisOf(before));
    broken.rules[0]!.where = '((';
    await expect(life.analyser.reload(broken)).rejects.toMatchObject({ code: 'RULE_INVALID' });
    await life.settled();
    await life.analyser.stop();
    expect(plain(all(life.results))).toBe(plain(changedAfter(99)));
    expect(life.results.analysis()).toEqual(analysisOf(before));
  });

  it('does nothing where nothing changed', async () => {
    const life = aLife({ folder: aFolder(), config: before });
    await life.settled();
    const change = vi.spyOn(life.results, 'change');
    await life.analyser.reload(structuredClone(analysisOf(before)));
    expect(change).not.toHaveBeenCalled();
    await life.analyser.stop();
  });
});

describe('an analyser that crashed and starts with other rules', () => {
  it.each([3, 8, 13, 22, 29])(
    'replays by the old rules what they have put out, and by them alone: %d records',
    async (crash) => {
      const folder = aFolder();
      const first = aLife({ folder, config: before, upTo: crash, checkpointBytes: 700 });
      await first.settled();
      const published = all(first.results);
      const { lastPosition } = first.results;
      expect(first.results.checkpoint()!.position).toBeLessThanOrEqual(crash);
      // No stop: what it computed since its last checkpoint is gone, but for its outputs.
      await first.results.close();

      const second = aLife({ folder, config: after });
      await second.reloaded;
      await second.settled();
      await second.analyser.stop();
      expect(plain(all(second.results).slice(0, published.length))).toBe(plain(published));
      expect(plain(all(second.results))).toBe(plain(changedAfter(lastPosition)));
    },
  );

  it('ends the alerts of a rule that was removed while it was down', async () => {
    const folder = aFolder();
    const first = aLife({ folder, config: before, upTo: 22 });
    await first.settled();
    expect(first.engine.openAlerts).toBeGreaterThan(0);
    await first.analyser.stop();
    await first.results.close();
    const second = aLife({ folder, config: configWith([]), upTo: 22 });
    await second.reloaded;
    const last = new Map(
      all(second.results).flatMap(({ output }) =>
        output.kind === 'episode' ? [[output.episode.id, output.episode] as const] : [],
      ),
    );
    expect([...last.values()].filter(({ status }) => status !== 'inactive')).toEqual([]);
    expect([...last.values()].at(-1)!.reason).toBe('the rule was removed');
    expect(second.told).toHaveLength(2);
    await second.analyser.stop();
  });

  it('begins the change again where it crashed within it', async () => {
    const folder = aFolder();
    const notifying = configWith([{ ...stays, name: 'burst', over: '2s', when: '> 0', notify: ['log'] }]);
    let dies = false;
    const notify = async () => {
      if (dies) throw new Error('disk full');
    };
    const first = aLife({ folder, config: notifying, upTo: 22, notify });
    await first.settled();
    dies = true;
    void first.analyser.reload(analysisOf(configWith([]))).catch(() => undefined);
    await expect(first.ended).rejects.toThrow('disk full');
    const published = all(first.results);
    expect(first.results.analysis()).toEqual(analysisOf(notifying));
    await first.results.close();

    const second = aLife({ folder, config: configWith([]), upTo: 22 });
    await second.reloaded;
    const more = all(second.results).slice(published.length);
    expect(plain(all(second.results).slice(0, published.length))).toBe(plain(published));
    expect(more.map(({ output }) => output.kind)).toEqual(['transition', 'episode', 'notification']);
    await second.analyser.stop();
  });
});
