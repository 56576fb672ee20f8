import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { report } from '../../src/cli/commands/report.ts';
import { terminal } from '../support/cli.ts';
import { aFolder } from '../support/folder.ts';

const real = new URL('../fixtures/apache-combined.log', import.meta.url).pathname;
const auth = new URL('../fixtures/auth.log', import.meta.url).pathname;
const now = Date.parse('2026-11-20T12:00:00Z');

async function run(options: object, ...paths: string[]) {
  const shown = terminal(false);
  await report({ _: paths, ...options }, shown, now);
  return shown.text();
}

interface Row {
  value: string;
  events: number;
  errors: number;
}
const json = async (options: object, ...paths: string[]) =>
  JSON.parse(await run({ ...options, format: 'json' }, ...paths));

/** Counts of a file by a regular expression of its own, without anything of logboom's. */
function counted(lines: readonly string[]) {
  const form = /^(\S+) \S+ \S+ \[([^\]]+)\] "(?:\S+) (\S+)[^"]*" (\d{3}) (\d+|-)/;
  const tops = { clients: new Map(), paths: new Map(), sections: new Map(), statuses: new Map() };
  const totals = { events: 0, errors: 0, bytes: 0 };
  const add = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const line of lines) {
    const [, client, , target, status, bytes] = form.exec(line)!;
    const path = target!.split('?')[0]!;
    totals.events += 1;
    if (Number(status) >= 500) totals.errors += 1;
    totals.bytes += bytes === '-' ? 0 : Number(bytes);
    add(tops.clients, client!);
    add(tops.paths, path);
    add(tops.sections, path.split('/').slice(0, 2).join('/'));
    add(tops.statuses, status!);
  }
  return { totals, tops };
}

/** Equal counts may come in any order, so they are compared by value. */
const byValue = (rows: readonly Row[]) => new Map(rows.map(({ value, events }) => [value, events]));

