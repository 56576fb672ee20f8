import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocument, withoutDots, withoutEmpty } from '../../src/config/load/document.ts';
import { readText, variableName } from '../../src/config/load/environment.ts';
import { formatPath, parsePath } from '../../src/config/load/problems.ts';
import { convertUnits } from '../../src/config/load/units.ts';
import { schema } from '../../src/config/schema/schema.ts';
import { type Kind, type Shape, shapeOf } from '../../src/config/schema/shape.ts';

describe('a path of settings', () => {
  it.each<[(string | number)[], string]>([
    [[], ''],
    [['api'], 'api'],
    [['api', 'port'], 'api.port'],
    [['rules', 2, 'when'], 'rules[2].when'],
    [['rules', 2, 'notify', 0], 'rules[2].notify[0]'],
    [['a', 'b.c'], 'a["b.c"]'],
    [['a', ''], 'a[""]'],
    [['a', 'say "x"'], 'a["say \\"x\\""]'],
    [['@timestamp', 'a-b', 'c_d'], '@timestamp.a-b.c_d'],
    [['a', '2'], 'a.2'],
    [['b c', 1], '["b c"][1]'],
  ])('%j is written as %s', (path, text) => {
    expect(formatPath(path)).toBe(text);
    expect(parsePath(text)).toEqual(path);
  });

  it('is read as it was written, whatever its names', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a', 'a.b', '[0]', '"', '\\', '\\"', ']'),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(name, fc.nat(99)), { maxLength: 5 }), (path) => {
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
    );
  });
});

describe('the place of a setting', () => {
  const text = [
    'api:',
    '  port: 1',
    'rules:',
    '  - name: a',
    '    by: [x, y]',
    '  - &b { name: b }',
    '  - *b',
    'empty:',
    '"quoted name": 1',
    '5: five',
  ].join('\n');
  const { locate } = readDocument(text);

  it.each<[(string | number)[], number, number]>([
    [['api'], 1, 1],
    [['api', 'port'], 2, 3],
    [['rules'], 3, 1],
    [['rules', 0], 4, 5],
    [['rules', 0, 'name'], 4, 5],
    [['rules', 0, 'by'], 5, 5],
    [['rules', 0, 'by', 1], 5, 13],
    [['rules', 1, 'name'], 6, 10],
    // Behind an alias stands what its anchor names.
    [['rules', 2, 'name'], 6, 10],
    [['empty'], 8, 1],
    [['quoted name'], 9, 1],
    [['5'], 10, 1],
    // What the file does not have is at the nearest section around it.
    [['api', 'host'], 1, 1],
    [['api', 'port', 'deeper'], 2, 3],
    [['rules', 9], 3, 1],
    [['rules', 0, 'by', 9], 5, 5],
    [['empty', 'x'], 8, 1],
    [['gone'], 1, 1],
    [[], 1, 1],
  ])('%j is line %d, column %d', (path, line, column) => {
    expect(locate(path)).toEqual({ line, column });
  });

  it('is nowhere in an empty file', () => expect(readDocument('').locate(['a'])).toBeUndefined());

  it('is that of the entry where the file is a list', () => {
    const list = readDocument('- name: a\n- name: b\n', 'rules');
    expect(list.tree).toEqual({ rules: [{ name: 'a' }, { name: 'b' }] });
    expect(list.locate(['rules', 1, 'name'])).toEqual({ line: 2, column: 3 });
    expect(readDocument('- a\n').problems).toHaveLength(1);
  });
});

describe('names with dots', () => {
  it.each<[unknown, unknown]>([
    [{ 'ssl.enabled': true }, { ssl: { enabled: true } }],
    [{ 'ssl.enabled': true, 'ssl.key': 'k' }, { ssl: { enabled: true, key: 'k' } }],
    [{ ssl: { enabled: true }, 'ssl.key': 'k' }, { ssl: { enabled: true, key: 'k' } }],
    [{ 'ssl.key': 'k', ssl: { enabled: true } }, { ssl: { enabled: true, key: 'k' } }],
    [{ 'a.b.c': 1 }, { a: { b: { c: 1 } } }],
    [{ 'ssl.enabled': true, ssl: null }, { ssl: { enabled: true } }],
    [{ ssl: null }, { ssl: null }],
    [{ ssl: null, 'ssl.key': 'k' }, { ssl: { key: 'k' } }],
    [{ hosts: ['a.b:1'] }, { hosts: ['a.b:1'] }],
    [{}, {}],
    [null, null],
    ['a.b', 'a.b'],
    [[{ 'a.b': 1 }], [{ 'a.b': 1 }]],
  ])('in %j mean %j', (section, plain) => expect(withoutDots(section)).toEqual(plain));
});

