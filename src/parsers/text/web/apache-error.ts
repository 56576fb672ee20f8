import { fromZone } from '../../../util/zone.ts';
import { localTime, monthOf } from '../stamps.ts';
import { type Groups, ipOf, patternFormat } from '../text-format.ts';

const stamp =
  '\\[[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) +(?<day>\\d{1,2}) (?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)(?:\\.(?<fraction>\\d{1,9}))? (?<year>\\d{4})\\]';

/** Apache 2.2: `[stamp] [level] [client address] message`. 2.4: `[stamp] [module:level] [pid 1:tid 2] (code)text: [client address:port] message`. */
export const apacheError = patternFormat({
  name: 'apache-error',
  words: "Apache's error log",
  first: '[',
  pattern: new RegExp(
    `^${stamp} \\[(?:(?<module>[\\w.-]*):)?(?<level>[a-z]+\\d?)\\](?: \\[pid (?<pid>\\d+)(?::tid (?<tid>\\d+))?\\])?(?<origin> [\\w./-]+\\.c\\(\\d+\\):)?(?<cause> \\(\\w+\\)[^:[]+:)?(?: \\[(?:client|remote) (?<client>[^\\]]+)\\])? ?(?<message>.*)$`,
    's',
  ),
  read(groups, { zone }) {
    const { module, level, pid, tid, origin, cause, client, message } = groups;
    const [, file, line] = /^ (.+)\((\d+)\):$/.exec(origin ?? '') ?? [];
    return {
      time: fromZone(clockOf(groups), zone),
      fields: {
        'event.kind': 'event',
        'event.category': ['web'],
        'event.type': ['error'],
        'log.level': level === 'warn' ? 'warn' : level?.replace(/^trace\d$/, 'trace'),
        'log.origin.file.name': file,
        'log.origin.file.line': line === undefined ? undefined : Number(line),
        'apache.error.module': module || undefined,
        'process.pid': pid === undefined ? undefined : Number(pid),
        'process.thread.id': tid === undefined ? undefined : Number(tid),
        ...clientFields(client),
        'event.code': /\b(AH\d{5}):/.exec(message ?? '')?.[1],
        'http.request.referrer': /, referer: (\S+)$/.exec(message ?? '')?.[1],
        message: cause === undefined ? message : `${cause.trim()} ${message}`,
      },
    };
  },
});

const clockOf = ({ year, month = '', day, hour = '', minute = '', second, fraction }: Groups) =>
  localTime({ year: Number(year), month: monthOf(month), day: Number(day), hour, minute, second, fraction });

/** `192.0.2.1`, `192.0.2.1:5000`, `2001:db8::1`, `[2001:db8::1]:5000`, `::1:5000` of Apache 2.4. */
export function clientFields(client: string | undefined): Record<string, unknown> {
  if (client === undefined) return {};
  if (!client.includes(':')) return { 'source.address': client, 'source.ip': ipOf(client) };
  const [, host = '', port] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(client) ?? [];
  // Apache 2.4 writes IPv6 without brackets: what follows the last colon is the port, for it always writes one.
  if (ipOf(host) !== undefined)
    return { 'source.address': host, 'source.ip': ipOf(host), 'source.port': Number(port) };
  const bare = client.replace(/^\[|\]$/g, '');
  return { 'source.address': bare, 'source.ip': ipOf(bare) };
}
