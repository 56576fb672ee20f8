import { describe, expect, it } from 'vitest';
import { kibanaQuery } from '../../../src/rules/kql/kibana.ts';

describe('a query for Kibana', () => {
  it.each([
    ['', ''],
    [
      'event.dataset : "nginx.access" and not url.path : /health*',
      'event.dataset: "nginx.access" and not url.path: \\/health*',
    ],
    ['a:(1 or 2) and b > 3', '(a: 1 or a: 2) and b > 3'],
    ['message: /x+/ and a: b', '*: * and a: b'],
    ['message: /connection refused by \\d+/i', 'message: *connection*'],
    ['url.path: /^\\/api\\/v[12]/', 'url.path: */api/v*'],
    ['url.path: /admin/i', '*: *'],
    ['a: { url: /admin/ }', 'a: { url: *admin* }'],
    ['not message: /connection/', 'not not *: *'],
    ['/connection/', '*: *'],
    ['not message: /x+/', 'not not *: *'],
    ['not not /x+/', 'not not *: *'],
    ['http:{ status: 1 }', 'http: { status: 1 }'],
    ['log.level > emergency', 'not *: *'],
  ])('for %s is %s', (query, expected) => {
    expect(kibanaQuery(query)).toBe(expected);
  });

  it('lists every name of a level, for Kibana compares texts', () => {
    expect(kibanaQuery('log.level: ERROR')).toMatch(/log.level: "error" or log.level: "ERROR".* "Severe"/);
    expect(kibanaQuery('log.level: err*')).toMatch(/^log.level: err\* or log.level: "error"/);
    expect(kibanaQuery('log.level: loud')).toBe('log.level: loud');
    expect(kibanaQuery('log.level: *')).toBe('log.level: *');
  });

  it('names the levels that Kibana cannot order', () => {
    const query = kibanaQuery('log.level >= critical');
    for (const level of ['critical', 'CRITICAL', 'Fatal', 'emerg', 'alert'])
      expect(query).toContain(`log.level: "${level}"`);
    expect(query).not.toMatch(/error|warn/i);
    expect(kibanaQuery('log:{ level >= critical }')).toContain('level: "emergency"');
  });
});
