/** Levels of pino and bunyan. */
const numbered: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** Names of syslog's severities, by their codes. */
export const severities = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notice',
  'informational',
  'debug',
];

/** Level names that formats abbreviate, and the names for them. Other names stay as they are, in lower case. */
const abbreviated: Readonly<Record<string, string>> = {
  trc: 'trace',
  vrb: 'trace',
  verbose: 'trace',
  dbg: 'debug',
  inf: 'info',
  information: 'info',
  wrn: 'warn',
  err: 'error',
  fail: 'error',
  ftl: 'fatal',
  eror: 'error',
  crit: 'critical',
  emerg: 'emergency',
  t: 'trace',
  d: 'debug',
  i: 'info',
  w: 'warn',
  e: 'error',
  f: 'fatal',
};

/** The level for `log.level`: in lower case, abbreviations written out; undefined if there is none. */
export function levelOf(level: string | number | undefined): string | undefined {
  if (typeof level === 'number') return Object.hasOwn(numbered, level) ? numbered[level] : undefined;
  if (level === undefined || level === '') return undefined;
  // slog writes levels between its own as `ERROR+2`.
  const name = level
    .trim()
    .toLowerCase()
    .replace(/^(debug|info|warn|error)[+-]\d+$/, '$1');
  return Object.hasOwn(abbreviated, name) ? abbreviated[name] : name;
}

/** Names of levels in lines of text, as an alternative of a regular expression. They are written in capitals there. */
export const levelNames =
  'TRACE|DEBUG|INFO|INFORMATION|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|FATAL|CRITICAL|CRIT|ALERT|EMERG|EMERGENCY|PANIC|VERBOSE|CONFIG|FINE|FINER|FINEST';
