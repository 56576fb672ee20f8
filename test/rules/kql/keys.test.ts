import { describe, expect, it } from 'vitest';
import { keysOf } from '../../../src/rules/kql/keys.ts';
import { parseQuery } from '../../../src/rules/kql/parser.ts';

/** Each list on one line, `field=value` for each of its keys. */
const shown = (query: string) =>
  keysOf(parseQuery(query)).map((list) => list.map(({ field, value }) => `${field}=${value}`).join(' | '));

describe('what of a query can be looked up', () => {
  it.each([
    ['one value', 'url.path : "/login"', ['url.path=/login']],
    ['an unquoted value', 'event.outcome : failure', ['event.outcome=failure']],
    ['quotes that make a star literal', 'url.path : "*"', ['url.path=*']],
    ['a number', 'http.response.status_code : 500', ['http.response.status_code=500']],
    ['several values', 'host.name : (a or b)', ['host.name=a | host.name=b']],
    ['all values', 'tags : (a and b)', ['tags=a', 'tags=b']],
    ['what all parts ask for', 'host.name : a and url.path : "/"', ['host.name=a', 'url.path=/']],
    ['the other parts beside a range', 'n > 3 and host.name : a', ['host.name=a']],
    ['the other parts beside what is excluded', 'not url.path : "/" and host.name : a', ['host.name=a']],
    ['alternatives of several fields', 'host.name : a or url.path : "/"', ['host.name=a | url.path=/']],
    ['the shortest of each alternative', '(x : (1 or 2) and y : 3) or z : 4', ['y=3 | z=4']],
    ['the whole name in a nested query', 'host : { name : a }', ['host.name=a']],
    ['an address that is no network', 'source.ip : 10.0.0.1', ['source.ip=10.0.0.1']],
    ['what is no date', '@timestamp : yesterday', ['@timestamp=yesterday']],
  ])('is %s', (_, query, keys) => expect(shown(query)).toEqual(keys));

  it.each([
    ['of everything', ''],
    ['of a field that is there', 'host.name : *'],
    ['of a wildcard', 'url.path : /api/*'],
    ['of a pattern', 'url.path : /login|logout/'],
    ['of words in full text', 'message : timeout'],
    ['of a phrase in full text', 'error.message : "timed out"'],
    ['of a network', 'source.ip : "10.0.0.0/8"'],
    ['of a date', '@timestamp : 2026-11'],
    ['of a range', 'http.response.status_code >= 500'],
    ['of what is excluded', 'not host.name : a'],
    ['of a value in any field', '"10.0.0.1"'],
    ['of several fields by a wildcard', 'host.* : a'],
    ['of a nested query with a wildcard', 'h* : { name : a }'],
    ['of alternatives of which one is open', 'host.name : a or n > 3'],
    ['of a level, which has several names', 'log.level : error'],
    ['of excluded alternatives', 'not (host.name : a or host.name : b)'],
  ])('is nothing %s', (_, query) => expect(shown(query)).toEqual([]));
});
