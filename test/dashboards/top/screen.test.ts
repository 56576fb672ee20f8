import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Choice, screenOf } from '../../../src/dashboards/top/screen.ts';
import { columnsOf } from '../../../src/util/columns.ts';
import { hostileText, isHarmless } from '../../support/hostile.ts';
import { anAlert, at, aView } from './view.ts';

const usual: Choice = { sort: 'events', paused: false, query: '', marked: 0 };
const frame = { columns: 80, rows: 24, colour: false };
const text = (
  ...[view, choice = usual, size = frame]: Parameters<typeof screenOf> extends [infer V, ...unknown[]]
    ? [V, Choice?, typeof frame?]
    : never
) => screenOf(view, choice, size).map((line) => line.trimEnd());

describe('the screen of logboom top', () => {
  it('shows traffic, alerts and what is frequent', () => {
    const history = [{ at: at - 60_000, begins: false, text: 'Many errors is over' }];
    const sources = [{ name: 'web-1 access.log', state: 'access, 41.0/s' }];
    expect(text(aView({ alerts: [anAlert()], history, sources }))).toEqual([
      'logboom top  access.log                                           live  10:12:30',
      'now 41.2/s   10 s 39/s   2 min 38.7/s   lifetime 12/s',
      '                                                                           ▂▃▅█▅',
      '12.3k events   errors 130 (1.1 %)   5.34 MB   2xx 12k  4xx 215  5xx 130',
      '▶ High traffic generated an alert - value = 212, triggered at 10:12:03: too man…',
      '  10:11:30  Many errors is over',
      'SECTIONS         events errors    bytes  CLIENTS          events errors    bytes',
      '/shop                1k      0      0 B  192.0.2.1            1k      0      0 B',
      '/api                500     40     2 KB',
      '',
      '',
      '',
      '',
      '',
      'PATHS            events errors    bytes  HOSTS            events errors    bytes',
      '/shop/cart           1k      0      0 B  web-1                1k      0      0 B',
      '/api/pay            500     40     2 KB',
      '',
      '',
      '',
      '',
      '',
      'web-1 access.log  access, 41.0/s',
      'q quit p pause / filter s sort:events ↑↓ alert ⏎ open e explain a acknowledge x…',
    ]);
  });

  it.each<[string, Parameters<typeof aView>[0], Partial<Choice>, RegExp]>([
    ['that no alert is open', {}, {}, /^ {2}no open alerts/],
    [
      'the slowest paths where durations are known',
      { slowest: [{ value: '/slow', events: 2, errors: 0, bytes: 0, duration: 812 }] },
      {},
      /SLOWEST +ms/,
    ],
    [
      'how far reading has come',
      { progress: 'reading 12 % of 1 GB' },
      {},
      /reading 12 % of 1 GB {2}10:12:30$/,
    ],
    ['that it is paused', {}, { paused: true }, /paused {2}10:12:30$/],
    ['the filter', {}, { query: 'url.path: /a' }, /^filter url.path: \/a$/],
    ['what is typed', {}, { typed: 'log.level' }, /^\/log.level█/],
    ['what a key did', {}, { notice: 'acknowledged by ann' }, /^acknowledged by ann$/],
    ['problems', { problems: ['a shard failed'] }, {}, /^a shard failed$/],
    ['who acknowledged', { alerts: [anAlert({ acknowledged: { by: 'ann', at: '' } })] }, {}, /\[acknowl/],
    ['details in place of the lists', {}, { details: ['because of this'] }, /^because of this$/],
  ])('says %s', (_, view, choice, expected) => {
    const lines = text(aView(view), { ...usual, ...choice });
    expect(
      lines.some((line) => expected.test(line)),
      lines.join('\n'),
    ).toBe(true);
  });

  it('sorts by what is chosen', () => {
    const order = (sort: Choice['sort']) =>
      text(aView(), { ...usual, sort })
        .join('\n')
        .match(/^\/(shop|api) /gm);
    expect([order('events'), order('errors')]).toEqual([
      ['/shop ', '/api '],
      ['/api ', '/shop '],
    ]);
  });

  it('marks one of many alerts, and keeps it in sight', () => {
    const alerts = Array.from({ length: 9 }, (_, number) =>
      anAlert({ id: `${number}`, rule: `rule ${number}` }),
    );
    const lines = text(aView({ alerts }), { ...usual, marked: 7 });
    expect(lines.filter((line) => /rule \d/.test(line)).map((line) => line.slice(0, 8))).toEqual([
      '  rule 4',
      '  rule 5',
      '  rule 6',
      '▶ rule 7',
    ]);
    expect(lines).toContain('  and 5 more open alerts');
  });

  it('has exactly the size of the terminal, with colours as without', () => {
    const alerts = [anAlert({ message: '日本語 💣', severity: 'critical' }), anAlert({ severity: 'low' })];
    const size = fc.record({
      columns: fc.integer({ min: 40, max: 200 }),
      rows: fc.integer({ min: 10, max: 80 }),
      colour: fc.boolean(),
    });
    fc.assert(
      fc.property(size, fc.boolean(), (given, withAlerts) => {
        const lines = screenOf(aView(withAlerts ? { alerts } : {}), usual, given);
        expect(lines).toHaveLength(given.rows);
        for (const line of lines) expect(columnsOf(stripVTControlCharacters(line))).toBe(given.columns);
        if (!given.colour) expect(lines.join('')).not.toContain('\u001b');
      }),
    );
  });

  it('acts on no terminal, whatever senders write', () => {
    const tops = { ...aView().tops, paths: [{ value: hostileText, events: 1, errors: 0, bytes: 0 }] };
    const view = aView({
      title: hostileText,
      tops,
      alerts: [anAlert({ rule: hostileText, message: hostileText })],
    });
    const details = [hostileText];
    for (const choice of [
      usual,
      { ...usual, details },
      { ...usual, notice: hostileText, query: hostileText },
    ])
      expect(isHarmless(screenOf(view, choice, { ...frame, columns: 200 }).join('\n'))).toBe(true);
  });
});
