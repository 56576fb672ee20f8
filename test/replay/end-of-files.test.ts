import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { backtestRules } from '../../src/cli/commands/backtest.ts';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { backtest } from '../../src/replay/backtest.ts';
import { terminal } from '../support/cli.ts';
import { aFolder } from '../support/folder.ts';

const receivedAt = Date.parse('2026-11-29T00:00:00Z');
const minute = 60_000;
const iso = (time: number) => new Date(time).toISOString();

async function run(config: ConfigInput, lines: string[]) {
  const path = `${aFolder()}/app.log`;
  writeFileSync(path, lines.join('\n'));
  return backtest({ config: schema.parse(config), inputs: [path], receivedAt });
}
type Report = Awaited<ReturnType<typeof run>>;
const changes = ({ transitions }: Report, rule: string) =>
  transitions.filter((one) => one.rule === rule).map(({ to, at }) => `${iso(at).slice(5, 16)} ${to}`);

/** One line a minute. */
const start = Date.parse('2026-01-01T10:00:00Z');
const line = (at: number, host = 'a') =>
  JSON.stringify({ time: iso(at), level: 'error', host: { name: host } });
const lines = (count: number) => Array.from({ length: count }, (_, n) => line(start + n * minute));

describe('the end of files', () => {
  const silent = { name: 'silent', kind: 'absence', every: '5m', lateness: '0s' } as const;
  const few = { name: 'few', over: '10m', every: '1m', when: '< 5', lateness: '0s' } as const;

  it('is no silence: no group is gone, and no window holds too few', async () => {
    const report = await run({ rules: [silent, few] }, lines(60));
    // The first windows begin before the file does; what they miss is missing within the time of the file.
    expect(changes(report, 'silent')).toEqual([]);
    expect(changes(report, 'few').filter((change) => change > '01-01T10:30')).toEqual([]);
    expect(report.leftOut).toBe(2);
  });

  it('leaves silence within the files as it is', async () => {
    const gap = [...lines(10), ...lines(60).slice(30)];
    const report = await run({ rules: [silent, few] }, gap);
    expect(changes(report, 'silent')).toEqual(['01-01T10:14 active', '01-01T10:30 inactive']);
    expect(changes(report, 'few').filter((change) => change > '01-01T10:10')).toEqual([
      '01-01T10:16 active',
      '01-01T10:35 inactive',
    ]);
  });

  it('leaves a group alone that ends with its file, where other files go on', async () => {
    const by = { ...silent, by: ['host.name'] };
    const others = lines(60).map((_, n) => line(start + n * minute, 'b'));
    const both = [...lines(20), ...others].sort();
    const report = await run({ rules: [by] }, both);
    expect(report.transitions.map(({ group, to }) => [group, to])).toEqual([['a', 'active']]);
    expect(report.leftOut).toBe(1);
  });

  it('still raises what the events are enough for', async () => {
    const average = { name: 'average', measure: 'avg(n)', when: '> 1', over: '10m' } as const;
    const numbers = Array.from({ length: 15 }, (_, n) =>
      JSON.stringify({ time: iso(start + n * minute), n: 7 }),
    );
    const report = await run({ rules: [average] }, numbers);
    expect(changes(report, 'average')[0]).toMatch(/active$/);
    expect(report.rules[0]!.alerts).toBe(1);
  });

  it('is said', async () => {
    const path = `${aFolder()}/app.log`;
    writeFileSync(path, [...lines(20), 'no time here'].join('\n'));
    writeFileSync(`${path}.yml`, 'rules: [{ name: silent, kind: absence, every: 5m }]');
    const screen = terminal();
    expect(await backtestRules({ rules: `${path}.yml`, _: [`${path}.yml`, path] } as never, screen)).toBe(0);
    expect(screen.text()).toMatch(/1 alert left out that only the end of the input would raise/);
    expect(screen.text()).toMatch(
      /1 line without a readable time left out, such as "no time here"; --assume-times/,
    );
  });
});

