import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema.ts';
import type { JournalRecord, Output } from '../../src/model.ts';
import { assembleEngine } from '../../src/pipeline/assemble-engine.ts';
import { ten, told } from '../support/runs.ts';

const config = schema.parse({
  rules: [{ name: 'silent', kind: 'absence', by: ['host.name'], every: '1m', lateness: '0s' }],
  time: { idleAfter: '1s' },
});

const origin = { input: 'lumberjack', connection: 'c', address: 'a' };
const at = (position: number, after: number) => ({ position, receivedAt: ten + after * 1000 });
function heard(position: number, after: number): JournalRecord {
  const time = new Date(ten + after * 1000).toISOString();
  const payload = Buffer.from(
    `${JSON.stringify({ '@timestamp': time, message: 'x', host: { name: 'web-1' } })}\n`,
  );
  return { kind: 'events', origin, encoding: 'ndjson', count: 1, payload, ...at(position, after) };
}
const tick = (position: number, after: number): JournalRecord => ({ kind: 'tick', ...at(position, after) });

function process(records: JournalRecord[]): string[] {
  const engine = assembleEngine(config);
  return told(records.flatMap((record): Output[] => engine.process(record)));
}

describe('silence in the journal', () => {
  it('is silence where ticks go on', () => {
    const ticks = Array.from({ length: 10 }, (_, n) => tick(n + 2, (n + 1) * 10));
    expect(process([heard(1, 0), ...ticks])[0]).toMatch(/^10:01:00 web-1 active: gone/);
  });

  it('proves nothing where no tick came either: the server was down', () => {
    expect(process([heard(1, 0), tick(2, 3600), heard(3, 3601), tick(4, 3620)])).toEqual([]);
  });

  it('counts anew from the return of the server', () => {
    const ticks = Array.from({ length: 10 }, (_, n) => tick(n + 3, 3600 + (n + 1) * 10));
    expect(process([heard(1, 0), tick(2, 3600), ...ticks]).join()).toMatch(
      /11:0\d:\d\d web-1 active: gone.*logboom listened again/,
    );
  });

  it('is remembered across a restart', () => {
    const before = assembleEngine(config);
    before.process(heard(1, 0));
    const after = assembleEngine(config);
    after.restore(structuredClone(before.snapshot()));
    expect(after.process(tick(2, 3600))).toEqual([]);
  });
});
