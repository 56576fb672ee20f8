import { LogboomError } from '../../errors.ts';
import type { JsonObject } from '../../events/index.ts';
import { nanos, numberOf, textOf } from '../text/text-format.ts';
import { addressFields, requestLineFields } from '../text/web/request-fields.ts';

/** How a value of the log becomes fields. */
export type Reader = (value: string) => JsonObject;

const field =
  (name: string): Reader =>
  (value) => ({ [name]: textOf(value) });
const number =
  (name: string): Reader =>
  (value) => ({ [name]: numberOf(value) });
const duration =
  (unit: 'ms' | 's' | 'us'): Reader =>
  (value) => ({ 'event.duration': nanos(value, unit) });
/** Of several upstreams that were tried, the last one answered. */
const lastOf = (value: string) => value.split(/, | : /).at(-1)!;
const upstream =
  (name: string, isNumber: boolean): Reader =>
  (value) => ({
    [`nginx.access.upstream.${name}`]: isNumber ? numberOf(lastOf(value)) : textOf(lastOf(value)),
  });
const ignored: Reader = () => ({});

/** nginx's variables, for `log_format`. */
const nginx: Readonly<Record<string, Reader>> = {
  remote_addr: (value) => addressFields(value),
  realip_remote_addr: field('nginx.access.realip_remote_addr'),
  remote_port: number('source.port'),
  remote_user: field('user.name'),
  http_x_forwarded_for: field('forwarded'),
  proxy_add_x_forwarded_for: field('forwarded'),
  request: (value) => requestLineFields(value),
  request_method: field('http.request.method'),
  request_uri: field('url.original'),
  uri: field('url.path'),
  args: field('url.query'),
  query_string: field('url.query'),
  status: number('http.response.status_code'),
  body_bytes_sent: number('http.response.body.bytes'),
  bytes_sent: number('http.response.bytes'),
  request_length: number('http.request.bytes'),
  request_id: field('http.request.id'),
  request_time: duration('s'),
  http_referer: field('http.request.referrer'),
  http_user_agent: field('user_agent.original'),
  host: field('url.domain'),
  http_host: (value) => ({ 'url.domain': textOf(value.replace(/:\d+$/, '')) }),
  server_name: field('nginx.access.server_name'),
  scheme: field('url.scheme'),
  server_port: number('destination.port'),
  server_addr: (value) => addressFields(value, 'destination'),
  server_protocol: (value) => ({ 'http.version': textOf(value.replace(/^HTTP\//, '')) }),
  ssl_protocol: field('nginx.access.ssl_protocol'),
  ssl_cipher: field('tls.cipher'),
  upstream_addr: upstream('address', false),
  upstream_status: upstream('status_code', true),
  upstream_response_time: upstream('response.time', true),
  upstream_connect_time: upstream('connect.time', true),
  upstream_header_time: upstream('header.time', true),
  upstream_response_length: upstream('response.length', true),
  upstream_cache_status: field('nginx.access.upstream.cache_status'),
  is_args: ignored,
  time_local: field('stamp'),
  time_iso8601: field('stamp'),
  msec: field('stamp'),
  pid: number('process.pid'),
};

/** Apache's directives, for `LogFormat`. `%{name}i` and the like are in `ofHeader`. */
const apache: Readonly<Record<string, Reader>> = {
  h: (value) => addressFields(value),
  a: (value) => addressFields(value),
  A: (value) => addressFields(value, 'destination'),
  l: ignored,
  u: field('user.name'),
  t: (value) => ({ stamp: textOf(value.replace(/^\[|\]$/g, '')) }),
  r: (value) => requestLineFields(value),
  m: field('http.request.method'),
  U: field('url.path'),
  q: (value) => ({ 'url.query': textOf(value.replace(/^\?/, '')) }),
  H: (value) => ({ 'http.version': textOf(value.replace(/^HTTP\//, '')) }),
  s: number('http.response.status_code'),
  b: number('http.response.body.bytes'),
  B: number('http.response.body.bytes'),
  O: number('http.response.bytes'),
  I: number('http.request.bytes'),
  D: duration('us'),
  T: duration('s'),
  v: field('url.domain'),
  V: field('url.domain'),
  p: number('destination.port'),
  P: number('process.pid'),
  L: field('http.request.id'),
};

const headers: Readonly<Record<string, Reader>> = {
  referer: field('http.request.referrer'),
  'user-agent': field('user_agent.original'),
  'x-forwarded-for': field('forwarded'),
  host: (value) => ({ 'url.domain': textOf(value.replace(/:\d+$/, '')) }),
  'x-request-id': field('http.request.id'),
};

const timeUnits: Readonly<Record<string, Reader>> = {
  s: duration('s'),
  ms: duration('ms'),
  us: duration('us'),
};

const own = (readers: Readonly<Record<string, Reader>>, name: string): Reader | undefined =>
  Object.hasOwn(readers, name) ? readers[name] : undefined;

/** A variable without a field of ECS keeps its name. */
export const ofNginx = (name: string): Reader =>
  own(nginx, name) ??
  ofHeader(/^http_(\w+)$/.exec(name)?.[1]?.replaceAll('_', '-')) ??
  field(`nginx.access.${name}`);

function ofHeader(name: string | undefined): Reader | undefined {
  if (name === undefined) return undefined;
  return (
    own(headers, name.toLowerCase()) ??
    field(`http.request.headers.${name.toLowerCase().replaceAll('.', '_')}`)
  );
}

export function ofApache(directive: string, argument: string | undefined, whole: string): Reader {
  const reader = argument === undefined ? own(apache, directive) : withArgument(directive, argument);
  if (reader !== undefined) return reader;
  throw new LogboomError(
    'CONFIG_INVALID',
    `\`${whole}\` is not a directive of Apache's LogFormat that can be read.`,
  );
}

function withArgument(directive: string, argument: string): Reader | undefined {
  switch (directive) {
    case 'i':
      return ofHeader(argument);
    case 'o':
      return field(`http.response.headers.${argument.toLowerCase()}`);
    case 'T':
      return own(timeUnits, argument);
    case 'a':
    case 'h':
    case 'p':
    case 'P':
      return apache[directive];
    case 't':
      return field('stamp');
    case 'e':
    case 'n':
    case 'C':
    case 'x':
      return field(`apache.access.${argument.toLowerCase()}`);
    default:
      return undefined;
  }
}
