import { fieldTable } from '../field-table.ts';

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
