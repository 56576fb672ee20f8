import { describe, expect, it } from 'vitest';
import { RawJson, stringify } from '../src/json.ts';
import { filterPath, filterSource } from '../src/path-filter.ts';

const answer = {
  took: 3,
  hits: {
    total: 2,
    hits: [
      { _id: 'a', _source: { x: 1, y: { z: 2 } } },
      { _id: 'b', _source: { x: 3 } },
    ],
  },
};

describe('filter_path', () => {
  const table: [list: string, kept: unknown][] = [
    ['took', { took: 3 }],
    ['hits.total,took', { took: 3, hits: { total: 2 } }],
    ['hits.hits._id', { hits: { hits: [{ _id: 'a' }, { _id: 'b' }] } }],
    ['hits.hits._source.y', { hits: { hits: [{ _source: { y: { z: 2 } } }] } }],
    ['**.x', { hits: { hits: [{ _source: { x: 1 } }, { _source: { x: 3 } }] } }],
    ['t*', { took: 3 }],
    ['-hits.hits._source,-took', { hits: { total: 2, hits: [{ _id: 'a' }, { _id: 'b' }] } }],
    ['hits,-hits.hits', { hits: { total: 2 } }],
    ['nothing', {}],
    ['', answer],
  ];
  it.each(table)('%j keeps what it names', (list, kept) => {
    expect(filterPath(answer, list)).toEqual(kept);
  });

  it('looks into raw documents only where it must', () => {
    const raw = { hits: [{ _source: new RawJson(Buffer.from('{"x": 1.0, "y":2}')) }] };
    expect(stringify(filterPath(raw, 'hits._source'))).toBe('{"hits":[{"_source":{"x": 1.0, "y":2}}]}');
    expect(stringify(filterPath(raw, 'hits._source.y'))).toBe('{"hits":[{"_source":{"y":2}}]}');
    expect(stringify(filterPath(raw, '-hits._source.x'))).toBe('{"hits":[{"_source":{"y":2}}]}');
  });
});

describe('source filtering', () => {
  const source = {
    a: 1,
    'host.name': 'h',
    host: { ip: 'i', os: { name: 'o' } },
    list: [{ a: 1, b: 2 }, { b: 3 }],
  };
  const table: [includes: string[], excludes: string[], kept: unknown][] = [
    [['a'], [], { a: 1 }],
    [['host'], [], { 'host.name': 'h', host: { ip: 'i', os: { name: 'o' } } }],
    [['host.name'], [], { 'host.name': 'h' }],
    [['*.name'], [], { 'host.name': 'h', host: { os: { name: 'o' } } }],
    [['list.a'], [], { list: [{ a: 1 }] }],
    [[], ['host', 'list.b'], { a: 1, list: [{ a: 1 }, {}] }],
    [['host.*'], ['host.os'], { 'host.name': 'h', host: { ip: 'i' } }],
    [['none'], [], {}],
  ];
  it.each(table)('includes %j and excludes %j', (includes, excludes, kept) => {
    expect(filterSource(source, includes, excludes)).toEqual(kept);
  });
});
