import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load/load.ts';
import { fromElastAlert } from '../../src/convert/elastalert.ts';
import { ruleProblems } from '../../src/rules/problems.ts';

const five = { minutes: 5 };

/** The rules of one of ElastAlert, without what all have. */
function rulesOf(theirs: object) {
  const { rules, remarks } = fromElastAlert({ name: 'r', realert: { minutes: 0 }, ...theirs });
  return { rules: rules.map(({ name: _, ...rule }) => rule), names: rules.map(({ name }) => name), remarks };
}

/** What `check` says about rules. */
function problemsOf(rules: object[]): string[] {
  const { problems } = loadConfig({
    path: 'x.yml',
    env: {},
    checks: [ruleProblems],
    readFile: () => JSON.stringify({ rules }),
  });
  return problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('a type of ElastAlert', () => {
  it.each<[string, object, object]>([
    ['any', { type: 'any', filter: [{ term: { a: 1 } }] }, { kind: 'match', where: 'a : 1' }],
    ['no type', {}, { kind: 'match', where: '@timestamp : *' }],
    [
      'frequency',
      { type: 'frequency', num_events: 50, timeframe: { minutes: 10 } },
      { when: '>= 50', over: '10m', every: '1m' },
    ],
    [
      'frequency with a number in quotes',
      { type: 'frequency', num_events: '3', timeframe: five },
      { when: '>= 3', over: '5m', every: '30s' },
    ],
    [
      'spike, both ways where it is not said',
      { type: 'spike', timeframe: five, spike_height: 2 },
      { kind: 'spike', over: '5m', every: '30s', ratio: 2, direction: 'both' },
    ],
    [
      'spike with its thresholds',
      {
        type: 'spike',
        timeframe: five,
        spike_height: 3,
        spike_type: 'up',
        threshold_ref: 10,
        threshold_cur: 20,
      },
      { kind: 'spike', over: '5m', every: '30s', ratio: 3, direction: 'up', minBefore: 10, minCount: 20 },
    ],
    [
      'spike whose threshold before is 0',
      { type: 'spike', timeframe: five, spike_height: 3, spike_type: 'down', threshold_ref: 0 },
      { kind: 'spike', over: '5m', every: '30s', ratio: 3, direction: 'down', minBefore: 1 },
    ],
    [
      'spike_aggregation over 15 minutes where it is not said',
      {
        type: 'spike_aggregation',
        metric_agg_key: 'a',
        metric_agg_type: 'max',
        spike_height: 4,
        min_doc_count: 7,
      },
      {
        kind: 'spike',
        measure: 'max(a)',
        over: '15m',
        every: '1m30s',
        ratio: 4,
        direction: 'both',
        minCount: 7,
      },
    ],
    ['flatline of one event', { type: 'flatline', timeframe: five }, { kind: 'absence', every: '5m' }],
    [
      'flatline of several events',
      { type: 'flatline', threshold: 2, timeframe: five },
      { when: '< 2', over: '5m', every: '30s' },
    ],
    [
      'blacklist of several values',
      { type: 'blacklist', compare_key: 'ip.keyword', blacklist: ['a', 'b "c"'] },
      { kind: 'match', where: 'ip : ("a" or "b \\"c\\"")' },
    ],
    [
      'blacklist beside a filter',
      { type: 'blacklist', compare_key: 'a', blacklist: [1], filter: [{ term: { b: 2 } }] },
      { kind: 'match', where: 'b : 2 and a : 1' },
    ],
    [
      'blacklist beside a filter of alternatives',
      {
        type: 'blacklist',
        compare_key: 'a',
        blacklist: [1],
        filter: [{ or: [{ term: { b: 2 } }, { term: { c: 3 } }] }],
      },
      { kind: 'match', where: '(b : 2 or c : 3) and a : 1' },
    ],
    [
      'whitelist, with events that lack the field',
      { type: 'whitelist', compare_key: 'a', whitelist: ['x', 'y'] },
      { kind: 'match', where: 'not a : ("x" or "y")' },
    ],
    [
      'whitelist, without events that lack the field',
      { type: 'whitelist', compare_key: 'a', whitelist: ['x'], ignore_null: true },
      { kind: 'match', where: 'a : * and not a : "x"' },
    ],
    [
      'change',
      { type: 'change', compare_key: 'a', query_key: 'h' },
      { kind: 'change', by: ['h'], field: 'a' },
    ],
    [
      'change within a time, with its field in a list',
      { type: 'change', compare_key: ['a.keyword'], query_key: 'h', timeframe: { days: 1 } },
      { kind: 'change', by: ['h'], field: 'a', forget: '1d' },
    ],
    [
      'cardinality above',
      { type: 'cardinality', cardinality_field: 'u', max_cardinality: 10, timeframe: five },
      { kind: 'cardinality', field: 'u', max: 10, over: '5m', every: '30s' },
    ],
    [
      'cardinality below and above',
      {
        type: 'cardinality',
        cardinality_field: 'u',
        min_cardinality: 2,
        max_cardinality: '9',
        timeframe: five,
      },
      { kind: 'cardinality', field: 'u', min: 2, max: 9, over: '5m', every: '30s' },
    ],
    [
      'metric_aggregation with a lower bound',
      {
        type: 'metric_aggregation',
        metric_agg_key: 'a',
        metric_agg_type: 'min',
        min_threshold: 3,
        buffer_time: five,
      },
      { measure: 'min(a)', when: '< 3', over: '5m', every: '30s' },
    ],
    [
      'metric_aggregation with an upper bound',
      { type: 'metric_aggregation', metric_agg_key: 'a', metric_agg_type: 'sum', max_threshold: 3.5 },
      { measure: 'sum(a)', when: '> 3.5', over: '15m', every: '1m30s' },
    ],
    [
      'metric_aggregation that says no type: the average',
      { type: 'metric_aggregation', metric_agg_key: 'a', max_threshold: 1 },
      { measure: 'avg(a)', when: '> 1', over: '15m', every: '1m30s' },
    ],
    [
      'metric_aggregation of different values',
      { type: 'metric_aggregation', metric_agg_key: 'a', metric_agg_type: 'cardinality', max_threshold: 1 },
      { measure: 'distinct(a)', when: '> 1', over: '15m', every: '1m30s' },
    ],
    [
      'metric_aggregation of a percentile that is not said: 95',
      { type: 'metric_aggregation', metric_agg_key: 'a', metric_agg_type: 'percentiles', max_threshold: 1 },
      { measure: 'percentile(a, 95)', when: '> 1', over: '15m', every: '1m30s' },
    ],
    [
      'metric_aggregation of a percentile',
      {
        type: 'metric_aggregation',
        metric_agg_key: 'a',
        metric_agg_type: 'percentiles',
        percentile_range: 99.9,
        max_threshold: 1,
      },
      { measure: 'percentile(a, 99.9)', when: '> 1', over: '15m', every: '1m30s' },
    ],
    [
      'percentage_match below and above',
      {
        type: 'percentage_match',
        match_bucket_filter: [{ range: { s: { gte: 500 } } }],
        min_percentage: 10,
        max_percentage: 50,
        buffer_time: five,
        min_doc_count: 20,
      },
      { measure: 'share(s >= 500)', when: 'outside 0.1..0.5', over: '5m', every: '30s', minCount: 20 },
    ],
    [
      'new_term of one field',
      { type: 'new_term', fields: 'a' },
      { kind: 'new-term', by: [], field: 'a', remember: '30d' },
    ],
    [
      'new_term of the query key',
      { type: 'new_term', query_key: 'u.keyword', terms_window_size: { days: 7 } },
      { kind: 'new-term', by: [], field: 'u', remember: '7d' },
    ],
  ])('%s', (_, theirs, ours) => {
    const { rules } = rulesOf(theirs);
    expect(rules).toEqual([ours]);
    expect(problemsOf(rules.map((rule) => ({ name: 'r', ...rule })))).toEqual([]);
  });

  it.each<[object, string]>([
    [{ type: 'frequency', timeframe: five }, '`num_events` is missing or no number'],
    [{ type: 'frequency', num_events: 'many', timeframe: five }, '`num_events` is missing or no number'],
    [{ type: 'frequency', num_events: 5 }, '`timeframe` is missing or no length of time'],
    [{ type: 'frequency', num_events: 5, timeframe: '5m' }, '`timeframe` is missing or no length of time'],
    [{ type: 'spike', timeframe: five }, '`spike_height` is missing, or not above 1'],
    [{ type: 'spike', timeframe: five, spike_height: 1 }, '`spike_height` is missing, or not above 1'],
    [{ type: 'spike', timeframe: five, spike_height: 2, field_value: 'a' }, '`field_value` of a spike'],
    [{ type: 'spike', spike_height: 2 }, '`timeframe` is missing or no length of time'],
    [{ type: 'spike_aggregation', spike_height: 2 }, '`metric_agg_key` is missing'],
    [{ type: 'flatline' }, '`timeframe` is missing or no length of time'],
    [{ type: 'blacklist', blacklist: ['x'] }, '`compare_key` is missing'],
    [{ type: 'blacklist', compare_key: 'a' }, '`blacklist` without values'],
    [{ type: 'blacklist', compare_key: 'a', blacklist: [] }, '`blacklist` without values'],
    [{ type: 'whitelist', compare_key: 'a', whitelist: 'x' }, '`whitelist` without values'],
    [
      { type: 'whitelist', compare_key: 'a', whitelist: ['x', '!file known.txt'] },
      '`whitelist` from a file (`!file known.txt`): write its values into the rule',
    ],
    [{ type: 'change' }, '`compare_key` is missing'],
    [{ type: 'change', compare_key: [] }, '`compare_key` is missing'],
    [{ type: 'change', compare_key: ['a', 'b'] }, 'several fields in `compare_key`: write a rule for each'],
    [{ type: 'cardinality', max_cardinality: 1, timeframe: five }, '`cardinality_field` is missing'],
    [{ type: 'metric_aggregation', max_threshold: 1 }, '`metric_agg_key` is missing'],
    [{ type: 'metric_aggregation', metric_agg_key: 'a' }, 'neither a lower nor an upper threshold'],
    [
      { type: 'percentage_match', max_percentage: 5 },
      '`match_bucket_filter` is missing, or matches all events',
    ],
    [
      { type: 'percentage_match', max_percentage: 5, match_bucket_filter: [{ match_all: {} }] },
      '`match_bucket_filter` is missing, or matches all events',
    ],
    [{ type: 'new_term' }, 'new terms of several fields together'],
    [{ type: 'new_term', query_key: ['a', 'b'] }, 'new terms of several fields together'],
    [{ type: 'constructor' }, 'the type `constructor` has no counterpart'],
  ])('%j is not converted', (theirs, reason) => {
    const { rules, remarks } = rulesOf(theirs);
    expect(rules).toEqual([]);
    expect(remarks).toContain(`The rule is not converted: ${reason}.`);
  });

  it.each<[object, string]>([
    [
      { type: 'spike', timeframe: five, spike_height: 2, alert_on_new_data: true },
      '`alert_on_new_data`: a window that nothing came before raises no alert.',
    ],
    ...(['threshold_cur', 'threshold_ref'] as const).map((name): [object, string] => [
      { type: 'spike_aggregation', metric_agg_key: 'a', spike_height: 2, [name]: 5 },
      '`threshold_cur` and `threshold_ref`: those of logboom (`minCount`, `minBefore`) are numbers of events, not values.',
    ]),
    [
      { type: 'flatline', timeframe: five, forget_keys: true },
      '`forget_keys`: a group that was reported stays open until it sends again, or is `forget` (24h) old.',
    ],
    [
      { type: 'new_term', fields: ['a'] },
      'ElastAlert learns known values from the past at its start; logboom learns them for `warmUp` (1d) from the first event.',
    ],
  ])('%j is converted with a remark', (theirs, remark) => {
    const { rules, remarks } = rulesOf(theirs);
    expect(rules).toHaveLength(1);
    expect(remarks).toEqual([remark]);
  });

  it('has one name for one rule, and the fields in the names of several', () => {
    expect(rulesOf({ type: 'new_term', fields: ['a'] }).names).toEqual(['r']);
    expect(rulesOf({ type: 'new_term', fields: ['a.raw', 'b'] }).names).toEqual(['r a', 'r b']);
    expect(fromElastAlert({ type: 'any' }).rules[0]).toMatchObject({ name: 'rule' });
  });
});

describe('what all types share', () => {
  const any = (theirs: object) => fromElastAlert({ name: 'r', type: 'any', ...theirs });

  it.each<[object, object]>([
    [{}, { cooldown: '1m' }],
    [{ realert: { minutes: 0 } }, { cooldown: undefined }],
    [{ realert: { minutes: 10 } }, { cooldown: '10m' }],
    [{ realert: 'never' }, { cooldown: undefined }],
    [{ exponential_realert: { hours: 1 } }, { cooldown: '1m', cooldownGrowth: 2, cooldownMax: '1h' }],
    [{ query_key: 'a.keyword' }, { by: ['a'] }],
    [{ query_key: 'a,b.raw , c' }, { by: ['a', 'b', 'c'] }],
    [{ query_key: ['a', 'b.keyword'] }, { by: ['a', 'b'] }],
    [{ is_enabled: true }, { enabled: undefined }],
    [{ is_enabled: false }, { enabled: false }],
    [{ description: 7 }, { description: '7' }],
    [{ owner: 'ann' }, { labels: { owner: 'ann' } }],
    [{ alert_text: 'all is lost' }, { message: 'all is lost' }],
    [{ alert_text: { a: 1 } }, { message: undefined }],
    [{ alert_text: '{0} of {1}', alert_text_args: ['a.keyword', 'b'] }, { message: '{{a}} of {{b}}' }],
    [{ alert_text: '{} of {}', alert_text_args: ['a', 'b'] }, { message: '{{a}} of {{b}}' }],
    [{ alert_text: '{1} of {0}', alert_text_args: ['a', 'b'] }, { message: '{{b}} of {{a}}' }],
    [{ alert_text: '{} of {}', alert_text_args: ['a'] }, { message: '{{a}} of {}' }],
    [{ alert_text: '{3}', alert_text_args: ['a'] }, { message: '{3}' }],
  ])('%j', (theirs, ours) => {
    const rule = any(theirs).rules[0]!;
    expect(Object.fromEntries(Object.keys(ours).map((name) => [name, rule[name]]))).toEqual(ours);
  });

  it.each<[object, string[]]>([
    [{}, []],
    [
      { alert_text: '{0}', alert_text_args: ['a'] },
      ['`alert_text_args`: messages know the fields of `by`, and names such as `{{value}}` and `{{time}}`.'],
    ],
    [{ alert_text: '{{ "x" }}' }, ['`alert_text` in Jinja: see docs/rules.md for the names in messages.']],
    [
      { alert_text: '{% if a %}x{% endif %}' },
      ['`alert_text` in Jinja: see docs/rules.md for the names in messages.'],
    ],
    [{ timestamp_field: '@timestamp' }, []],
    [{ timestamp_field: 'ts' }, ['`timestamp_field`: logboom takes the time of the line, or `@timestamp`.']],
    [
      { aggregation: five },
      ['`aggregation`: use `routes` with `group_by` and `group_wait` (docs/noise-control.md).'],
    ],
    [{ scan_entire_timeframe: true }, ['`scan_entire_timeframe` has no counterpart.']],
    [
      {
        es_host: 'x',
        es_port: 9200,
        es_ssl_verify: true,
        run_every: five,
        use_count_query: true,
        doc_type: 'x',
      },
      [],
    ],
    [{ kibana_url: 'x', generate_kibana_link: true, index: 'logs-*', use_strftime_index: true }, []],
  ])('%j leaves the remarks %j', (theirs, wanted) => {
    expect(any(theirs).remarks).toEqual(wanted);
  });

  it.each([undefined, null, 'x', 7, true, ['a']])('%j is no rule', (theirs) => {
    expect(fromElastAlert(theirs)).toEqual({
      rules: [],
      notifiers: {},
      remarks: ['This is no rule: it has no settings.'],
    });
  });
});
