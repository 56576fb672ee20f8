import { describe, expect, it } from 'vitest';
import { durationOf, fieldName, hopOf } from '../../src/convert/elastalert-values.ts';

describe('a length of time of ElastAlert', () => {
  it.each<[unknown, string | undefined]>([
    [{ seconds: 30 }, '30s'],
    [{ minutes: 5 }, '5m'],
    [{ hours: 1 }, '1h'],
    [{ days: 2 }, '2d'],
    [{ weeks: 1 }, '7d'],
    [{ milliseconds: 250 }, '250ms'],
    [{ hours: 1, minutes: 30 }, '1h30m'],
    [{ minutes: 0.5 }, '30s'],
    [{ minutes: '5' }, '5m'],
    [{ minutes: 0 }, '0s'],
    [{}, '0s'],
    [{ fortnights: 1 }, undefined],
    [{ minutes: 'x' }, undefined],
    [{ minutes: 5, moons: 1 }, undefined],
    ['5m', undefined],
    [5, undefined],
    [null, undefined],
    [undefined, undefined],
    [[5], undefined],
  ])('%j is %s', (value, expected) => expect(durationOf(value)).toBe(expected));

  // A tenth where that is whole seconds, else the largest of the parts that divide it.
  it.each([
    ['10m', '1m'],
    ['5m', '30s'],
    ['1m', '6s'],
    ['1h', '6m'],
    ['1d', '2h24m'],
    ['30s', '3s'],
    ['12s', '2s'],
    ['5s', '1s'],
    ['4s', '1s'],
    ['8s', '2s'],
    ['9s', '3s'],
    ['14s', '7s'],
    ['3s', '1s'],
    ['7s', '7s'],
    ['250ms', '250ms'],
  ])('slides over %s by %s', (over, every) => expect(hopOf(over)).toBe(every));

  it.each([
    ['message.keyword', 'message'],
    ['message.raw', 'message'],
    ['keyword', 'keyword'],
    ['a.keyword.b', 'a.keyword.b'],
    ['raw.keyword', 'raw'],
    ['message.keywords', 'message.keywords'],
  ])('%s is the field %s', (name, field) => expect(fieldName(name)).toBe(field));
});
