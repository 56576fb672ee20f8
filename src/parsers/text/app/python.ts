import { capitals, digits } from '../text-format.ts';
import { appFormat } from './app-line.ts';

const level = '(?<level>DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL|NOTSET|SUCCESS|TRACE)';
const stamp =
  '(?<stamp>\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\d(?:[,.]\\d{1,9})?(?:Z|[+-]\\d\\d:?\\d\\d)?)';
const logger = '(?<logger>[\\w.-]+)';
const where = '(?: ?[[(]?(?<file>[\\w./-]+\\.py):(?<line>\\d+)[\\])]?)?';

/** Python's logging: `basicConfig`, the layouts with `asctime` that its documentation shows, gunicorn, Celery, loguru; with tracebacks. */
export const python = appFormat({
  name: 'python',
  words: "Python's logging",
  first: `${capitals}${digits}[`,
  layouts: [
    // 2026-11-20 10:00:00,123 - app.module - ERROR - message
    `^${stamp} - ${logger} - ${level} -${where} (?<message>.*)$`,
    // 2026-11-20 10:00:00.123 | INFO     | app.module:function:12 - message
    `^${stamp} \\| ${level} *\\| (?<logger>[\\w.<>-]+):(?<function>[\\w<>]+):(?<line>\\d+) - (?<message>.*)$`,
    // 2026-11-20 10:00:00,123 ERROR [app.module] [file.py:12] message
    `^${stamp} ${level} *\\[${logger}\\] \\[(?<file>[\\w./-]+\\.py):(?<line>\\d+)\\]:? (?<message>.*)$`,
    // 2026-11-20 10:00:00,123 [ERROR] app.module: message
    `^${stamp} \\[${level} *\\] ${logger}: (?<message>.*)$`,
    // 2026-11-20 10:00:00,123 ERROR app.module: message
    `^(?<stamp>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3}) ${level} *${logger}${where}: (?<message>.*)$`,
    // 2026-11-20 10:00:00,123:ERROR:app.module:message
    `^(?<stamp>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3}):${level}:(?:${logger}:)?(?<message>.*)$`,
    // [2026-11-20 10:00:00 +0100] [123] [INFO] message
    '^\\[(?<stamp>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d [+-]\\d{4})\\] \\[(?<pid>\\d+)\\] \\[(?<level>[A-Z]+)\\] (?<message>.*)$',
    // [2026-11-20 10:00:00,123: INFO/MainProcess] message
    `^\\[(?<stamp>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3}): ${level}/(?<process>[\\w-]+)\\] (?<message>.*)$`,
    // ERROR:app.module:message
    `^${level}:${logger}:(?<message>.*)$`,
    // Traceback alone, as Python writes it for an error that nobody catches
    '^(?<message>Traceback \\(most recent call last\\):\\n.*)$',
  ].map((layout) => new RegExp(layout, 's')),
});
