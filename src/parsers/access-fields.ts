import { isIP } from 'node:net';
import type { Additions } from '../events/index.ts';
import type { FieldValue } from '../model.ts';
import type { AccessLine } from './access-line.ts';

type Read = (line: AccessLine) => FieldValue;

const number = (value: number): FieldValue => (Number.isNaN(value) ? undefined : value);
const address = (line: AccessLine) => line.text(line.head.client, line.head.clientEnd);

function domain(line: AccessLine): string | undefined {
  const { head } = line;
  const host = line.text(head.host, head.hostEnd);
  return line.request().domain ?? host?.slice(0, host.lastIndexOf(':'));
}

/** The first address of X-Forwarded-For: the client's, if its proxies can be trusted. */
function forwardedIp(line: AccessLine): string | undefined {
  const first = line.text(line.tail.forwarded, line.tail.forwardedEnd)?.replace(/,.*/s, '').trim();
  return first !== undefined && isIP(first) !== 0 ? first : undefined;
}

function sourceIp(line: AccessLine): string | undefined {
  const text = address(line);
  return text !== undefined && isIP(text) !== 0 ? text : undefined;
}

function outcome(line: AccessLine): FieldValue {
  if (Number.isNaN(line.tail.status)) return undefined;
  return line.tail.status < 400 ? 'success' : 'failure';
}

/** The ECS fields of an access-log line, each read when it is asked for. The mapping is that of Elastic's integrations. */
export const accessFields: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['source.address', address],
  ['source.ip', sourceIp],
  ['user.name', (line) => line.text(line.head.user, line.head.userEnd)],
  ['http.request.method', (line) => line.request().method],
  ['http.request.referrer', (line) => line.text(line.tail.referrer, line.tail.referrerEnd)],
  ['http.version', (line) => line.request().version],
  ['http.response.status_code', (line) => number(line.tail.status)],
  ['http.response.body.bytes', (line) => number(line.tail.bytesSent)],
  ['url.original', (line) => line.request().url],
  ['url.path', (line) => line.request().path],
  ['url.query', (line) => line.request().query],
  ['url.domain', domain],
  ['user_agent.original', (line) => line.text(line.tail.agent, line.tail.agentEnd)],
  ['network.forwarded_ip', forwardedIp],
  ['event.kind', () => 'event'],
  ['event.category', () => ['web']],
  ['event.type', () => ['access']],
  ['event.outcome', outcome],
  ['event.duration', (line) => number(line.tail.duration)],
]);

/** Adds the same fields as JSON text. Written out, because a document costs half as much as by way of `accessFields`. */
export function addAccessFields(line: AccessLine, additions: Additions): void {
  const { head, tail } = line;
  const ip = sourceIp(line);
  const client = line.json(head.client, head.clientEnd);
  // A client without an address is `-`, as for a request over a Unix socket.
  if (client !== undefined)
    additions.members(
      'source',
      ip === undefined ? `"address":${client}` : `"address":${client},"ip":${client}`,
    );
  const user = line.json(head.user, head.userEnd);
  if (user !== undefined) additions.members('user', `"name":${user}`);
  addHttp(line, additions);
  addUrl(line, additions);
  const agent = line.json(tail.agent, tail.agentEnd);
  if (agent !== undefined) additions.members('user_agent', `"original":${agent}`);
  const forwarded = forwardedIp(line);
  if (forwarded !== undefined) additions.members('network', `"forwarded_ip":"${forwarded}"`);
  additions.members('event', '"kind":"event","category":["web"],"type":["access"]');
  if (!Number.isNaN(tail.status))
    additions.members('event', tail.status < 400 ? '"outcome":"success"' : '"outcome":"failure"');
  if (!Number.isNaN(tail.duration)) additions.members('event', `"duration":${tail.duration}`);
}

function addHttp(line: AccessLine, additions: Additions): void {
  const { tail } = line;
  const { method, version } = line.request();
  const referrer = line.json(tail.referrer, tail.referrerEnd);
  // A method is capital letters and dashes.
  if (method !== undefined && referrer !== undefined)
    additions.members('http', `"request":{"method":"${method}","referrer":${referrer}}`);
  else if (method !== undefined) additions.members('http', `"request":{"method":"${method}"}`);
  else if (referrer !== undefined) additions.members('http', `"request":{"referrer":${referrer}}`);
  const body = Number.isNaN(tail.bytesSent) ? '' : `"body":{"bytes":${tail.bytesSent}}`;
  if (!Number.isNaN(tail.status))
    additions.members('http', `"response":{"status_code":${tail.status}${body && `,${body}`}}`);
  else if (body !== '') additions.members('http', `"response":{${body}}`);
  if (version !== undefined) additions.members('http', `"version":${quote(version)}`);
}

function addUrl(line: AccessLine, additions: Additions): void {
  const { url, path, query } = line.request();
  const site = domain(line);
  if (url !== undefined) additions.members('url', `"original":${quote(url)}`);
  if (path !== undefined) additions.members('url', `"path":${quote(path)}`);
  if (query !== undefined) additions.members('url', `"query":${quote(query)}`);
  if (site !== undefined) additions.members('url', `"domain":${quote(site)}`);
}

/** Quotes text of the line. Only text that needs escapes takes the slow way. */
const quote = (text: string) => (needsEscapes.test(text) ? JSON.stringify(text) : `"${text}"`);
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON escapes.
const needsEscapes = /["\\\u0000-\u001f\ud800-\udfff]/;
