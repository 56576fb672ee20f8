import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fieldsFrom, timeFrom } from '../../src/cli/arguments.ts';
import { backtestRules } from '../../src/cli/commands/backtest.ts';
import { terminal } from '../support/cli.ts';
import { aFolder } from '../support/folder.ts';

const now = Date.parse('2026-11-21T00:00:00Z');
const lines = Array.from(
  { length: 6 },
  (_, i) => `192.0.2.1 - - [17/May/2015:10:05:0${i} +0000] "GET / HTTP/1.1" 200 1 "-" "-"\n`,
).join('');

async function show(rules: string, given: object = {}, log = lines) {
  const folder = aFolder();
  const [file, input] = [`${folder}/rules.yml`, `${folder}/access.log`];
  writeFileSync(file, rules);
  writeFileSync(input, log);
  const screen = terminal();
  const code = await backtestRules({ rules: file, _: [file, input], ...given }, screen, now);
  return { code, text: screen.text(), complaints: screen.complaints() };
}
const rules = "rules:\n  - { name: burst, over: 10s, when: '>= 5', notify: [ops], by: [host.name] }\n";

describe('backtest', () => {
  it('prints transitions, totals, days and a sparkline, and the speed beside them', async () => {
    const { code, text, complaints } = await show(rules, { fields: 'host.name=web-1' });
    expect(code).toBe(0);
    expect(text.split('\n')).toEqual([
      '2015-05-17 10:05:04.000  ▲ active    burst (web-1)  count 5 is >= 5, before the window is over',
      '2015-05-17 10:05:20.000  ▽ inactive  burst (web-1)  recovered: count 0 is not >= 5',
      '',
      'burst: count >= 5',
      '  1 alert, 2 transitions, 2 notifications (ops 2)',
      '  █▁  0 to 6',
      '  ▲',
      '  2015-05-17 10:05:10.000 to 2015-05-17 10:05:30.000, 10s per column',
      '  day         alerts  notifications',
      '  2015-05-17  1       2',
    ]);
    expect(complaints).toMatch(/^6 events in \d+\.\d s, [\d,]+ per second$/);
  });

  it('takes notifiers that only a whole configuration would declare, and no other problem', async () => {
    await expect(show("rules:\n  - { name: x, when: 'many' }\n")).rejects.toThrow('"many" is no condition');
  });

  it.each([
    [
      '{ name: slow, measure: "percentile(event.duration, 95)", over: 10s, when: "> 2s" }',
      '> 2 s',
      'event.duration',
    ],
    [
      '{ name: slow, measure: "avg(event.duration)", by: [source.ip], over: 10s, when: "> 2s" }',
      '> 2 s',
      'event.duration',
    ],
    ['{ name: many, kind: cardinality, field: user.name, over: 10s, max: 2 }', '> 2', 'user.name'],
  ])('says that no event has the field that a rule measures: %s', async (rule, condition, field) => {
    const { text } = await show(`rules:\n  - ${rule}\n`);
    expect(text).toContain(`${condition}`);
    expect(text).toContain(`\n  6 of 6 events lack the field ${field}\n`);
  });

  it('says nothing of fields where all events have them', async () => {
    const { text } = await show(
      'rules: [{ name: size, measure: avg(http.response.body.bytes), over: 10s, when: "> 2" }]',
    );
    expect(text).not.toContain('lack');
  });

  it.each([
    'notifiers: { ops: { kind: slack, token: "${NO_SUCH_TOKEN}", channel: "#ops" } }',
    'elasticsearch: { hosts: ["http://es:9200"], api_key: "${NO_SUCH_KEY}" }',
    'api: { tokens: [{ name: ci, token: "${NO_SUCH_TOKEN}", role: admin }] }',
  ])('needs no secret of what a server connects to: %s', async (section) => {
    const { code, text } = await show(`${section}\n${rules}`, { fields: 'host.name=web-1' });
    expect([code, text]).toEqual([
      0,
      expect.stringContaining('1 alert, 2 transitions, 2 notifications (ops 2)'),
    ]);
  });

  it('prints the report as JSON, or the transition log alone', async () => {
    const report = JSON.parse((await show(rules, { json: true })).text);
    expect(report).toMatchObject({ events: 6, rules: [{ rule: 'burst', alerts: 1 }] });
    const log = (await show(rules, { log: true })).text.split('\n');
    expect(log.map((one) => JSON.parse(one).to)).toEqual(['active', 'inactive']);
  });

  it('says so where nothing happened', async () => {
    expect((await show(rules, {}, '')).text).toBe(
      'no transition\n\nburst: count >= 5; it received no event\n  0 alerts, 0 transitions, no notification\n\nThe input has no events.',
    );
  });

  it('says what adds the fields that a shipper would, where no event was for a rule', async () => {
    const filtered = "rules:\n  - { name: x, where: 'event.dataset: a', when: '>= 1' }\n";
    expect((await show(filtered)).text).toMatch(/x: count >= 1; it received no event[\s\S]+`--fields event/);
    expect((await show(filtered, { fields: 'event.dataset=a' })).text).not.toContain('received no event');
  });

  it('lets no sender write on the terminal', async () => {
    const named = lines.replaceAll('/ HTTP', '/\\u001b[31m HTTP').replaceAll('192.0.2.1', 'evil\u001b[31m');
    const { text } = await show(
      rules.replace('host.name', 'source.address'),
      { 'assume-times': true },
      named,
    );
    expect(text).not.toContain('\u001b');
  });
});

it.each([
  ['2026-11-21T13:45:00Z', Date.parse('2026-11-21T13:45:00Z')],
  ['2026-11-21', Date.parse('2026-11-21')],
  [undefined, undefined],
])('%s is a time', (text, expected) => expect(timeFrom('at', text)).toBe(expected));

it('arguments that are none are refused', () => {
  expect(() => timeFrom('at', 'noon')).toThrow('--at takes a time such as');
  expect(() => fieldsFrom('a')).toThrow('--fields takes name=value');
  expect(fieldsFrom('a.b=c=d,e=')).toEqual({ 'a.b': 'c=d', e: '' });
  expect(fieldsFrom(undefined)).toEqual({});
});
