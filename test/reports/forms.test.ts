import { describe, expect, it } from 'vitest';
import { reportNotification } from '../../src/reports/notification.ts';
import { formOf, reportForms } from '../../src/reports/render/forms.ts';
import { chartOf, mailOf, pageOf } from '../../src/reports/render/html.ts';
import { markdownOf, textOf } from '../../src/reports/render/markdown.ts';
import { tablesOf, titleOf } from '../../src/reports/render/words.ts';
import type { Figures, Report, ReportedAlert, TopRow } from '../../src/reports/report.ts';
import { SlowPaths } from '../../src/reports/slow-paths.ts';

const from = Date.parse('2026-11-29T00:00:00Z');
const hour = 3_600_000;
const figures = (changes: Partial<Figures> = {}): Figures => ({
  ...{ events: 1_200, errors: 60, errorRate: 0.05, bytes: 5 * 2 ** 20, perSecond: 0.3333 },
  ...changes,
});
const empty = { rows: [], distinct: undefined };
const report = (changes: Partial<Report> = {}): Report => ({
  ...{ id: 'r', name: 'daily', from, to: from + 24 * hour, zone: 'UTC', createdAt: from, source: 'a.log' },
  ...{ figures: figures(), before: undefined, lastWeek: undefined, series: [], statuses: [], levels: [] },
  ...{
    clients: empty,
    sections: empty,
    paths: empty,
    hosts: empty,
    slowest: [],
    newPatterns: [],
    patterns: [],
  },
  ...{ silentSources: [], alerts: undefined, remarks: [] },
  ...changes,
});
const row = (value: string, changes: Partial<TopRow> = {}): TopRow => ({
  ...{ value, events: 300, errors: 3, missed: 0 },
  ...changes,
});
const alert = (changes: Partial<ReportedAlert> = {}): ReportedAlert => ({
  ...{ id: 'a', rule: 'burst', group: '', severity: 'high', start: from + hour, end: from + 2 * hour },
  ...{ duration: hour, message: 'm', notified: ['ops'], suppressed: [] },
  ...changes,
});
const tableOf = (one: Report, title: string, most = 10) =>
  tablesOf(one, most).find((table) => table.title.startsWith(title));

describe('the title of a report', () => {
  it.each<[Partial<Report>, string]>([
    [{}, 'Report daily: 2026-11-29 00:00 to 2026-11-30 00:00 (UTC)'],
    [{ to: from + 90_000 }, 'Report daily: 2026-11-29 00:00 to 2026-11-29 00:01:30 (UTC)'],
    [{ zone: 'Europe/Berlin' }, 'Report daily: 2026-11-29 01:00 to 2026-11-30 01:00 (Europe/Berlin)'],
    [{ name: 'a\u001b' }, 'Report a\\u001b: 2026-11-29 00:00 to 2026-11-30 00:00 (UTC)'],
  ])('with %j', (changes, title) => expect(titleOf(report(changes))).toBe(title));
});

describe('the figures of a report', () => {
  const rows = (changes: Partial<Report>) => tableOf(report(changes), 'Figures')!.rows;

  it('stand beside what is not known', () => {
    expect(rows({})).toEqual([
      ['Events', '1,200', 'unknown', 'unknown'],
      ['Events a second', '0.333/s', 'unknown', 'unknown'],
      ['Errors', '60', 'unknown', 'unknown'],
      ['Error rate', '5 %', 'unknown', 'unknown'],
      ['Bytes sent', '5 MB', 'unknown', 'unknown'],
    ]);
  });

  it.each<[Partial<Figures>, string]>([
    [{ events: 1_000 }, '1,000 (+20 %)'],
    [{ events: 1_200 }, '1,200 (no change)'],
    [{ events: 2_400 }, '2,400 (-50 %)'],
    [{ events: 0 }, '0 (from 0)'],
    [{ events: 1_199 }, '1,199 (+0.0834 %)'],
  ])('are compared with %j: %s', (before, text) => {
    expect(rows({ before: figures(before) })[0]![2]).toBe(text);
    expect(rows({ lastWeek: figures(before) })[0]![3]).toBe(text);
  });
});

