import { inZone, localTime } from '../stamps.ts';
import { type Groups, ipOf, nanos, numberOf, patternFormat } from '../text-format.ts';

const stamp =
  '(?<year>\\d{4})-(?<month>\\d\\d)-(?<day>\\d\\d) (?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)(?:\\.(?<fraction>\\d{1,6}))? (?<zone>[A-Z]{1,5}|[+-]\\d\\d(?::?\\d\\d)?)';
/** What `log_line_prefix` has between time and level in its usual settings: process, user and database, address, session. */
const prefix =
  '(?:[: ]+\\[?(?<pid>\\d+)(?:-(?<line>\\d+))?\\]?:?)?(?<prefix>[^\\n]{0,200}?)[: ]*';
const level =
  '(?<level>DEBUG[1-5]?|INFO|NOTICE|WARNING|ERROR|LOG|FATAL|PANIC|DETAIL|HINT|STATEMENT|CONTEXT|QUERY|LOCATION)';

/** PostgreSQL with the usual settings of `log_line_prefix`: `2026-11-20 10:00:00.123 UTC [42] user@database LOG:  message`. */
export const postgresql = patternFormat({
  name: 'postgresql',
  words: 'PostgreSQL',
  first: '12',
  pattern: new RegExp(`^${stamp}${prefix}${level}:  (?<message>.*)$`, 's'),
  read(groups, { zone }) {
    const session = /:\[(\d+)\]:?$/.exec(groups.prefix ?? '')?.[1];
    const { year, month, day, hour = '', minute = '', second, fraction, pid, line, level, message = '' } = groups;
    const clock = { year: Number(year), month: Number(month), day: Number(day), hour, minute, second, fraction };
    return {
      time: inZone(localTime(clock), groups.zone, zone),
      fields: {
        'event.kind': 'event',
        'event.category': ['database'],
        'log.level': levelName(level!),
        'process.pid': numberOf(pid ?? session),
        'postgresql.log.session_line_number': line === undefined ? undefined : Number(line),
        ...sessionFields(groups),
        ...messageFields(message),
        message,
      },
    };
  },
});

/** Lines that continue another have no level of their own. */
function levelName(name: string): string | undefined {
  if (/^(?:DETAIL|HINT|STATEMENT|CONTEXT|QUERY|LOCATION)$/.test(name)) return undefined;
  if (name === 'LOG') return 'info';
  return name.replace(/\d$/, '').toLowerCase();
}

function sessionFields({ prefix = '', level = '' }: Groups): Record<string, unknown> {
  const [, user, database] =
    /(?:^|[\s[:])([^\s@=,:[\]]+)@([^\s@,:\]]+)/.exec(prefix) ?? /user=([^,\s]+),db=([^,\s]+)/.exec(prefix) ?? [];
  const [, address] = /(?:client=|\(|:)([\da-fA-F.]+|[\da-fA-F:.]+)(?:\(\d+\)|\)|,|$)/.exec(prefix) ?? [];
  return {
    'user.name': user === '[unknown]' ? undefined : user,
    'postgresql.log.database': database,
    'postgresql.log.application_name': /app=([^,\s]+)/.exec(prefix)?.[1],
    'source.ip': ipOf(address),
    'postgresql.log.part': levelName(level) === undefined ? level.toLowerCase() : undefined,
  };
}

function messageFields(message: string): Record<string, unknown> {
  const timed = /^duration: (?<ms>[\d.]+) ms(?:  (?<step>statement|parse|bind|execute)(?: (?<name>[^:]*))?: (?<query>.*))?$/s;
  const { ms, step, query } = timed.exec(message)?.groups ?? {};
  if (ms !== undefined)
    return { 'event.duration': nanos(ms, 'ms'), 'postgresql.log.query_step': step, 'postgresql.log.query': query };
  const [, failed] = /^password authentication failed for user "([^"]*)"/.exec(message) ?? [];
  if (failed === undefined) return {};
  return { 'event.category': ['database', 'authentication'], 'event.outcome': 'failure', 'user.name': failed };
}
