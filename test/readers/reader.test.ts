import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Reader, type ReaderOptions } from '../../src/readers/reader.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { blockOf } from '../support/events.ts';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';
import { fakeJournal } from '../support/journal/journal.ts';
import { aBatch } from '../support/journal/records.ts';

const file = fileURLToPath(new URL('fixtures/thread.mjs', import.meta.url));

function aReader(workerData: object = {}, changes: Partial<ReaderOptions> = {}) {
  const fake = fakeJournal();
  const starts = join(aFolder(), 'starts');
  const options = { name: 'analyser', file, workerData: { starts, ...workerData }, firstPause: 20 };
  const reader = new Reader({
    ...options,
    journal: fake.journal,
    instruments: silentInstruments(),
    ...changes,
  });
  onTestFinished(() => reader.stop(100));
  const started = () => readFileSync(starts, 'utf8').length;
  return { reader, ...fake, started };
}

describe('a reader', () => {
  it('is alive from when it is ready until it is stopped', async () => {
    const { reader, started } = aReader();
    expect(reader.alive).toBe(false);
    await reader.start();
    expect(reader.alive).toBe(true);
    await reader.stop(1_000);
    expect(reader.alive).toBe(false);
    expect(started()).toBe(1);
  });

  it('answers while it lives, and not when it hangs or is gone', async () => {
    const { reader } = aReader();
    await reader.start();
    expect(await reader.answers(5_000)).toBe(true);
    void reader.call('block', 10);
    expect(await reader.answers(20)).toBe(false);
    await reader.stop(1_000);
    expect(await reader.answers(1_000)).toBe(false);
  });

  it('that cannot start says why, is not tried again, and hears no more of the journal', async () => {
    const { reader, listeners, started } = aReader({ failAtStart: true });
    await expect(reader.start()).rejects.toThrow('no journal here');
    expect(listeners.size).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(started()).toBe(1);
    expect(reader.alive).toBe(false);
    await reader.stop(100);
  });

  it('that ends without a word before it is ready has failed, too', async () => {
    const { reader } = aReader({ endsAtStart: true });
    await expect(reader.start()).rejects.toThrow('the analyser ended before it was ready');
  });

  it('that dies is started again, as often as it takes', async () => {
    const { reader, started } = aReader({ failAgainAtStart: true });
    await reader.start();
    void reader.call('die');
    await eventually(() => expect(started()).toBe(4));
    await eventually(() => expect(reader.alive).toBe(true));
    expect(await reader.call('number')).toBe(4);
  });

  it('that dies again and again is started after pauses that double', async () => {
    const { reader, started } = aReader({}, { firstPause: 50 });
    await reader.start();
    const startedAt: number[] = [];
    for (let life = 2; life <= 4; life += 1) {
      const diedAt = performance.now();
      void reader.call('die');
      await eventually(() => expect(started()).toBe(life), { interval: 2 });
      await eventually(() => expect(reader.alive).toBe(true), { interval: 2 });
      startedAt.push(performance.now() - diedAt);
    }
    expect(startedAt[0]).toBeGreaterThan(50);
    expect(startedAt[1]).toBeGreaterThan(100);
    expect(startedAt[2]).toBeGreaterThan(200);
  });

  it('that is stopped while it waits to be started again stays stopped', async () => {
    const { reader, started } = aReader({}, { firstPause: 300 });
    await reader.start();
    void reader.call('die');
    await eventually(() => expect(reader.alive).toBe(false));
    await reader.stop(100);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(started()).toBe(1);
  });

  it('that does not stop is ended when the time is over', async () => {
    const { reader } = aReader({ stubborn: true });
    await reader.start();
    const began = performance.now();
    await reader.stop(50);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(reader.alive).toBe(false);
  });

  it('that does not answer is not waited for', async () => {
    const { reader } = aReader();
    expect(await reader.call('number')).toBeUndefined();
    await reader.start();
    expect(await reader.call('hang', 30)).toBeUndefined();
    expect(await reader.call('number')).toBe(1);
  });

  it('that dies answers open questions with nothing', async () => {
    const { reader } = aReader();
    await reader.start();
    const answer = reader.call('hang', 60_000);
    void reader.call('die');
    expect(await answer).toBeUndefined();
  });

  it('takes windows that are inflated already, and hears of news after them', async () => {
    const { reader, grow } = aReader();
    await reader.start();
    const block = blockOf('{"n":1}', '{"ü":2}');
    const memory = Buffer.from(new ArrayBuffer(2 * Buffer.poolSize));
    block.bytes.copy(memory);
    grow(1);
    reader.offer(1, aBatch([]), { ...block, bytes: memory.subarray(0, block.bytes.length) });
    expect(memory.buffer.byteLength).toBe(0);
    grow(2);
    await eventually(async () =>
      expect(await reader.call('heard')).toEqual([
        ['block', 1, '{"n":1}', '{"ü":2}'],
        ['news', 2],
      ]),
    );
    reader.wakePublishers();
    expect(await reader.call('heard')).toContainEqual(['outputs']);
  });

  it('is not offered a window that may share its memory, or more than may be under way', async () => {
    const { reader } = aReader();
    await reader.start();
    const shared = Buffer.from('in the pool');
    reader.offer(1, aBatch([]), { bytes: shared, spans: new Uint32Array(2), count: 1 });
    expect(shared.toString()).toBe('in the pool');
    const large = () => ({
      bytes: Buffer.from(new ArrayBuffer(10 * 2 ** 20)),
      spans: new Uint32Array(2),
      count: 1,
    });
    for (const position of [2, 3]) reader.offer(position, aBatch([]), large());
    await reader.call('progress');
    reader.offer(4, aBatch([]), large());
    const heard = await reader.call<[string, number][]>('heard');
    const blocks = heard!.filter(([kind]) => kind === 'block');
    expect(blocks.map(([kind, position]) => [kind, position])).toEqual([
      ['block', 2],
      ['block', 4],
    ]);
  });

  it('commits what it tells of, and knows whether time matters to it', async () => {
    const { reader, commits } = aReader();
    await reader.start();
    expect(reader.waitsForTime).toBe(false);
    await reader.call('progress');
    expect(reader.position).toBe(3);
    expect(reader.waitsForTime).toBe(true);
    expect(commits).toEqual([['analyser', 2]]);
  });

  it('is stuck since it last got on, and only while there is something to read', async () => {
    let now = 100;
    const { reader, grow } = aReader({}, { now: () => now });
    await reader.start();
    expect(reader.stuckSince).toBeUndefined();
    now = 5_000;
    grow(1);
    expect(reader.stuckSince).toBe(5_000);
    now = 6_000;
    grow(4);
    expect(reader.stuckSince).toBe(5_000);
    now = 7_000;
    await reader.call('progress');
    expect(reader.stuckSince).toBe(7_000);
  });
});