describe('the tables of a report', () => {
  it('are those alone that have rows', () => {
    expect(tablesOf(report(), 10).map(({ title }) => title)).toEqual(['Figures']);
    expect(tablesOf(report({ alerts: [] }), 10).map(({ title }) => title)).toEqual(['Figures', 'Alerts, 0']);
  });

  it.each<[Partial<TopRow>, string[], number]>([
    [{}, ['/a', '300', '25 %', '3'], 1],
    [{ missed: 7 }, ['/a', '300 to 307', '25 %', '3'], 1],
    [{ events: 0 }, ['/a', '0', '0 %', '3'], 0],
    [{ value: '/a\n' }, ['/a\\u000a', '300', '25 %', '3'], 1],
  ])('have a frequent value %j as %j', (changes, cells, share) => {
    const table = tableOf(report({ paths: { rows: [row('/a', changes)], distinct: 1_000 } }), 'Paths')!;
    expect([table.title, table.rows, table.bars]).toEqual(['Paths, 1,000 in all', [cells], [share]]);
  });

  it('have bars by the most frequent value, and no number where there are too many', () => {
    const rows = [row('a', { events: 200 }), row('b', { events: 50 })];
    const table = tableOf(report({ hosts: { rows, distinct: undefined } }), 'Hosts')!;
    expect([table.title, table.bars]).toEqual(['Hosts', [1, 0.25]]);
  });

  it('have as many rows as are wanted', () => {
    const rows = Array.from({ length: 30 }, (_, at) => row(`${at}`));
    const list = { rows, distinct: 30 };
    const one = report({ paths: list, statuses: rows, levels: rows });
    expect(['Paths', 'Status codes', 'Levels'].map((title) => tableOf(one, title, 3)!.rows.length)).toEqual([
      3, 6, 30,
    ]);
  });

  it.each<[Partial<ReportedAlert>, string[]]>([
    [{}, ['burst', 'high', '2026-11-29 01:00', '1 h', 'ops', '']],
    [
      { group: 'web-1', end: undefined },
      ['burst (web-1)', 'high', '2026-11-29 01:00', '1 h, open', 'ops', ''],
    ],
    [{ notified: ['ops', 'mail'] }, ['burst', 'high', '2026-11-29 01:00', '1 h', 'ops, mail', '']],
    [{ notified: [] }, ['burst', 'high', '2026-11-29 01:00', '1 h', 'nobody', '']],
    [
      { notified: [], suppressed: ['silence', 'x'] },
      ['burst', 'high', '2026-11-29 01:00', '1 h', 'nobody: silence', ''],
    ],
    [{ acknowledged: 'ann\u202e' }, ['burst', 'high', '2026-11-29 01:00', '1 h', 'ops', 'ann\\u202e']],
  ])('have an alert %j as %j', (changes, cells) => {
    expect(tableOf(report({ alerts: [alert(changes)] }), 'Alerts')!.rows).toEqual([cells]);
  });

  it('have slow paths, silent sources and patterns', () => {
    const one = report({
      slowest: [{ path: '/a', requests: 1_000, mean: 1.25, longest: 90_000 }],
      silentSources: [{ source: 'web-1', lastSeen: from - hour, events: 9 }],
      newPatterns: [{ pattern: 'failed <*>', events: 2, example: 'failed 1' }],
      patterns: [{ pattern: 'ok', events: 3, example: 'ok' }],
    });
    expect(tableOf(one, 'Slowest')!.rows).toEqual([['/a', '1 ms', '1 m 30 s', '1,000']]);
    expect(tableOf(one, 'Silent')!.rows).toEqual([['web-1', '2026-11-28 23:00', '9']]);
    expect(tableOf(one, 'New messages')!.rows).toEqual([['failed <*>', '2', 'failed 1']]);
    expect(tableOf(one, 'Messages')!.rows).toEqual([['ok', '3', 'ok']]);
  });
});

describe('a report in Markdown', () => {
  const line = (value: string) =>
    markdownOf(report({ paths: { rows: [row(value)], distinct: 1 } }), 5)
      .split('\n')
      .find((one) => one.includes('| 300 |'));

  // CommonMark: a code span is fenced by more backticks than it holds; GFM: a pipe ends a cell even there.
  it.each([
    ['/a', '| `/a` | 300 | 25 % | 3 |'],
    ['', '|  | 300 | 25 % | 3 |'],
    ['a`b', '| ``a`b`` | 300 | 25 % | 3 |'],
    ['`a', '| `` `a `` | 300 | 25 % | 3 |'],
    ['a``', '| ``` a`` ``` | 300 | 25 % | 3 |'],
    ['a|b', '| `a\\|b` | 300 | 25 % | 3 |'],
    ['<b>*x*</b>', '| `<b>*x*</b>` | 300 | 25 % | 3 |'],
    ['x\ny', '| `x\\u000ay` | 300 | 25 % | 3 |'],
  ])('has the value %j as code', (value, wanted) => expect(line(value)).toBe(wanted));

  it('takes the meaning from signs in its own words', () => {
    const text = markdownOf(report({ remarks: ['a *b* [c](d) <e> #f |'], source: '_x_' }), 5);
    expect(text).toContain('- Read from \\_x\\_.\n- a \\*b\\* \\[c\\](d) \\<e\\> \\#f \\|\n');
    expect(text.startsWith('# Report daily')).toBe(true);
  });

  it('says that no alert was open', () => {
    expect(markdownOf(report({ alerts: [] }), 5)).toContain('## Alerts, 0\n\nNo alert was open.\n');
    expect(textOf(report({ alerts: [] }), 5)).toContain('Alerts, 0\n  No alert was open.\n');
    expect(pageOf(report({ alerts: [] }), 5)).toContain('>No alert was open.</p>');
  });
});

