import { describe, expect, it } from 'vitest';
import { readEvent } from '../support/events.ts';

const read = (line: object) => readEvent({ message: JSON.stringify(line) });
const at = '2026-11-20T10:00:00.500Z';
const seconds = Date.parse(at) / 1_000;

/** As Caddy's documentation shows it. */
const caddy = (request: object = {}, more: object = {}) => ({
  level: 'info',
  ts: seconds,
  logger: 'http.log.access',
  msg: 'handled request',
  request: {
    remote_ip: '203.0.113.7',
    remote_port: '41342',
    client_ip: '203.0.113.7',
    proto: 'HTTP/2.0',
    method: 'GET',
    host: 'example.com',
    uri: '/a?b=1',
    headers: { 'User-Agent': ['curl/8.14.1'], Accept: ['*/*'] },
    tls: { resumed: false, version: 772, proto: 'h2', server_name: 'example.com' },
    ...request,
  },
  bytes_read: 0,
  user_id: '',
  duration: 0.000929675,
  size: 10900,
  status: 200,
  resp_headers: { Server: ['Caddy'] },
  ...more,
});

describe('an access log of Caddy', () => {
  it('has the fields of every access log', () => {
    const event = read(caddy());
    expect(event.parseFailure).toBeUndefined();
    expect(JSON.parse(event.document())).toMatchObject({
      '@timestamp': at,
      message: 'handled request',
      log: { level: 'info', logger: 'http.log.access' },
      event: { kind: 'event', category: ['web'], type: ['access'], outcome: 'success', duration: 929_675 },
      source: { address: '203.0.113.7', ip: '203.0.113.7', port: 41_342 },
      http: {
        version: '2.0',
        request: { method: 'GET', body: { bytes: 0 } },
        response: { status_code: 200, body: { bytes: 10_900 } },
      },
      url: { original: '/a?b=1', path: '/a', query: 'b=1', domain: 'example.com' },
      user_agent: { original: 'curl/8.14.1' },
      json: { request: { tls: { proto: 'h2' } }, resp_headers: { Server: ['Caddy'] } },
    });
  });

  it.each<[string, object, Record<string, unknown>]>([
    [
      'a client behind a proxy',
      caddy({ remote_ip: '10.0.0.1', client_ip: '198.51.100.9' }),
      { 'source.ip': '198.51.100.9' },
    ],
    ['an older version without client_ip', caddy({ client_ip: undefined }), { 'source.ip': '203.0.113.7' }],
    ['a client of IPv6', caddy({ client_ip: '2001:db8::7' }), { 'source.ip': '2001:db8::7' }],
    ['a host with a port', caddy({ host: 'example.com:8443' }), { 'url.domain': 'example.com' }],
    ['a user', caddy({}, { user_id: 'alice' }), { 'user.name': 'alice' }],
    [
      'an error',
      caddy({}, { status: 502, level: 'error' }),
      { 'event.outcome': 'failure', 'log.level': 'error' },
    ],
    [
      'no response',
      caddy({}, { status: 0 }),
      { 'http.response.status_code': undefined, 'event.outcome': undefined },
    ],
    [
      'a duration as text',
      caddy({}, { duration: '1.2ms' }),
      { 'event.duration': undefined, 'url.path': '/a' },
    ],
    ['no headers', caddy({ headers: undefined }), { 'user_agent.original': undefined, 'url.path': '/a' }],
    [
      'a referrer',
      caddy({ headers: { Referer: ['https://x.org/'] } }),
      { 'http.request.referrer': 'https://x.org/' },
    ],
  ])('is read: %s', (_, line, expected) => {
    const event = read(line);
    for (const [name, value] of Object.entries(expected))
      expect([name, event.get(name)]).toEqual([name, value]);
  });
});