describe('the inputs of the reports', () => {
  it('10: an hour that clocks repeat is one outage from 23:10 to the end, and no silence', async () => {
    const local = (hour: number, n: number) =>
      JSON.stringify({
        time: `2026-10-25T0${hour}:${String(n).padStart(2, '0')}:00`,
        level: 'error',
        msg: `m${n}`,
      });
    const all = [1, 2, 2, 3].flatMap((hour) => Array.from({ length: 60 }, (_, n) => local(hour, n)));
    const rules = [
      { name: 'silent', kind: 'absence', every: '5m', where: 'log.level: error' },
      { name: 'errs', over: '10m', when: '>= 8', where: 'log.level: error' },
    ] as const;
    const report = await run({ time: { zone: 'Europe/Berlin' }, rules: [...rules] }, all);
    expect(changes(report, 'errs')).toEqual(['10-24T23:10 active', '10-25T03:10 inactive']);
    expect(changes(report, 'silent')).toEqual([]);
    expect(report.rules.map(({ late }) => late)).toEqual([0, 0]);
  });

  it('12: an alert stays open while all requests fail and are too few to judge', async () => {
    const failing = Array.from({ length: 60 }, (_, second) => second).concat(
      Array.from({ length: 100 }, (_, n) => 60 + 4 * n),
    );
    const stamp = (second: number) =>
      `01/Jan/2026:00:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}`;
    const all = failing.map(
      (second) => `192.0.2.1 - - [${stamp(second)} +0000] "GET / HTTP/1.1" 500 1 "-" "-"`,
    );
    const rule = {
      ...{
        name: 'error-share',
        where: 'http.response.status_code : *',
        minCount: 20,
        over: '1m',
        every: '5s',
      },
      ...{ measure: 'share(http.response.status_code >= 500)', when: '>= 0.05', recover: '< 0.02' },
    };
    expect(changes(await run({ rules: [rule] }, all), 'error-share')).toEqual([
      '01-01T00:00 active',
      '01-01T00:08 no-data',
    ]);
  });

  it('17: neither absence nor few events is found in the mornings of an office', async () => {
    const activeHours = {
      zone: 'UTC',
      days: ['mon', 'tue', 'wed', 'thu', 'fri'],
      hours: ['09:00-17:00'],
    } as never;
    const rules = [
      { name: 'office', kind: 'absence', by: ['host.name'], every: '5m', activeHours },
      { name: 'few', over: '10m', every: '1m', when: '< 5', activeHours },
    ] as NonNullable<ConfigInput['rules']>;
    const day = (date: number) =>
      Array.from({ length: 480 }, (_, n) => line(Date.UTC(2026, 0, date, 9, n, 10), 'till-1'));
    const report = await run({ rules }, [5, 6, 7].flatMap(day));
    expect(report.transitions).toEqual([]);
    // A till that really is silent within the hours is still told.
    const broken = [...day(5), ...day(6).slice(0, 60), ...day(6).slice(120), ...day(7)];
    const found = await run({ rules }, broken);
    expect(changes(found, 'office')).toEqual(['01-06T10:04 active', '01-06T11:00 inactive']);
  });

  it('02: lines whose time is not read are refused, and nginx’s are read', async () => {
    const rules = [{ name: 'many', where: 'message: failed', over: '1m', when: '>= 10' }];
    const error = (n: number) =>
      `2026/11/20 08:${String(n).padStart(2, '0')}:00 [error] 32#32: *1 connect() failed (111: Connection refused), client: 192.0.2.1`;
    const report = await run(
      { rules },
      Array.from({ length: 60 }, (_, n) => error(n)),
    );
    expect(report).toMatchObject({ untimed: 0, transitions: [], events: 60 });
    await expect(run({ rules }, ['failed', 'failed again'])).rejects.toThrow(
      /None of the 2 lines has a time/,
    );
  });
});

it('01: zone-less local time an hour ahead of UTC raises what it should', async () => {
  const { runFixture } = await import('../../src/replay/rule-tests.ts');
  const { loadFixture } = await import('../../src/replay/fixture.ts');
  const path = `${aFolder()}/a.test.yml`;
  const event = {
    '@timestamp': '2026-01-01T10:00:00Z',
    message: '{"time":"2026-01-01 11:00:00,000","level":"ERROR"}',
  };
  const rules = [
    { name: 'm', kind: 'match', where: 'log.level: error', quiet: '5s' },
    { name: 't', where: 'log.level: error', over: '10s', when: '>= 1' },
  ];
  const order = [
    ['m', 'active'],
    ['t', 'active'],
    ['m', 'inactive'],
    ['t', 'inactive'],
  ];
  const expected = order.map(([rule, to]) => ({ rule, to }));
  const tests = [{ name: 'ahead', now: '2026-01-01T10:00:05Z', events: [{ event }], expect: expected }];
  writeFileSync(path, JSON.stringify({ rules, tests }));
  expect(readFileSync(path, 'utf8')).toContain('11:00:00');
  expect(runFixture(loadFixture(path)).map(({ passed }) => passed)).toEqual([true]);
});
