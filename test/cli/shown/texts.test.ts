import { describe, expect, it } from 'vitest';
import { alerts } from '../../../src/cli/commands/alerts.ts';
import { formatComparison } from '../../../src/cli/commands/comparison.ts';
import { formatEvent } from '../../../src/cli/commands/explain/event.ts';
import type { ComparedAlert, Comparison, RuleComparison } from '../../../src/replay/compare.ts';
import type { EventExplanation, RuleVerdict } from '../../../src/replay/explain/event.ts';
import { terminal } from '../../support/cli.ts';
import { anHttpServer, reply } from '../../support/http.ts';

const at = Date.parse('2026-11-29T09:00:00Z');
const day = 86_400_000;

describe('a comparison of rules as text', () => {
  const rule = (changes: Partial<RuleComparison> = {}): RuleComparison => ({
    ...{
      rule: 'errors',
      change: 'changed',
      alerts: { before: 1, after: 1 },
      messages: { before: 2, after: 2 },
    },
    ...{ gained: [], lost: [], moved: [] },
    ...changes,
  });
  const alert = (changes: Partial<ComparedAlert> = {}): ComparedAlert => ({
    ...{ id: 'a', group: 'web-1', start: at, end: at + 60_000, reason: '7 >= 5' },
    ...changes,
  });
  const of = (changes: Partial<Comparison> = {}): string =>
    formatComparison({
      from: at,
      to: at + 2 * day,
      events: 5,
      rules: [],
      messagesAWeek: undefined,
      ...changes,
    });

  it.each<[Partial<Comparison>, string]>([
    [{ from: undefined }, 'The journal holds nothing to compare the rules on.'],
    [{ to: undefined }, 'The journal holds nothing to compare the rules on.'],
    [{}, '5 events of 2d, received from 2026-11-29 09:00:00.000 to 2026-12-01 09:00:00.000'],
    [
      { to: at + 90_400, events: 1 },
      '1 event of 1m30s, received from 2026-11-29 09:00:00.000 to 2026-11-29 09:01:30.400',
    ],
    [
      { to: at, events: 1 },
      '1 event of 1s, received from 2026-11-29 09:00:00.000 to 2026-11-29 09:00:00.000',
    ],
    [
      { messagesAWeek: { before: 3, after: 40 } },
      '5 events of 2d, received from 2026-11-29 09:00:00.000 to 2026-12-01 09:00:00.000\n\nMessages a week, before grouping and limits: 3 now, 40 then.',
    ],
    [
      { to: at + day - 1_000, messagesAWeek: { before: 3, after: 40 } },
      '5 events of 23h59m59s, received from 2026-11-29 09:00:00.000 to 2026-11-30 08:59:59.000\n\nMessages a week, before grouping and limits: 3 now, 40 then. The journal has only 23h59m59s, so these figures are rough.',
    ],
  ])('%j', (changes, text) => expect(of(changes)).toBe(text));

  it.each<[Partial<RuleComparison>, string]>([
    [{}, '  errors  changed  1       0       0     0      2'],
    [
      { change: 'added', alerts: { before: 0, after: 4 }, messages: { before: 0, after: 8 } },
      '  errors  added   0 → 4   0       0     0      0 → 8',
    ],
    [{ rule: 'a\nb', change: 'unchanged' }, '  a\\u000ab  unchanged  1       0       0     0      2'],
  ])('has a row for %j', (changes, row) => {
    expect(of({ rules: [rule(changes)] }).split('\n')[3]).toBe(row);
  });

  it('shows what came, went and moved', () => {
    const text = of({
      rules: [
        rule({
          gained: [alert({ end: undefined, group: '' })],
          lost: [alert({ reason: 'bad\u001b[2J' })],
          moved: [{ before: alert(), after: alert({ start: at + 1_000, group: 'web-2' }) }],
        }),
      ],
    });
    const cells = text
      .split('\n')
      .slice(5)
      .map((line) => line.trim().split(/ {2,}/));
    expect(cells).toEqual([
      ['errors'],
      ['gained', '2026-11-29 09:00:00.000 to the end', '7 >= 5'],
      ['lost', '2026-11-29 09:00:00.000 to 09:01:00.000', 'web-1', 'bad\\u001b[2J'],
      [
        'moved',
        '2026-11-29 09:00:00.000 to 09:01:00.000, then 2026-11-29 09:00:01.000 to 09:01:00.000',
        ...['web-2', '7 >= 5'],
      ],
    ]);
  });

  it.each([
    [10, undefined],
    [11, '  and 1 more'],
    [35, '  and 25 more'],
  ])('shows ten alerts of %d', (count, more) => {
    const gained = Array.from({ length: count }, () => alert());
    const lines = of({ rules: [rule({ gained })] })
      .split('\n')
      .slice(6);
    expect(lines.filter((line) => line.startsWith('  gained'))).toHaveLength(10);
    expect(lines[10]).toBe(more);
  });
});

