import { describe, expect, it } from 'vitest';
import { kibana } from '../../src/config/schema/kibana.ts';
import {
  average,
  type Column,
  count,
  distinct,
  highest,
  inner,
  last,
  max,
  min,
  overTime,
  percentile,
  rate,
  ratio,
  share,
  sum,
  top,
  topOrNone,
} from '../../src/kibana/columns.ts';
import { viewsOf } from '../../src/kibana/data-views.ts';
import {
  countsOf,
  errorQuery,
  levels,
  outcomes,
  severities,
  statusClasses,
} from '../../src/kibana/palette.ts';
import { connectorsOf, rulesOf } from '../../src/kibana/rules.ts';
import { ndjson, savedObject, searchSource, typeVersions } from '../../src/kibana/saved-object.ts';
import type { Fields, FieldValue } from '../../src/model.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';

const number = { customLabel: true, dataType: 'number', isBucketed: false, scale: 'ratio' };
const format = (id: string, decimals: number) => ({ format: { id, params: { decimals } } });

/** Shapes of a Lens layer as Kibana's editor writes them. */
describe('a column of Lens', () => {
  it.each<[string, Column, object]>([
    [
      'a count',
      count('Events'),
      {
        ...{ ...number, label: 'Events', operationType: 'count', sourceField: '___records___' },
        params: { emptyAsNull: false, ...format('number', 0) },
      },
    ],
    [
      'a count of some',
      count('Errors', { where: 'a : 1' }),
      {
        ...{ ...number, label: 'Errors', operationType: 'count', sourceField: '___records___' },
        params: { emptyAsNull: false, ...format('number', 0) },
        filter: { query: 'a : 1', language: 'kuery' },
      },
    ],
    [
      'a rate',
      rate('Events/s'),
      {
        ...{ ...number, label: 'Events/s', operationType: 'count', sourceField: '___records___' },
        ...{ timeScale: 's', params: format('number', 2) },
      },
    ],
    [
      'an average',
      average('Mean', 'a'),
      { ...number, label: 'Mean', operationType: 'average', sourceField: 'a', params: {} },
    ],
    [
      'a sum of bytes',
      sum('Sent', 'a', { format: 'bytes' }),
      { ...number, label: 'Sent', operationType: 'sum', sourceField: 'a', params: format('bytes', 1) },
    ],
    [
      'a maximum without decimals',
      max('Most', 'a', { format: 'number', decimals: 0 }),
      { ...number, label: 'Most', operationType: 'max', sourceField: 'a', params: format('number', 0) },
    ],
    [
      'a minimum of some',
      min('Least', 'a', { where: 'b : *' }),
      {
        ...{ ...number, label: 'Least', operationType: 'min', sourceField: 'a', params: {} },
        filter: { query: 'b : *', language: 'kuery' },
      },
    ],
    [
      'different values',
      distinct('Users', 'a'),
      { ...number, label: 'Users', operationType: 'unique_count', sourceField: 'a', params: {} },
    ],
    [
      'a percentile',
      percentile('p95', 'a', 95, { format: 'number' }),
      {
        ...{ ...number, label: 'p95', operationType: 'percentile', sourceField: 'a' },
        params: { ...format('number', 1), percentile: 95 },
      },
    ],
    [
      'the last text',
      last('State', 'a', 'string', 't'),
      {
        ...{ ...number, label: 'State', operationType: 'last_value', sourceField: 'a' },
        ...{ dataType: 'string', scale: 'ordinal', params: { sortField: 't' } },
        filter: { query: '"a": *', language: 'kuery' },
      },
    ],
    [
      'the last number',
      last('Value', 'a', 'number', 't'),
      {
        ...{ ...number, label: 'Value', operationType: 'last_value', sourceField: 'a' },
        params: { sortField: 't' },
        filter: { query: '"a": *', language: 'kuery' },
      },
    ],
    [
      'time',
      overTime('@timestamp'),
      {
        ...{ label: '@timestamp', customLabel: true, dataType: 'date', operationType: 'date_histogram' },
        ...{ isBucketed: true, scale: 'interval', sourceField: '@timestamp' },
        params: { interval: 'auto', includeEmptyRows: true, dropPartials: false },
      },
    ],
  ])('is %s', (_, column, wanted) => expect(column).toEqual(wanted));

  it.each([
    ['without those that have none', top('Hosts', 'h', 5, 'n'), { otherBucket: false, missingBucket: false }],
    [
      'with those that have none',
      topOrNone('Hosts', 'h', 5, 'n'),
      { otherBucket: true, missingBucket: true },
    ],
  ])('has the most frequent values %s', (_, column, buckets) => {
    expect(column).toEqual({
      ...{ label: 'Hosts', customLabel: true, dataType: 'string', operationType: 'terms' },
      ...{ isBucketed: true, scale: 'ordinal', sourceField: 'h' },
      params: {
        ...{ size: 5, orderBy: { type: 'column', columnId: 'n' }, orderDirection: 'desc' },
        ...{ ...buckets, parentFormat: { id: 'terms' } },
      },
    });
  });

  it('has the most frequent numbers', () => {
    expect(top('Status', 's', 5, 'n', 'number').dataType).toBe('number');
  });

  it('is a share, by a formula that Kibana reads as its editor writes it', () => {
    const columns = share('f', 'Failed', `a : "it's"`);
    const text = `count(kql='a : "it\\'s"') / count()`;
    expect(Object.keys(columns)).toEqual(['f', 'fX0', 'fX1', 'fX2']);
    expect(columns.f).toMatchObject({
      ...{ label: 'Failed', operationType: 'formula', references: ['fX2'] },
      params: { formula: text, isFormulaBroken: false, ...format('percent', 1) },
    });
    expect(columns.fX0).toMatchObject({ label: 'Part of Failed', filter: { query: `a : "it's"` } });
    expect(columns.fX1!.filter).toBeUndefined();
    expect(columns.fX2).toMatchObject({
      ...{ operationType: 'math', references: ['fX0', 'fX1'] },
      params: {
        tinymathAst: {
          ...{ type: 'function', name: 'divide', args: ['fX0', 'fX1'] },
          ...{ location: { min: 0, max: text.length }, text },
        },
      },
    });
    expect([...inner(columns)].sort()).toEqual(['fX0', 'fX1', 'fX2']);
  });

  it('is one measure divided by another one', () => {
    const columns = ratio('r', 'Used', highest('used'), highest('total'));
    expect(columns.r!.params).toMatchObject({ formula: 'max(used) / max(total)' });
    expect([columns.rX0!.sourceField, columns.rX1!.sourceField]).toEqual(['used', 'total']);
  });

  it('serves no other where it has no references', () => expect(inner({ a: count('A') }).size).toBe(0));
});

