import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { backtest } from '../../src/replay/backtest.ts';
import { inEventTime, longestWaitOf, transitionLog } from '../../src/replay/replay.ts';
import { aFolder } from '../support/folder.ts';
import { transition } from '../support/rules/transition.ts';

const receivedAt = Date.parse('2026-11-21T00:00:00Z');
const line = (at: string, status = 200, host = 1) =>
  `192.0.2.${host} - - [${at} +0000] "GET / HTTP/1.1" ${status} 1 "-" "-"`;
const burst = (day: number) =>
  Array.from({ length: 6 }, (_, i) => line(`${day}/May/2015:10:05:0${i}`, i % 2 ? 500 : 200));

const run = (rules: ConfigInput['rules'], ...files: string[][]) => runWith({ rules }, ...files);

function runWith(config: ConfigInput, ...files: string[][]) {
  const folder = aFolder();
  const inputs = files.map((lines, index) => {
    writeFileSync(`${folder}/${index}.log`, `${lines.join('\n')}\n`);
    return `${folder}/${index}.log`;
  });
  return backtest({ config: schema.parse(config), inputs, receivedAt });
}

describe('a backtest', () => {
  it('raises early, and resolves in the silence after the last event', async () => {
    const { transitions } = await run([{ name: 'burst', over: '10s', when: '>= 5' }], burst(17));
    expect(transitions.map(({ to, at, value }) => [to, new Date(at).toISOString(), value])).toEqual([
      ['active', '2015-05-17T10:05:10.000Z', 5],
      ['inactive', '2015-05-17T10:05:20.000Z', 0],
    ]);
  });

  it('keeps an alert open while everything fails and traffic is below minCount', async () => {
    const at = (second: number) => new Date(Date.UTC(2015, 4, 17, 10, 0, second)).toISOString().slice(11, 19);
    const failing = (second: number, status = 500) => line(`17/May/2015:${at(second)}`, status);
    const busy = Array.from({ length: 60 }, (_, second) => failing(second));
    const quiet = Array.from({ length: 30 }, (_, place) => failing(60 + 4 * place));
    const good = Array.from({ length: 120 }, (_, place) => failing(180 + place, 200));
    const rule = {
      name: 'share',
      measure: 'share(http.response.status_code >= 500)',
      minCount: 20,
      over: '1m',
      every: '5s',
      when: '>= 5%',
      recover: '< 2%',
    };
    const { transitions } = await run([rule], [...busy, ...quiet, ...good]);
    expect(
      transitions.map(({ to, at, reason }) => [to, new Date(at).toISOString().slice(14, 19), reason]),
    ).toEqual([
      ['active', '00:20', 'share(http.response.status_code >= 500) 100% is >= 5%'],
      ['inactive', '03:55', 'recovered: share(http.response.status_code >= 500) 1.786% is < 2%'],
    ]);
  });

  it('judges a percentile by the very value, and says about where it is an estimate', async () => {
    const slow = (count: number) =>
      Array.from({ length: count }, (_, place) => {
        const second = String(Math.floor((place * 10) / count)).padStart(2, '0');
        return JSON.stringify({ time: `2015-05-17T10:00:${second}Z`, took: 119.55 });
      });
    const rule = { name: 'slow', measure: 'percentile(took, 95)', over: '10s', when: '>= 119.9' };
    expect((await run([rule], slow(1_000))).transitions).toEqual([]);
    const [raised] = (await run([{ ...rule, when: '>= 119' }], slow(1_000))).transitions;
    expect(raised!.reason).toBe('percentile(took, 95) 119.5 is >= 119');
    const estimated = (await run([{ ...rule, when: '>= 110' }], slow(1_001))).transitions[0]!;
    expect(estimated.reason).toMatch(/^percentile\(took, 95\) about 1[12]\d\.?\d* is >= 110$/);
  });

  describe('of lines without a readable time', () => {
    const untimed = (count: number) =>
      Array.from({ length: count }, (_, place) => `17 of May, about ${place} [error] connect() failed`);
    const rule = { name: 'many', over: '1m', when: '>= 5', where: 'message: failed' };

    it('is refused where no line has one', async () => {
      await expect(run([rule], untimed(60))).rejects.toThrow(/None of the 60 lines .* --assume-times/);
    });

    it('leaves them out, and counts how many', async () => {
      const report = await run([rule], [...burst(17), ...untimed(60)]);
      expect(report).toMatchObject({ events: 66, untimed: 60, transitions: [] });
      expect(report.untimedLines).toEqual(untimed(3));
    });

    it('counts them as of now only on request', async () => {
      const path = `${aFolder()}/error.log`;
      writeFileSync(path, untimed(60).join('\n'));
      const config = schema.parse({ rules: [rule] });
      const report = await backtest({ config, inputs: [path], receivedAt, assumeTimes: true });
      expect(report).toMatchObject({ untimed: 0, rules: [{ alerts: 1 }] });
    });
  });

  it('counts alerts and messages by rule, day and notifier', async () => {
    const rule = { name: 'burst', over: '10s', when: '>= 5', notify: ['log', 'ops'] } as const;
    const { rules } = await run([{ ...rule, notify: [...rule.notify] }], [...burst(17), ...burst(18)]);
    expect(rules[0]).toMatchObject({
      rule: 'burst',
      measure: 'count',
      condition: '>= 5',
      alerts: 2,
      transitions: 4,
      notifications: 8,
      notifiers: { log: 4, ops: 4 },
      days: {
        '2015-05-17': { alerts: 1, notifications: 4 },
        '2015-05-18': { alerts: 1, notifications: 4 },
      },
    });
  });

  it('draws the measure against its threshold', async () => {
    const { rules } = await run([{ name: 'burst', over: '10s', when: '>= 5' }], burst(17));
    expect(rules[0]!.timeline).toMatchObject({ width: 10_000, bounds: [5] });
    expect(rules[0]!.timeline.columns[0]).toEqual({ value: 6, held: true });
  });

  it('marks where a kind without a threshold held, and draws none', async () => {
    const tens = (second: number, count: number) =>
      Array.from({ length: count }, () => line(`17/May/2015:10:05:${second}`));
    const windows = [...tens(10, 2), ...tens(20, 2), ...tens(30, 2), ...tens(40, 9)];
    const { rules } = await run(
      [
        { name: 'spike', kind: 'spike', over: '10s', minBefore: 2, lateness: '0s' },
        {
          name: 'normal',
          kind: 'normal',
          over: '10s',
          bounds: { 'http.response.status_code': { max: 900 } },
        },
        { name: 'base', kind: 'baseline', over: '10s', season: 'none', warmUp: 2, lateness: '0s' },
      ],
      windows,
    );
    const held = rules.map(({ timeline }) => timeline.columns.map((column) => column.held).slice(0, 4));
    expect(held).toEqual([
      [false, false, false, true],
      [false, false, false, false],
      [false, false, false, true],
    ]);
    expect(rules.map(({ timeline }) => timeline.bounds)).toEqual([[], [], []]);
    expect(rules.map(({ measure, condition }) => `${measure} ${condition}`)).toEqual([
      'count >= 3 times the window before',
      'avg outside its bounds',
      'count 4 spreads or more from what is normal',
    ]);
  });

  it('tells a rule to which nothing happened from one that no event was for', async () => {
    const { rules } = await run(
      [
        { name: 'terms', kind: 'new-term', field: 'source.ip' },
        { name: 'none', kind: 'new-term', field: 'no.such.field' },
      ],
      burst(17),
    );
    expect(rules.map(({ concerned }) => concerned)).toEqual([true, false]);
  });

  it('counts for rules without a condition, and leaves out disabled ones', async () => {
    const { rules } = await run(
      [
        { name: 'all', over: '10s' },
        { name: 'off', enabled: false },
      ],
      burst(17),
    );
    expect(rules).toMatchObject([
      { rule: 'all', condition: undefined, timeline: { columns: [{ value: 6 }] } },
    ]);
  });

  it('reads several files as if they had been shipped as they were written', async () => {
    const rules = [{ name: 'both', over: '10s', when: '>= 10', by: [] }];
    const { transitions, events } = await run(
      rules,
      [...burst(17), ...burst(18)],
      [...burst(17), ...burst(18)],
    );
    expect(events).toBe(24);
    expect(transitions.filter(({ to }) => to === 'active')).toHaveLength(2);
  });

  it('tells of events that came too late, or from too far ahead, or are none', async () => {
    const lines = [line('17/May/2015:10:05:00'), line('17/May/2015:12:00:00'), line('17/May/2015:10:05:01')];
    const report = await run([{ name: 'all', over: '10s' }], [...lines, line('17/May/2031:10:05:00')]);
    expect(report).toMatchObject({ events: 4, ahead: 1, rules: [{ late: 0, corrected: 1 }] });
    const uncorrected = await runWith(
      { time: { correctFor: '0s' }, rules: [{ name: 'all', over: '10s' }] },
      lines,
    );
    expect(uncorrected).toMatchObject({ events: 3, ahead: 0, rules: [{ late: 1, corrected: 0 }] });
    // The line that was ahead is in no window: it is left out.
    expect(report.to).toBeLessThan(Date.parse('2015-05-18'));
  });

  it('of nothing is nothing', async () => {
    const report = await run([{ name: 'all', over: '10s', when: '> 1' }], []);
    expect(report).toMatchObject({
      events: 0,
      from: undefined,
      transitions: [],
      rules: [{ measure: 'count', condition: '> 1', concerned: false }],
    });
  });

  it('tells how far it is', async () => {
    const shares: number[] = [];
    const path = `${aFolder()}/a.log`;
    writeFileSync(path, burst(17).join('\n'));
    const config = schema.parse({ rules: [] });
    await backtest({ config, inputs: [path], receivedAt, onProgress: (share) => void shares.push(share) });
    expect(shares.at(-1)).toBe(1);
  });

  it.each([
    [{ inputs: ['journal:/a', 'b.log'] }, /cannot be combined/],
    [{ inputs: ['journal:/nowhere'] }, /There is no journal in \/nowhere/],
    [{ inputs: ['b.log'], from: 1 }, /--from and --to select a part of a journal/],
  ])('refuses %j', async (options, message) => {
    const config = schema.parse({});
    await expect(backtest({ config, receivedAt, ...options })).rejects.toThrow(message);
  });
});

describe('the transition log', () => {
  const [late, early] = [transition({ id: 'l', at: 9 }), transition({ id: 'e', at: 3 })];

  it('is in the order of event time, then of the rules, then of what happened', () => {
    const other = transition({ id: 'o', rule: 'other', at: 9 });
    const again = transition({ id: 'a', at: 9 });
    const ids = inEventTime([other, late, again, early], ['traffic-burst', 'other']).map(({ id }) => id);
    expect(ids).toEqual(['e', 'l', 'a', 'o']);
  });

  it('has one JSON object a line', () => {
    const log = transitionLog([late, early], []);
    expect(log.split('\n').map((text) => text && (JSON.parse(text) as { id: string }).id)).toEqual([
      'e',
      'l',
      '',
    ]);
  });
});

it('silence lasts as long as the rules need, and no longer', () => {
  const { rules, journal } = schema.parse({ rules: [{ name: 'a', over: '1m', for: '5m', lateness: '0s' }] });
  expect(longestWaitOf({ rules, journal })).toBe(2 * (2 * 60_000 + 300_000) + 250);
  expect(longestWaitOf({ rules: [], journal })).toBe(250);
});
