import { expect, it } from 'vitest';
import { parsers } from '../../src/config/schema/parsers.ts';
import { LineWrapper } from '../../src/events/index.ts';
import type { EventBlock } from '../../src/model.ts';
import { mergeByTime } from '../../src/replay/merge.ts';

const line = (second: number, path: string) =>
  `192.0.2.1 - - [17/May/2015:10:05:${String(second).padStart(2, '0')} +0000] "GET /${path} HTTP/1.1" 200 1 "-" "-"`;

async function* file(...blocks: string[][]): AsyncGenerator<EventBlock> {
  const wrapper = new LineWrapper();
  for (const lines of blocks) yield wrapper.wrap(Buffer.from(lines.join('\n')));
}

const origin = { input: 'backtest', connection: 'backtest', address: '' };

async function merged(...files: AsyncGenerator<EventBlock>[]): Promise<string[]> {
  const paths: string[] = [];
  for await (const { block } of mergeByTime(
    files.map((blocks) => ({ blocks, origin })),
    {
      parsers: parsers.parse({}),
      time: { zone: 'UTC', maxAhead: 300_000 },
    },
    Date.parse('2026-01-01T00:00:00Z'),
  )) {
    const { bytes, spans, count } = block;
    for (let i = 0; i < count; i += 1)
      paths.push(
        /(?:GET \/|"message":"(?=Trace))(\w+)/.exec(
          bytes.toString('utf8', spans[2 * i], spans[2 * i + 1]),
        )![1]!,
      );
  }
  return paths;
}

it('files that were written side by side are read side by side', async () => {
  const one = file([line(1, 'a'), line(4, 'b')], [line(9, 'c')]);
  const other = file([line(2, 'd')], [line(3, 'e'), line(8, 'f')]);
  expect(await merged(one, other)).toEqual(['a', 'd', 'e', 'b', 'f', 'c']);
});

it('files that were written one after the other are read so, in whatever order they are named', async () => {
  expect(await merged(file([line(30, 'c'), line(31, 'd')]), file([line(1, 'a'), line(2, 'b')]))).toEqual([
    'a',
    'b',
    'c',
    'd',
  ]);
});

it('a file keeps its own order where its times go back', async () => {
  expect(await merged(file([line(5, 'a'), line(1, 'b'), line(6, 'c')]), file([line(5, 'd')]))).toEqual([
    'a',
    'b',
    'd',
    'c',
  ]);
});

it('a line without a time stays with the one before it', async () => {
  expect(await merged(file([line(5, 'a'), 'Trace', line(7, 'b')]), file([line(6, 'c')]))).toEqual([
    'a',
    'Trace',
    'c',
    'b',
  ]);
});

it('empty files and no files hold nothing', async () => {
  expect(await merged()).toEqual([]);
  expect(await merged(file([]), file())).toEqual([]);
});

it('events of different inputs are in different blocks, in the order of time', async () => {
  const other = { ...origin, input: 'other' };
  const found: [string, number][] = [];
  for await (const { block, origin: of } of mergeByTime(
    [
      { blocks: file([line(1, 'a'), line(2, 'b')], [line(7, 'c')]), origin },
      { blocks: file([line(3, 'd'), line(5, 'e')]), origin: other },
      { blocks: file([line(4, 'f'), line(8, 'g')]), origin },
    ],
    { parsers: parsers.parse({}), time: { zone: 'UTC' } },
    Date.parse('2026-01-01T00:00:00Z'),
  ))
    found.push([of.input, block.count]);
  expect(found).toEqual([
    ['backtest', 2],
    ['other', 1],
    ['backtest', 1],
    ['other', 1],
    ['backtest', 2],
  ]);
});

it('no files have no events', async () => {
  expect(await merged()).toEqual([]);
});
