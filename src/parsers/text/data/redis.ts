import { readStamp } from '../stamps.ts';
import { patternFormat } from '../text-format.ts';

const levels: Readonly<Record<string, string>> = { '.': 'debug', '-': 'verbose', '*': 'notice', '#': 'warning' };
const roles: Readonly<Record<string, string>> = { X: 'sentinel', C: 'child', S: 'replica', M: 'master' };

/** Redis and Valkey: `12:M 20 Nov 2026 10:00:00.123 * message`; before 3.0 `[12] 20 Nov 10:00:00.123 * message`. */
export const redis = patternFormat({
  name: 'redis',
  words: 'Redis',
  first: '[0123456789',
  pattern:
    /^(?:(?<pid>\d+):(?<role>[XCSM])|\[(?<old>\d+)\]) (?<date>\d\d [A-Z][a-z]{2}(?: \d{4})?) (?<clock>\d\d:\d\d:\d\d\.\d{3}) (?<level>[.*#-]) (?<message>.*)$/s,
  read({ pid, old, role, date = '', clock, level, message }, context) {
    const [day, month, year] = date.split(' ');
    const stamp = year === undefined ? `${month} ${day} ${clock}` : `${date} ${clock}`;
    const time = readStamp(stamp, context);
    if (Number.isNaN(time)) return undefined;
    return {
      time,
      fields: {
        'event.kind': 'event',
        'event.category': ['database'],
        'log.level': levels[level!],
        'process.pid': Number(pid ?? old),
        'redis.log.role': role && roles[role],
        message,
      },
    };
  },
});
