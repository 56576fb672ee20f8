import { describe, expect, it } from 'vitest';
import { processorName } from '../../src/config/schema/processors.ts';
import { keysOf, ProcessorChain, processorProblems, withoutKeys } from '../../src/processors/chain.ts';
import { Pseudonyms } from '../../src/processors/pseudonyms.ts';
import { load } from '../support/config.ts';
import { configured, ownFields, processed } from './support.ts';

/** What a processor makes of the field `a`, or why it failed. */
function made(processor: object, event: object): unknown {
  const { document } = processed(event, { name: 'p', ...processor })!;
  const { processor_failure: failure } = (document.labels ?? {}) as { processor_failure?: string };
  return failure ?? document.a;
}

describe('a value in another type', () => {
  it.each<[string, unknown, unknown]>([
    ['integer', '42', 42],
    ['integer', ' 42 ', 42],
    ['integer', '+7', 7],
    ['integer', '-7', -7],
    ['integer', '007', 7],
    ['integer', '5.', 5],
    ['integer', '5.000', 5],
    ['integer', 5, 5],
    ['integer', '9007199254740991', 9_007_199_254_740_991],
    ['integer', '9007199254740992', 'p: `a` is no integer'],
    ['integer', '5.5', 'p: `a` is no integer'],
    ['integer', '1e3', 'p: `a` is no integer'],
    ['integer', '0x10', 'p: `a` is no integer'],
    ['integer', '', 'p: `a` is no integer'],
    ['integer', 'five', 'p: `a` is no integer'],
    ['integer', true, 'p: `a` is no integer'],
    ['integer', ['1', '2'], [1, 2]],
    ['integer', ['1', 'x'], 'p: `a` is no integer'],
    ['number', '1.5', 1.5],
    ['number', '-1e3', -1_000],
    ['number', ' 7 ', 7],
    ['number', '.5', 0.5],
    ['number', '', 'p: `a` is no number'],
    ['number', ' ', 'p: `a` is no number'],
    ['number', 'Infinity', 'p: `a` is no number'],
    ['number', 'NaN', 'p: `a` is no number'],
    ['number', '1,5', 'p: `a` is no number'],
    ['boolean', 'true', true],
    ['boolean', 'TRUE', true],
    ['boolean', 'yes', true],
    ['boolean', 'on', true],
    ['boolean', '1', true],
    ['boolean', 1, true],
    ['boolean', 'false', false],
    ['boolean', 'No', false],
    ['boolean', ' off ', false],
    ['boolean', 0, false],
    ['boolean', true, true],
    ['boolean', '2', 'p: `a` is no boolean'],
    ['boolean', 'toString', 'p: `a` is no boolean'],
    ['text', 5, '5'],
    ['text', 1.5, '1.5'],
    ['text', false, 'false'],
    ['text', ' x ', ' x '],
    ['text', [1, 'x'], ['1', 'x']],
    ['ip', '192.0.2.1', '192.0.2.1'],
    ['ip', ' ::1 ', '::1'],
    ['ip', 'fe80::1%eth0', 'fe80::1%eth0'],
    ['ip', '192.0.2.256', 'p: `a` is no ip'],
    ['ip', '192.0.2', 'p: `a` is no ip'],
    ['ip', 'localhost', 'p: `a` is no ip'],
  ])('%s of %j is %j', (type, value, wanted) => {
    expect(made({ kind: 'convert', fields: { a: type } }, { a: value })).toEqual(wanted);
  });

  it('is set although another field of the same processor does not fit', () => {
    const { document } = processed(
      { a: 'x', b: '2' },
      { kind: 'convert', fields: { a: 'integer', b: 'integer' } },
    )!;
    expect([document.a, document.b]).toEqual(['x', 2]);
    expect(document.tags).toContain('_processorfailure');
  });

  it('is not made of what is not there', () => {
    expect(ownFields(processed({ b: 1 }, { kind: 'convert', fields: { a: 'integer' } })!)).toEqual({ b: 1 });
  });
});

describe('a time of a field', () => {
  const at = (value: unknown, more: object = {}) =>
    made({ kind: 'date', field: 'b', target: 'a', ...more }, { b: value });

  it.each<[unknown, object, unknown]>([
    ['2026-11-20T10:00:00Z', {}, '2026-11-20T10:00:00.000Z'],
    ['2026-11-20T10:00:00+02:00', {}, '2026-11-20T08:00:00.000Z'],
    ['2026-11-20 10:00:00', {}, '2026-11-20T10:00:00.000Z'],
    ['2026-11-20 10:00:00', { zone: 'Europe/Berlin' }, '2026-11-20T09:00:00.000Z'],
    ['2026-07-20 10:00:00', { zone: 'Europe/Berlin' }, '2026-07-20T08:00:00.000Z'],
    ['2026-11-20 10:00:00', { zone: 'Asia/Kolkata' }, '2026-11-20T04:30:00.000Z'],
    ['Fri, 20 Nov 2026 10:00:00 +0000', {}, '2026-11-20T10:00:00.000Z'],
    ['20/Nov/2026:10:00:00 +0000', {}, '2026-11-20T10:00:00.000Z'],
    [1_795_168_800, {}, '2026-11-20T10:00:00.000Z'],
    ['1795168800', {}, '2026-11-20T10:00:00.000Z'],
    [1_795_168_800_250, {}, '2026-11-20T10:00:00.250Z'],
    ['1795168800250000', {}, '2026-11-20T10:00:00.250Z'],
    ['1795168800.5', {}, '2026-11-20T10:00:00.500Z'],
    ['soon', {}, 'p: `b` is no time that can be read'],
    ['2026-13-20 10:00:00', {}, 'p: `b` is no time that can be read'],
    [true, {}, 'p: `b` is no time that can be read'],
  ])('%j with %j is %j', (value, more, wanted) => expect(at(value, more)).toBe(wanted));

  it('is none where the field is absent', () => {
    expect(ownFields(processed({ c: 1 }, { kind: 'date', field: 'b' })!)).toEqual({ c: 1 });
  });
});

