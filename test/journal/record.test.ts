import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeHeader,
  decodeRecord,
  decodeWithoutPayload,
  encodeHeader,
  payloadOf,
  sealHeader,
} from '../../src/journal/record.ts';
import type { Batch, Tick } from '../../src/model.ts';

const anyBatch: fc.Arbitrary<Batch> = fc.record({
  kind: fc.constant('events' as const),
  origin: fc.record({ input: fc.string(), connection: fc.string({ unit: 'binary' }), address: fc.string() }),
  receivedAt: fc.integer({ min: 0, max: 8.64e15 }),
  encoding: fc.constantFrom('lumberjack', 'ndjson', 'lines'),
  count: fc.nat(),
  payload: fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
});
const anyTick: fc.Arbitrary<Tick> = fc.record({ kind: fc.constant('tick' as const), receivedAt: fc.nat() });
const anyRecord = fc.oneof(anyBatch, anyTick);

const sealed = (record: Batch | Tick, before = 0) => {
  const header = encodeHeader(record);
  sealHeader(header, before, payloadOf(record));
  return header;
};

describe('a record', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(anyRecord, fc.nat(), (record, position) => {
        expect(decodeRecord(position, sealed(record), payloadOf(record))).toEqual({ ...record, position });
      }),
    );
  });

  it('tells its size and the bytes before it without its payload', () => {
    fc.assert(
      fc.property(anyRecord, fc.maxSafeNat(), (record, before) => {
        const header = sealed(record, before);
        const { size, payloadBytes, before: told } = decodeHeader(header)!;
        expect(told).toBe(before);
        expect([size, payloadBytes]).toEqual([header.length + payloadBytes, payloadOf(record).length]);
      }),
    );
  });

  it('is found in a journal when it is damaged, and appended to none', () => {
    const payload = Buffer.from('what is left');
    const found = decodeRecord(5, Buffer.from('no header'), payload);
    expect(found).toMatchObject({ kind: 'events', encoding: 'damaged', receivedAt: 0, count: 0, payload });
    expect(() => encodeHeader(found)).toThrow('found in a journal');
  });

  it.each([
    ['no bytes', Buffer.alloc(0)],
    [
      'an origin that is none',
      Buffer.concat([encodeHeader({ kind: 'tick', receivedAt: 1 }).fill(1, 1, 2), Buffer.from('{')]),
    ],
  ])('is told from a damaged one by its header alone, where that has %s', (_, header) => {
    expect(decodeWithoutPayload(7, header)).toMatchObject({ position: 7, encoding: 'damaged' });
  });

  it('notices every single changed byte', () => {
    const record: Batch = {
      kind: 'events',
      origin: { input: 'i', connection: 'c', address: 'a' },
      receivedAt: 1,
      encoding: 'lines',
      count: 2,
      payload: Buffer.from('some line'),
    };
    const header = sealed(record, 77);
    const whole = Buffer.concat([header, record.payload]);
    for (const at of whole.keys()) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1;
      const parts = [changed.subarray(0, header.length), changed.subarray(header.length)] as const;
      expect(decodeRecord(5, ...parts), `byte ${at}`).toMatchObject({ position: 5, encoding: 'damaged' });
    }
  });
});
