import { describe, expect, it } from 'vitest';
import { compileQuery } from '../../../src/rules/kql/compile.ts';
import { fieldsOf } from '../../support/fields.ts';

/** Three lines of one evening, by the letter under which the tables below name them. */
const fixture = {
  a: fieldsOf({
    '@timestamp': '2026-11-21T10:00:00.000Z',
    message: 'Connection reset by peer: upstream 10.0.0.7 said "no: thanks"',
    'event.dataset': 'nginx.access',
    'http.response.status_code': 200,
    'http.request.method': 'GET',
    'url.path': '/health/live',
    'host.name': 'web-1',
    'log.level': 'info',
    tags: ['blue', 'edge'],
    'source.ip': '10.1.2.3',
    'event.duration': 1500,
    'labels.canary': true,
  }),
  b: fieldsOf({
    '@timestamp': '2026-11-21T11:30:00.000Z',
    message: 'java.lang.TimeoutError after 30,5 seconds; connection was lost',
    'event.dataset': 'nginx.error',
    'http.response.status_code': '404',
    'host.name': 'web 2',
    'log.level': 'ERROR',
    tags: ['green'],
    'source.ip': '192.168.7.1',
    'event.duration': 20_000,
    'error.message': 'Disk quota exceeded',
    'url.path': '/var/log/',
    'labels.canary': false,
  }),
  c: fieldsOf({
    '@timestamp': '2026-11-22T00:00:00.000Z',
    message: 'user=ann action=login and not or',
    'event.dataset': 'auth*star',
    'host.name': 'Web-1',
    'log.level': 'warning',
    'user.name': 'not',
    'source.ip': '2001:db8::7',
    note: 'a:b "c" (d)',
    tags: null,
  }),
};

const hits = (query: string) => {
  const matches = compileQuery(query);
  return Object.entries(fixture)
    .filter(([, fields]) => matches(fields))
    .map(([name]) => name)
    .join('');
};