describe('what became of an event as text', () => {
  const event = (changes: Partial<EventExplanation> = {}): EventExplanation => ({
    ...{ about: 'event', id: 'j-1-0', message: 'GET /', source: 'web-1', time: at, statedTime: at },
    ...{ timeSource: 'line', receivedAt: at + 1_500, ahead: false, lateBy: undefined, unparsed: undefined },
    rules: [],
    ...changes,
  });
  const verdict = (changes: Partial<RuleVerdict> = {}): RuleVerdict => ({
    ...{ rule: 'errors', outcome: 'added', failed: [], windows: [], alerts: [] },
    ...changes,
  });

  it.each<[Partial<EventExplanation>, string[]]>([
    [
      {},
      [
        'source    web-1',
        'time      2026-11-29 09:00:00.000, of the line',
        'received  2026-11-29 09:00:01.500, 1s500ms after it',
      ],
    ],
    [
      { timeSource: 'sender', receivedAt: at - 1 },
      [
        'source    web-1',
        'time      2026-11-29 09:00:00.000, of the sender',
        'received  2026-11-29 08:59:59.999, 0s after it',
      ],
    ],
    [
      { timeSource: 'receipt', ahead: true, statedTime: at + 60_000, receivedAt: at },
      [
        'source    web-1',
        'time      2026-11-29 09:00:00.000, of its receipt',
        'received  2026-11-29 09:00:00.000, 0s after it',
        'ahead     it states 2026-11-29 09:01:00.000 and counts as of its receipt',
      ],
    ],
    [
      { lateBy: 61_000.4, unparsed: 'no\nstatus', source: 'a\u001bb' },
      [
        'source    a\\u001bb',
        'time      2026-11-29 09:00:00.000, of the line',
        'received  2026-11-29 09:00:01.500, 1s500ms after it',
        'late      it came 1m1s after the event clock',
        'not read  no\\u000astatus',
      ],
    ],
  ])('has the times of %j', (changes, lines) => {
    const text = formatEvent(event(changes));
    expect(text).toBe(
      ['j-1-0\nGET /', lines.map((line) => `  ${line}`).join('\n'), 'No rule is enabled.'].join('\n\n'),
    );
  });

  it.each<[Partial<RuleVerdict>, string]>([
    [{}, 'errors: counted'],
    [{ group: '' }, 'errors: counted'],
    [{ group: 'web\u001b' }, 'errors (web\\u001b): counted'],
    [{ outcome: 'corrected' }, 'errors: counted late: closed windows were judged again'],
    [{ outcome: 'late' }, 'errors: not counted: it came too late'],
    [{ outcome: 'overflow' }, 'errors: counted under `_other`: there are too many groups'],
    [{ outcome: 'missing' }, 'errors: not counted: it lacks the field that the rule measures'],
    [
      { outcome: 'not counted' },
      'errors: its filter matches, and it is counted nowhere: the rule was not evaluated then',
    ],
    [{ changed: true }, 'errors: counted; the rule was changed since, and this is by its settings then'],
    [
      {
        outcome: 'not matched',
        failed: [
          { clause: 'a : 1', found: [{ field: 'a', values: [] }] },
          {
            clause: 'b : 2',
            found: [
              { field: 'b', values: ['3', '4'] },
              { field: 'c', values: ['x\n'] },
            ],
          },
          { clause: 'not d : *', found: [] },
        ],
      },
      'errors: its filter does not match\n  a : 1: a is absent\n  b : 2: b is 3, 4; c is x\\u000a\n  not d : *: not matched',
    ],
    [
      {
        windows: [
          {
            start: at,
            end: at + 60_000,
            early: true,
            value: undefined,
            count: 0,
            to: 'inactive',
            reason: 'r',
          },
          { start: at, end: at + 60_000, early: false, value: 0.5, count: 2, to: 'active', reason: 's' },
        ],
      },
      [
        'errors: counted',
        `  window${' '.repeat(46)}value    events  status    why`,
        '  2026-11-29 09:00:00.000 to 09:01:00.000 (not over)  nothing  0       inactive  r',
        `  2026-11-29 09:00:00.000 to 09:01:00.000${' '.repeat(13)}0.5      2       active    s`,
      ].join('\n'),
    ],
    [
      {
        alerts: [
          {
            id: 'x',
            start: at,
            end: undefined,
            status: 'active',
            reason: 'why',
            notified: ['ops after 2 s'],
          },
          { id: 'y', start: at, end: at, status: 'inactive', reason: 'over', notified: [] },
        ],
      },
      'errors: counted\n  alert x (active): why\n    ops after 2 s\n  alert y (inactive): over',
    ],
  ])('has the verdict %j', (changes, text) => {
    expect(formatEvent(event({ rules: [verdict(changes)] })).split('\n\n')[2]).toBe(text);
  });
});

