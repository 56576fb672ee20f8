import { describe, expect, it } from 'vitest';
import { logFormat } from '../../src/parsers/custom/log-format.ts';

const context = { zone: 'UTC', receivedAt: Date.parse('2026-11-21T00:00:00Z') };
const noon = Date.parse('2026-11-20T12:00:00Z');

function read(definition: string, line: string) {
  const found = logFormat('mine', definition).parse(line, context);
  return (
    found && { time: found.time, failure: found.failure, fields: JSON.parse(JSON.stringify(found.fields)) }
  );
}

type Row = [definition: string, line: string, fields: object];

/** Directives as the documentation of mod_log_config describes them. */
describe('a LogFormat of Apache', () => {
  it.each<Row>([
    // `%r` equals `%m %U%q %H`.
    [
      '%h "%m %U%q %H" %>s',
      '192.0.2.1 "GET /a/b?x=1&y=? HTTP/1.1" 200',
      { 'http.request.method': 'GET', 'url.path': '/a/b', 'url.query': 'x=1&y=?', 'http.version': '1.1' },
    ],
    ['%h %U%q %s', '192.0.2.1 /a 404', { 'url.path': '/a', 'http.response.status_code': 404 }],
    ['%h %V%U %s', '192.0.2.1 x.org/a/b 200', { 'url.domain': 'x.org', 'url.path': '/a/b' }],
    ['%v:%p %h %s', 'x.org:443 192.0.2.1 200', { 'url.domain': 'x.org', 'destination.port': 443 }],
    // A letter behind a directive is text, and so is a doubled percent sign.
    ['%h took=%Dus %s', '192.0.2.1 took=1500us 200', { 'event.duration': 1_500_000 }],
    ['%h 100%% %s', '192.0.2.1 100% 200', { 'http.response.status_code': 200 }],
    ['%{c}h %{c}a %s', 'lb.example 10.0.0.7 200', { 'source.ip': '10.0.0.7' }],
    ['%h %b %s', '192.0.2.1 - 304', { 'http.response.status_code': 304 }],
    ['%h %I %O %s', '192.0.2.1 300 900 200', { 'http.request.bytes': 300, 'http.response.bytes': 900 }],
    ['%h %{us}T %s', '192.0.2.1 7 200', { 'event.duration': 7_000 }],
    [
      '%h %!200,304{Referer}i "%400,501{User-Agent}i" %s',
      '192.0.2.1 http://x/ "curl" 400',
      { 'http.request.referrer': 'http://x/', 'user_agent.original': 'curl' },
    ],
    ['%h %{X-Cache}o %s', '192.0.2.1 HIT 200', { 'http.response.headers.x-cache': 'HIT' }],
  ])('%s reads %s', (definition, line, fields) => {
    const found = read(definition, line);
    expect(found?.failure).toBeUndefined();
    expect(found?.fields).toMatchObject(fields);
  });

  it.each([
    ['%h %t %s', '192.0.2.1 [20/Nov/2026:13:00:00 +0100] 200', 0],
    ['%h %{sec}t %s', `192.0.2.1 ${noon / 1_000} 200`, 0],
    ['%h %{msec}t %s', `192.0.2.1 ${noon + 123} 200`, 123],
    ['%h %{usec}t %s', `192.0.2.1 ${noon}500 200`, 0],
    ['%h [%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t] %s', '192.0.2.1 [20/Nov/2026 13:00:00.123 +0100] 200', 123],
    ['%h [%{%d/%b/%Y:%H:%M:%S}t.%{usec_frac}t] %s', '192.0.2.1 [20/Nov/2026:12:00:00.123456] 200', 123],
  ])('%s has the time of %s', (definition, line, millis) => {
    expect(read(definition, line)?.time).toBe(noon + millis);
  });

  it.each(['%h %^FB', '%h %K', '%h %{x}z'])('%s is refused', (definition) =>
    expect(() => logFormat('mine', definition)).toThrow(/not a directive/),
  );
});

/** Variables as the documentation of nginx describes them. */
describe('a log_format of nginx', () => {
  it.each<Row>([
    [
      '$remote_addr "$request_method $uri$is_args$args" $status',
      '192.0.2.1 "GET /a/b?x=1&y=?" 200',
      { 'url.path': '/a/b', 'url.query': 'x=1&y=?' },
    ],
    ['$remote_addr $uri$is_args$args $status', '192.0.2.1 /a 404', { 'url.path': '/a' }],
    [
      '$remote_addr $scheme://$host$request_uri $status',
      '192.0.2.1 https://x.org/a?b=1 200',
      { 'url.scheme': 'https', 'url.domain': 'x.org', 'url.original': '/a?b=1' },
    ],
    ['${remote_addr}:$remote_port $status', '192.0.2.1:4711 200', { 'source.port': 4711 }],
    ['$remote_addr $http_x_request_id $status', '192.0.2.1 abc 200', { 'http.request.id': 'abc' }],
    ['$remote_addr $http_x_tenant $status', '192.0.2.1 t1 200', { 'http.request.headers.x-tenant': 't1' }],
    [
      '$remote_addr $upstream_status $upstream_cache_status $status',
      '192.0.2.1 502, 200 MISS 200',
      { 'nginx.access.upstream.status_code': 200, 'nginx.access.upstream.cache_status': 'MISS' },
    ],
    [
      '$upstream_addr $upstream_response_time $status',
      '10.0.0.1:80, unix:/tmp/s : 10.0.0.2:80 0.1, 0.2 : 0.3 200',
      { 'nginx.access.upstream.address': '10.0.0.2:80', 'nginx.access.upstream.response.time': 0.3 },
    ],
    ['$http_x_forwarded_for $status', '203.0.113.9, 10.0.0.1 200', { 'source.ip': '203.0.113.9' }],
    ['$remote_user, $status', 'bob, 200', { 'user.name': 'bob', 'http.response.status_code': 200 }],
    ['$remote_addr : $status', '192.0.2.1 : 200', { 'http.response.status_code': 200 }],
    ['$remote_addr 100% $status', '192.0.2.1 100% 200', { 'http.response.status_code': 200 }],
  ])('%s reads %s', (definition, line, fields) => {
    const found = read(definition, line);
    expect(found?.failure).toBeUndefined();
    expect(found?.fields).toMatchObject(fields);
  });

  it.each([
    ['$time_local $remote_addr $status', '20/Nov/2026:13:00:00 +0100 192.0.2.1 200', 0],
    ['$remote_addr [$time_local] $status', '192.0.2.1 [20/Nov/2026:12:00:00 +0000] 200', 0],
    ['$remote_addr $time_iso8601 $status', '192.0.2.1 2026-11-20T13:00:00+01:00 200', 0],
    ['$remote_addr $msec $status', `192.0.2.1 ${noon / 1_000}.123 200`, 123],
  ])('%s has the time of %s', (definition, line, millis) => {
    expect(read(definition, line)?.time).toBe(noon + millis);
  });
});
