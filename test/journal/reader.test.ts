import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openJournalReader } from '../../src/journal/reader.ts';
import { batch, eventually, everything, opened, readerOf, temporaryFolder } from './support.ts';

const followScript = fileURLToPath(new URL('fixtures/follow.mjs', import.meta.url));

async function journalOf(...payloads: string[]) {
  const folder = temporaryFolder();
  const journal = await opened(folder);
  await Promise.all(payloads.map((payload) => journal.append(batch(payload))));
  return { folder, journal, reader: readerOf(folder) };
}

const payloadsOf = (records: ReturnType<ReturnType<typeof readerOf>['read']>) =>
  records.map((record) => (record.kind === 'tick' ? 'tick' : record.payload.toString()));

describe('a reader', () => {
  it.each([
    [0, ['a', 'b', 'c']],
    [1, ['b', 'c']],
    [3, []],
    [99, []],
  ])('reads what comes after position %i', async (after, expected) => {
    const { reader } = await journalOf('a', 'b', 'c');
    expect(payloadsOf(reader.read(after, everything))).toEqual(expected);
  });

  it('stops before the bytes asked for would be passed', async () => {
    const { reader } = await journalOf('x'.repeat(1_000), 'y'.repeat(1_000), 'z'.repeat(1_000));
    expect(reader.read(0, 2_500)).toHaveLength(2);
  });

  it('returns one record although it is larger than what was asked for', async () => {
    const { reader } = await journalOf('x'.repeat(1_000), 'y');
    expect(reader.read(0, 1)).toHaveLength(1);
    expect(reader.read(1, 0)).toHaveLength(1);
  });

  it('stops after as many records as were asked for', async () => {
    const { reader } = await journalOf('a', 'b', 'c');
    expect(payloadsOf(reader.read(0, everything, 2))).toEqual(['a', 'b']);
    expect(reader.read(0, everything, 0)).toEqual([]);
  });

  it('leaves payloads where they are that the caller has', async () => {
    const { reader } = await journalOf('a', 'b', 'c');
    const records = reader.read(0, everything, 3, (position) => position === 2);
    expect(payloadsOf(records)).toEqual(['a', '', 'c']);
    expect(records[1]).toEqual({ ...records[0], position: 2, payload: Buffer.alloc(0) });
  });

  it('knows the first and the last position', async () => {
    const { reader, journal } = await journalOf();
    expect([reader.oldest, reader.newest]).toEqual([1, 0]);
    await journal.append(batch());
    expect([reader.oldest, reader.newest]).toEqual([1, 1]);
  });

  it.each([
    ['small', 10],
    ['large', 90_000],
  ])('leaves %s payloads valid after later reads', async (_, size) => {
    const payloads = ['a', 'b', 'c'].map((letter) => letter.repeat(size));
    const { reader } = await journalOf(...payloads);
    const kept = [0, 1, 2].flatMap((after) => reader.read(after, 1));
    for (let again = 0; again < 50; again++) reader.read(again % 3, everything);
    await reader.close();
    expect(payloadsOf(kept)).toEqual(payloads);
  });

  it('sees cursors once they are on disk', async () => {
    const { reader, journal } = await journalOf('a', 'b');
    expect(reader.committed('indexer')).toBe(0);
    journal.commit('indexer', 2);
    await eventually('the cursor is on disk', () => reader.committed('indexer') === 2);
  });

  it('reads a journal that nobody writes', async () => {
    const { folder, journal, reader } = await journalOf('a');
    await reader.close();
    await journal.close();
    expect(payloadsOf(readerOf(folder).read(0, everything))).toEqual(['a']);
  });

  it('says so where there is no journal', () => {
    expect(() => openJournalReader(temporaryFolder())).toThrow(/There is no journal in/);
  });

  it('may be closed twice', async () => {
    const { reader } = await journalOf();
    await reader.close();
    await reader.close();
  });
});

describe('news', () => {
  const sizes = [10, 5_000, 90_000, 2_000_000];

  async function followed(told: string[]) {
    const { folder, journal } = await journalOf('first');
    return {
      folder,
      async check() {
        await eventually('the reader follows', () => told.includes('following'));
        for (const size of sizes) await journal.append(batch('n'.repeat(size)));
        await eventually('all news came', () => told.length === 2 + sizes.length);
        const news = sizes.map((size, i) => `${i + 2} ${size} ${'n'.repeat(Math.min(size, 20))}`);
        expect(told).toEqual(['following', '1 5 first', ...news]);
      },
    };
  }

  it('reaches a reader in a worker thread', async () => {
    const told: string[] = [];
    const { folder, check } = await followed(told);
    const worker = new Worker(followScript, { workerData: { folder } });
    onTestFinished(async () => void (await worker.terminate()));
    worker.on('message', (text: string) => told.push(text));
    await check();
  });

  it('reaches a reader in another process, also when the file outgrows what it had mapped', async () => {
    const told: string[] = [];
    const { folder, check } = await followed(told);
    const child = spawn(process.execPath, [followScript, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    createInterface(child.stdout).on('line', (line) => told.push(line));
    await check();
  });
});
