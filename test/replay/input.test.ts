import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openInput, type Takes, wholeLines, ZstdDecompressor } from '../../src/replay/input.ts';
import { aFolder } from '../support/folder.ts';

/** Two frames of zstd, one after the other: `2015 one`, `2015 two` and `2015 three`. */
const zstd = Buffer.from(
  'KLUv/SQSkQAAMjAxNSBvbmUKMjAxNSB0d28KAUq8GSi1L/0kC1kAADIwMTUgdGhyZWUKKGlAmw==',
  'base64',
);

async function documentsIn(path: string, fields = {}, takes?: Takes): Promise<Record<string, unknown>[]> {
  const documents: Record<string, unknown>[] = [];
  for await (const { bytes, spans, count } of openInput(path, { fields, takes }).blocks) {
    for (let i = 0; i < count; i += 1)
      documents.push(JSON.parse(bytes.toString('utf8', spans[2 * i], spans[2 * i + 1])));
  }
  return documents;
}

function fileOf(bytes: Buffer | string): string {
  const path = `${aFolder()}/access.log`;
  writeFileSync(path, bytes);
  return path;
}

const three = ['2015 one', '2015 two', '2015 three'].map((message) => ({ message }));

describe('an input', () => {
  it.each([
    ['plain', Buffer.from('2015 one\n2015 two\n2015 three')],
    ['compressed with gzip', gzipSync('2015 one\n2015 two\n2015 three\n')],
    [
      'of two gzip files, one after the other',
      Buffer.concat([gzipSync('2015 one\n2015 '), gzipSync('two\n2015 three')]),
    ],
    ['compressed with zstd', zstd],
  ])('is read by what it holds, whatever its name says: %s', async (_, bytes) => {
    expect(await documentsIn(fileOf(bytes))).toEqual(three);
  });

  it('gives plain lines the fields that were asked for', async () => {
    expect(await documentsIn(fileOf('a\n'), { 'event.dataset': 'x' })).toEqual([
      { message: 'a', 'event.dataset': 'x' },
    ]);
  });

  it('takes events that Filebeat wrote as they are', async () => {
    const event = { '@timestamp': '2026-01-01T00:00:00Z', '@metadata': { beat: 'filebeat' }, message: 'a' };
    expect(await documentsIn(fileOf(`${JSON.stringify(event)}\n`), { x: 1 })).toEqual([event]);
  });

  it('takes the JSON of an application as lines, for that is what a shipper would do', async () => {
    const line = '{"@timestamp":"2026-01-01T00:00:00Z","message":"a","ecs":{"version":"1"}}';
    expect(await documentsIn(fileOf(line))).toEqual([{ message: line }]);
  });

  it('is empty where the file is', async () => {
    expect(await documentsIn(fileOf(''))).toEqual([]);
  });

  it('tells how much of the file was read', async () => {
    const input = openInput(fileOf('one\ntwo\n'));
    expect([input.size, input.read]).toEqual([8, 0]);
    for await (const block of input.blocks) expect(block.count).toBe(2);
    expect(input.read).toBe(8);
  });

  it('that cannot be read is named', async () => {
    expect(() => openInput('/nowhere/x.log')).toThrow(/Cannot read \/nowhere\/x\.log: ENOENT/);
    const cut = gzipSync('hello '.repeat(1000)).subarray(0, 20);
    await expect(documentsIn(fileOf(cut))).rejects.toThrow(
      /Cannot read .*access\.log: unexpected end of file/,
    );
    await expect(documentsIn(fileOf(zstd.subarray(0, 12)))).rejects.toThrow(/Cannot read .*access\.log/);
  });
});

describe('the decoder of zstd', () => {
  it.each([1, 7, 1_000])('is decoded in pieces of %i bytes', async (size) => {
    const decoder = new ZstdDecompressor();
    for (let at = 0; at < zstd.length; at += size) decoder.write(zstd.subarray(at, at + size));
    decoder.end();
    const pieces: Buffer[] = [];
    for await (const piece of decoder) pieces.push(piece as Buffer);
    expect(Buffer.concat(pieces).toString()).toBe('2015 one\n2015 two\n2015 three\n');
  });
});

describe('whole lines', () => {
  const text = 'one\ntwo two\n\nthree\nlast';
  it.each([1, 2, 3, 5, 8, 100])('are the same for pieces of %i bytes', async (size) => {
    async function* pieces() {
      for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size));
    }
    const whole: string[] = [];
    for await (const lines of wholeLines(pieces())) whole.push(lines.toString());
    expect(whole.join('')).toBe(text);
    for (const lines of whole.slice(0, -1)) expect(lines.endsWith('\n')).toBe(true);
  });
});

const time = '"@timestamp":"2026-01-01T00:00:00Z","message":"a"';
describe.each([
  ['events', `{"@metadata":{"beat":"filebeat"},"message":"a"}`],
  ['events', `{"agent":{"ephemeral_id":"x"},"message":"a"}`],
  ['events', `{${time},"agent":{"id":"one"}}`],
  ['events', `{${time},"agent":{"type":"fluent-bit","version":"4"}}`],
  ['messages', `{${time},"agent":{"name":"nodejs"}}`],
  ['messages', `{"agent":{"id":"one"},"message":"a"}`],
  ['messages', `{"@timestamp":"2026-01-01T00:00:00Z","agent":{"id":"one"},"call":7}`],
  ['messages', `{${time},"agent":"curl"}`],
  ['messages', `{${time}}`],
] satisfies [Takes, string][])('a file that begins with %s: %s', (kind, line) => {
  const event = [JSON.parse(line)];
  const wrapped = [{ message: line }];

  it.each([
    [undefined, kind === 'events' ? event : wrapped],
    ['events', event],
    ['messages', wrapped],
  ] satisfies [Takes | undefined, object[]][])('read as an input that takes %s', async (takes, expected) => {
    expect(await documentsIn(fileOf(`${line}\n`), {}, takes)).toEqual(expected);
  });
});

it.each(['{"broken', '127.0.0.1 - - [', '[1]', ' x {}'])('%j is a line for any input', async (line) => {
  for (const takes of [undefined, 'events', 'messages'] as const)
    expect(await documentsIn(fileOf(`${line}\n{}`), {}, takes)).toEqual([
      { message: line },
      { message: '{}' },
    ]);
});
