import { describe, expect, it } from 'vitest';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { reportProblems } from '../../src/reports/problems.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';

type Reports = NonNullable<ConfigInput['reports']>;

const notifiers: ConfigInput['notifiers'] = {
  mail: { kind: 'email', host: 'smtp.example.org', from: 'a@example.org', to: ['b@example.org'] },
  pager: { kind: 'pagerduty', routingKey: 'R0123456789ABCDEF0123456789ABCDE' },
};
const found = (report: Reports[string]) =>
  reportProblems(compileQuery)(schema.parse({ notifiers, reports: { daily: report } })).map(
    ({ path, message }) => `${path}: ${message}`,
  );

describe('the check of reports', () => {
  it.each<[Reports[string]]>([
    [{}],
    [{ every: '5m', notify: ['mail', 'log'], recipients: ['ann@example.org'] }],
    [{ cron: '0 8 * * 1-5', zone: 'Europe/Berlin', files: ['/tmp/{name}-{from}.html'] }],
    [{ query: 'service.name : shop', errors: 'log.level : error' }],
  ])('accepts %j', (report) => expect(found(report)).toEqual([]));

  it.each<[Reports[string], RegExp]>([
    [{ every: '7m' }, /reports\.daily\.every: a day has no whole number of intervals of `7m`/],
    [{ every: 'often' }, /reports\.daily\.every: `often` is no interval/],
    [{ cron: '0 25 * * *' }, /reports\.daily\.cron: .*hour/],
    [{ cron: '0 0 30 2 *' }, /reports\.daily\.cron: .*never comes/],
    [{ every: '5m', cron: '0 8 * * *' }, /Both `every` and `cron` are set/],
    [{ zone: 'Mars' }, /`Mars` is not a time zone/],
    [{ query: 'a : (' }, /reports\.daily\.query: /],
    [{ errors: 'a : (' }, /reports\.daily\.errors: /],
    [{ notify: ['mial'] }, /There is no notifier `mial`.*mail/],
    [{ notify: ['pager'] }, /kind `pagerduty` sends alerts only/],
    [{ recipients: ['ann'] }, /has no @/],
    [{ files: ['/tmp/x.pdf'] }, /does not say the form/],
    [{ files: ['/tmp/{date}.html'] }, /knows no `\{date\}`/],
    [{ index: false }, /Nobody gets this report/],
  ])('refuses %j', (report, reason) => expect(found(report).join('\n')).toMatch(reason));
});
