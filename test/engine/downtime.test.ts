import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema/schema.ts';
import { assembleEngine } from '../../src/engine/assemble-engine.ts';
import type { JournalRecord, Output } from '../../src/model.ts';
import { ten, told } from '../support/rules/runs.ts';

const config = schema.parse({
  rules: [{ name: 'silent', kind: 'absence', by: ['host.name'], every: '1m', lateness: '0s' }],
  time: { idleAfter: '1s' },
});

const origin = { input: 'lumberjack', connection: 'c', address: 'a' };
const at = (after: number) => ({ position: 0, receivedAt: ten + after * 1000 });
/** An event that is received at that time, in seconds, and has the time `event`. */
function heard(after: number, host = 'web-1', event = after): JournalRecord {
  const time = new Date(ten + event * 1000).toISOString();
  const document = { '@timestamp': time, message: 'x', host: { name: host } };
  const payload = Buffer.from(`${JSON.stringify(document)}\n`);
  return { kind: 'events', origin, encoding: 'ndjson', count: 1, payload, ...at(after) };
}
/** A tick each second. */
const ticks = (from: number, to: number): JournalRecord[] =>
  Array.from({ length: to - from }, (_, n) => ({ kind: 'tick', ...at(from + n + 1) }));
const hour = 3600;

function process(records: JournalRecord[], restartAfter = -1): string[] {
  let engine = assembleEngine(config);
  const outputs = records.flatMap((record, place): Output[] => {
    const put = engine.process({ ...record, position: place + 1 });
    if (place === restartAfter) {
      const saved = structuredClone(engine.snapshot());
      engine = assembleEngine(config);
      engine.restore(saved);
    }
    return put;
  });
  return told(outputs);
}

describe('silence in the journal', () => {
  it('is silence where ticks go on', () => {
    expect(process([heard(0), ...ticks(0, 70)])[0]).toMatch(/^10:01:00 web-1 active: gone/);
  });

  it('proves nothing where no tick came either: the server was down', () => {
    expect(
      process([heard(0), ...ticks(hour, hour + 30), heard(hour + 30), ...ticks(hour + 30, hour + 60)]),
    ).toEqual([]);
  });

  it('goes on where it was when the server is back', () => {
    const [raised, more] = process([heard(0), ...ticks(hour, hour + 150)]);
    expect(raised).toMatch(/^10:02:00 web-1 active: gone.*logboom was down/);
    expect(more).toBeUndefined();
  });

  const others = [heard(0), ...ticks(0, 5), heard(hour, 'web-2'), ...ticks(hour, hour + 50)];

  it('of one that is not back yet is not reported because another one is', () => {
    expect(process(others)).toEqual([]);
    expect(process([...others, heard(hour + 50)])).toEqual([]);
  });

  const lasting = [
    ...others,
    heard(hour + 50, 'web-2'),
    ...ticks(hour + 50, hour + 100),
    heard(hour + 100, 'web-2'),
    ...ticks(hour + 100, hour + 140),
  ];

  it('is reported where it lasts after the senders could be back, with the downtime', () => {
    expect(process(lasting).join()).toMatch(
      /^11:01:59 web-1 active: gone.*and not since 2026-11-21T11:00:59Z \(logboom was down from .* to 2026-11-21T10:59:59Z/,
    );
  });

  it('is not reported of senders that back off and return a minute after the server', () => {
    const back = [heard(0), ...ticks(0, 5), ...ticks(hour, hour + 58), heard(hour + 58)];
    expect(process([...back, ...ticks(hour + 58, hour + 100)])).toEqual([]);
    const onlyOne = [heard(0), ...ticks(0, 5), heard(hour, 'web-2'), ...ticks(hour, hour + 58)];
    expect(process([...onlyOne, heard(hour + 58), ...ticks(hour + 58, hour + 70)])).toEqual([]);
  });

  it('gives the senders no more time than the downtime was long', () => {
    const short = [heard(0), ...ticks(0, 5), heard(15, 'web-2'), ...ticks(15, 60), heard(60, 'web-2')];
    const [raised] = process([...short, ...ticks(60, 100)]);
    expect(raised).toMatch(/^10:01:2\d web-1 active: gone/);
  });

  it('is the same where the server is restarted at any place', () => {
    for (const restartAfter of [0, 3, 5, 6, 7, 40, 60])
      expect(process(lasting, restartAfter)).toEqual(process(lasting));
  });

  it('is the same where the server is restarted before an event that moves the clock less than any rule looks at', () => {
    for (const moved of [0, 0.001, 0.1, 0.5, 0.7, 30]) {
      const records = [heard(0), heard(45, 'web-1', moved), ...ticks(45, 250)];
      const expected = process(records);
      expect(expected[0]).toMatch(/web-1 active: gone.*logboom was down/);
      for (const restartAfter of [0, 1, 2])
        expect(process(records, restartAfter), `${moved} s, after ${restartAfter}`).toEqual(expected);
    }
  });
});