describe('a report on 10,000 real lines', () => {
  const lines = readFileSync(real, 'utf8').trimEnd().split('\n');

  it('has the figures of an independent count', async () => {
    const { totals, tops } = counted(lines);
    const made = await json({ top: '1000' }, real);
    expect(made.figures).toMatchObject(totals);
    expect(made.figures.errorRate).toBeCloseTo(totals.errors / totals.events, 12);
    expect(byValue(made.statuses)).toEqual(tops.statuses);
    for (const list of ['clients', 'paths', 'sections'] as const) {
      const exact: Map<string, number> = tops[list];
      expect(made[list].distinct, list).toBe(exact.size);
      const heaviest = [...exact.values()].sort((one, other) => other - one).slice(0, made[list].rows.length);
      expect(
        made[list].rows.map(({ events }: Row) => events),
        list,
      ).toEqual(heaviest);
      for (const { value, events } of made[list].rows as Row[]) expect(events, value).toBe(exact.get(value));
    }
    expect(made.remarks).toEqual(['Nothing is known about the interval before.']);
  });

  it('compares a day with the day before, as an independent count does', async () => {
    const onDay = (day: string) => counted(lines.filter((line) => line.includes(`[${day}/May/2015:`))).totals;
    const made = await json({ from: '2015-05-19T00:00:00Z', to: '2015-05-20T00:00:00Z' }, real);
    expect(made.figures).toMatchObject(onDay('19'));
    expect(made.before).toMatchObject(onDay('18'));
    expect(made.lastWeek).toBeUndefined();
    expect(made.series.reduce((sum: number, { events }: Row) => sum + events, 0)).toBe(onDay('19').events);
  });

  it('counts only what a query selects, and errors by another query', async () => {
    const options = { query: 'url.path : /blog/*', errors: 'http.response.status_code >= 400' };
    const blog = lines.filter((line) => /" \d{3} /.test(line) && / \/blog\//.test(line.split('"')[1]!));
    const made = await json(options, real);
    expect(made.figures.events).toBe(blog.length);
    expect(made.figures.errors).toBe(blog.filter((line) => /" [45]\d\d /.test(line)).length);
  });
});

describe('a report on 7,121 lines of auth.log', () => {
  it('groups them into patterns that hold every line', async () => {
    const made = await json({ top: '1000' }, auth);
    expect(made.figures.events).toBe(7_121);
    const grouped = made.patterns.reduce((sum: number, { events }: Row) => sum + events, 0);
    expect(grouped).toBe(7_121);
    expect(made.patterns.length).toBeLessThan(250);
  });
});

describe('logboom report', () => {
  const access = (at: string, path: string, status: number) =>
    `10.0.0.1 - - [${at} +0000] "GET ${path} HTTP/1.1" ${status} 10 "-" "-"`;

  function files(...lines: string[]): string {
    const path = join(aFolder(), 'access.log');
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  }

  it('prints tables', async () => {
    const path = files(
      access('20/Nov/2026:10:00:00', '/api/a', 200),
      access('20/Nov/2026:10:10:00', '/api/b', 503),
    );
    const text = await run({}, path);
    expect(text).toContain('Report report: 2026-11-20 10:00 to 2026-11-20 10:10');
    expect(text).toMatch(/Events +2 +unknown +unknown/);
    expect(text).toMatch(/Error rate +50 % +unknown/);
    expect(text).toMatch(/\/api +2 +100 % +1/);
    expect(text).toContain('Read from ');
  });

  it.each([
    ['md', '| /api |', '# Report'],
    ['html', '<svg', '<!doctype html>'],
    ['json', '"events": 2', '"figures"'],
    ['txt', 'Sections', 'Figures'],
  ])('writes the form that .%s stands for', async (ending, ...parts) => {
    const path = files(
      access('20/Nov/2026:10:00:00', '/api/a', 200),
      access('20/Nov/2026:10:10:00', '/api/b', 503),
    );
    const out = join(aFolder(), `report.${ending}`);
    expect(await run({ write: out }, path)).toBe('');
    const written = readFileSync(out, 'utf8').replaceAll('`', '');
    for (const part of parts) expect(written).toContain(part);
  });

  it('shows nothing of a hostile line as markup', async () => {
    const hostile = '/<script>alert(1)</script>|`x`|\u001b[31m';
    const path = files(
      access('20/Nov/2026:10:00:00', hostile.replaceAll(' ', ''), 200),
      access('20/Nov/2026:10:00:01', '/', 200),
    );
    const html = await run({ format: 'html' }, path);
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
    const markdown = await run({ format: 'markdown' }, path);
    const row = markdown.split('\n').find((line) => line.includes('alert(1)'))!;
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
    for (const text of [html, markdown, await run({}, path)]) expect(text).not.toContain('\u001b');
  });

  it('leaves out lines without a time, and says how many', async () => {
    const path = files(access('20/Nov/2026:10:00:00', '/', 200), 'what is this');
    expect((await json({}, path)).remarks[0]).toBe('1 line without a time that can be read is left out.');
  });

  it.each([
    [{}, /Name the start of the interval/],
    [{ to: '2026-11-20T00:00:00Z' }, /Name the start of the interval/],
    [{ from: '2026-11-20T00:00:00Z', to: '2026-11-19T00:00:00Z' }, /--from lies at or after the end/],
    [{ from: 'yesterday' }, /--from takes a time such as/],
    [{ from: '2026-11-20T00:00:00Z', zone: 'Mars' }, /--zone takes an IANA zone/],
    [{ from: '2026-11-20T00:00:00Z', top: '0' }, /--top takes a whole number/],
    [{ from: '2026-11-20T00:00:00Z', format: 'pdf' }, /--format takes text, markdown, html, json/],
    [{ from: '2026-11-20T00:00:00Z', write: 'x.pdf' }, /--write takes a name that ends in/],
    [{ from: '2026-11-20T00:00:00Z', source: 'memory' }, /--source takes auto, journal, elasticsearch/],
  ])('refuses %j', async (options, reason) => {
    await expect(run(options)).rejects.toThrow(reason);
  });

  it('names a file that is not there, one without a time, and a query that is none', async () => {
    await expect(run({}, '/nowhere/x.log')).rejects.toThrow(/Cannot read \/nowhere\/x.log/);
    await expect(run({}, files('x'))).rejects.toThrow(/None of the 1 lines has a time/);
    const path = files(access('20/Nov/2026:10:00:00', '/', 200));
    await expect(run({ query: 'a : (' }, path)).rejects.toThrow(/./);
  });
});