describe('a report as plain text', () => {
  it('is aligned, and cuts long cells between characters', () => {
    const rows = [row('/short'), row(`${'x'.repeat(68)}😀tail`, { events: 7 })];
    const lines = textOf(report({ paths: { rows, distinct: 2 } }), 5).split('\n');
    const at = lines.indexOf('Paths, 2 in all');
    expect(lines.slice(at + 1, at + 4)).toEqual([
      `  path${' '.repeat(67)}events  share    errors`,
      `  /short${' '.repeat(65)}300     25 %     3`,
      `  ${'x'.repeat(68)}…  7       0.583 %  3`,
    ]);
  });
});

describe('a report as a page', () => {
  it('shows text of senders as text', () => {
    const page = pageOf(report({ paths: { rows: [row('<script>"&')], distinct: 1 } }), 5);
    expect(page).toContain('&lt;script&gt;&quot;&amp;');
    expect(page).not.toContain('<script');
  });

  it.each<[Partial<Report>, boolean]>([
    [{}, false],
    [{ series: [[from, 1, 0]] }, false],
    [
      {
        series: [
          [from, 1, 0],
          [from + 1, 2, 0],
        ],
      },
      true,
    ],
    [
      {
        series: [
          [from, 0, 0],
          [from + 1, 0, 0],
        ],
        figures: figures({ events: 0 }),
      },
      false,
    ],
  ])('with %j has a chart: %s', (changes, hasChart) => {
    expect(chartOf(report(changes)) !== undefined).toBe(hasChart);
    expect(pageOf(report(changes), 5).includes('<svg')).toBe(hasChart);
    expect(pageOf(report(changes), 5)).not.toContain('<!-- chart -->');
  });

  it('is a mail with fewer rows where it would be too large, and one row at least', () => {
    const rows = Array.from({ length: 400 }, (_, at) => row(`/${at}${'x'.repeat(200)}`));
    const count = (html: string) => html.match(/>\/\d+x/g)?.length;
    const of = (length: number) => report({ paths: { rows: rows.slice(0, length), distinct: 400 } });
    expect(count(mailOf(of(10), 400))).toBe(10);
    // 400 rows, halved until they are no more than 60,000 bytes.
    expect(count(mailOf(of(400), 400))).toBe(25);
    expect(Buffer.byteLength(mailOf(of(400), 400))).toBeLessThanOrEqual(60_000);
    const huge = report({ paths: { rows: [row('x'.repeat(70_000)), row('y')], distinct: 2 } });
    expect(mailOf(huge, 10)).toContain('x'.repeat(70_000));
    expect(mailOf(huge, 10)).not.toContain('>y<');
  });
});

describe('the form of a report', () => {
  it.each([
    ['a.md', 'markdown'],
    ['a.MARKDOWN', 'markdown'],
    ['/x/a.html', 'html'],
    ['a.htm', 'html'],
    ['a.json', 'json'],
    ['a.b.txt', 'text'],
    ['a.pdf', undefined],
    ['md', undefined],
    ['.md', undefined],
    ['a.constructor', undefined],
    ['', undefined],
  ])('of %j is %s', (path, form) => expect(formOf(path)).toBe(form));

  it('as JSON is its document', () => {
    const json = reportForms.json(report());
    expect(json.endsWith('}\n')).toBe(true);
    expect(JSON.parse(json)).toEqual(reportNotification(report(), 'n', { top: 5 }).report!.document);
  });
});

describe('a report as a message', () => {
  it('is no open alert', () => {
    const sent = reportNotification(report(), 'mail', { top: 5, recipients: ['ann'] });
    expect(sent).toMatchObject({
      ...{ id: 'r-mail', notifier: 'mail', at: from + 24 * hour, recipients: ['ann'] },
      transition: { from: 'active', to: 'inactive', severity: 'info', count: 1_200, rule: 'daily' },
      episode: { status: 'inactive', end: from + 24 * hour },
    });
    expect(sent.report).not.toHaveProperty('chart');
    expect(reportNotification(report(), 'mail', { top: 5 })).not.toHaveProperty('recipients');
  });
});

describe('the slowest paths', () => {
  it('are those with the longest mean, in milliseconds', () => {
    const slow = new SlowPaths();
    for (const [path, duration] of [
      ['/a', 2e6],
      ['/a', 4e6],
      ['/b', 5e6],
      ['/d', 1_234_567],
      ['/c', 5e6],
    ] as const)
      slow.add(path, duration);
    expect(slow.top(3)).toEqual([
      { path: '/b', requests: 1, mean: 5, longest: 5 },
      { path: '/c', requests: 1, mean: 5, longest: 5 },
      { path: '/a', requests: 2, mean: 3, longest: 4 },
    ]);
    expect(slow.top(9).at(-1)).toMatchObject({ path: '/d', mean: 1.235 });
  });

  it('forget those that took the least time in all, beyond 20,000', () => {
    const slow = new SlowPaths();
    for (let at = 0; at < 20_000; at += 1) slow.add(`/${at}`, at);
    expect(slow.forgotten).toBe(0);
    slow.add('/new', 1);
    expect(slow.forgotten).toBe(1);
    const left = slow.top(30_000);
    expect(left).toHaveLength(10_001);
    expect(left.map(({ path }) => path)).not.toContain('/9999');
    expect(left.map(({ path }) => path)).toContain('/10000');
  });
});
