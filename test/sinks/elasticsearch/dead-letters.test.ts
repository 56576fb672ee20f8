import { appendFile, mkdir, mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../../src/model.ts';
import { openDeadLetters } from '../../../src/sinks/elasticsearch/dead-letters/dead-letters.ts';
import { filesOf } from '../../../src/sinks/elasticsearch/dead-letters/files.ts';
import { deadLetterItem, readDeadLetters } from '../../../src/sinks/elasticsearch/dead-letters/records.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logboom-letters-'));
  file = join(folder, 'dead-letters.ndjson');
});
afterEach(() => rm(folder, { recursive: true }));

const letter = (id: string, body: DeadLetter['body'] = '{"a":1}'): DeadLetter => ({
  reason: 'why',
  index: 'logs-a-b',
  id,
  body,
});
async function stored(path = file): Promise<Array<DeadLetter & { time: string }>> {
  const letters = [];
  for await (const one of readDeadLetters(path)) letters.push(one);
  return letters;
}

describe('the file of dead letters', () => {
  it('holds each letter on a line, with reason, time, index and id', async () => {
    const letters = await openDeadLetters(file, { now: () => 0 });
    await letters.add([letter('1'), letter('2')]);
    expect(letters.count).toBe(2);
    const [line] = (await readFile(file, 'utf8')).split('\n');
    expect(JSON.parse(line!)).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      reason: 'why',
      index: 'logs-a-b',
      id: '1',
      encoding: 'utf-8',
      body: '{"a":1}',
    });
  });

  it('gives back any body as it was', async () => {
    const letters = await openDeadLetters(file);
    const body = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    const bodies = [...fc.sample(body, 100), 'a\u2028b\u2029c\r\nd', Buffer.from([0xff, 0x0a])];
    await letters.add(bodies.map((one, i) => letter(`${i}`, one)));
    const back = await stored();
    expect(back.map((one) => Buffer.from(one.body).toString('hex'))).toEqual(
      bodies.map((one) => Buffer.from(one).toString('hex')),
    );
  });

  it('is for its owner alone', async () => {
    const letters = await openDeadLetters(file);
    await letters.add([letter('1')]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('keeps the order of calls that do not wait for one another', async () => {
    const letters = await openDeadLetters(file);
    await Promise.all(Array.from({ length: 20 }, (_, i) => letters.add([letter(`${i}`)])));
    expect((await stored()).map(({ id }) => Number(id))).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('knows its number of letters when it is opened again', async () => {
    await (await openDeadLetters(file)).add([letter('1'), letter('2')]);
    const letters = await openDeadLetters(file);
    await letters.add([letter('3')]);
    expect(letters.count).toBe(3);
  });

  it('goes on behind a line that a crash tore, at whatever byte', async () => {
    await (await openDeadLetters(file)).add([letter('whole'), letter('torn')]);
    const text = await readFile(file, 'utf8');
    for (let at = text.indexOf('\n') + 1; at < text.length - 1; at++) {
      await rm(file);
      await appendFile(file, text.slice(0, at));
      await (await openDeadLetters(file)).add([letter('next')]);
      expect((await stored()).map(({ id }) => id)).toEqual(['whole', 'next']);
    }
  });

  it('rejects what it could not write, and takes the next', async () => {
    const letters = await openDeadLetters(file);
    await mkdir(file);
    await expect(letters.add([letter('1')])).rejects.toThrow();
    expect(letters.count).toBe(0);
    await rm(file, { recursive: true });
    await letters.add([letter('2')]);
    expect((await stored()).map(({ id }) => id)).toEqual(['2']);
  });

  it('is put aside when it is large, and the oldest is removed with a word about it', async () => {
    const discarded: number[] = [];
    const letters = await openDeadLetters(file, {
      maxBytes: 1,
      keep: 2,
      onDiscard: (n) => discarded.push(n),
    });
    for (let i = 0; i < 5; i++) await letters.add([letter(`${i}`)]);
    const ids = await Promise.all(
      filesOf(file, 2).map(async (path) => (await stored(path)).map(({ id }) => id)),
    );
    expect(ids).toEqual([['4'], ['3'], ['2']]);
    expect(discarded).toEqual([1, 1]);
    expect(letters.count).toBe(3);
  });

  it('is not there before the first letter, and an empty one is no torn one', async () => {
    await openDeadLetters(file);
    expect(await stored()).toEqual([]);
    await appendFile(file, '');
    await truncate(file, 0);
    expect((await openDeadLetters(file)).count).toBe(0);
  });
});

describe('the document about a dead letter', () => {
  it('says in ECS what was refused and why', () => {
    const item = deadLetterItem(letter('7', '{"x":'), 'prod', 0);
    expect(item).toMatchObject({ action: 'create', index: 'logs-logboom.deadletters-prod' });
    expect(JSON.parse(item.document.toString())).toMatchObject({
      '@timestamp': '1970-01-01T00:00:00.000Z',
      event: { kind: 'pipeline_error', dataset: 'logboom.deadletters', original: '{"x":' },
      error: { message: 'why' },
      data_stream: { type: 'logs', dataset: 'logboom.deadletters', namespace: 'prod' },
      logboom: { deadletter: { index: 'logs-a-b', id: '7', encoding: 'utf-8', bytes: 5, truncated: false } },
    });
  });

  it('has an id that depends on the letter and not on the time', () => {
    const id = (one: DeadLetter, now: number) => deadLetterItem(one, 'n', now).id;
    expect(id(letter('1'), 0)).toBe(id(letter('1'), 99));
    expect(id(letter('1'), 0)).not.toBe(id(letter('2'), 0));
  });

  it('is one line of JSON for any body, and never large', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array()), (body) => {
        const bytes = typeof body === 'string' ? body : Buffer.from(body);
        const document = deadLetterItem(letter('1', bytes), 'n', 0).document.toString();
        expect(document).not.toContain('\n');
        expect(JSON.parse(document).event.original).toBeTypeOf('string');
      }),
    );
    const large = deadLetterItem(letter('1', Buffer.alloc(5_000_000, 0xff)), 'n', 0);
    expect(large.document.length).toBeLessThan(40_000);
    expect(JSON.parse(large.document.toString()).logboom.deadletter).toMatchObject({
      encoding: 'base64',
      truncated: true,
    });
  });
});

it('keeps all files together within their size, however many letters come at once', async () => {
  let discarded = 0;
  const letters = await openDeadLetters(file, {
    maxBytes: 20_000,
    keep: 4,
    onDiscard: (count) => {
      discarded += count;
    },
  });
  const many = Array.from({ length: 1_000 }, (_, i) => ({
    ...{ index: 'i', id: `${i}`, reason: 'r', body: `{"n":${i},"text":"${'x'.repeat(200)}"}` },
  }));
  for (let round = 0; round < 3; round += 1) await letters.add(many);
  const files = await Promise.all(filesOf(file).map((path) => readFile(path, 'utf8')));
  expect(files.reduce((sum, text) => sum + text.length, 0)).toBeLessThanOrEqual(100_000);
  expect(files.every((text) => text.length <= 20_000)).toBe(true);
  const kept = files.reduce((sum, text) => sum + text.split('\n').length - 1, 0);
  expect(kept).toBe(letters.count);
  expect(kept + discarded).toBe(3_000);
  expect(letters.added.count).toBe(3_000);
});
