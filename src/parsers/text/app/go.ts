import { levelOf } from '../levels.ts';
import { digits } from '../text-format.ts';
import { appFormat } from './app-line.ts';

const pairs =
  '(?:\\s+(?<pairs>[\\w.-]+=(?:"(?:[^"\\\\]|\\\\.)*"|\\S*)(?:\\s+[\\w.-]+=(?:"(?:[^"\\\\]|\\\\.)*"|\\S*))*))?\\s*$';

/** Go: klog and glog, slog's default handler, the standard logger, zap's console and logrus on a terminal. */
export const go = appFormat({
  name: 'go',
  words: 'a Go logger',
  first: `${digits}IWEFDTPpf`,
  layouts: [
    // klog: I1120 10:00:00.123456       1 server.go:123] "message" key="value"
    `^(?<level>[IWEF])(?<monthday>\\d{4}) (?<clock>\\d\\d:\\d\\d:\\d\\d\\.\\d{6}) +(?<tid>\\d+) (?<file>[^:\\]]+):(?<line>\\d+)\\] "(?<message>(?:[^"\\\\]|\\\\.)*)"${pairs}`,
    '^(?<level>[IWEF])(?<monthday>\\d{4}) (?<clock>\\d\\d:\\d\\d:\\d\\d\\.\\d{6}) +(?<tid>\\d+) (?<file>[^:\\]]+):(?<line>\\d+)\\] (?<message>.*)$',
    // slog: 2026/11/20 10:00:00 INFO message key=value
    `^(?<stamp>\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?) (?<level>DEBUG|INFO|WARN|ERROR)(?:[+-]\\d+)? (?<message>.*?)${pairs}`,
    // log: 2026/11/20 10:00:00.123456 server.go:12: message
    '^(?<stamp>\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?) (?:(?<file>[^\\s:]+\\.go):(?<line>\\d+): )?(?:\\[?(?<level>DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\\]?:? )?(?!\\[|(?:[Tt]race|[Dd]ebug|[Ii]nfo|[Nn]otice|[Ww]arn|[Ww]arning|[Ee]rror|[Ff]atal|[Cc]ritical)\\b)(?<message>.*)$',
    // zap: 2026-11-20T10:00:00.123Z  INFO  logger  server.go:12  message  {"key": "value"}, with tabs between
    '^(?<stamp>\\d{4}-\\d\\d-\\d\\dT\\S+|\\d{10}\\.\\d+)\\t(?<level>DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL|debug|info|warn|error|dpanic|panic|fatal)\\t(?:(?<logger>[^\\t{]+)\\t)??(?:(?<file>[^\\t:{]+\\.go):(?<line>\\d+)\\t)?(?<message>[^\\t]*)(?:\\t(?<json>\\{[^\\n]*\\}))?(?<more>\\n.*)?$',
    // logrus: INFO[0000] message   key=value
    `^(?<level>TRAC|DEBU|INFO|WARN|ERRO|FATA|PANI)\\[(?:\\d+|(?<stamp>[^\\]]+))\\] ?(?<message>.*?)${pairs}`,
    // a panic alone, as Go writes it when a program ends
    '^(?<message>(?:panic|fatal error): [^\\n]*\\n.*goroutine \\d+ \\[.*)$',
  ].map((layout) => new RegExp(layout, 's')),
  more: ({ tid, level, message, more }) => ({
    'process.thread.id': tid === undefined ? undefined : Number(tid),
    'log.level': level === undefined ? undefined : (cutLevels[level] ?? levelOf(level)),
    ...(message?.includes('\\"') && { message: message.replace(/\\(["\\])/g, '$1') }),
    ...(more !== undefined && { 'error.stack_trace': more.slice(1) }),
  }),
});

/** Levels as logrus cuts them to four letters. */
const cutLevels: Readonly<Record<string, string>> = {
  TRAC: 'trace',
  DEBU: 'debug',
  ERRO: 'error',
  FATA: 'fatal',
  PANI: 'panic',
};