const tables: Record<string, [query: string, expected: string][]> = {
  'everything and existence': [
    ['', 'abc'],
    ['   ', 'abc'],
    ['*', 'abc'],
    ['*:*', 'abc'],
    ['user.name:*', 'c'],
    ['user.name : *', 'c'],
    ['http:*', 'ab'],
    ['http.request: *', 'a'],
    ['nothing.here:*', ''],
    ['not nothing.here:*', 'abc'],
    ['tags:*', 'ab'],
    ['"*"', ''],
  ],
  'whole values, with their case': [
    ['host.name:web-1', 'a'],
    ['host.name : web-1', 'a'],
    ['host.name:Web-1', 'c'],
    ['host.name:"web-1"', 'a'],
    ['host.name: web 2', 'b'],
    ['host.name: "web 2"', 'b'],
    ['host.name:web', ''],
    ['event.dataset : "nginx.access"', 'a'],
    ['event.dataset : nginx', ''],
    ['user.name: "not"', 'c'],
    ['user.name: \\not', 'c'],
    ['note: a\\:b \\"c\\" \\(d\\)', 'c'],
    ['note: "a:b \\"c\\" (d)"', 'c'],
  ],
  'wildcards in values': [
    ['event.dataset:nginx.*', 'ab'],
    ['event.dataset:*.error', 'b'],
    ['event.dataset:n*x*s', 'a'],
    ['event.dataset:auth\\*star', 'c'],
    ['event.dataset:nginx\\*', ''],
    ['event.dataset:"nginx.*"', ''],
    ['host.name:web*', 'ab'],
    ['host.name: web *', 'b'],
    ['url.path : "/health*"', ''],
    ['url.path : /health*', 'a'],
    ['http.response.status_code: 4*', 'b'],
    ['labels.canary: t*', 'a'],
    ['host.name: w*w', ''],
  ],
  'wildcards in names': [
    ['http.*: GET', 'a'],
    ['*.name: "not"', 'c'],
    ['*.name: web-1', 'a'],
    ['http.*.status_code: 404', 'b'],
    ['*: green', 'b'],
    ['no.*: green', ''],
    ['event.d* > 10000', 'b'],
    ['*.ip: 10.0.0.0/8', 'a'],
    ['log.*: "ERROR"', 'b'],
    ['error.*: quota', 'b'],
  ],
  'numbers, also where the field or the query has text': [
    ['http.response.status_code:200', 'a'],
    ['http.response.status_code:"200"', 'a'],
    ['http.response.status_code:200.0', 'a'],
    ['http.response.status_code:404', 'b'],
    ['http.response.status_code >= 200', 'ab'],
    ['http.response.status_code > 200', 'b'],
    ['http.response.status_code < 404', 'a'],
    ['http.response.status_code <= "404"', 'ab'],
    ['event.duration > 1.5e3', 'b'],
    ['event.duration >= 1.5e3', 'ab'],
    ['event.duration > -1', 'ab'],
    ['host.name > 5', ''],
  ],
  'texts in the order of the alphabet': [
    ['host.name >= web', 'ab'],
    ['host.name < a', 'c'],
  ],
  booleans: [
    ['labels.canary: true', 'a'],
    ['labels.canary: false', 'b'],
    ['labels.canary: "true"', 'a'],
    ['not labels.canary: true', 'bc'],
  ],
  'dates with their precision': [
    ['@timestamp >= "2026-11-21T11:30:00Z"', 'bc'],
    ['@timestamp > "2026-11-21T11:30:00.000Z"', 'c'],
    ['@timestamp > 2026-11-21', 'c'],
    ['@timestamp <= 2026-11-21', 'ab'],
    ['@timestamp < 2026-11-22', 'ab'],
    ['@timestamp: 2026-11-21', 'ab'],
    ['@timestamp: 2026-11', 'abc'],
    ['@timestamp: 2026', 'abc'],
    ['@timestamp: 2025-12', ''],
    ['@timestamp: "2026-11-21T12:30:00+01:00"', 'b'],
    ['@timestamp >= "2026-11-21T10:30"', 'bc'],
  ],
  'networks in address fields': [
    ['source.ip: 10.0.0.0/8', 'a'],
    ['source.ip: "192.168.0.0/16"', 'b'],
    ['source.ip: "2001:db8::/32"', 'c'],
    ['source.ip: 10.1.2.3', 'a'],
    ['source.ip: 10.0.0.0/99', ''],
  ],
  'full text: any of the words, whatever their case': [
    ['message: connection', 'ab'],
    ['message: CONNECTION', 'ab'],
    ['message: connect', ''],
    ['message: reset lost', 'ab'],
    ['message: 10.0.0.7', 'a'],
    ['message: 10', ''],
    ['message: TimeoutError', ''],
    ['message: java.lang.TimeoutError', 'b'],
    ['message: 30,5', 'b'],
    ['message: ann', 'c'],
    ['message: ;', ''],
    ['error.message: disk', 'b'],
    ['error.message: "quota exceeded"', 'b'],
  ],
  'full text: a phrase': [
    ['message: "connection reset"', 'a'],
    ['message: "reset connection"', ''],
    ['message: "connection was"', 'b'],
    ['message: "no thanks"', 'a'],
    ['message: "action=login"', 'c'],
  ],
  'full text: wildcards': [
    ['message: *Timeout*', 'b'],
    ['message: conn*', 'ab'],
    ['message: c*n', 'ab'],
    ['message: *onn', ''],
    ['message: act*=log*', 'c'],
  ],
  'bare values are looked for everywhere': [
    ['connection', 'ab'],
    ['"connection reset"', 'a'],
    ['blue', 'a'],
    ['web-1', 'a'],
    ['404', 'b'],
    ['quota', 'b'],
    ['nginx.*', 'ab'],
    ['not connection', 'c'],
  ],
  'several values of one field': [
    ['tags: blue', 'a'],
    ['tags: edge', 'a'],
    ['tags: (blue or green)', 'ab'],
    ['tags: (blue and edge)', 'a'],
    ['tags: (blue and green)', ''],
    ['tags: (not blue)', 'bc'],
    ['http.response.status_code:(200 or 404)', 'ab'],
    ['http.response.status_code : ( 200 OR "404" )', 'ab'],
    ['host.name: (web-1 or (Web-1 and not web*))', 'ac'],
  ],
  'and, or, not and brackets': [
    ['host.name:web-1 and log.level:info', 'a'],
    ['host.name:web-1 AND log.level:ERROR', ''],
    ['host.name:web-1 or log.level:ERROR', 'ab'],
    ['not host.name:web-1', 'bc'],
    ['NOT host.name:web-1 and not user.name:*', 'b'],
    ['not not host.name:web-1', 'a'],
    ['user.name:* or host.name:web-1 and log.level:nope', 'c'],
    ['(user.name:* or host.name:web-1) and log.level:info', 'a'],
    ['not (host.name:web-1 or user.name:*)', 'b'],
    ['tags:blue or tags:green or user.name:*', 'abc'],
    ['tags:blue and tags:edge and log.level:info', 'a'],
    ['(tags:blue)or(tags:green)', 'ab'],
    ['event.dataset : "nginx.access" and not url.path : /health*', ''],
  ],
  'nested names are read as flat ones': [
    ['http:{ response.status_code: 200 }', 'a'],
    ['http: { response: { status_code >= 200 } and request.method: GET }', 'a'],
    ['http:{ request.* : GET or response.status_code: 404 }', 'ab'],
    ['ht*:{ request.method: GET }', 'a'],
    ['http:{ nope: * }', ''],
  ],
  'patterns, logboom’s own': [
    ['message: /reset by \\w+/', 'a'],
    ['message: /TIMEOUT/', ''],
    ['message: /TIMEOUT/i', 'b'],
    ['url.path: /^\\/health\\//', 'a'],
    ['url.path: /var/log/', 'b'],
    ['http.response.status_code: /^[24]0/', 'ab'],
    ['host.name: (/^web/ or /^Web/)', 'abc'],
    ['/login and/', 'c'],
    ['message: /(a+)+$/', ''],
  ],
  'levels in their order': [
    ['log.level >= error', 'b'],
    ['log.level >= warn', 'bc'],
    ['log.level > warning', 'b'],
    ['log.level < error', 'ac'],
    ['log.level <= INFO', 'a'],
    ['log.level: ERROR', 'b'],
    ['log.level: error', ''],
    ['log:{ level >= err }', 'b'],
  ],
};

for (const [subject, rows] of Object.entries(tables))
  describe(subject, () => {
    it.each(rows)('%s → %s', (query, expected) => {
      expect(hits(query)).toBe(expected);
    });
  });

describe('a query on one field', () => {
  it('asks for that field once and for no other', () => {
    const asked: string[] = [];
    const fields = fieldsOf({ 'host.name': 'web-1' });
    const spied = {
      ...fields,
      get: (name: string) => {
        asked.push(name);
        return fields.get(name);
      },
    };
    expect(compileQuery('host.name: web-1')(spied)).toBe(true);
    expect(asked).toEqual(['host.name']);
  });

  it('takes time linear in the line, whatever the pattern', () => {
    const line = fieldsOf({ message: `${'a'.repeat(100_000)}!` });
    const started = performance.now();
    compileQuery('message: /^(a+)+$/')(line);
    compileQuery('message: "a a a" or message: a*a*a*a*b')(line);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
