import { describe, expect, it } from 'vitest';
import { assembleEngine } from '../../src/engine/assemble-engine.ts';
import type { Output } from '../../src/model.ts';
import { aBatch, configWith, journaled } from '../support/journal/records.ts';
import { told } from '../support/rules/runs.ts';

const minute = 60_000;
const begin = Date.parse('2026-10-24T22:00:00Z');
const config = configWith(
  [
    { name: 'silent', kind: 'absence', every: '5m', lateness: '0s' },
    { name: 'busy', over: '10m', when: '>= 8', record: false },
  ],
  { time: { zone: 'Europe/Berlin' }, parsers: {} },
);

/** An event a minute for six hours, which local time counts as five. */
const lines = Array.from({ length: 360 }, (_, n) => {
  const at = begin + n * minute;
  const summer = at < Date.parse('2026-10-25T01:00:00Z');
  const local = new Date(at + (summer ? 120 : 60) * minute).toISOString().slice(0, 19);
  return { at, message: JSON.stringify({ time: local, msg: `line ${n}` }) };
});

/** As a shipper sends them that reads each line two seconds after it was written, or all at once at the end. */
const shipped = (readAt?: number) =>
  journaled(
    lines.map(({ at, message }) => {
      const receivedAt = readAt ?? at + 2_000;
      const sent = { '@timestamp': new Date(receivedAt).toISOString(), message, agent: { id: 'x' } };
      return aBatch([sent], { receivedAt });
    }),
  );

describe('the hour that local time repeats', () => {
  it.each([
    ['live', undefined],
    ['as a backlog', begin + 3 * 24 * 60 * minute],
  ])('%s is neither an absence nor late, and an alert goes on through it', (_, readAt) => {
    const engine = assembleEngine(config);
    const outputs = shipped(readAt).flatMap((record): Output[] => engine.process(record));
    expect(told(outputs)).toEqual([expect.stringContaining('active: count 8 is >= 8')]);
    expect(engine.rules.map(({ late }) => late)).toEqual([0, 0]);
  });

  it('is told apart after a restart at any place', () => {
    const records = shipped(begin + 3 * 24 * 60 * minute);
    for (const restartAfter of [130, 170, 185, 230]) {
      let engine = assembleEngine(config);
      for (const [place, record] of records.entries()) {
        engine.process(record);
        if (place !== restartAfter) continue;
        const saved = structuredClone(engine.snapshot());
        engine = assembleEngine(config);
        engine.restore(saved);
      }
      expect(engine.rules.map(({ late }) => late)).toEqual([0, 0]);
    }
  });
});