describe('a list of a text', () => {
  it.each<[unknown, object, unknown]>([
    ['x,y', {}, ['x', 'y']],
    [' x , y ', {}, ['x', 'y']],
    ['x', {}, ['x']],
    [',,', {}, []],
    ['', {}, []],
    ['x;y,z', { separator: ';' }, ['x', 'y,z']],
    ['x--y', { separator: '--' }, ['x', 'y']],
    [['x,y'], {}, ['x,y']],
    [5, {}, 5],
  ])('%j with %j is %j', (value, more, wanted) => {
    const { event } = processed({ a: value, b: 1 }, { kind: 'split', field: 'a', ...more })!;
    expect(event.get('a') ?? []).toEqual(wanted);
  });
});

describe('texts that are changed', () => {
  it.each<[object, unknown, unknown]>([
    [{ kind: 'lowercase', fields: ['a'] }, 'ÄBC', 'äbc'],
    [{ kind: 'lowercase', fields: ['a'] }, 'abc', 'abc'],
    [{ kind: 'lowercase', fields: ['a'] }, 5, 5],
    [{ kind: 'lowercase', fields: ['a'] }, true, true],
    [{ kind: 'lowercase', fields: ['a'] }, ['X', 5, 'y'], ['x', 5, 'y']],
    [{ kind: 'mask', fields: ['a'], pattern: '\\d+' }, 'id 12 of 345', 'id *** of ***'],
    [
      { kind: 'mask', fields: ['a'], pattern: '(?i)secret=\\S+', replacement: 'secret=-' },
      'SECRET=x y',
      'secret=- y',
    ],
    [{ kind: 'mask', fields: ['a'], pattern: 'x', replacement: '' }, 'axxb', 'ab'],
    [{ kind: 'mask', fields: ['a'], pattern: 'x', replacement: '$0' }, 'axb', 'a$0b'],
    [{ kind: 'mask', fields: ['a'], pattern: 'x' }, 'abc', 'abc'],
    [{ kind: 'mask', fields: ['a'], pattern: '5' }, 5, 5],
    [{ kind: 'mask', fields: ['a'], pattern: 'x' }, ['x', 'y'], ['***', 'y']],
  ])('%j of %j: %j', (processor, value, wanted) => expect(made(processor, { a: value })).toEqual(wanted));
});

describe('fields that are removed', () => {
  const event = { a: { b: 1, bc: 2 }, x_a: 3, y: { x_b: 4 } };
  it.each<[string[], object]>([
    [['a'], { x_a: 3, y: { x_b: 4 } }],
    [['a.b'], { a: { bc: 2 }, x_a: 3, y: { x_b: 4 } }],
    [['a.b*'], { x_a: 3, y: { x_b: 4 } }],
    [['*x_*'], { a: { b: 1, bc: 2 } }],
    [['x_*'], { a: { b: 1, bc: 2 }, y: { x_b: 4 } }],
    [['none', 'a.none'], event],
    [['@timestamp'], event],
    [['*'], {}],
  ])('%j leave %j', (fields, left) => {
    const found = processed(event, { kind: 'remove', fields })!;
    const { message: _, ...own } = ownFields(found) as { message?: unknown };
    expect(own).toEqual(left);
    expect(found.document['@timestamp']).toBe('2026-11-21T05:40:07.490Z');
  });
});

describe('tags that are added', () => {
  it.each<[unknown, unknown, unknown]>([
    [undefined, 'x', ['x']],
    ['a', 'x', ['a', 'x']],
    [['a', 'x'], 'x', ['a', 'x']],
    [['a', 'b'], 'x', ['a', 'b', 'x']],
  ])('to %j: %j gives %j', (tags, tag, wanted) => {
    for (const overwrite of [true, false]) {
      const processor = { kind: 'add', fields: { tags: tag }, overwrite };
      expect(processed({ ...(tags !== undefined && { tags }) }, processor)!.document.tags).toEqual(wanted);
    }
  });
});

