import { describe, expect, it } from 'vitest';
import { type AlertOptions, alerts } from '../../../src/cli/commands/alerts.ts';
import { status } from '../../../src/cli/commands/status.ts';
import type { AlertRow } from '../../../src/dashboards/model.ts';
import type { AlertView } from '../../../src/telemetry/api/alerts.ts';
import { anApi } from '../../dashboards/api-support.ts';
import { openOf } from '../../dashboards/support.ts';
import { terminal } from '../../support/cli.ts';

const hour = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

/** An open alert, as the dispatcher has it. */
const open = (id: string, start: number, changes: Partial<AlertRow> = {}): AlertRow => ({
  ...{ id, rule: 'errors', group: 'web-1', severity: 'high', status: 'active', start },
  ...{ message: `many errors of ${id}`, reason: '7 is >= 5', condition: '>= 5', labels: {} },
  ...changes,
});

const view = ({ id, rule, group, severity, start, message, labels }: AlertRow): AlertView => ({
  ...{ id, rule, group, severity, status: 'active', since: iso(start), message, labels },
});

/** The document of a past alert. */
const past = (id: string, start: number, length: number, more: object = {}) => ({
  id,
  '@timestamp': iso(start),
  event: { start: iso(start), end: iso(start + length) },
  message: `past errors of ${id}`,
  rule: { name: 'errors' },
  alert: { severity: 'low', status: 'inactive', group: 'web-2', reason: '0 is not >= 5', condition: '>= 5' },
  ...more,
});

async function setUp(rows: AlertRow[] = []) {
  const actions = { alerts: () => rows.map(view), silences: () => [] };
  const { api, put } = await anApi({ openAlerts: openOf(rows) }, {}, { alerts: actions as never });
  return {
    put,
    url: api.url,
    async run(words: string[], options: AlertOptions = {}) {
      const screen = terminal();
      const code = await alerts({ url: api.url }, words, options, screen);
      return { code, text: screen.text(), complaints: screen.complaints() };
    },
  };
}

