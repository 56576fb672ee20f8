import { describe, expect, it } from 'vitest';
import { logFormat } from '../../src/parsers/custom/log-format.ts';

const context = { zone: 'UTC', receivedAt: Date.parse('2026-11-21T00:00:00Z') };
const shared = ['event.kind', 'event.category', 'event.type', 'event.outcome', 'http.response.status_code'];

/** The fields of one value between a status and an end that is always there. */
function fieldsOf(variable: string, value: string): object {
  const isNginx = variable.startsWith('$');
  const definition = isNginx ? `$status "${variable}" end` : `%s "${variable}" end`;
  const found = logFormat('mine', definition).parse(`200 "${value}" end`, context)!;
  expect(found.failure).toBeUndefined();
  const fields = JSON.parse(JSON.stringify(found.fields)) as Record<string, unknown>;
  for (const name of shared) delete fields[name];
  return fields;
}

/** ngx_http_core_module, ngx_http_log_module, ngx_http_upstream_module: each variable and its field of ECS. */
describe('a variable of nginx', () => {
  it.each<[string, string, object]>([
    ['$remote_addr', '192.0.2.1', { 'source.address': '192.0.2.1', 'source.ip': '192.0.2.1' }],
    ['$remote_addr', 'unix:', { 'source.address': 'unix:' }],
    ['$remote_addr', '2001:db8::1', { 'source.address': '2001:db8::1', 'source.ip': '2001:db8::1' }],
    ['$realip_remote_addr', '10.0.0.1', { 'nginx.access.realip_remote_addr': '10.0.0.1' }],
    ['$remote_port', '4711', { 'source.port': 4711 }],
    ['$remote_port', 'x', {}],
    ['$remote_user', 'bob', { 'user.name': 'bob' }],
    ['$remote_user', '-', {}],
    [
      '$http_x_forwarded_for',
      '203.0.113.9',
      { 'network.forwarded_ip': '203.0.113.9', 'source.ip': '203.0.113.9' },
    ],
    ['$http_x_forwarded_for', 'unknown', {}],
    [
      '$request',
      'GET /a?b=1 HTTP/2.0',
      {
        ...{ 'http.request.method': 'GET', 'url.original': '/a?b=1', 'url.path': '/a', 'url.query': 'b=1' },
        'http.version': '2.0',
      },
    ],
    ['$request', '', {}],
    ['$request_method', 'PUT', { 'http.request.method': 'PUT' }],
    ['$request_uri', '/a?b', { 'url.original': '/a?b' }],
    ['$uri', '/a', { 'url.path': '/a' }],
    ['$args', 'b=1', { 'url.query': 'b=1' }],
    ['$query_string', 'b=1', { 'url.query': 'b=1' }],
    ['$body_bytes_sent', '612', { 'http.response.body.bytes': 612 }],
    ['$bytes_sent', '900', { 'http.response.bytes': 900 }],
    ['$request_length', '300', { 'http.request.bytes': 300 }],
    ['$request_id', 'abc', { 'http.request.id': 'abc' }],
    ['$request_time', '0.005', { 'event.duration': 5_000_000 }],
    ['$request_time', '-', {}],
    ['$request_time', '-0.001', {}],
    ['$http_referer', 'http://x/', { 'http.request.referrer': 'http://x/' }],
    ['$http_user_agent', 'curl/8', { 'user_agent.original': 'curl/8' }],
    ['$host', 'x.org', { 'url.domain': 'x.org' }],
    ['$http_host', 'x.org:8080', { 'url.domain': 'x.org' }],
    ['$http_host', 'x.org', { 'url.domain': 'x.org' }],
    ['$server_name', 'shop', { 'nginx.access.server_name': 'shop' }],
    ['$scheme', 'https', { 'url.scheme': 'https' }],
    ['$server_port', '443', { 'destination.port': 443 }],
    ['$server_addr', '10.0.0.7', { 'destination.address': '10.0.0.7', 'destination.ip': '10.0.0.7' }],
    ['$server_protocol', 'HTTP/1.1', { 'http.version': '1.1' }],
    ['$ssl_protocol', 'TLSv1.3', { 'nginx.access.ssl_protocol': 'TLSv1.3' }],
    ['$ssl_cipher', 'TLS_AES_256', { 'tls.cipher': 'TLS_AES_256' }],
    ['$upstream_addr', '10.0.0.1:80', { 'nginx.access.upstream.address': '10.0.0.1:80' }],
    ['$upstream_status', '502, 200', { 'nginx.access.upstream.status_code': 200 }],
    ['$upstream_status', '502 : 301', { 'nginx.access.upstream.status_code': 301 }],
    ['$upstream_status', '-', {}],
    ['$upstream_response_time', '0.1, 0.25', { 'nginx.access.upstream.response.time': 0.25 }],
    ['$upstream_connect_time', '0.001', { 'nginx.access.upstream.connect.time': 0.001 }],
    ['$upstream_header_time', '0.002', { 'nginx.access.upstream.header.time': 0.002 }],
    ['$upstream_response_length', '612', { 'nginx.access.upstream.response.length': 612 }],
    ['$upstream_cache_status', 'HIT', { 'nginx.access.upstream.cache_status': 'HIT' }],
    ['$pid', '7', { 'process.pid': 7 }],
    ['$is_args', '?', {}],
    // Those without a field of ECS keep their names; headers are fields of the request.
    ['$gzip_ratio', '2.5', { 'nginx.access.gzip_ratio': '2.5' }],
    ['$http_accept_language', 'de', { 'http.request.headers.accept-language': 'de' }],
    ['$http_x_request_id', 'r1', { 'http.request.id': 'r1' }],
    ['$constructor', 'x', { 'nginx.access.constructor': 'x' }],
    ['$toString', 'x', { 'nginx.access.toString': 'x' }],
    ['$http_constructor', 'x', { 'http.request.headers.constructor': 'x' }],
    ['${remote_user}', 'bob', { 'user.name': 'bob' }],
  ])('%s of %j', (variable, value, fields) => expect(fieldsOf(variable, value)).toEqual(fields));
});