describe('an empty setting', () => {
  const root = shapeOf(schema);
  it.each<[unknown, unknown]>([
    [{ api: null }, {}],
    [{ api: { port: null, host: 'a' } }, { api: { host: 'a' } }],
    [{ api: { prot: null } }, { api: { prot: null } }],
    [{ unknown: null }, { unknown: null }],
    [{ rules: [{ name: 'a', kind: null }] }, { rules: [{ name: 'a' }] }],
    [{ rules: [null] }, { rules: [null] }],
    [{ rules: [{ name: 'a', labels: { team: null } }] }, { rules: [{ name: 'a', labels: {} }] }],
    [{ rules: [{ name: 'a', notify: [null, 'x'] }] }, { rules: [{ name: 'a', notify: [null, 'x'] }] }],
  ])('in %j leaves %j', (tree, left) => expect(withoutEmpty(tree, root)).toEqual(left));

  it.each<[unknown, unknown]>([
    [{ a: null, b: { c: null } }, { b: {} }],
    [
      [null, { a: null }],
      [null, {}],
    ],
    [null, null],
    [5, 5],
  ])('without a shape: %j leaves %j', (tree, left) => expect(withoutEmpty(tree)).toEqual(left));
});

describe('the variable of a setting', () => {
  it.each<[(string | number)[], string]>([
    [['api', 'port'], 'LOGBOOM_API_PORT'],
    [['journal', 'maxSize'], 'LOGBOOM_JOURNAL_MAX_SIZE'],
    [['elasticsearch', 'api_key'], 'LOGBOOM_ELASTICSEARCH_API_KEY'],
    [['rules', 0, 'activeHours', 'from'], 'LOGBOOM_RULES_0_ACTIVE_HOURS_FROM'],
    [['parsers', 'byDataset', 'nginx.access'], 'LOGBOOM_PARSERS_BY_DATASET_NGINX_ACCESS'],
    [['notifiers', 'on-call', 'url'], 'LOGBOOM_NOTIFIERS_ON_CALL_URL'],
    [['a', 'b  c'], 'LOGBOOM_A_B_C'],
  ])('of %j is %s', (path, name) => expect(variableName(path)).toBe(name));

  const shape = (kind: Kind, of: Kind = 'text') =>
    ({ kind, ...(kind === 'list' && { item: { kind: of } }) }) as unknown as Shape;

  it.each<[Kind, string, unknown]>([
    ['number', '0.5', 0.5],
    ['number', ' 7 ', 7],
    ['number', '-3.25', -3.25],
    ['number', '1e3', '1e3'],
    ['number', '.5', '.5'],
    ['number', '', ''],
    ['number', '0x10', '0x10'],
    ['whole number', '5', 5],
    ['whole number', '5.5', 5.5],
    ['whole number', 'five', 'five'],
    ['boolean', 'true', true],
    ['boolean', ' false ', false],
    ['boolean', 'yes', 'yes'],
    ['boolean', 'TRUE', 'TRUE'],
    ['boolean', 'toString', 'toString'],
    ['text', '5', '5'],
    ['text', ' a ', ' a '],
    ['duration', '5m', '5m'],
    ['size', '5mb', '5mb'],
    ['choice', 'true', 'true'],
    ['address', 'http://a', 'http://a'],
    ['section', '{ a: 1 }', { a: 1 }],
    ['mapping', 'a: 1', { a: 1 }],
    ['section', '{ a', '{ a'],
    ['variants', '{ "kind": "x" }', { kind: 'x' }],
  ])('gives a %s by %j as %j', (kind, text, value) => {
    expect(readText(shape(kind), text)).toEqual(value);
  });
});

describe('an amount in a condition', () => {
  const rule = (measure: string | undefined, when: string) => {
    const tree = { rules: [{ name: 'a', ...(measure !== undefined && { measure }), when, recover: when }] };
    convertUnits(tree);
    return [tree.rules[0]!.when, tree.rules[0]!.recover];
  };
  // `event.duration` is in nanoseconds (ECS), `http.response.body.bytes` in bytes.
  it.each<[string | undefined, string, string]>([
    ['max(event.duration)', '> 2s', '> 2000000000'],
    ['max(event.duration)', '> 250ms', '> 250000000'],
    ['max(event.duration)', 'outside 1s..2s', 'outside 1000000000..2000000000'],
    ['percentile(event.duration, 95)', '> 1m30s', '> 90000000000'],
    ['max(event.duration)', '> 1.5s', '> 1500000000'],
    ['max(event.duration)', '> 2000', '> 2000'],
    ['max(event.duration)', '> 2mb', '> 2mb'],
    ['sum(http.response.body.bytes)', '> 5mb', '> 5242880'],
    ['sum(http.response.body.bytes)', '> 5s', '> 5s'],
    ['avg(shop.total)', '> 5s', '> 5s'],
    ['count', '> 5s', '> 5s'],
    [undefined, '> 5s', '> 5s'],
  ])('of %s: %s is %s', (measure, when, converted) => {
    expect(rule(measure, when)).toEqual([converted, converted]);
  });

  it.each<[Record<string, unknown>]>([
    [{}],
    [{ rules: 'x' }],
    [{ rules: [null, 5, { measure: 7, when: '> 2s' }, { measure: 'max(event.duration)', when: 5 }] }],
  ])('leaves %j as it is', (tree) => {
    const before = structuredClone(tree);
    convertUnits(tree);
    expect(tree).toEqual(before);
  });
});