describe('logboom alerts ID', () => {
  const alert = {
    ...{ id: 'a1', rule: 'errors', group: '', severity: 'high', status: 'active', start: at },
    ...{ message: 'm', reason: '', condition: '', labels: {}, samples: [], omitted: 0 },
  };
  async function page(changes: object, more: object = {}, json = false) {
    const answer = { alert: { ...alert, ...changes }, changes: [], values: [], problems: [], ...more };
    const { url } = await anHttpServer((_, response) => reply(response, 200, answer));
    const screen = terminal();
    expect(await alerts({ url }, ['a1'], { json }, screen)).toBe(0);
    return { text: screen.text(), answer };
  }

  it('shows no more than there is', async () => {
    const { text } = await page({});
    expect(text).toBe(
      [
        'm',
        [
          '  id        a1',
          '  rule      errors',
          '  severity  high',
          '  status    active',
          '  start     2026-11-29 09:00:00.000',
        ].join('\n'),
        'logboom explain a1 says why it was raised.',
      ].join('\n\n'),
    );
  });

  it.each<[object, object, string[]]>([
    [
      { group: 'web-1', end: at + 90_000 },
      {},
      ['group     web-1', 'end       2026-11-29 09:01:30.000, after 1 m 30 s'],
    ],
    [
      { value: 0.123_456, peak: 9, condition: '>= 5' },
      {},
      ['condition  >= 5', 'value      0.1235', 'peak       9'],
    ],
    [
      { labels: { team: 'web', tier: '1' }, runbook: 'http://r', url: 'http://u' },
      {},
      ['labels    team=web, tier=1', 'runbook   http://r', 'Discover  http://u'],
    ],
    [
      { acknowledged: { by: 'ann', at: '' }, assigned: { to: 'bob', by: 'ann', at: '' } },
      {},
      ['handled   acknowledged by ann; assigned to bob'],
    ],
    [{ suppressed: [{ reason: 'x' }, { reason: 'silence 7' }] }, {}, ['handled   held back: silence 7']],
    [{ omitted: 1 }, {}, ['1 line more not shown']],
    [{}, { problems: ['a shard failed'] }, ['The page may lack parts: a shard failed']],
    [
      {},
      { changes: [{ at, from: 'pending', to: 'active', reason: 'r\n' }] },
      ['changes', '2026-11-29 09:00:00.000  pending → active  r\\u000a'],
    ],
  ])('shows %j with %j', async (changes, more, lines) => {
    const shown = (await page(changes, more)).text.split('\n').map((line) => line.trim());
    for (const line of lines) expect(shown).toContain(line);
  });

  it('shows the last twenty changes, and the first twenty lines', async () => {
    const changes = Array.from({ length: 25 }, (_, n) => ({ at, from: 'a', to: 'b', reason: `change ${n}` }));
    const samples = Array.from({ length: 23 }, (_, n) => ({ at, message: `line ${n}` }));
    const { text } = await page({ samples, omitted: 4 }, { changes });
    expect(text).not.toContain('change 4\n');
    expect(text).toContain('change 5\n');
    expect(text).toContain('line 19\n');
    expect(text).not.toContain('line 20');
    expect(text).toContain('7 lines more not shown');
  });

  it('is the answer itself as JSON', async () => {
    const { text, answer } = await page({}, {}, true);
    expect(JSON.parse(text)).toEqual(answer);
  });
});

describe('logboom alerts --json', () => {
  it('lists open alerts of a rule', async () => {
    const open = [
      { id: 'a', rule: 'x', since: '2026-11-29T09:00:00Z' },
      { id: 'b', rule: 'y', since: '2026-11-29T09:00:00Z' },
    ];
    const { url } = await anHttpServer((_, response) => reply(response, 200, { alerts: open }));
    const screen = terminal();
    await alerts({ url }, [], { json: true, rule: 'y' }, screen);
    expect(JSON.parse(screen.text())).toEqual([open[1]]);
  });

  it('says that more were found than are listed', async () => {
    const answer = { alerts: [], total: 3, problems: ['x\u001b'] };
    const { url } = await anHttpServer((_, response) => reply(response, 200, answer));
    const screen = terminal();
    await alerts({ url }, [], { since: '1h' }, screen);
    expect(screen.text()).toBe('No alert was open since 1h.');
    expect(screen.complaints()).toBe(
      '3 more alerts are not listed: name a later --since.\nThe list may lack alerts: x\\u001b',
    );
  });
});
