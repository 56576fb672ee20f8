import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { OutputKey } from '../../src/model.ts';
import { analysesIn } from '../../src/readers/analyses.ts';
import { Results } from '../../src/readers/results.ts';
import { openLmdb } from '../../src/util/lmdb.ts';
import { aFolder } from '../support/folder.ts';
import type { KeyedOutput } from '../support/journal/records.ts';
import { anEpisode } from '../support/rules/alerts.ts';

function theResults(folder = aFolder(), journalId = 'j1'): Results {
  const results = new Results(folder, journalId);
  onTestFinished(() => results.close().catch(() => undefined));
  return results;
}

const output = (...key: OutputKey): KeyedOutput => ({
  key,
  output: { kind: 'episode', episode: anEpisode({ id: key.join('/') }) },
});
const idsIn = (results: Results) =>
  results.read(100).map(({ output: one }) => (one.kind === 'episode' ? one.episode.id : one.kind));

describe('results', () => {
  it('are read in the order of their keys until they are published', async () => {
    const results = theResults();
    await results.append([output(2, 1), output(2, 2)]);
    await results.append([output(10, 1)]);
    expect(idsIn(results)).toEqual(['2/1', '2/2', '10/1']);
    await results.published([
      [2, 1],
      [2, 2],
    ]);
    expect(idsIn(results)).toEqual(['10/1']);
  });

  it('of a replay are known and left alone, published or not', async () => {
    const results = theResults();
    await results.append([output(1, 1), output(1, 2), output(3, 1)]);
    await results.published([[1, 1]]);
    expect(results.isNew([3, 1])).toBe(false);
    expect(results.isNew([3, 2])).toBe(true);
    expect(await results.append([output(1, 1), output(3, 1), output(3, 2)])).toBe(1);
    expect(idsIn(results)).toEqual(['1/2', '3/1', '3/2']);
    expect(await results.append([output(3, 2)])).toBe(0);
  });

  it('remember after a restart what they hold, what they know, and the checkpoint', async () => {
    const folder = aFolder();
    const before = new Results(folder, 'j1');
    await before.append([output(1, 1), output(2, 1)]);
    await before.published([[1, 1]]);
    await before.saveCheckpoint({ position: 2, state: { some: ['state', undefined, Number.NaN] } });
    await before.close();
    const after = theResults(folder);
    expect(idsIn(after)).toEqual(['2/1']);
    expect(await after.append([output(1, 1), output(2, 1)])).toBe(0);
    expect(after.checkpoint()).toEqual({ position: 2, state: { some: ['state', undefined, Number.NaN] } });
  });

  it('know nothing of another journal, but still publish what the former one left, first', async () => {
    const folder = aFolder();
    const former = new Results(folder, 'j1');
    await former.append([output(1, 1), output(7, 1)]);
    await former.saveCheckpoint({ position: 7, state: 'old' });
    await former.close();
    const results = theResults(folder, 'j2');
    expect(results.checkpoint()).toBeUndefined();
    expect(await results.append([{ ...output(1, 1), output: output(100, 1).output }])).toBe(1);
    expect(idsIn(results)).toEqual(['1/1', '7/1', '100/1']);
    await results.published(results.read(2).map(({ key }) => key));
    expect(idsIn(results)).toEqual(['100/1']);
  });

  it('are seen by another reader as soon as they are there', async () => {
    const folder = aFolder();
    const [writer, reader] = [theResults(folder), theResults(folder)];
    expect(idsIn(reader)).toEqual([]);
    await writer.append([output(1, 1)]);
    expect(idsIn(reader)).toEqual(['1/1']);
  });

  it('are kept from other users of the machine, in a folder whose name may have a dot', async () => {
    const folder = join(aFolder(), 'with.dot');
    mkdirSync(folder, { recursive: true });
    await theResults(join(folder, 'analysis.1')).append([output(1, 1)]);
    expect(statSync(join(folder, 'analysis.1')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'analysis.1', 'results.mdb')).mode & 0o777).toBe(0o600);
  });

  it('keep the analyses by which the journal was read, the newest 32, and those of no other journal', async () => {
    const folder = aFolder();
    const first = new Results(folder, 'j1');
    expect(await analysesIn(folder)).toEqual([]);
    for (let place = 0; place < 40; place += 1)
      await first.change([], { position: place * 10, state: {} }, { rules: [place] });
    await first.change([], { position: 390, state: {} }, { rules: ['again'] });
    await first.close();
    const kept = await analysesIn(folder);
    expect(kept.map(({ after }) => after)).toEqual(Array.from({ length: 32 }, (_, n) => (n + 8) * 10));
    expect(kept.at(-1)).toEqual({ after: 390, analysis: { rules: ['again'] } });
    await theResults(folder, 'j2').close();
    expect(await analysesIn(folder)).toEqual([]);
  });

  it('of an earlier version of logboom have one analysis, which is kept at the first change', async () => {
    const folder = aFolder();
    const root = openLmdb(folder, 'results.mdb', { maxDbs: 4 });
    const meta = root.openDB<unknown, string>({ name: 'meta', encoding: 'msgpack' });
    await meta.batch(() => {
      void meta.put('journal', 'j1');
      void meta.put('analysis', { rules: ['old'] });
    });
    await root.close();
    expect(await analysesIn(folder)).toEqual([{ after: 0, analysis: { rules: ['old'] } }]);
    const results = theResults(folder);
    await results.change([], { position: 7, state: {} }, { rules: ['new'] });
    await results.close();
    expect(await analysesIn(folder)).toEqual([
      { after: 0, analysis: { rules: ['old'] } },
      { after: 7, analysis: { rules: ['new'] } },
    ]);
  });
});
