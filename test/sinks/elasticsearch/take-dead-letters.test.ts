import { appendFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../../src/model.ts';
import {
  type DeadLettersOptions,
  openDeadLetters,
} from '../../../src/sinks/elasticsearch/dead-letters/dead-letters.ts';
import { filesOf } from '../../../src/sinks/elasticsearch/dead-letters/files.ts';
import {
  readDeadLetters,
  type StoredDeadLetter,
} from '../../../src/sinks/elasticsearch/dead-letters/records.ts';
import { deadLetterSelector } from '../../../src/sinks/elasticsearch/dead-letters/retry.ts';
import { aFolder } from '../../support/folder.ts';

const letter = (id: string, changes: Partial<DeadLetter> = {}): DeadLetter => ({
  ...{ reason: 'why', index: 'logs-a-b', id, body: `{"a":"${id}"}` },
  ...changes,
});

async function aFileWith(ids: string[], options: DeadLettersOptions = {}) {
  const file = join(aFolder(), 'dead-letters.ndjson');
  const letters = await openDeadLetters(file, options);
  for (const id of ids) await letters.add([letter(id)]);
  async function left(): Promise<string[]> {
    const found: string[] = [];
    for (const path of filesOf(file).reverse())
      for await (const { id } of readDeadLetters(path)) found.push(id);
    return found;
  }
  return { file, letters, left };
}
const all = () => true;
const takes = (into: StoredDeadLetter[] = []) => ({
  taken: into,
  take: async (some: StoredDeadLetter[]) => void into.push(...some),
});

describe('draining dead letters', () => {
  it('removes those that were taken over, and keeps the order of the others', async () => {
    const { letters, left } = await aFileWith(['1', '2', '3', '4']);
    const { taken, take } = takes();
    expect(await letters.drain(({ id }) => id === '1' || id === '3', take)).toBe(2);
    expect(taken.map(({ id }) => id)).toEqual(['1', '3']);
    expect(await left()).toEqual(['2', '4']);
    expect(letters.count).toBe(2);
  });

  it('goes through the files that were put aside, too, the oldest first', async () => {
    const { letters, left } = await aFileWith(['1', '2', '3'], { maxBytes: 1 });
    const { taken, take } = takes();
    await letters.drain(({ id }) => id !== '2', take);
    expect(taken.map(({ id }) => id)).toEqual(['1', '3']);
    expect(await left()).toEqual(['2']);
  });

  it('leaves no file where none is left', async () => {
    const { file, letters } = await aFileWith(['1', '2']);
    await letters.drain(all, takes().take);
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
    await letters.add([letter('3')]);
    expect(letters.count).toBe(1);
  });

  it('keeps all of them where they are not taken', async () => {
    const { letters, left } = await aFileWith(['1', '2']);
    await expect(letters.drain(all, () => Promise.reject(new Error('closed')))).rejects.toThrow('closed');
    expect(await left()).toEqual(['1', '2']);
    expect(await letters.drain(all, takes().take)).toBe(2);
  });

  it('keeps what is added meanwhile, though the file is full by then', async () => {
    const { letters, left } = await aFileWith(['1', '2'], { maxBytes: 200 });
    await letters.drain(
      ({ id }) => !id.startsWith('new'),
      async () => {
        for (const id of ['new-1', 'new-2', 'new-3']) await letters.add([letter(id)]);
      },
    );
    expect(await left()).toEqual(expect.arrayContaining(['new-1', 'new-2', 'new-3']));
    expect((await left()).filter((id) => !id.startsWith('new'))).toEqual([]);
    expect(letters.count).toBe((await left()).length);
  });

  it('is done by one at a time', async () => {
    const { letters } = await aFileWith(['1']);
    let release = () => {};
    const held = letters.drain(all, () => new Promise((resolve) => (release = resolve)));
    await expect(letters.drain(all, takes().take)).rejects.toMatchObject({ code: 'BUSY' });
    await expect.poll(() => release.name).not.toBe('release');
    release();
    expect(await held).toBe(1);
  });

  it('keeps a line that no one can read, and the file stays for its owner alone', async () => {
    const { file, letters, left } = await aFileWith(['1', '2']);
    await appendFile(file, '{"time":"torn\n');
    await letters.drain(({ id }) => id === '1', takes().take);
    expect(await left()).toEqual(['2']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('removes at the next start what a crash left of a rewrite', async () => {
    const { file, left } = await aFileWith(['1']);
    await writeFile(`${file}.new`, 'half');
    await openDeadLetters(file);
    expect(await readdir(join(file, '..'))).toEqual(['dead-letters.ndjson']);
    expect(await left()).toEqual(['1']);
  });

  it('hands over many in parts, whole', async () => {
    const { letters } = await aFileWith([]);
    await letters.add(Array.from({ length: 2_500 }, (_, i) => letter(`${i}`)));
    const sizes: number[] = [];
    await letters.drain(all, async (some) => void sizes.push(some.length));
    expect(sizes).toEqual([1_000, 1_000, 500]);
  });
});

describe('the size of the files', () => {
  it('is told with each change', async () => {
    const told: [number, number][] = [];
    const { letters } = await aFileWith(['1'], { onChange: (count, bytes) => told.push([count, bytes]) });
    await letters.drain(all, takes().take);
    expect(told).toEqual([
      [0, 0],
      [1, expect.any(Number)],
      [0, 0],
    ]);
    expect(told[1]![1]).toBeGreaterThan(100);
  });

  it('falls by the files that have grown too old, with a word about it', async () => {
    const { file, left } = await aFileWith(['1', '2'], { maxBytes: 1 });
    const day = 86_400_000;
    await utimes(`${file}.1`, new Date(), new Date(Date.now() - 2 * day));
    const lost: number[] = [];
    const letters = await openDeadLetters(file, { keepAge: day, onDiscard: (count) => lost.push(count) });
    expect(await left()).toEqual(['2']);
    expect(lost).toEqual([1]);
    expect(letters.count).toBe(1);
  });
});

describe('which letters are meant', () => {
  const stored: StoredDeadLetter = {
    ...letter('x-1', { reason: 'document_parsing_exception: failed to parse field [n]' }),
    time: '2026-11-21T10:00:00.000Z',
  };
  it.each([
    [{}, true],
    [{ ids: ['x-1', 'x-2'] }, true],
    [{ ids: ['x-2'] }, false],
    [{ index: 'logs-a-b' }, true],
    [{ index: 'logs-*' }, true],
    [{ index: '*-b' }, true],
    [{ index: 'logs' }, false],
    [{ index: 'logs.a.b' }, false],
    [{ reason: 'PARSING' }, true],
    [{ reason: 'mapping' }, false],
    [{ since: '2026-11-21T10:00:00.000Z' }, true],
    [{ since: '2026-11-21T10:00:00.001Z' }, false],
    [{ before: '2026-11-21T10:00:00.000Z' }, false],
    [{ index: 'logs-*', reason: 'mapping' }, false],
  ])('%j: %s', (filter, meant) => {
    expect(deadLetterSelector(filter)(stored)).toBe(meant);
  });
});
