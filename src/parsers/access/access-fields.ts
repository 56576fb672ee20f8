import { fieldTable } from '../field-table.ts';
import type { Line, LineFields } from '../line-fields.ts';

/** Reverts how web servers escape quotes, backslashes and printable characters. `\xe4` stays: its encoding is unknown. */
export function unescapeLog(text: string): string {
  return text.replace(
    /\\(?:(["\\])|x([2-7][0-9a-fA-F]))/g,
    (_, plain: string | undefined, hex: string) => plain ?? String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

const escaped = (name: string) => ({ name, unescaped: unescapeLog });

/** The ECS fields of an access-log line. The mapping is that of Elastic's integrations. */
export const accessFields = fieldTable({
  client: escaped('source.address'),
  ip: 'source.ip',
  port: 'source.port',
  user: escaped('user.name'),
  method: 'http.request.method',
  referrer: escaped('http.request.referrer'),
  version: 'http.version',
  status: 'http.response.status_code',
  bytes: 'http.response.body.bytes',
  url: 'url.original',
  path: 'url.path',
  query: 'url.query',
  domain: escaped('url.domain'),
  agent: escaped('user_agent.original'),
  forwarded: 'network.forwarded_ip',
  kind: { name: 'event.kind', always: 'event' },
  category: { name: 'event.category', always: ['web'] },
  type: { name: 'event.type', always: ['access'] },
  outcome: 'event.outcome',
  duration: 'event.duration',
  requestBytes: 'http.request.bytes',
  requestId: 'http.request.id',
  upstreamName: 'nginx.ingress_controller.upstream.name',
  upstreamAlternative: 'nginx.ingress_controller.upstream.alternative_name',
  upstreamAddress: 'nginx.ingress_controller.upstream.address',
  upstreamBytes: 'nginx.ingress_controller.upstream.response.length',
  upstreamTime: 'nginx.ingress_controller.upstream.response.time',
  upstreamStatus: 'nginx.ingress_controller.upstream.response.status_code',
});

const { slots } = accessFields;

/**
 * What the ingress controller of Kubernetes (ingress-nginx) appends to the Combined format: length and seconds of the request,
 * the upstream's name in brackets twice, and its address, response length, seconds and status, of which there may be a list.
 */
const appended =
  /^ (?<bytes>\d+) (?<seconds>\d+\.\d{3}) \[(?<name>[^\]]*)\] \[(?<alternative>[^\]]*)\] (?<address>\S+(?:, \S+)*) (?<length>[\d-]+(?:, [\d-]+)*) (?<time>[\d.-]+(?:, [\d.-]+)*) (?<status>[\d-]+(?:, [\d-]+)*)(?: (?<id>[\da-f]{16,64}))?\s*$/;

/** Sets the fields of an ingress controller, if this is how it writes the rest of a line. */
export function setIngress(fields: LineFields, line: Line, start: number, end: number): void {
  const groups = appended.exec(line.text(start, end))?.groups;
  if (!groups) return;
  fields.number(slots.requestBytes, Number(groups.bytes));
  fields.number(slots.duration, Math.round(Number(groups.seconds) * 1e9));
  fields.text(slots.requestId, groups.id);
  fields.text(slots.upstreamName, known(groups.name));
  fields.text(slots.upstreamAlternative, known(groups.alternative));
  fields.text(slots.upstreamAddress, known(last(groups.address)));
  fields.number(slots.upstreamBytes, numberOf(last(groups.length)));
  fields.number(slots.upstreamTime, numberOf(last(groups.time)));
  fields.number(slots.upstreamStatus, numberOf(last(groups.status)));
}

/** Of several upstreams that were tried, the last one answered. */
const last = (list: string | undefined) => list?.split(', ').at(-1);
const known = (text: string | undefined) => (text === '' || text === '-' ? undefined : text);
const numberOf = (text: string | undefined) => (known(text) === undefined ? Number.NaN : Number(text));