/** As Traefik writes it with `accessLog.format: json`. */
const traefik = (more: object = {}) => ({
  ClientAddr: '203.0.113.7:53846',
  ClientHost: '203.0.113.7',
  ClientPort: '53846',
  ClientUsername: '-',
  DownstreamContentSize: 1_024,
  DownstreamStatus: 200,
  Duration: 1_234_567,
  OriginStatus: 200,
  RequestContentSize: 12,
  RequestHost: 'shop.example.com',
  RequestMethod: 'POST',
  RequestPath: '/cart?id=7',
  RequestProtocol: 'HTTP/1.1',
  RouterName: 'shop@docker',
  ServiceName: 'shop-service@docker',
  StartUTC: '2026-11-20T10:00:00.5001234Z',
  'request_User-Agent': 'okhttp/4.12.0',
  level: 'info',
  msg: '',
  time: '2026-11-20T10:00:01Z',
  ...more,
});

describe('an access log of Traefik', () => {
  it('has the fields of every access log', () => {
    const event = read(traefik());
    expect(JSON.parse(event.document())).toMatchObject({
      '@timestamp': at,
      log: { level: 'info' },
      event: { outcome: 'success', duration: 1_234_567, type: ['access'] },
      source: { address: '203.0.113.7', ip: '203.0.113.7', port: 53_846 },
      http: {
        version: '1.1',
        request: { method: 'POST', body: { bytes: 12 } },
        response: { status_code: 200, body: { bytes: 1_024 } },
      },
      url: { original: '/cart?id=7', path: '/cart', query: 'id=7', domain: 'shop.example.com' },
      service: { name: 'shop-service@docker' },
      user_agent: { original: 'okhttp/4.12.0' },
      json: { RouterName: 'shop@docker', OriginStatus: 200 },
    });
    expect(event.get('user.name')).toBeUndefined();
  });

  it.each<[string, object, Record<string, unknown>]>([
    ['a user', traefik({ ClientUsername: 'bob' }), { 'user.name': 'bob' }],
    ['an error', traefik({ DownstreamStatus: 504 }), { 'event.outcome': 'failure' }],
    ['no response', traefik({ DownstreamStatus: 0 }), { 'http.response.status_code': undefined }],
    [
      'no ClientHost',
      traefik({ ClientHost: undefined }),
      { 'source.ip': '203.0.113.7', 'source.port': 53_846 },
    ],
    ['a client of IPv6', traefik({ ClientHost: '2001:db8::7' }), { 'source.ip': '2001:db8::7' }],
    ['no StartUTC', traefik({ StartUTC: undefined }), { '@timestamp': '2026-11-20T10:00:01.000Z' }],
    [
      'no protocol',
      traefik({ RequestProtocol: undefined }),
      { 'http.version': undefined, 'url.path': '/cart' },
    ],
    ['a path alone', traefik({ RequestPath: '/' }), { 'url.path': '/', 'url.query': undefined }],
    [
      'a referrer',
      traefik({ request_Referer: 'https://x.org/' }),
      { 'http.request.referrer': 'https://x.org/' },
    ],
    ['HTTP/2', traefik({ RequestProtocol: 'HTTP/2.0' }), { 'http.version': '2.0' }],
  ])('is read: %s', (_, line, expected) => {
    const event = read(line);
    for (const [name, value] of Object.entries(expected))
      expect([name, event.get(name)]).toEqual([name, value]);
  });
});

describe('a line of another program', () => {
  it.each([
    { request: { method: 'GET', uri: '/' }, status: 200 },
    { request: 'GET /', status: 200 },
    { request: { method: 'GET', uri: '/', remote_ip: '192.0.2.1' }, status: 'done' },
    { RequestMethod: 'GET', RequestPath: '/' },
    { RequestMethod: 1, RequestPath: '/', DownstreamStatus: 200 },
  ])('stays as it is: %j', (line) => {
    expect(read(line).get('event.category')).toBeUndefined();
    for (const name of Object.keys(line)) expect(read(line).has(name), name).toBe(true);
  });
});
