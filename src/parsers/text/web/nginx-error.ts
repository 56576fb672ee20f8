import { fromZone } from '../../../util/zone.ts';
import { readRequest } from '../../access/line-parts.ts';
import { localTime } from '../stamps.ts';
import { patternFormat } from '../text-format.ts';
import { clientFields } from './apache-error.ts';

/** `2026/11/20 10:00:00 [error] 12#34: *56 message, client: …, server: …, request: "…", upstream: "…", host: "…"`. */
export const nginxError = patternFormat({
  name: 'nginx-error',
  words: "nginx's error log",
  first: '12',
  pattern:
    /^(?<year>\d{4})\/(?<month>\d\d)\/(?<day>\d\d) (?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d) \[(?<level>[a-z]+)\] (?<pid>\d+)#(?<tid>\d+): (?:\*(?<connection>\d+) )?(?<message>.*)$/s,
  read(
    { year, month, day, hour = '', minute = '', second, level, pid, tid, connection, message = '' },
    { zone },
  ) {
    const local = localTime({
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour,
      minute,
      second,
    });
    return {
      time: fromZone(local, zone),
      fields: {
        'event.kind': 'event',
        'event.category': ['web'],
        'event.type': ['error'],
        'log.level': level === 'emerg' ? 'emergency' : level === 'crit' ? 'critical' : level,
        'process.pid': Number(pid),
        'process.thread.id': Number(tid),
        'nginx.error.connection_id': connection === undefined ? undefined : Number(connection),
        ...requestFields(message),
        message,
      },
    };
  },
});

/** `, name: "value"`, in which quotes and backslashes are escaped. */
const quoted = (name: string) => new RegExp(`, ${name}: "([^"\\\\]*(?:\\\\.[^"\\\\]*)*)"`);
const appendix = {
  request: quoted('request'),
  host: quoted('host'),
  referrer: quoted('referrer'),
  upstream: quoted('upstream'),
};

/** What nginx appends about the request in work. The message itself stays whole. */
function requestFields(message: string): Record<string, unknown> {
  const client = /, client: ([^,\s]+)/.exec(message);
  if (!client) return {};
  const appended = message.slice(client.index);
  const text = (name: keyof typeof appendix) => appendix[name].exec(appended)?.[1];
  const request = readRequest(text('request'));
  const host = text('host') ?? request.domain;
  return {
    ...clientFields(client[1]),
    'http.request.method': request.method,
    'http.version': request.version,
    'url.original': request.url,
    'url.path': request.path,
    'url.query': request.query,
    'url.domain': host?.replace(/:\d+$/, ''),
    'http.request.referrer': text('referrer'),
    'nginx.error.server': /, server: ([^,\s]*)/.exec(appended)?.[1] || undefined,
    'nginx.error.upstream': text('upstream'),
  };
}