const fieldsOf = (event: Record<string, FieldValue>): Fields => ({
  get: (name) => event[name],
  has: (name) => Object.hasOwn(event, name),
  names: () => Object.keys(event),
});
type Parts = Readonly<Record<string, { query: string }>>;
const partsOf = (parts: Parts, event: Record<string, FieldValue>) =>
  Object.keys(parts).filter((name) => compileQuery(parts[name]!.query)(fieldsOf(event)));

/** Each event is in one part, or the parts of a panel would add up to more than the whole. */
describe('the parts of a panel', () => {
  it.each([
    [100, '1xx'],
    [199, '1xx'],
    [200, '2xx'],
    [299, '2xx'],
    [300, '3xx'],
    [399, '3xx'],
    [400, '4xx'],
    [499, '4xx'],
    [500, '5xx'],
    [599, '5xx'],
  ])('have the status %d in %s alone', (status, name) => {
    expect(partsOf(statusClasses, { 'http.response.status_code': status })).toEqual([name]);
  });

  it.each([
    ...['error', 'critical', 'alert', 'emergency', 'fatal', 'severe', 'panic'].map((one) => [one, 'errors']),
    ...['warn', 'warning'].map((one) => [one, 'warnings']),
    ...['info', 'notice'].map((one) => [one, 'information']),
    ...['debug', 'trace'].map((one) => [one, 'details']),
    ...['custom', 'audit'].map((one) => [one, 'other levels']),
  ])('have the level %s in %s alone', (level, name) => {
    expect(partsOf(levels, { 'log.level': level })).toEqual([name]);
  });

  it('have no level where there is none', () => expect(partsOf(levels, { message: 'x' })).toEqual([]));

  it.each(['critical', 'high', 'medium', 'low', 'info'])('have the severity %s alone', (severity) => {
    expect(partsOf(severities, { 'alert.severity': severity })).toEqual([severity]);
  });

  it.each(['failure', 'success'])('have the outcome %s alone', (outcome) => {
    expect(partsOf(outcomes, { 'event.outcome': outcome })).toEqual([outcome]);
  });

  it.each<[Record<string, FieldValue>, boolean]>([
    [{ 'log.level': 'error' }, true],
    [{ 'log.level': 'info' }, false],
    [{ 'http.response.status_code': 500 }, true],
    [{ 'http.response.status_code': 499 }, false],
    [{ 'error.message': 'x' }, true],
    [{ message: 'error' }, false],
  ])('count %j as an error: %s', (event, isError) => {
    expect(compileQuery(errorQuery)(fieldsOf(event))).toBe(isError);
  });

  it('are counts with their colours', () => {
    const { columns, colours } = countsOf(outcomes);
    expect(Object.keys(columns)).toEqual(['failure', 'success']);
    expect(columns.failure!.filter!.query).toBe('event.outcome : failure');
    expect(colours).toEqual({ failure: '#bd271e', success: '#54b399' });
  });
});

