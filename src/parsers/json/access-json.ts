import { defined, isObject, type JsonObject } from '../../events/index.ts';
import { unescapeLog } from '../access/access-fields.ts';
import { textOf } from '../text/text-format.ts';
import { addressFields, requestLineFields, webFields } from '../text/web/request-fields.ts';

const textIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? textOf(value) : undefined;
const numberIn = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** Caddy writes each header as a list. */
const headerIn = (headers: unknown, name: string): string | undefined => {
  const value = isObject(headers) ? headers[name] : undefined;
  return textIn(Array.isArray(value) ? value[0] : value);
};

function requestFields(method: string, uri: string, protocol: unknown, host: unknown): JsonObject {
  const fields = requestLineFields(unescapeLog(`${method} ${uri} ${textIn(protocol) ?? 'HTTP/1.1'}`));
  const domain = textIn(host)?.replace(/:\d+$/, '');
  return {
    ...fields,
    'url.domain': domain ?? fields['url.domain'],
    'http.version': protocol === undefined ? undefined : fields['http.version'],
  };
}

/**
 * The fields of an access log in JSON, as Caddy or Traefik write it, by their ECS names. What is not known goes under `json`. Undefined where the
 * line is none of them.
 */
export function accessLine(line: JsonObject): JsonObject | undefined {
  if (isCaddy(line)) return caddyFields(line);
  return isTraefik(line) ? traefikFields(line) : undefined;
}

interface CaddyLine extends JsonObject {
  request: JsonObject & { method: string; uri: string };
  status: number;
}

function isCaddy(line: JsonObject): line is CaddyLine {
  const { request, status } = line;
  if (!isObject(request) || typeof status !== 'number' || !('remote_ip' in request)) return false;
  return typeof request.method === 'string' && typeof request.uri === 'string';
}

function caddyFields({ request, status, ...rest }: CaddyLine): JsonObject {
  const { method, uri, proto, host, headers, remote_ip, remote_port, client_ip, ...others } = request;
  const { size, bytes_read, duration, user_id, resp_headers, ts, level, logger, msg, ...more } = rest;
  const port = Number(remote_port);
  return defined({
    ...{ ts, level, msg, 'log.logger': logger },
    ...webFields(status),
    ...requestFields(method, uri, proto, host),
    ...addressFields(textIn(client_ip) ?? textIn(remote_ip)),
    'source.port': port > 0 ? port : undefined,
    'http.request.body.bytes': numberIn(bytes_read),
    'http.request.referrer': headerIn(headers, 'Referer'),
    'http.response.body.bytes': numberIn(size),
    'event.duration': typeof duration === 'number' ? Math.round(duration * 1e9) : undefined,
    'user.name': textIn(user_id),
    'user_agent.original': headerIn(headers, 'User-Agent'),
    json: { ...more, request: { ...others, headers }, ...(resp_headers !== undefined && { resp_headers }) },
  });
}

interface TraefikLine extends JsonObject {
  RequestMethod: string;
  RequestPath: string;
  DownstreamStatus: number;
}

const isTraefik = (line: JsonObject): line is TraefikLine =>
  typeof line.RequestMethod === 'string' &&
  typeof line.RequestPath === 'string' &&
  typeof line.DownstreamStatus === 'number';

function traefikFields({
  RequestMethod: method,
  RequestPath: path,
  DownstreamStatus: status,
  ...rest
}: TraefikLine): JsonObject {
  const { ClientHost, ClientPort, ClientAddr, ClientUsername, RequestHost, RequestProtocol, ...more } = rest;
  const { DownstreamContentSize, Duration, ServiceName, StartUTC, time, level, msg, ...others } = more;
  const port = Number(ClientPort);
  return defined({
    ...{ level, msg, time: StartUTC ?? time },
    ...webFields(status),
    ...requestFields(method, path, RequestProtocol, RequestHost),
    ...addressFields(textIn(ClientHost) ?? textIn(ClientAddr)),
    'source.port': port > 0 ? port : undefined,
    'http.request.body.bytes': numberIn(others.RequestContentSize),
    'http.request.referrer': textIn(others.request_Referer),
    'http.response.body.bytes': numberIn(DownstreamContentSize),
    'event.duration': numberIn(Duration),
    'service.name': textIn(ServiceName),
    'user.name': textIn(ClientUsername),
    'user_agent.original': textIn(others['request_User-Agent']),
    json: others,
  });
}