/** mod_log_config and mod_logio: each directive and its field of ECS. */
describe('a directive of Apache', () => {
  it.each<[string, string, object]>([
    ['%h', 'client.example.org', { 'source.address': 'client.example.org' }],
    ['%a', '192.0.2.1', { 'source.address': '192.0.2.1', 'source.ip': '192.0.2.1' }],
    ['%{c}a', '192.0.2.1', { 'source.address': '192.0.2.1', 'source.ip': '192.0.2.1' }],
    ['%A', '10.0.0.7', { 'destination.address': '10.0.0.7', 'destination.ip': '10.0.0.7' }],
    ['%l', '-', {}],
    ['%l', 'ident', {}],
    ['%u', 'bob', { 'user.name': 'bob' }],
    [
      '%r',
      'POST /x HTTP/1.0',
      {
        ...{ 'http.request.method': 'POST', 'url.original': '/x', 'url.path': '/x', 'http.version': '1.0' },
      },
    ],
    ['%m', 'GET', { 'http.request.method': 'GET' }],
    ['%U', '/a', { 'url.path': '/a' }],
    ['%q', '?b=1', { 'url.query': 'b=1' }],
    ['%q', '', {}],
    ['%H', 'HTTP/1.1', { 'http.version': '1.1' }],
    ['%b', '-', {}],
    ['%b', '612', { 'http.response.body.bytes': 612 }],
    ['%B', '0', { 'http.response.body.bytes': 0 }],
    ['%O', '900', { 'http.response.bytes': 900 }],
    ['%I', '300', { 'http.request.bytes': 300 }],
    ['%D', '1500', { 'event.duration': 1_500_000 }],
    ['%T', '2', { 'event.duration': 2_000_000_000 }],
    ['%{s}T', '2', { 'event.duration': 2_000_000_000 }],
    ['%{ms}T', '2', { 'event.duration': 2_000_000 }],
    ['%{us}T', '2', { 'event.duration': 2_000 }],
    ['%v', 'x.org', { 'url.domain': 'x.org' }],
    ['%V', 'x.org', { 'url.domain': 'x.org' }],
    ['%p', '443', { 'destination.port': 443 }],
    ['%{local}p', '443', { 'destination.port': 443 }],
    ['%P', '7', { 'process.pid': 7 }],
    ['%{tid}P', '7', { 'process.pid': 7 }],
    ['%L', 'abc', { 'http.request.id': 'abc' }],
    ['%{Referer}i', 'http://x/', { 'http.request.referrer': 'http://x/' }],
    ['%{User-agent}i', 'curl', { 'user_agent.original': 'curl' }],
    ['%{Host}i', 'x.org:80', { 'url.domain': 'x.org' }],
    ['%{X-Request-ID}i', 'r1', { 'http.request.id': 'r1' }],
    ['%{X.Dotted}i', 'v', { 'http.request.headers.x_dotted': 'v' }],
    ['%{constructor}i', 'v', { 'http.request.headers.constructor': 'v' }],
    ['%{Content-Type}o', 'text/html', { 'http.response.headers.content-type': 'text/html' }],
    ['%{UNIQUE_ID}e', 'e', { 'apache.access.unique_id': 'e' }],
    ['%{note}n', 'n', { 'apache.access.note': 'n' }],
    ['%{session}C', 'c', { 'apache.access.session': 'c' }],
    ['%{SSL_PROTOCOL}x', 'TLSv1.3', { 'apache.access.ssl_protocol': 'TLSv1.3' }],
    ['%>s', '404', {}],
    ['%!200{X-A}i', 'v', { 'http.request.headers.x-a': 'v' }],
  ])('%s of %j', (directive, value, fields) => expect(fieldsOf(directive, value)).toEqual(fields));

  it.each(['%K', '%{x}z', '%{constructor}T', '%{minutes}T', '%^FB', '%{x}u'])('is not %s', (directive) => {
    expect(() => logFormat('mine', `%h ${directive} %s`)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: `\`${directive}\` is not a directive of Apache's LogFormat that can be read.`,
      }),
    );
  });

  it.each(['', 'plain text', '100 percent'])('is needed in %j', (definition) => {
    expect(() => logFormat('mine', definition)).toThrow(
      `\`${definition}\` has no variable of nginx or directive of Apache.`,
    );
  });
});

