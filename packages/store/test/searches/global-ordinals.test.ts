import { expect, it } from 'vitest';
import { OrdinalCounts } from '../../src/aggs/global-ordinals.ts';
import type { TermColumn } from '../../src/storage/column.ts';
import { ordinalArray } from '../../src/storage/column-builder.ts';
import { StringTable } from '../../src/storage/string-table.ts';

/** A column whose documents have one of the terms each, and some none. */
function columnOf(terms: string[], size: number): TermColumn {
  const table = StringTable.of(terms.toSorted());
  const ordinals = ordinalArray(table.size, size);
  for (let doc = 0; doc < size; doc++) ordinals[doc] = (doc * 7) % (table.size + 1);
  return { kind: 'term', starts: undefined, ordinals, terms: table };
}

function naive(columns: readonly TermColumn[], counts = new Map<string, number>()): Map<string, number> {
  for (const { ordinals, terms } of columns)
    for (const one of ordinals)
      if (one > 0) counts.set(terms.get(one - 1), (counts.get(terms.get(one - 1)) ?? 0) + 1);
  return counts;
}

const numbered = (from: number, count: number) => Array.from({ length: count }, (_, at) => `t${from + at}`);
const docs = Uint16Array.from({ length: 16_384 }, (_, doc) => doc);
const shard = {};

/** What is reported of the columns that were counted by global ordinals, and which those are. */
function counted(index: object, field: string, columns: readonly TermColumn[], take = () => true) {
  const reported = new Map<string, number>();
  const counts = new OrdinalCounts(field, take, (term, count) =>
    reported.set(term, (reported.get(term) ?? 0) + count),
  );
  const were = columns.map((column) => counts.add(index, column, docs));
  counts.flush();
  return { reported, were };
}

it('counts terms that come again in later segments, and again with the numbers that it has', () => {
  const columns = [0, 300, 100].map((from) => columnOf(numbered(from, 400), 16_384));
  for (let time = 0; time < 2; time++) {
    const { reported, were } = counted(shard, 'a', columns);
    expect(were).toEqual([true, true, true]);
    expect(reported).toEqual(naive(columns));
  }
});

it('refuses what has too many terms or no memory, and keeps what it has counted before', () => {
  // 100,001 terms and more are not numbered; the counts of the segments before stay.
  const many = Array.from({ length: 9 }, (_, at) => columnOf(numbered(at * 12_000, 12_000), 16_384));
  const { reported, were } = counted(shard, 'b', many);
  // Each further segment has more terms in common than four times its documents from the sixth on.
  expect(were.slice(0, 5)).toEqual([true, true, true, true, true]);
  expect(were.slice(5)).toEqual([false, false, false, false]);
  expect(reported).toEqual(naive(many.slice(0, 5)));
  expect(counted(shard, 'b', many).were).not.toContain(true);
  expect(counted(shard, 'a', [columnOf(['x'], 16_384)], () => false).were).toEqual([false]);
});

it('forgets fields that were not asked for, where there are many, and counts them anew', () => {
  const of = (field: number) => [columnOf(numbered(field, 16_000), 16_384)];
  for (let field = 0; field < 20; field++) {
    const index = {};
    expect(counted(index, `f${field}`, of(field)).reported).toEqual(naive(of(field)));
  }
  const first = {};
  const counts = new Map<string, number>();
  const run = new OrdinalCounts(
    'f',
    () => true,
    (term, count) => counts.set(term, (counts.get(term) ?? 0) + count),
  );
  expect(run.add(first, of(0)[0]!, docs)).toBe(true);
  for (let field = 0; field < 20; field++) counted({}, `f${field}`, of(field));
  expect(run.add(first, of(9_000)[0]!, docs)).toBe(true);
  run.flush();
  expect(counts).toEqual(naive([...of(0), ...of(9_000)]));
});
