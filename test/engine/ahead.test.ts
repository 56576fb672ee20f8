import { describe, expect, it } from 'vitest';
import type { Batch, Tick } from '../../src/model.ts';
import { aBatch, aTick, at, engineWith, t, told } from '../support/journal/records.ts';
import type { AnyInput } from '../support/rules/rules.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const log = { agent: { id: 'x' }, log: { file: { path: '/var/log/app.log' } } };
const error = (stamp: number, receivedAt: number, more: object = {}): Batch =>
  aBatch([at(stamp, { ...log, log: { ...log.log, level: 'error' }, ...more })], { receivedAt });
/** Ten errors a second, stamped ahead of their receipt. */
const errors = (from: number, count: number, ahead = 0, more: object = {}): Batch[] =>
  Array.from({ length: count }, (_, n) => error(from + n * 100 + ahead, from + n * 100, more));
const ticks = (from: number, length: number): Tick[] =>
  Array.from({ length: length / 250 }, (_, n) => aTick(from + (n + 1) * 250));
const transitions = (lines: string[]) =>
  lines.filter((line) => line.includes('→')).map((line) => line.replace(/ with .*/, ''));

const many = {
  name: 'many',
  where: 'log.level: error',
  over: '10s',
  every: '1s',
  lateness: '2s',
  when: '>= 50',
  record: false,
} as const;
const tumbling = { ...many, name: 'tumbling', every: '10s' } as const;

describe('a line stamped ahead, by less than maxAhead', () => {
  const burst = errors(t + second, 60);

  it.each([many, tumbling])(
    'does not blind the $name windows of its file: errors after it alert at once',
    (rule) => {
      const engine = engineWith([rule]);
      const lines = told(engine, [error(t + 4 * minute, t), ...burst]);
      const [raised] = transitions(lines);
      expect(raised).toMatch(/→ active/);
      // The 50th error is enough, and 10 are yet to come.
      const early = engineWith([rule]);
      expect(transitions(told(early, [error(t + 4 * minute, t), ...burst.slice(0, 50)]))).toHaveLength(1);
      expect(engine.rules[0]!.late).toBe(0);
    },
  );

  it('is counted in the window of its own stamp, and the events of that time with it', () => {
    const counting = { name: 'n', over: '10s', lateness: '0s' } as const;
    const engine = engineWith([counting]);
    const stamp = t + 4 * minute;
    const lines = told(engine, [
      error(stamp, t),
      error(t + second, t + second),
      error(stamp + second, stamp + second),
      error(stamp + 20 * second, stamp + 20 * second),
    ]);
    expect(lines).toEqual(['window n  [0, 10000) 1 of 1', 'window n  [240000, 250000) 2 of 2']);
  });

  it('raises an alert at once where it is enough by itself', () => {
    const engine = engineWith([{ name: 'm', kind: 'match', where: 'log.level: error' } as const]);
    const lines = told(engine, [aBatch([at(t, log)]), error(t + 4 * minute, t + second)]);
    expect(transitions(lines)[0]).toMatch(/^m .*→ active/);
  });

  it('counts for an early raise when its time has come', () => {
    const engine = engineWith([{ ...tumbling, when: '>= 3' }]);
    const stamp = t + minute + second;
    const records = [error(stamp, t), error(t + second, t + second), error(stamp + 1, stamp + 1)];
    expect(transitions(told(engine, records))).toEqual([]);
    expect(transitions(told(engine, [error(stamp + 2, stamp + 2)]))).toHaveLength(1);
  });
});

describe('two hosts in one source, one of them 30 s ahead', () => {
  it.each([many, tumbling])('are both counted by $name windows: none of the other is late', (rule) => {
    const engine = engineWith([{ ...rule, by: ['host.name'], when: '>= 20' }]);
    const records = [
      ...errors(t, 60, 0, { host: { name: 'right' } }),
      ...errors(t, 60, 30_000, { host: { name: 'fast' } }),
    ].sort((a, b) => a.receivedAt - b.receivedAt);
    const lines = transitions(told(engine, [...records, ...ticks(t + 6 * second, 2 * minute)]));
    expect(lines.filter((line) => /^\w+ right .*→ active/.test(line))).toHaveLength(1);
    expect(lines.filter((line) => /^\w+ fast .*→ active/.test(line))).toHaveLength(1);
    expect(engine.rules[0]!.late).toBe(0);
  });
});

describe('a source ahead by more than maxAhead', () => {
  const rules: AnyInput[] = [
    { name: 'm', kind: 'match', where: 'log.level: error', quiet: '5s' },
    { name: 'th', where: 'log.level: error', over: '10s', when: '>= 30', record: false },
    { name: 'gone', kind: 'absence', by: ['agent.id'], every: '10s', lateness: '0s' },
  ];

  it.each([hour, 5.5 * hour, 17 * minute])(
    'by %d ms is counted as of its receipt in every kind of rule',
    (ahead) => {
      const engine = engineWith([...rules]);
      const lines = transitions(told(engine, errors(t, 40, ahead)));
      expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual(['m', 'th']);
      expect(engine.tally).toMatchObject({ events: 40, ahead: 40 });
    },
  );

  it('that was right before has neither recovered nor gone', () => {
    const engine = engineWith([...rules]);
    const right = errors(t, 300);
    const fast = errors(t + 30 * second, 300, 2 * hour);
    const lines = transitions(told(engine, [...right, ...fast]));
    expect(lines.map((line) => line.replace(/ at .*/, ''))).toEqual([
      'm  inactive → active',
      'th  inactive → active',
    ]);
  });

  it('counts in the windows of the time of its receipt', () => {
    const engine = engineWith([{ name: 'n', over: '10s', lateness: '0s' }]);
    expect(told(engine, [...errors(t, 40, hour), error(t + 10 * second, t + 10 * second)])).toEqual([
      'window n  [0, 10000) 40 of 40',
    ]);
  });
});