describe('a line of a format that is defined', () => {
  const combined = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"';
  const line =
    '192.0.2.1 - bob [20/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 612 "http://x/" "say \\"hi\\" \\\\ \\xc3\\xa4"';
  const read = (text: string) => logFormat('mine', combined).parse(text, context);

  it('is read with what Apache escapes in it', () => {
    expect(read(line)!.fields).toMatchObject({
      // The encoding of bytes is not known, so these stay.
      'user_agent.original': 'say "hi" \\ \\xc3\\xa4',
      'http.request.referrer': 'http://x/',
      'user.name': 'bob',
    });
    expect(new Date(read(line)!.time).toISOString()).toBe('2026-11-20T10:00:00.000Z');
  });

  it('is read to where it was cut off, which is said', () => {
    for (let length = line.length - 1; length > 20; length -= 1) {
      const found = read(line.slice(0, length));
      if (found === undefined) continue;
      expect(found.fields).toMatchObject({ 'event.category': ['web'] });
      if (found.failure === undefined) continue;
      expect(found.failure).toBe('the line ends before the format does');
    }
    const cut = read(line.slice(0, line.indexOf('612') + 1))!;
    expect(cut.failure).toBe('the line ends before the format does');
    expect(cut.fields['http.response.status_code']).toBe(200);
    // Of `612` only the first digit is there, which is no number of bytes.
    expect(cut.fields['http.response.body.bytes']).toBeUndefined();
  });

  it.each(['', 'hello', '{"a":1}'])('is not %j', (text) => {
    const found = logFormat('mine', '%h [%t] "%r" %s').parse(text, context);
    expect(found === undefined || found.failure !== undefined).toBe(true);
  });

  it.each<[string, string, object]>([
    // A public client speaks for itself; the header of a private one is believed.
    ['203.0.113.9', '198.51.100.7', { 'source.ip': '203.0.113.9', 'network.forwarded_ip': '198.51.100.7' }],
    ['10.0.0.1', '198.51.100.7', { 'source.ip': '198.51.100.7', 'network.forwarded_ip': '198.51.100.7' }],
    [
      '10.0.0.1',
      '10.0.0.2, 198.51.100.7',
      { 'source.ip': '198.51.100.7', 'network.forwarded_ip': '10.0.0.2' },
    ],
    ['10.0.0.1', '10.0.0.2', { 'source.ip': '10.0.0.1', 'network.forwarded_ip': '10.0.0.2' }],
    ['10.0.0.1', '-', { 'source.ip': '10.0.0.1' }],
  ])('from %s for %s', (client, forwarded, fields) => {
    const found = logFormat('mine', '$remote_addr "$http_x_forwarded_for" $status').parse(
      `${client} "${forwarded}" 200`,
      context,
    )!;
    const { 'source.ip': ip, 'network.forwarded_ip': first } = found.fields;
    expect(JSON.parse(JSON.stringify({ 'source.ip': ip, 'network.forwarded_ip': first }))).toEqual(fields);
  });

  it.each([
    [200, 'success', 200],
    [399, 'success', 399],
    [400, 'failure', 400],
    [599, 'failure', 599],
    ['000', undefined, undefined],
    ['-', undefined, undefined],
    [9, undefined, undefined],
  ])('with the status %s: %s', (status, outcome, code) => {
    const { fields } = logFormat('mine', '%h %s end').parse(`192.0.2.1 ${status} end`, context)!;
    expect([fields['event.outcome'], fields['http.response.status_code']]).toEqual([outcome, code]);
  });
});
