import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { backtestRules } from '../../src/cli/commands/backtest.ts';
import { check } from '../../src/cli/commands/check.ts';
import { explainAlert } from '../../src/cli/commands/explain/explain.ts';
import { formatStatus } from '../../src/cli/commands/status.ts';
import { testRules } from '../../src/cli/commands/test-rules.ts';
import { narrateTransition } from '../../src/cli/demo/welcome.ts';
import { main } from '../../src/cli/main.ts';
import { safe } from '../../src/cli/terminal.ts';
import type { Health } from '../../src/telemetry/api/health.ts';
import { terminal } from '../support/cli.ts';
import { load } from '../support/config.ts';
import { aFolder } from '../support/folder.ts';
import { hostileText, isHarmless } from '../support/hostile.ts';
import { journalOf } from '../support/journal/folder.ts';
import { transition } from '../support/rules/transition.ts';
import { status } from '../support/status.ts';

const forged = '\n2026-01-01 00:00:00.000  ▲ active    forged';
/** As a sender writes it into every field that it can. */
const evil = `${hostileText}${forged}`;
const event = (second: number) =>
  JSON.stringify({
    '@timestamp': `2026-01-01T00:00:0${second}.000Z`,
    message: evil,
    host: { name: evil },
  });
/** The same as an application’s own log line. */
const line = (second: number) =>
  JSON.stringify({ time: `2026-01-01T00:00:0${second}.000Z`, message: evil, user: { name: evil } });
const rule = (by = 'host.name', more = '') =>
  `{ name: burst, by: [${by}], over: 5s, when: '>= 3', notify: [log] ${more} }`;

/** Nothing acts on the terminal. */
function expectPrintable(text: string): void {
  expect(text).toContain('\\u001b[2J');
  expect(isHarmless(text)).toBe(true);
}

/** And no line is there that a sender wrote. */
function expectHarmless(text: string): void {
  expectPrintable(text);
  expect(text.split('\n').filter((line) => line.startsWith(forged.trim()))).toEqual([]);
}

describe('a sender’s text that would act on a terminal does nothing in', () => {
  it('backtest', async () => {
    const folder = aFolder();
    const [rules, input] = [`${folder}/rules.yml`, `${folder}/events.ndjson`];
    writeFileSync(rules, `parsers: { timestamp: '@timestamp' }\nrules: [${rule()}]\n`);
    writeFileSync(input, [1, 2, 3, 4].map((second) => `${event(second)}\n`).join(''));
    const screen = terminal();
    await backtestRules(
      { rules, _: [rules, input], 'assume-times': true },
      screen,
      Date.parse('2026-02-01T00:00:00Z'),
    );
    expect(screen.text()).toContain('▲ active');
    expectHarmless(screen.text());
  });

  it.each([false, true])('explain, as JSON: %s', async (json) => {
    const at = Date.parse('2026-01-01T00:01:00Z');
    const data = await journalOf([{ at, lines: [1, 2, 3].map(line) }]);
    const config = `${data}/logboom.yml`;
    writeFileSync(config, `rules: [${rule('user.name', ", message: '{{user.name}}'")}]\n`);
    const screen = terminal();
    await explainAlert({ alert: 'burst', at: '2026-01-01T00:00:04Z', config, data, json }, screen);
    expectHarmless(json ? safe(screen.text(), true) : screen.text());
  });

  it('status', () => {
    const degraded: Health = { healthy: true, state: 'degraded', reasons: [evil] };
    const base = status();
    const told = {
      ...base,
      notifiers: { [evil]: { pending: 1, failing: evil } },
      sink: { ...base.sink, reason: evil },
    };
    expectHarmless(formatStatus(told, degraded));
  });

  it('the demo’s narration', () => {
    const told = transition({ group: evil, by: { 'host.name': evil }, reason: evil, message: evil });
    expectHarmless(narrateTransition(told));
  });

  it('test-rules', async () => {
    const file = `${aFolder()}/x.test.yml`;
    const test = { name: evil, events: [{ event: JSON.parse(event(1)) }], expect: [] };
    writeFileSync(
      file,
      JSON.stringify({ rules: [{ name: 'x', over: '1s', when: '>= 1', by: ['host.name'] }], tests: [test] }),
    );
    const screen = terminal();
    await testRules([file], {}, screen);
    expectHarmless(screen.text());
  });

  it('check, of a configuration that holds it', () => {
    const screen = terminal();
    const yaml = JSON.stringify({
      [evil]: 1,
      api: { port: evil },
      rules: [{ name: 'a', notify: [evil], when: evil }],
    });
    expect(check(load({ yaml }), screen)).toBe(1);
    expectPrintable(safe(screen.text(), true));
  });

  it('messages about files that cannot be read', async () => {
    const screen = terminal();
    expect(await main(['backtest', `/no/such/${evil}`, 'x'], screen)).toBe(1);
    expectPrintable(safe(screen.complaints(), true));
  });
});
