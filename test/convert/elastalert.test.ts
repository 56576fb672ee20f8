import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { convert } from '../../src/cli/commands/convert.ts';
import { fromElastAlert } from '../../src/convert/elastalert.ts';
import { terminal } from '../support/cli.ts';
import { aFolder } from '../support/folder.ts';

const base = { name: 'r', alert: ['debug'] };
const five = { minutes: 5 };

describe('a rule of ElastAlert', () => {
  it.each<[object, object]>([
    [{ type: 'any' }, { kind: 'match', where: '@timestamp : *' }],
    [
      { type: 'flatline', threshold: 10, timeframe: five },
      { when: '< 10', over: '5m' },
    ],
    [
      { type: 'blacklist', compare_key: 'a', blacklist: ['x'] },
      { kind: 'match', where: 'a : "x"' },
    ],
    [
      { type: 'whitelist', compare_key: 'a', whitelist: ['x'] },
      { kind: 'match', where: 'not a : "x"' },
    ],
    [
      { type: 'cardinality', cardinality_field: 'a', min_cardinality: 2, timeframe: five },
      { kind: 'cardinality', min: 2 },
    ],
    [
      {
        type: 'metric_aggregation',
        metric_agg_key: 'a',
        metric_agg_type: 'avg',
        min_threshold: 1,
        max_threshold: 9,
      },
      { measure: 'avg(a)', when: 'outside 1..9', over: '15m' },
    ],
    [
      { type: 'metric_aggregation', metric_agg_key: 'a', metric_agg_type: 'value_count', max_threshold: 9 },
      { measure: 'count', where: 'a : *' },
    ],
    [
      {
        type: 'spike_aggregation',
        metric_agg_key: 'a',
        metric_agg_type: 'sum',
        spike_height: 2,
        spike_type: 'down',
        buffer_time: five,
      },
      { kind: 'spike', measure: 'sum(a)', direction: 'down' },
    ],
    [
      { type: 'any', realert: { hours: 2 }, exponential_realert: { days: 1 } },
      { cooldown: '2h', cooldownGrowth: 2, cooldownMax: '1d' },
    ],
    [
      { type: 'any', is_enabled: false, owner: 'ann', description: 'd' },
      { enabled: false, labels: { owner: 'ann' }, description: 'd' },
    ],
    [{ type: 'any', query_key: ['a', 'b.keyword'] }, { by: ['a', 'b'] }],
    [{ type: 'any', query_key: 'a, b' }, { by: ['a', 'b'] }],
    [{ type: 'any', alert_text: 'failed' }, { message: 'failed' }],
  ])('%j', (theirs, ours) => {
    const { rules } = fromElastAlert({ ...base, ...theirs });
    expect(rules).toHaveLength(1);
    expect(rules[0]).toMatchObject(ours);
  });

  it('becomes a rule for each field of new terms', () => {
    const { rules } = fromElastAlert({
      ...base,
      type: 'new_term',
      fields: ['a', 'b'],
      terms_window_size: { days: 7 },
    });
    expect(rules.map(({ name, kind, field, remember }) => [name, kind, field, remember])).toEqual([
      ['r a', 'new-term', 'a', '7d'],
      ['r b', 'new-term', 'b', '7d'],
    ]);
  });

  it.each<[unknown, RegExp]>([
    ['x', /This is no rule/],
    [{ type: 'my_module.MyRule' }, /the type `my_module.MyRule` has no counterpart/],
    [{ type: 'blacklist', compare_key: 'a', blacklist: ['!file /etc/x'] }, /from a file/],
    [{ type: 'new_term', fields: [['a', 'b']] }, /several fields together/],
    [{ type: 'change', compare_key: ['a', 'b'] }, /several fields in `compare_key`/],
    [{ type: 'frequency', num_events: 5 }, /`timeframe` is missing/],
    [{ type: 'cardinality', cardinality_field: 'a', timeframe: five }, /neither `max_cardinality`/],
    [
      { type: 'metric_aggregation', metric_agg_key: 'a', metric_agg_type: 'stats', max_threshold: 1 },
      /metric_agg_type: stats/,
    ],
    [{ type: 'percentage_match', match_bucket_filter: [{ term: { a: 1 } }] }, /neither a lower nor an upper/],
    [{ type: 'any', filter: [{ script: {} }] }, /the filter `script`/],
  ])('%j has no counterpart, which is said', (theirs, reason) => {
    const { rules, remarks } = fromElastAlert(
      typeof theirs === 'string' ? theirs : { ...base, ...(theirs as object) },
    );
    expect(rules).toEqual([]);
    expect(remarks.join('\n')).toMatch(reason);
  });

  it.each<[object, RegExp]>([
    [{ enhancements: ['x'] }, /`enhancements` has no counterpart/],
    [{ match_enhancements: ['x'] }, /`match_enhancements` has no counterpart/],
    [{ aggregation: five }, /use `routes`/],
    [{ timestamp_field: 'ts' }, /`timestamp_field`/],
    [{ alert: ['jira'] }, /The alert `jira` is not converted/],
    [{ alert: ['command'], command: 'rm -rf' }, /needs a shell/],
    [{ alert: ['slack'] }, /`slack_webhook_url` is missing/],
    [{ alert_text: '{% if x %}' }, /Jinja/],
  ])('%j is converted without that, which is said', (theirs, reason) => {
    const { rules, remarks } = fromElastAlert({ ...base, type: 'any', ...theirs });
    expect(rules).toHaveLength(1);
    expect(remarks.join('\n')).toMatch(reason);
  });
});

describe('logboom convert elastalert', () => {
  const file = (rule: object) => {
    const path = join(aFolder(), 'rule.yaml');
    writeFileSync(path, stringify(rule));
    return path;
  };
  async function run(...words: string[]) {
    const shown = terminal(false);
    const code = await convert(words, {}, shown);
    return { code, made: parse(shown.text()), complaints: shown.complaints() };
  }

  it('makes one configuration of many rules, with each notifier once', async () => {
    const slack = (name: string, url: string) =>
      file({ name, type: 'any', filter: [{ term: { a: name } }], alert: ['slack'], slack_webhook_url: url });
    const { code, made } = await run(
      'elastalert',
      slack('one', 'https://a/1'),
      slack('two', 'https://a/1'),
      slack('three', 'https://a/2'),
    );
    expect(code).toBe(0);
    expect(Object.keys(made.notifiers)).toEqual(['slack', 'slack-2']);
    expect(
      made.rules.map(({ name, notify }: { name: string; notify: string[] }) => [name, ...notify]),
    ).toEqual([
      ['one', 'slack'],
      ['two', 'slack'],
      ['three', 'slack-2'],
    ]);
  });

  it('answers 1, and names the file, where something has no counterpart', async () => {
    const path = file({ ...base, type: 'mine' });
    const { code, complaints } = await run('elastalert', path);
    expect(code).toBe(1);
    expect(complaints).toContain(`${path}: The rule is not converted: the type \`mine\` has no counterpart.`);
  });

  it('answers 1 where `check` finds a problem in what it made', async () => {
    const twice = file({ ...base, type: 'any', filter: [{ term: { a: 1 } }] });
    const { code, complaints } = await run('elastalert', twice, twice);
    expect(code).toBe(1);
    expect(complaints).toMatch(/rules/);
  });

  it.each([
    [['kibana', 'x'], /cannot be converted/],
    [['elastalert'], /Name the files/],
    [['elastalert', '/nowhere.yaml'], /Cannot read/],
  ])('refuses %j', async (words, reason) => {
    await expect(run(...words)).rejects.toThrow(reason);
  });
});
