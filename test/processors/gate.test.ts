import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takenThrough } from '../../src/app/network-inputs.ts';
import { parsers } from '../../src/config/schema/parsers.ts';
import type { Config } from '../../src/config/schema/schema.ts';
import { openPayload } from '../../src/journal/record.ts';
import type { Batch } from '../../src/model.ts';
import { Gate } from '../../src/processors/gate.ts';
import { processingTelemetry } from '../../src/telemetry/components/processing.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { blockOf, batch as facts } from '../support/events.ts';
import { configured } from './support.ts';

const settings = (...written: object[]) => ({
  processors: configured(...written),
  parsers: parsers.parse({}),
  time: { zone: 'UTC' } as Config['time'],
});

function gateOf(written: object[], random?: () => number) {
  const telemetry = processingTelemetry(silentInstruments());
  const limited: [string, number][] = [];
  const gate = new Gate(settings(...written), {
    telemetry: { ...telemetry, limited: (_, source, events) => void limited.push([source, events]) },
    ...(random && { random }),
  });
  /** Which of the events are taken, received at a time. */
  const taken = (at: number, ...events: object[]) => {
    const block = blockOf(...events.map((event) => JSON.stringify(event)));
    const left = gate.leftOut(block, { ...facts, receivedAt: at });
    return events.map((_, index) => !left?.has(index));
  };
  return { gate, taken, counts: telemetry.counts, limited };
}

const line = (message: string, host = 'web-1') => ({ message, host: { name: host } });
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

describe('deduplicate', () => {
  it('takes the first of equal events within the time', () => {
    const { taken, counts } = gateOf([{ kind: 'deduplicate', within: '10s' }]);
    expect(taken(0, line('a'), line('b'), line('a'))).toEqual([true, true, false]);
    expect(taken(9_999, line('a', 'web-2'), line('c'))).toEqual([false, true]);
    expect(taken(10_000, line('a'))).toEqual([true]);
    expect(taken(12_000, line('a'))).toEqual([false]);
    expect(counts()).toEqual({ 'deduplicate-1': { changed: 0, leftOut: 3, failed: 0 } });
  });

  it('compares the fields that it names, parsed ones too, and tells absent from empty', () => {
    const { taken } = gateOf([{ kind: 'deduplicate', by: ['host.name', 'http.response.status_code'] }]);
    const request = (host: string, status: number, path: string) =>
      line(`::1 - - [28/May/2026:20:26:40 +0000] "GET ${path} HTTP/1.1" ${status} 1`, host);
    expect(taken(0, request('a', 200, '/'), request('a', 200, '/x'), request('a', 404, '/'))).toEqual([
      true,
      false,
      true,
    ]);
    expect(taken(0, { host: { name: 'a' } }, { host: { name: '' } })).toEqual([true, true]);
  });

  it('forgets the oldest beyond its bound', () => {
    const { taken } = gateOf([{ kind: 'deduplicate', within: '1h', maxKeys: 2 }]);
    expect(taken(0, line('a'), line('b'), line('c'), line('a'), line('c'))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });
});

describe('a rate limit', () => {
  it('takes so many of each source, and more as time passes', () => {
    const { taken, limited } = gateOf([{ kind: 'rateLimit', events: 2, per: '1s', by: ['host.name'] }]);
    expect(taken(0, ...times(3, line('x')), line('x', 'web-2'))).toEqual([true, true, false, true]);
    expect(taken(500, ...times(2, line('x')))).toEqual([true, false]);
    expect(taken(5_000, ...times(3, line('x')))).toEqual([true, true, false]);
    expect(limited).toEqual([['["web-1"]', 1]]);
    taken(60_000, ...times(5, line('x')));
    expect(limited.at(-1)).toEqual(['["web-1"]', 3]);
  });

  it('tells long sources apart', () => {
    const long = 'x'.repeat(500);
    const { taken } = gateOf([{ kind: 'rateLimit', events: 1 }]);
    expect(taken(0, line('m', `${long}1`), line('m', `${long}2`), line('m', `${long}1`))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('never takes more than its rate and its burst, whatever arrives when', () => {
    const arrivals = fc.array(fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 1, max: 20 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 10 }), (steps, events) => {
        const { taken } = gateOf([{ kind: 'rateLimit', events, per: '1s' }]);
        let at = 0;
        let all = 0;
        for (const [pause, count] of steps) {
          at += pause;
          all += taken(at, ...times(count, line('x'))).filter(Boolean).length;
          expect(all).toBeLessThanOrEqual(events + Math.floor((at / 1_000) * events));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a sample', () => {
  it('takes its share by chance', () => {
    let next = 0;
    const { taken } = gateOf([{ kind: 'sample', share: 0.25 }], () => (next++ % 4) / 4);
    expect(taken(0, ...times(8, line('x'))).filter(Boolean)).toHaveLength(2);
  });

  it('takes all or nothing of equal values, and about its share of all values', () => {
    const { taken } = gateOf([{ kind: 'sample', share: 0.2, by: ['trace.id'] }]);
    const traces = Array.from({ length: 2_000 }, (_, id) => ({ trace: { id } }));
    const first = taken(0, ...traces);
    expect(taken(1, ...traces)).toEqual(first);
    expect(first.filter(Boolean).length).toBeGreaterThan(300);
    expect(first.filter(Boolean).length).toBeLessThan(500);
  });
});

describe('the gate', () => {
  it('decides on events that match, of the inputs that are named', () => {
    const { taken } = gateOf([
      { kind: 'rateLimit', events: 1, if: 'message : noise' },
      { kind: 'deduplicate', inputs: ['other'] },
    ]);
    expect(taken(0, line('noise'), line('noise'), line('news'), line('news'))).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('goes on with what it remembers where the settings stay', () => {
    const dedup = { kind: 'deduplicate', name: 'd', within: '1h' };
    const { gate, taken } = gateOf([dedup]);
    expect(taken(0, line('a'))).toEqual([true]);
    gate.reload(settings(dedup, { kind: 'drop', if: 'x : 1' }));
    expect(taken(1, line('a'))).toEqual([false]);
    gate.reload(settings({ ...dedup, within: '2h' }));
    expect(taken(2, line('a'))).toEqual([true]);
    gate.reload(settings());
    expect(taken(3, line('a'))).toEqual([true]);
  });

  it('takes what is no event, for the dead letters', () => {
    const { gate } = gateOf([{ kind: 'rateLimit', events: 1 }]);
    expect(gate.leftOut(blockOf('{"a":1}', 'broken', 'broken'), facts)).toBeUndefined();
  });

  it.each(['lumberjack', 'ndjson'] as const)(
    'leaves a batch of %s that readers of the journal read',
    (encoding) => {
      const { gate } = gateOf([{ kind: 'deduplicate' }]);
      const events = [line('a'), line('a'), line('ü'), line('b')].map((event) => JSON.stringify(event));
      const block = blockOf(...events);
      const batch: Batch = { kind: 'events', ...facts, encoding, count: 4, payload: Buffer.alloc(0) };
      const taken = takenThrough(gate, batch, block)!;
      const read = openPayload(taken.batch);
      expect(taken.batch.count).toBe(3);
      const texts = (of: typeof block) =>
        Array.from({ length: of.count }, (_, i) =>
          of.bytes.toString('utf8', of.spans[2 * i], of.spans[2 * i + 1]),
        );
      expect(texts(read)).toEqual([events[0], events[2], events[3]]);
      expect(texts(taken.block)).toEqual(texts(read));
      expect(takenThrough(gate, batch, block)).toBeUndefined();
    },
  );
});
