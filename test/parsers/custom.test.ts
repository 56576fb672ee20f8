import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsers } from '../../src/config/schema/parsers.ts';
import { EventReader } from '../../src/parsers/event.ts';
import { batch, blockOf } from '../support/events.ts';

/** Reads lines by a format that the configuration defines. */
function read(definition: object, ...lines: string[]) {
  const config = parsers.parse({ default: 'mine', formats: { mine: definition } });
  const reader = new EventReader({ parsers: config, time: { zone: 'UTC' } });
  reader.open(blockOf(...lines.map((message) => JSON.stringify({ message }))), batch);
  return lines.map(() => {
    const event = reader.next()!;
    return {
      get: (name: string) => event.get(name),
      failure: event.parseFailure,
      document: JSON.parse(event.document()),
    };
  });
}

const nginx =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for" rt=$request_time uct="$upstream_connect_time" urt="$upstream_response_time" $upstream_addr';
const line =
  '10.0.0.1 - bob [20/Nov/2026:10:00:00 +0000] "GET /a?b=1 HTTP/1.1" 502 32 "-" "say \\"hi\\"" "203.0.113.9, 10.0.0.1" rt=0.250 uct="0.001" urt="0.100, 0.120" 10.1.0.7:80, 10.1.0.8:80';

describe('the log_format of nginx', () => {
  it('says what each value means', () => {
    const [event] = read({ access: nginx }, line);
    expect(event!.failure).toBeUndefined();
    const expected = {
      '@timestamp': '2026-11-20T10:00:00.000Z',
      'source.address': '10.0.0.1',
      'source.ip': '203.0.113.9',
      'network.forwarded_ip': '203.0.113.9',
      'user.name': 'bob',
      'url.path': '/a',
      'url.query': 'b=1',
      'http.response.status_code': 502,
      'http.response.body.bytes': 32,
      'http.request.referrer': undefined,
      'user_agent.original': 'say "hi"',
      'event.duration': 250_000_000,
      'event.outcome': 'failure',
      'nginx.access.upstream.connect.time': 0.001,
      'nginx.access.upstream.response.time': 0.12,
      'nginx.access.upstream.address': '10.1.0.8:80',
    };
    for (const [name, value] of Object.entries(expected))
      expect([name, event!.get(name)]).toEqual([name, value]);
  });

  it('keeps what was read of a line that breaks off', () => {
    const [event] = read({ access: nginx }, line.slice(0, line.indexOf('" 502') + 3));
    expect(event!.failure).toBe('the line ends before the format does');
    expect(event!.get('url.path')).toBe('/a');
    expect(event!.get('http.response.status_code')).toBeUndefined();
  });
});

describe('the LogFormat of Apache', () => {
  it.each([
    [
      '%h %l %u %t \\"%r\\" %>s %b %D',
      '::1 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1 1234',
      1_234_000,
    ],
    [
      '%v %h %l %u %t "%r" %>s %O %T',
      'x.org ::1 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1 2',
      2e9,
    ],
    [
      '%a %t "%r" %s %{ms}T "%{User-Agent}i"',
      '::1 [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 15 "curl"',
      15e6,
    ],
  ])('%s gives durations in their units', (access, text, duration) => {
    const [event] = read({ access }, text);
    expect(event!.failure).toBeUndefined();
    expect(event!.get('event.duration')).toBe(duration);
    expect(event!.get('source.ip')).toBe('::1');
    expect(event!.get('@timestamp')).toBe('2026-11-20T10:00:00.000Z');
  });
});

describe('formats of a configuration', () => {
  it.each<[object, string, Record<string, unknown>]>([
    [
      { pattern: '^(?P<timestamp>\\S+) (?P<user__name>\\w+) (?P<n>\\d+)$' },
      '2026-11-20T10:00:00Z bob 7',
      { '@timestamp': '2026-11-20T10:00:00.000Z', 'user.name': 'bob', n: 7 },
    ],
    [
      { csv: { columns: ['timestamp', 'shop', 'total'] } },
      '2026-11-20T10:00:00Z,"a ""b"", c",12.5',
      { shop: 'a "b", c', total: 12.5 },
    ],
    [{ keyValue: { separator: ';', sign: ':' } }, 'shop: a b; total: 7', { shop: 'a b', total: 7 }],
    [
      { grok: '%{IP:source.ip} %{WORD:[http][request][method]} %{NUMBER:n:int}' },
      '192.0.2.1 GET 7',
      { 'source.ip': '192.0.2.1', 'http.request.method': 'GET', n: 7 },
    ],
    [{ grok: ['%{X:a}', '%{WORD:b}'], patterns: { X: '\\d+' } }, 'word', { b: 'word' }],
    [
      { w3c: '#Fields: date time c-ip cs-method cs-uri-stem sc-status' },
      '2026-11-20 10:00:00 192.0.2.1 GET /a 404',
      { 'url.path': '/a', 'http.response.status_code': 404 },
    ],
  ])('%j reads %s', (definition, text, fields) => {
    const [event] = read(definition, text);
    expect(event!.failure).toBeUndefined();
    for (const [name, value] of Object.entries(fields))
      expect([name, event!.get(name)]).toEqual([name, value]);
  });

  it('that cannot be compiled are refused with their name', () => {
    expect(() => read({ grok: '%{NOSUCH:a}' }, 'x')).toThrow('no grok pattern `NOSUCH`');
    expect(() => read({ pattern: '(' }, 'x')).toThrow('`mine` cannot be compiled');
    expect(() => read({ access: 'plain' }, 'x')).toThrow('no variable');
  });

  it('tag a line that is not in them', () => {
    expect(read({ csv: { columns: ['a', 'b'] } }, 'x')[0]!.failure).toBe('the line has 1 columns, not 2');
    expect(read({ grok: '%{IP:a}' }, 'x')[0]!.failure).toBe('does not begin like a line of the format mine');
  });
});

describe('the grok pattern COMBINEDAPACHELOG', () => {
  it('reads the real lines, and the one that breaks off without delay', () => {
    const lines = readFileSync(new URL('../fixtures/apache-combined.log', import.meta.url), 'utf8')
      .trim()
      .split('\n');
    const some = [...lines.slice(0, 500), ...lines.slice(8_800, 9_000)];
    const started = performance.now();
    const events = read({ grok: '%{COMBINEDAPACHELOG}' }, ...some);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(events.filter(({ failure }) => failure !== undefined)).toHaveLength(1);
    expect(events[0]!.document).toMatchObject({
      '@timestamp': '2015-05-17T10:05:03.000Z',
      source: { address: '83.149.9.216' },
      http: { response: { status_code: 200 } },
    });
  });
});