describe('logboom alerts', () => {
  it('lists open alerts without any word, as `list` and `--open` do', async () => {
    const { run } = await setUp([open('a', Date.now() - hour), open('b', Date.now())]);
    const { code, text } = await run([]);
    expect(code).toBe(0);
    expect(text.split('\n').map((line) => line.trim().split(/ {2,}/)[0])).toEqual(['id', 'a', 'b']);
    expect((await run(['list'])).text).toBe(text);
    expect((await run([], { open: true })).text).toBe(text);
  });

  it('lists open alerts of a rule, or that began since a time', async () => {
    const rows = [open('a', Date.now() - 3 * hour), open('b', Date.now() - hour, { rule: 'slow' })];
    const { run } = await setUp(rows);
    expect((await run([], { rule: 'slow' })).text).not.toContain('errors of a');
    expect((await run([], { open: true, since: '2h' })).text).not.toContain('errors of a');
    expect((await run([], { open: true, since: '2h' })).text).toContain('errors of b');
    expect((await run([], { rule: 'none' })).text).toBe('No alert is open.');
  });

  it('lists with --since those that have ended too, with how long they lasted', async () => {
    const now = Date.now();
    const { run, put } = await setUp([open('a', now - hour)]);
    await put('alerts', past('old', now - 50 * hour, hour), past('recent', now - 5 * hour, 90_000));
    const { text } = await run([], { since: '1d' });
    expect(text).toMatch(/a +high +active .* 1 h( \d m)?, open +many errors of a/);
    expect(text).toMatch(/recent +low +inactive .* 1 m 30 s +past errors of recent/);
    expect(text).not.toContain('errors of old');
    expect((await run([], { since: '7d' })).text).toContain('errors of old');
    expect((await run([], { since: '4h30m' })).text).not.toContain('errors of recent');
    for (const since of ['1w', '51.0001h', '99999999d'])
      expect((await run([], { since })).text).toContain('errors of old');
    expect((await run([], { since: iso(now - 2 * hour), rule: 'slow' })).text).toMatch(
      /^No alert was open since 20/,
    );
    const rows = JSON.parse((await run([], { since: '1d', json: true })).text) as AlertRow[];
    expect(rows.map(({ id }) => id)).toEqual(['a', 'recent']);
  });

  it('lists more than a page of past alerts', async () => {
    const now = Date.now();
    const { run, put } = await setUp();
    await put(
      'alerts',
      ...Array.from({ length: 520 }, (_, at) => past(`p${at}`, now - hour - at * 1000, 500)),
    );
    const rows = JSON.parse((await run([], { since: '1d', json: true })).text) as AlertRow[];
    expect(new Set(rows.map(({ id }) => id)).size).toBe(520);
  });

  it('shows one alert: values, changes with their reasons, and its lines', async () => {
    const now = Date.now();
    const { run, put } = await setUp();
    const samples = [{ '@timestamp': iso(now - hour), message: 'GET /pay 500' }];
    const more = {
      alert: {
        ...{
          severity: 'low',
          status: 'inactive',
          group: 'web-2',
          reason: '0 is not >= 5',
          condition: '>= 5',
        },
        ...{ value: 0, peak: 12, samples, samples_omitted: 3 },
      },
      labels: { team: 'shop' },
    };
    await put('alerts', past('errors|web-2|1', now - hour, 90_000, more));
    await put('logs-logboom.alerts-default', {
      '@timestamp': iso(now - hour),
      event: { id: 'errors|web-2|1~1' },
      alert: { episode: 'errors|web-2|1', from: 'inactive', to: 'active', reason: '12 is >= 5', value: 12 },
    });
    const { code, text } = await run(['errors|web-2|1']);
    expect(code).toBe(0);
    expect(text).toMatch(/^past errors of errors\|web-2\|1\n/);
    expect(text).toMatch(/ peak +12\n/);
    expect(text).toMatch(/ end +.*, after 1 m 30 s\n/);
    expect(text).toMatch(/ labels +team=shop/);
    expect(text).toMatch(/changes\n.*inactive → active +12 is >= 5/);
    expect(text).toMatch(/lines\n.*GET \/pay 500\n\n3 lines more not shown/);
    expect(text).toContain('logboom explain errors|web-2|1');
    const { alert } = JSON.parse((await run(['errors|web-2|1'], { json: true })).text);
    expect(alert).toMatchObject({ id: 'errors|web-2|1', rule: 'errors', peak: 12 });
  });

  it('says where there is no alert of that id', async () => {
    const { run } = await setUp();
    expect(await run(['errors|x|1'])).toEqual({
      code: 1,
      text: '',
      complaints: 'There is no alert errors|x|1. `logboom alerts --since 7d` lists those of a week.',
    });
  });

  it.each([
    [['close'], {}, /no `alerts close`.*acknowledge/],
    [['errors|x|1', 'errors|x|2'], {}, /no `alerts errors/],
    [[], { since: 'soon' }, /--since takes a time/],
    [[], { open: true, since: 'soon' }, /--since takes a time/],
  ])('refuses %j with %j', async (words, options, reason) => {
    const { run } = await setUp();
    await expect(run(words, options)).rejects.toThrow(reason);
  });
});

describe('logboom status', () => {
  const shown = async (rows: AlertRow[]) => {
    const { url } = await setUp(rows);
    const screen = terminal();
    await status({ url }, false, screen);
    return screen.text();
  };

  it('names open alerts, the gravest first', async () => {
    const now = Date.parse('2026-11-21T05:00:00Z');
    const rows = [open('a', now, { severity: 'low' }), open('b', now, { severity: 'critical', group: '' })];
    expect(await shown(rows)).toContain(
      [
        'open alerts',
        '  critical  errors        since 2026-11-21T05:00:00.000Z  many errors of b',
        '  low       errors web-1  since 2026-11-21T05:00:00.000Z  many errors of a',
      ].join('\n'),
    );
  });

  it('names the ten gravest of many, and how to see the others', async () => {
    const rows = Array.from({ length: 12 }, (_, at) => open(`a${at}`, at));
    expect((await shown(rows)).match(/many errors of/g)).toHaveLength(10);
    expect(await shown(rows)).toMatch(/2 more +logboom alerts/);
  });
});
