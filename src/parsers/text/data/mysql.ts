import { levelOf } from '../levels.ts';
import { readStamp } from '../stamps.ts';
import { ipOf, nanos, numberOf, patternFormat, type TextFormat } from '../text-format.ts';

const userLine =
  /^# User@Host: (?<user>[^[\s]*)(?:\[(?<effective>[^\]]*)\])? @ +(?<host>[^[\s]*) *\[(?<ip>[^\]]*)\](?: +Id: +(?<id>\d+))?/m;

/** MySQL's and MariaDB's slow query log: an entry of several lines, from `# Time:` or `# User@Host:` to the statement. */
export const mysqlSlow: TextFormat = {
  name: 'mysql-slow',
  words: "MySQL's slow query log",
  first: '#',
  parse(line, context) {
    const user = userLine.exec(line)?.groups;
    const pair = (name: string) => new RegExp(`^#.*\\b${name}: +(\\S+)`, 'm').exec(line)?.[1];
    if (user === undefined || pair('Query_time') === undefined) return undefined;
    const epoch = /^SET timestamp=(\d+);/m.exec(line)?.[1];
    const stamp = /^# Time: (\S+(?: +\d{1,2}:\d\d:\d\d)?)/m.exec(line)?.[1];
    const stated = readStamp(
      stamp
        ?.replace(/^(\d\d)(\d\d)(\d\d) +(?=\d:)/, '20$1-$2-$3 0')
        .replace(/^(\d\d)(\d\d)(\d\d) +/, '20$1-$2-$3 '),
      context,
    );
    const query = line
      .split('\n')
      .filter((one) => !/^(?:#|SET timestamp=|use [^;]*;)/.test(one))
      .join('\n')
      .trim();
    return {
      time: Number.isNaN(stated) && epoch !== undefined ? Number(epoch) * 1000 : stated,
      fields: {
        'event.kind': 'event',
        'event.category': ['database'],
        'event.duration': nanos(pair('Query_time'), 's'),
        'user.name': user.user || user.effective || undefined,
        'source.domain': user.host || undefined,
        'source.ip': ipOf(user.ip),
        'mysql.thread_id': numberOf(user.id ?? pair('Thread_id')),
        // Without a schema the next name follows.
        'mysql.slowlog.schema': pair('Schema')?.match(/^[^:]+$/)?.[0] ?? /^use ([^;]+);/m.exec(line)?.[1],
        'mysql.slowlog.lock_time.sec': numberOf(pair('Lock_time')),
        'mysql.slowlog.rows_sent': numberOf(pair('Rows_sent')),
        'mysql.slowlog.rows_examined': numberOf(pair('Rows_examined')),
        'mysql.slowlog.rows_affected': numberOf(pair('Rows_affected')),
        'mysql.slowlog.query': query || undefined,
        message: query || line,
      },
      failure: query === '' ? 'the entry has no statement' : undefined,
    };
  },
};

/** MySQL's error log: `2026-11-20T10:00:00.123456Z 0 [Note] [MY-010116] [Server] message`, and that of 5.7 and MariaDB. */
export const mysqlError = patternFormat({
  name: 'mysql-error',
  words: "MySQL's error log",
  first: '12',
  pattern:
    /^(?<stamp>\d{4}-\d\d-\d\d[T ] ?\d{1,2}:\d\d:\d\d(?:\.\d{6})?(?:Z|[+-]\d\d:\d\d)?) (?<thread>\d+) \[(?<level>Note|Warning|Warn|ERROR|Error|System)\] (?:\[(?<code>MY-\d+)\] (?:\[(?<part>\w+)\] )?)?(?<message>.*)$/s,
  read({ stamp, thread, level, code, part, message }, context) {
    const time = readStamp(stamp?.replace(/ {1,2}(\d:)/, ' 0$1'), context);
    if (Number.isNaN(time)) return undefined;
    const name = level === 'Note' || level === 'System' ? 'info' : levelOf(level);
    return {
      time,
      fields: {
        'event.kind': 'event',
        'event.category': ['database'],
        'log.level': name,
        'mysql.thread_id': Number(thread),
        'error.code': name === 'info' ? undefined : code,
        'event.code': code,
        'mysql.error.subsystem': part,
        message,
      },
    };
  },
});
