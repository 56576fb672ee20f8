import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { segmentSize } from '../../src/storage/bits.ts';
import { type ColumnBuilder, NumberBuilder, TermBuilder } from '../../src/storage/column-builder.ts';
import { TextBuilder } from '../../src/storage/text-builder.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Buffers that a collection found dead are freed by another thread, a moment later. */
async function held(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    collect();
    await sleep(20);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Bytes that one document costs a builder while its segment is open: the least of some, for others use the heap too. */
async function bytesPerDocument(
  builder: new () => ColumnBuilder,
  textOf: (doc: number) => number | string,
): Promise<number> {
  const measured = [];
  for (let round = 0; round < 3; round++) measured.push(await bytesWith(new builder(), textOf));
  return Math.min(...measured);
}

async function bytesWith(builder: ColumnBuilder, textOf: (doc: number) => number | string): Promise<number> {
  const before = await held();
  for (let doc = 0; doc < segmentSize; doc++) builder.add(doc, textOf(doc));
  const bytes = (await held()) - before;
  // It lives until here.
  expect(builder.build(segmentSize)).toBeDefined();
  return bytes / segmentSize;
}

/** Every index that is written to has an open segment, so what it holds counts for each of them. */
describe('an open segment holds little beside its values', () => {
  it('numbers', async () => {
    expect(await bytesPerDocument(NumberBuilder, (doc) => doc)).toBeLessThan(18);
  });

  it('terms that come again', async () => {
    expect(await bytesPerDocument(TermBuilder, (doc) => `web-${doc % 10}`)).toBeLessThan(12);
  });

  it('texts of thirty words, which come again', async () => {
    const words = Array.from({ length: 100 }, (_, at) => `word${at}`);
    const text = (doc: number) =>
      Array.from({ length: 30 }, (_, at) => words[(doc + at * 3) % 100]).join(' ');
    expect(await bytesPerDocument(TextBuilder, text)).toBeLessThan(360);
  });

  it('a long word that is new, without the text around it', async () => {
    const long = 'x '.repeat(2_000);
    const text = (doc: number) => `${long} unlike-others 192.168.${100 + (doc % 50)}.${1000 + doc}`;
    expect(await bytesPerDocument(TextBuilder, text)).toBeLessThan(300);
  });
});
