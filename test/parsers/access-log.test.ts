import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../../src/model.ts';
import { readEvent } from '../support/events.ts';
import { fieldsOf, readAccess as read } from './access-fields.ts';

const time = '[10/Oct/2000:13:55:36 -0700]';
const plain = {
  'source.address': '127.0.0.1',
  'source.ip': '127.0.0.1',
  'user.name': 'frank',
  'http.request.method': 'GET',
  'http.version': '1.0',
  'http.response.status_code': 200,
  'http.response.body.bytes': 2326,
  'url.original': '/a.gif',
  'url.path': '/a.gif',
  'event.outcome': 'success',
};

describe('an access-log line', () => {
  it('in the Common format gives its fields', () => {
    expect(fieldsOf(`127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`)).toEqual(plain);
  });

  it('in the Combined format gives referrer and user agent, too', () => {
    const line = `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326 "http://x.org/?q=1" "Mozilla/4.08 [en] (Win98; I)"`;
    expect(fieldsOf(line)).toEqual({
      ...plain,
      'http.request.referrer': 'http://x.org/?q=1',
      'user_agent.original': 'Mozilla/4.08 [en] (Win98; I)',
    });
  });

  it.each<[string, string, Record<string, FieldValue>]>([
    [
      'an IPv6 client',
      `2001:db8::1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'source.address': '2001:db8::1', 'source.ip': '2001:db8::1' },
    ],
    [
      'an IPv6 client that ends like a port',
      `::1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'source.address': '::1', 'source.ip': '::1' },
    ],
    [
      'a host name',
      `crawl.example.org - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'source.address': 'crawl.example.org', 'source.ip': undefined },
    ],
    [
      'a user with spaces',
      `127.0.0.1 - John [x] Doe ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'user.name': 'John [x] Doe' },
    ],
    ['no user', `127.0.0.1 - - ${time} "GET /a.gif HTTP/1.0" 200 2326`, { 'user.name': undefined }],
    ['an empty user', `127.0.0.1 - "" ${time} "GET /a.gif HTTP/1.0" 200 2326`, { 'user.name': undefined }],
    [
      'no bytes',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 304 -`,
      { 'http.response.body.bytes': undefined, 'http.response.status_code': 304 },
    ],
    [
      'no status',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" - 0`,
      { 'http.response.status_code': undefined, 'http.response.body.bytes': 0, 'event.outcome': undefined },
    ],
    [
      'a failure of the server',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 500 2326`,
      { 'http.response.status_code': 500, 'event.outcome': 'failure' },
    ],
    [
      'a failure of the client',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 400 2326`,
      { 'http.response.status_code': 400, 'event.outcome': 'failure' },
    ],
    [
      'a query',
      `127.0.0.1 - frank ${time} "GET /a?b=c?d HTTP/1.0" 200 2326`,
      { 'url.original': '/a?b=c?d', 'url.path': '/a', 'url.query': 'b=c?d' },
    ],
    [
      'an absolute URL',
      `127.0.0.1 - frank ${time} "GET http://u:p@x.org:80/a?b HTTP/1.0" 200 2326`,
      {
        'url.original': 'http://u:p@x.org:80/a?b',
        'url.path': '/a',
        'url.query': 'b',
        'url.domain': 'x.org',
      },
    ],
    [
      'an absolute URL without a path',
      `127.0.0.1 - frank ${time} "GET http://x.org?b HTTP/1.0" 200 2326`,
      { 'url.original': 'http://x.org?b', 'url.path': '/', 'url.query': 'b', 'url.domain': 'x.org' },
    ],
    [
      'a URL with spaces',
      `127.0.0.1 - frank ${time} "GET /a b c HTTP/1.0" 200 2326`,
      { 'url.original': '/a b c', 'url.path': '/a b c' },
    ],
    [
      'CONNECT',
      `127.0.0.1 - frank ${time} "CONNECT x.org:443 HTTP/1.0" 200 2326`,
      { 'http.request.method': 'CONNECT', 'url.original': 'x.org:443', 'url.path': undefined },
    ],
    [
      'OPTIONS *',
      `127.0.0.1 - frank ${time} "OPTIONS * HTTP/1.0" 200 2326`,
      { 'http.request.method': 'OPTIONS', 'url.original': '*', 'url.path': '*' },
    ],
    ['HTTP/0.9', `127.0.0.1 - frank ${time} "GET /a.gif" 200 2326`, { 'http.version': undefined }],
    ['HTTP/2', `127.0.0.1 - frank ${time} "GET /a.gif HTTP/2.0" 200 2326`, { 'http.version': '2.0' }],
    [
      'a quote that Apache escaped',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326 "-" "say \\"hi\\" \\\\o/"`,
      { 'user_agent.original': 'say "hi" \\o/' },
    ],
    [
      'a field that ends with an escaped backslash',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326 "C:\\\\" "x"`,
      { 'http.request.referrer': 'C:\\', 'user_agent.original': 'x' },
    ],
    [
      'a quote that nginx escaped',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326 "-" "say \\x22hi\\x22"`,
      { 'user_agent.original': 'say "hi"' },
    ],
    [
      'bytes of an unknown encoding',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326 "-" "\\xe4\\xff"`,
      { 'user_agent.original': '\\xe4\\xff' },
    ],
    [
      'text that is not ASCII',
      `127.0.0.1 - frank ${time} "GET /ä HTTP/1.0" 200 2326 "-" "💥"`,
      { 'url.original': '/ä', 'url.path': '/ä', 'user_agent.original': '💥' },
    ],
    [
      'a tab',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326 "-" "a\tb"`,
      { 'user_agent.original': 'a\tb' },
    ],
    [
      'X-Forwarded-For',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326 "-" "-" "203.0.113.9, 10.0.0.1"`,
      { 'network.forwarded_ip': '203.0.113.9', 'source.ip': '203.0.113.9' },
    ],
    [
      'X-Forwarded-For that begins within a private network',
      `10.0.0.2 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326 "-" "-" "10.1.1.1, 198.51.100.7"`,
      {
        'network.forwarded_ip': '10.1.1.1',
        'source.address': '10.0.0.2',
        'source.ip': '198.51.100.7',
      },
    ],
    [
      'X-Forwarded-For that a public client wrote itself',
      `198.51.100.4 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326 "-" "-" "203.0.113.9"`,
      {
        'network.forwarded_ip': '203.0.113.9',
        'source.address': '198.51.100.4',
        'source.ip': '198.51.100.4',
      },
    ],
    [
      'X-Forwarded-For of nothing',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326 "-" "-" "-"`,
      {},
    ],
    [
      'numbers behind it whose meaning only the server’s configuration says',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326 "-" "-" 345 0.025 [up] 10.0.0.1:80 0.024 "x"`,
      {},
    ],
    [
      'a number behind the Common format',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326 1234`,
      {},
    ],
    [
      'what an ingress controller appends',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326 "-" "-" 345 0.025 [shop-web-80] [] 10.1.0.7:80, 10.1.0.8:80 0, 2326 1.000, 0.024 502, 200 f2d8fa9c9c1f4f3a9d3f`,
      {
        'event.duration': 25_000_000,
        'http.request.bytes': 345,
        'http.request.id': 'f2d8fa9c9c1f4f3a9d3f',
        'nginx.ingress_controller.upstream.name': 'shop-web-80',
        'nginx.ingress_controller.upstream.address': '10.1.0.8:80',
        'nginx.ingress_controller.upstream.response.length': 2326,
        'nginx.ingress_controller.upstream.response.time': 0.024,
        'nginx.ingress_controller.upstream.response.status_code': 200,
      },
    ],
    [
      'a virtual host',
      `www.example.org:443 127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'url.domain': 'www.example.org' },
    ],
    [
      'a virtual host and an IPv6 client',
      `www.example.org:80 ::1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'url.domain': 'www.example.org', 'source.address': '::1', 'source.ip': '::1' },
    ],
    [
      'a client that looks like a virtual host',
      `10.0.0.1:80 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'source.address': '10.0.0.1', 'source.ip': '10.0.0.1', 'source.port': 80 },
    ],
    [
      'a virtual host without a port',
      `www.example.org 127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'url.domain': 'www.example.org' },
    ],
    [
      'a virtual host that is an address',
      `[2001:db8::80]:443 127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'url.domain': '[2001:db8::80]' },
    ],
    [
      'an IPv6 client in brackets with a port',
      `[2001:db8::1]:50322 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'source.address': '2001:db8::1', 'source.ip': '2001:db8::1', 'source.port': 50322 },
    ],
    [
      'an IPv6 client in brackets',
      `[::1] - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'source.address': '::1', 'source.ip': '::1' },
    ],
    [
      'a client of a link’s zone',
      `fe80::1%eth0 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'source.address': 'fe80::1%eth0', 'source.ip': 'fe80::1' },
    ],
    ['an ident', `127.0.0.1 ident frank ${time} "GET /a.gif HTTP/1.0" 200 2326`, {}],
    [
      'the client twice, as older ingress controllers write it',
      `127.0.0.1 - [127.0.0.1] - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      {},
    ],
    [
      'a list of addresses in place of the client',
      `203.0.113.9, 172.68.146.54, 127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'source.address': '203.0.113.9', 'source.ip': '203.0.113.9' },
    ],
    [
      'a list whose first address is private',
      `10.0.0.9, 2001:db8::7, 127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'source.address': '2001:db8::7', 'source.ip': '2001:db8::7' },
    ],
    [
      'a list of private addresses',
      `10.0.0.9, 10.0.0.8 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'source.address': '10.0.0.9', 'source.ip': '10.0.0.9' },
    ],
    [
      'a list that begins with a word',
      `unknown, 198.51.100.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'source.address': '198.51.100.1', 'source.ip': '198.51.100.1' },
    ],
    [
      'a list without blanks',
      `10.0.0.9,2001:db8::7,127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'source.address': '2001:db8::7', 'source.ip': '2001:db8::7' },
    ],
    [
      'a list with some blanks, and ports',
      `10.0.0.9:4711,203.0.113.9:50, 127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'source.address': '203.0.113.9', 'source.ip': '203.0.113.9' },
    ],
    [
      'the status 0 of a request that got no answer',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 0 2326`,
      { 'http.response.status_code': undefined, 'event.outcome': undefined },
    ],
    [
      'the prefix of syslog',
      `<190>Nov 20 10:00:00 web1 nginx: 127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      {},
    ],
    [
      'the prefix of syslog without a host',
      `Nov  2 10:00:00 nginx[12]: 127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      {},
    ],
    [
      'the prefix of syslog with a time of ISO 8601, and a virtual host',
      `2026-11-20T10:00:00.1+01:00 web1 httpd[1]: x.org 127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'url.domain': 'x.org' },
    ],
    [
      'the prefix of a container’s log',
      `2026-11-20T10:00:00.123456789Z stdout F 127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      {},
    ],
    [
      'the status 000 of a request that got no answer',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 000 2326`,
      { 'http.response.status_code': undefined, 'event.outcome': undefined },
    ],
    [
      'the status 009 of HTTP/0.9',
      `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 009 2326`,
      { 'http.response.status_code': undefined, 'event.outcome': undefined },
    ],
    [
      'the socket of nginx',
      `unix: - frank ${time} "GET /a.gif HTTP/1.0" 200 2326`,
      { 'source.address': 'unix:', 'source.ip': undefined },
    ],
    ['a line’s end of Windows', `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326\r`, {}],
  ])('with %s', (_, line, differing) => {
    const expected: Record<string, FieldValue> = { ...plain, ...differing };
    for (const [name, value] of Object.entries(differing)) if (value === undefined) delete expected[name];
    expect(fieldsOf(line)).toEqual(expected);
  });

  it.each(['-', '', '\\x16\\x03\\x01', 'get /a HTTP/1.0', 'GET', 'GET ', '\\n', 'quit'])(
    'whose request is %j keeps what else it has',
    (request) => {
      const fields = fieldsOf(`127.0.0.1 - - ${time} "${request}" 400 226 "-" "-"`);
      expect(fields).toEqual({
        'source.address': '127.0.0.1',
        'source.ip': '127.0.0.1',
        'http.response.status_code': 400,
        'http.response.body.bytes': 226,
        'event.outcome': 'failure',
      });
    },
  );

  it('whose shipper writes quotes as \\u0022 reads the same', () => {
    const line = `127.0.0.1 - frank ${time} "GET /a.gif HTTP/1.0" 200 2326 "-" "say \\"hi\\""`;
    const usual = JSON.stringify({ message: line });
    for (const unusual of [
      usual.replaceAll('\\"', '\\u0022'),
      usual.replaceAll('\\\\', '\\u005C'),
      usual.replace('\\"-\\"', '\\u0022-\\u0022'),
      usual.replaceAll('/', '\\/'),
    ]) {
      const event = readEvent(unusual);
      expect(event.get('user_agent.original')).toBe('say "hi"');
      expect(event.get('url.path')).toBe('/a.gif');
      expect(event.get('user.name')).toBe('frank');
    }
  });

  it.each([
    ['[17/May/2015:10:05:03 +0000]', '2015-05-17T10:05:03.000Z'],
    ['[10/Oct/2000:13:55:36 -0700]', '2000-10-10T20:55:36.000Z'],
    ['[01/Jan/2026:00:00:00 +0530]', '2025-12-31T18:30:00.000Z'],
    ['[29/Feb/2024:23:59:60 +0000]', '2024-03-01T00:00:00.000Z'],
    ['[01/Jan/1970:00:00:00 +0000]', '1970-01-01T00:00:00.000Z'],
  ])('at %s is of %s', (stamp, iso) => {
    expect(read(`::1 - - ${stamp} "GET / HTTP/1.1" 200 1`).get('@timestamp')).toBe(iso);
  });
});

describe('a line that looks like a request and is none', () => {
  it.each([
    `worker 7 job finished ${time} "sync" 200 5`,
    `worker 7 job ${time} "sync" 200 5`,
    `10.0.0.1 job 7 finished ${time} "sync" 200 5`,
    `backup of 10.0.0.1 - - ${time} "GET / HTTP/1.1" 200 5`,
    `request from 10.0.0.1 - - ${time} "GET / HTTP/1.1" 200 5`,
    `web-1 | 10.0.0.1 - - ${time} "GET / HTTP/1.1" 200 5`,
    `<190>Nov 20 10:00:00 web1 nginx says: hello 10.0.0.1 - - ${time} "GET / HTTP/1.1" 200 5`,
    `"a" - - ${time} "GET / HTTP/1.1" 200 5`,
    `a,b - - ${time} "GET / HTTP/1.1" 200 5`,
  ])('is left as it is: %s', (line) => {
    const event = readEvent({ message: line });
    expect(event.get('http.response.status_code')).toBeUndefined();
    expect(event.get('source.address')).toBeUndefined();
    expect(event.get('user.name')).toBeUndefined();
  });
});
