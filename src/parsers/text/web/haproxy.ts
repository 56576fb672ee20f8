import type { JsonObject } from '../../../events/index.ts';
import { inZone, localTime, monthOf } from '../stamps.ts';
import {
  capitals,
  digits,
  type Groups,
  nanos,
  numberOf,
  type TextFormat,
  type TextResult,
  textOf,
} from '../text-format.ts';
import { addressFields, requestLineFields, webFields } from './request-fields.ts';

/** The prefix of syslog, where the line still has it. */
const prefix =
  '^(?:(?:<\\d{1,3}>)?[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d (?:[^\\s:]+ )?)?(?:haproxy\\[(?<pid>\\d+)\\]: )?';
const head =
  '(?<client>\\S+:\\d+) \\[(?<day>\\d\\d)/(?<month>[A-Z][a-z]{2})/(?<year>\\d{4}):(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)\\.(?<fraction>\\d{3})(?<zone> [+-]\\d{4})?\\] ';
const names = '(?<frontend>[^\\s/]+~?) (?<backend>[^\\s/]+)/(?<server>\\S+) ';
const counts =
  '(?<active>\\d+)/(?<front>\\d+)/(?<back>\\d+)/(?<srv>\\d+)/(?<retries>\\+?\\d+) (?<queueServer>\\d+)/(?<queueBackend>\\d+)';

/** `option httplog`. */
const http = new RegExp(
  `${prefix}${head}${names}(?<times>-?\\d+/-?\\d+/-?\\d+/-?\\d+/\\+?-?\\d+) (?<status>-?\\d+) \\+?(?<bytes>\\d+) \\S+ \\S+ (?<state>\\S{4}) ${counts}(?: \\{(?<request>[^}]*)\\})?(?: \\{(?<response>[^}]*)\\})? "(?<line>.*)`,
);
/** `option tcplog`. */
const tcp = new RegExp(
  `${prefix}${head}${names}(?<times>-?\\d+/-?\\d+/\\+?-?\\d+) \\+?(?<bytes>\\d+) (?<state>\\S{2}) ${counts}`,
);
/** Connections that failed before a request. */
const failure = new RegExp(`${prefix}${head}(?<frontend>[^\\s/]+)/(?<bind>[^\\s:]+): (?<message>.+)$`);

/** HAProxy: `option httplog`, `option tcplog` and failed connections, with or without the prefix of syslog. */
export const haproxy: TextFormat = {
  name: 'haproxy',
  words: 'HAProxy',
  first: `<[${capitals}${digits}abcdefh:`,
  parse(line, { zone }) {
    const web = http.exec(line)?.groups;
    if (web) return result(web, zone, httpFields(web), endOf(web));
    const stream = tcp.exec(line)?.groups;
    if (stream) return result(stream, zone, tcpFields(stream));
    const failed = failure.exec(line)?.groups;
    return failed && result(failed, zone, { message: failed.message, 'haproxy.bind_name': failed.bind });
  },
};

function result(groups: Groups, zone: string, more: JsonObject, failure?: string): TextResult | undefined {
  const { year, month = '', day, hour = '', minute = '', second, fraction } = groups;
  const clock = {
    year: Number(year),
    month: monthOf(month),
    day: Number(day),
    hour,
    minute,
    second,
    fraction,
  };
  const time = inZone(localTime(clock), groups.zone, zone);
  if (Number.isNaN(time)) return undefined;
  const at = groups.client!.lastIndexOf(':');
  return {
    time,
    fields: {
      'event.kind': 'event',
      'event.category': ['web'],
      'process.name': groups.pid === undefined ? undefined : 'haproxy',
      'process.pid': numberOf(groups.pid),
      ...addressFields(groups.client!.slice(0, at).replace(/^\[|\]$/g, '')),
      'source.port': Number(groups.client!.slice(at + 1)),
      'haproxy.frontend_name': groups.frontend,
      ...more,
    },
    failure,
  };
}

function sessionFields(groups: Groups): JsonObject {
  return {
    'haproxy.backend_name': groups.backend,
    'haproxy.server_name': groups.server,
    'haproxy.termination_state': groups.state,
    'haproxy.connections.active': numberOf(groups.active),
    'haproxy.connections.frontend': numberOf(groups.front),
    'haproxy.connections.backend': numberOf(groups.back),
    'haproxy.connections.server': numberOf(groups.srv),
    'haproxy.connections.retries': numberOf(groups.retries?.replace('+', '')),
    'haproxy.server_queue': numberOf(groups.queueServer),
    'haproxy.backend_queue': numberOf(groups.queueBackend),
  };
}

/** A time of -1 means that its phase was not reached. */
const phase = (text: string | undefined) => {
  const value = numberOf(text?.replace('+', ''));
  return value === undefined || value < 0 ? undefined : value;
};

function httpFields(groups: Groups): JsonObject {
  const [request, queue, connect, response, total] = groups.times!.split('/').map(phase);
  const line = groups.line?.replace(/"$/, '');
  return {
    ...webFields(numberOf(groups.status)),
    'http.response.bytes': numberOf(groups.bytes),
    'event.duration': total === undefined ? undefined : nanos(`${total}`, 'ms'),
    'haproxy.time_queue': queue,
    'haproxy.time_backend_connect': connect,
    'haproxy.http.request.time_wait_ms': request,
    'haproxy.http.response.time_ms': response,
    'haproxy.http.request.captured_headers': textOf(groups.request)?.split('|'),
    'haproxy.http.response.captured_headers': textOf(groups.response)?.split('|'),
    ...sessionFields(groups),
    ...(line?.startsWith('<') ? {} : requestLineFields(line)),
  };
}

function tcpFields(groups: Groups): JsonObject {
  const [queue, connect, total] = groups.times!.split('/').map(phase);
  return {
    'event.type': ['connection'],
    'event.duration': total === undefined ? undefined : nanos(`${total}`, 'ms'),
    'haproxy.bytes_read': numberOf(groups.bytes),
    'haproxy.time_queue': queue,
    'haproxy.time_backend_connect': connect,
    ...sessionFields(groups),
  };
}

const endOf = ({ line }: Groups) => (line?.endsWith('"') ? undefined : 'the request has no closing quote');
