import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BulkItem } from '../../../src/model.ts';
import {
  actionLine,
  bodyOf,
  compressed,
  entryOf,
  problemOf,
  sizeOf,
  split,
} from '../../../src/sinks/elasticsearch/delivery/bulk-request.ts';

const item = (more: Partial<BulkItem> = {}): BulkItem => ({
  action: 'create',
  index: 'logs-a-b',
  id: '1',
  document: '{}',
  ...more,
});
const anyItem = fc.record({
  action: fc.constantFrom('create' as const, 'index' as const),
  index: fc.string({ unit: 'binary' }),
  id: fc.string({ unit: 'binary' }),
  document: fc.oneof(
    fc.json(),
    fc.json().map((text) => Buffer.from(text)),
  ),
});

describe('an action line', () => {
  it('names action, index and id', () => {
    expect(actionLine(item())).toBe('{"create":{"_index":"logs-a-b","_id":"1"}}');
  });

  it('names the routing value and the pipeline where there are any', () => {
    const line = actionLine(item({ routing: 'a"b', pipeline: 'geoip' }));
    expect(JSON.parse(line)).toEqual({
      create: { _index: 'logs-a-b', _id: '1', routing: 'a"b', pipeline: 'geoip' },
    });
  });

  it('gives a revision as an external version', () => {
    const line = JSON.parse(actionLine(item({ action: 'index', version: 7 })));
    expect(line).toEqual({ index: { _index: 'logs-a-b', _id: '1', version: 7, version_type: 'external' } });
  });

  const revision = item({
    ...{ action: 'index', version: 2, revisionField: 'window.revision', pipeline: 'p' },
  });
  it('creates a revision in its stream where the stream has no earlier one', () => {
    expect(JSON.parse(actionLine(revision))).toEqual({
      create: { _index: 'logs-a-b', _id: '1', pipeline: 'p' },
    });
  });

  it('replaces the earlier revision in its backing index, if no other one has come between', () => {
    const earlier = { index: '.ds-logs-a-b-000001', sequence: 7, primaryTerm: 3 };
    expect(JSON.parse(actionLine({ ...revision, earlier }))).toEqual({
      index: { _index: '.ds-logs-a-b-000001', _id: '1', if_seq_no: 7, if_primary_term: 3, pipeline: 'p' },
    });
  });

  it('is one line, whatever the names hold', () => {
    fc.assert(
      fc.property(anyItem, ({ document: _, ...names }) => {
        const line = actionLine({ ...names, document: '{}' });
        expect(line).not.toMatch(/[\n\r]/);
        expect(JSON.parse(line)[names.action]).toEqual({ _index: names.index, _id: names.id });
      }),
    );
  });
});

describe('a document', () => {
  it.each([
    ['empty text', '', /empty/],
    ['no bytes', Buffer.alloc(0), /empty/],
    ['a line feed in text', '{\n}', /line feed/],
    ['a line feed in bytes', Buffer.from('{}\n'), /line feed/],
  ])('is not sent when it holds %s', (_, document, reason) => {
    expect(problemOf(item({ document }))).toMatch(reason);
  });

  it('may be sent with any other bytes, for the server says what it takes', () => {
    expect(problemOf(item({ document: Buffer.from([0xff, 0x0d, 0x00]) }))).toBeUndefined();
  });
});

describe('a body', () => {
  it('holds each document as it is, two ended lines an item', () => {
    fc.assert(
      fc.property(fc.array(anyItem), (items) => {
        const entries = items.map((one) => entryOf(one));
        const body = bodyOf(entries);
        const lines = items.flatMap((one) => [actionLine(one), one.document.toString()]);
        expect(body.toString()).toBe(lines.map((line) => `${line}\n`).join(''));
        expect(body.length).toBe(sizeOf(entries));
      }),
    );
  });

  it('keeps bytes that are no UTF-8', () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    const body = bodyOf([entryOf(item({ document: bytes }))]);
    expect(body.subarray(-5, -1)).toEqual(bytes);
  });

  it('can be compressed', async () => {
    const body = bodyOf([entryOf(item())]);
    expect(gunzipSync(await compressed(body))).toEqual(body);
  });
});

describe('splitting', () => {
  const entries = (sizes: number[]) => sizes.map((size) => entryOf(item({ document: 'x'.repeat(size) })));

  it('keeps every item, in order, within both limits or alone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 300 })),
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 1, max: 9 }),
        (sizes, maxBulkBytes, maxBulkItems) => {
          const all = entries(sizes);
          const bulks = split(all, { maxBulkBytes, maxBulkItems });
          expect(bulks.flat()).toEqual(all);
          for (const bulk of bulks) {
            expect(bulk.length).toBeGreaterThan(0);
            expect(bulk.length).toBeLessThanOrEqual(maxBulkItems);
            if (bulk.length > 1) expect(sizeOf(bulk)).toBeLessThanOrEqual(maxBulkBytes);
          }
        },
      ),
    );
  });

  it('fills a request before it begins the next', () => {
    const all = entries([10, 10, 10]);
    const two = sizeOf(all.slice(0, 2));
    const counts = (maxBulkBytes: number) =>
      split(all, { maxBulkBytes, maxBulkItems: 9 }).map((bulk) => bulk.length);
    expect(counts(two)).toEqual([2, 1]);
    expect(counts(two - 1)).toEqual([1, 1, 1]);
  });
});