describe('pseudonyms within a text', () => {
  const pseudonyms = new Pseudonyms('key');
  const [bob, ip] = ['bob', '192.0.2.7'];
  const of = (value: string) => pseudonyms.of(value);

  it.each<[string, string[], string]>([
    ['bob logs in', [bob], `${of(bob)} logs in`],
    ['BOB, Bob', [bob], `${of(bob)}, ${of(bob)}`],
    ['bobby bob_ xbob', [bob], 'bobby bob_ xbob'],
    ['bob-1 <bob> "bob"', [bob], `${of(bob)}-1 <${of(bob)}> "${of(bob)}"`],
    ['bob from 192.0.2.7', [bob, ip], `${of(bob)} from ${of(ip)}`],
    ['192.0.2.70 and 1.192.0.2.7', [ip], '192.0.2.70 and 1.192.0.2.7'],
    ['192.0.2.7:80', [ip], `${of(ip)}:80`],
    ['bob smith and bob', [bob, 'bob smith'], `${of('bob smith')} and ${of(bob)}`],
    ['ab', ['ab'], 'ab'],
    ['(x+y) [z]', ['x+y', '[z]'], `(${of('x+y')}) ${of('[z]')}`],
    ['a/b$c', ['a/b$c'], of('a/b$c')],
    ['nothing', [], 'nothing'],
  ])('%j without %j is %j', (text, values, wanted) => {
    expect(pseudonyms.within(text, new Set(values))).toBe(wanted);
  });

  it('are not looked for within each other', () => {
    const part = of(ip).split(':')[1]!;
    expect(pseudonyms.within(`${ip} ${part}`, new Set([ip, part]))).toBe(`${of(ip)} ${of(part)}`);
    expect(pseudonyms.within(`${ip} ${part}`, new Set([part, ip]))).toBe(`${of(ip)} ${of(part)}`);
  });

  it('are the same after more values than are kept', () => {
    const first = of('first');
    for (let count = 0; count <= 20_000; count += 1) pseudonyms.of(`value ${count}`);
    expect(of('first')).toBe(first);
  });
});

describe('the check of processors', () => {
  const said = (processors: string, inputs = '') =>
    load({ yaml: `processors: ${processors}\n${inputs}`, checks: [processorProblems] }).problems.map(
      ({ path, message, remedy }) => `${path}: ${message} ${remedy}`,
    );

  it.each<[string, string]>([
    [
      '[{ kind: drop, inputs: [web] }]',
      'processors[0].inputs: There is no input `web`. Known inputs: lumberjack.',
    ],
    ['[{ kind: keep }]', 'processors[0].if: `keep` needs a condition. Write as KQL which events are kept.'],
    [
      '[{ kind: drop }, { kind: drop, name: drop-1 }]',
      'processors[1].name: There are two processors with the name `drop-1`. Give one of them another name.',
    ],
    [
      '[{ kind: drop }, { kind: deduplicate }]',
      'processors[1].kind: `deduplicate` decides before the journal, and stands behind a processor that comes after it. Put `sample`, `deduplicate` and `rateLimit` before all others.',
    ],
  ])('%s', (processors, problem) => expect(said(processors)).toEqual([problem]));

  it('knows the inputs of the configuration', () => {
    const inputs = 'inputs: [{ kind: file, name: logs, paths: [/x] }, { kind: tcp, name: shop, port: 5140 }]';
    expect(said('[{ kind: drop, inputs: [logs, shop, lumberjack] }]', inputs)).toEqual([]);
    expect(said('[{ kind: drop, inputs: [lgos] }]', inputs)).toEqual([
      'processors[0].inputs: There is no input `lgos`. Known inputs: lumberjack, logs, shop.',
    ]);
  });

  it('names processors by kind and place', () => {
    const names = configured({ kind: 'drop' }, { kind: 'add', name: 'x', fields: {} }, { kind: 'drop' }).map(
      processorName,
    );
    expect(names).toEqual(['drop-1', 'x', 'drop-3']);
  });
});

describe('a chain of processors', () => {
  it.each([
    [undefined, false],
    [[], false],
    [configured({ kind: 'sample', share: 1 }), false],
    [configured({ kind: 'sample', share: 1 }, { kind: 'drop', if: 'a : 1' }), true],
  ])('of %j is there: %s', (config, isThere) => {
    expect(ProcessorChain.of(config, { zone: 'UTC' }) !== undefined).toBe(isThere);
  });

  it('keeps no secret but by its fingerprint', () => {
    const config = configured({ kind: 'drop' }, { kind: 'hash', fields: ['a'], key: 'k' });
    const kept = withoutKeys(config);
    expect(kept[0]).toEqual(config[0]);
    expect(JSON.stringify(kept[1])).toMatch(/"key":"fingerprint:[0-9a-f]{16}"/);
    expect([...keysOf(config).values()]).toEqual(['k']);
    expect(keysOf(kept).size).toBe(1);
    expect(() => new ProcessorChain(kept, { zone: 'UTC' })).toThrow(
      'The key of a processor of the kind `hash` is no longer known.',
    );
  });
});