describe('a saved object', () => {
  it.each(Object.entries(typeVersions))('of %s has the format of %s', (type, version) => {
    const object = savedObject(type as keyof typeof typeVersions, 'x', { title: 'y' });
    expect(object).toEqual({
      ...{ id: 'x', type, attributes: { title: 'y' }, references: [] },
      ...{ coreMigrationVersion: '8.8.0', typeMigrationVersion: version, managed: false },
    });
  });

  it('is one line of a file', () => {
    const [one, other] = [savedObject('tag', 'a', {}), savedObject('tag', 'b', { text: 'x\ny' })];
    const text = ndjson([one, other]);
    expect(
      text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toEqual([one, other]);
    expect(text.endsWith('\n')).toBe(true);
    expect(ndjson([])).toBe('');
  });

  it.each([
    [undefined, { query: { query: 'a', language: 'kuery' }, filter: [] }],
    ['ref', { query: { query: 'a', language: 'kuery' }, filter: [], indexRefName: 'ref' }],
  ])('searches by the reference %j', (reference, source) => {
    expect(JSON.parse(searchSource('a', reference).searchSourceJSON)).toEqual(source);
  });
});

describe('connectors of Kibana', () => {
  const of = (connectors: object) => connectorsOf(kibana.parse({ connectors }));
  const mail = { from: 'a@b.example', to: ['c@b.example'], host: 'mail' };

  it('are two for the free licence', () => {
    expect(of({}).map(({ type }) => type)).toEqual(['.server-log', '.index']);
  });

  it.each<[string, object, object, object]>([
    [
      'without a user',
      mail,
      { service: 'other', from: 'a@b.example', host: 'mail', port: 587, secure: false, hasAuth: false },
      {},
    ],
    [
      'with a user',
      { ...mail, port: 465, secure: true, user: 'u', password: 'p' },
      { service: 'other', from: 'a@b.example', host: 'mail', port: 465, secure: true, hasAuth: true },
      { user: 'u', password: 'p' },
    ],
  ])('send e-mail %s', (_, email, config, secrets) => {
    const connector = of({ email }).at(-1)!;
    expect(connector).toMatchObject({ type: '.email', config, secrets });
    expect(connector.params('x')).toEqual({ to: ['c@b.example'], subject: '{{rule.name}}', message: 'x' });
  });

  it('keep the address of Slack secret', () => {
    const connector = of({ slack: { url: 'https://hooks.slack.example/1' } }).at(-1)!;
    expect(connector).toMatchObject({
      ...{ type: '.slack', config: {} },
      secrets: { webhookUrl: 'https://hooks.slack.example/1' },
    });
    expect(connector.params('x')).toEqual({ message: 'x' });
  });

  it('send both messages of each rule', () => {
    const connectors = of({ slack: { url: 'https://h.example' }, email: mail });
    const rules = rulesOf(viewsOf(), connectors);
    for (const { body } of rules)
      expect(body.actions.map(({ id, group }) => [id, group])).toEqual(
        connectors.flatMap(({ id }) => [
          [id, 'query matched'],
          [id, 'recovered'],
        ]),
      );
  });

  it.each([
    ['logboom: alerts that became active', 5, 'm', '>', 0, 'top'],
    ['logboom: critical alerts', 30, 'd', '>', 0, 'top'],
    ['logboom: no window results', 15, 'm', '<', 1, 'all'],
    ['logboom: dead letters', 15, 'm', '>', 0, 'all'],
  ])('know the rule %s over %d%s: %s %d, by %s', (name, size, unit, comparator, bound, groupBy) => {
    const { body } = rulesOf(viewsOf(), []).find((one) => one.body.name === name)!;
    expect(body.params).toMatchObject({
      ...{ timeWindowSize: size, timeWindowUnit: unit, thresholdComparator: comparator },
      ...{ threshold: [bound], groupBy, aggType: 'count' },
    });
  });
});
