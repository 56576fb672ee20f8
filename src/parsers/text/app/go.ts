import { levelOf } from '../levels.ts';
import { digits, type TextFormat } from '../text-format.ts';
import { appFormat } from './app-line.ts';
import { goPairs } from './go-pairs.ts';

const text = '"(?:[^"\\\\]|\\\\.)*"';
const key = `(?:${text}|[^\\s="]+)`;
const pairsOf = (value: string) => `(?:\\s+(?<pairs>${key}=${value}(?:\\s+${key}=${value})*))?\\s*$`;
/** `key=value` behind a message: a value is quoted, or has no blank. */
const pairs = pairsOf(`(?:${text}|[^\\s"]*)`);
/** klog also writes a list or a mapping as JSON, and a text of several lines between `<` and `>`. */
const klogPairs = pairsOf(
  `(?:${text}|<\\n(?:\\t[^\\n]*\\n)+ >|[[{](?:${text}|[^"\\n])*?[\\]}](?=\\s|$)|[^\\s"]*)`,
);
const zap =
  '(?<stamp>\\d{4}-\\d\\d-\\d\\dT\\S+|\\d{10}\\.\\d+|\\d\\.\\d+e\\+09)\\t(?<level>DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL|debug|info|warn|error|dpanic|panic|fatal)\\t';
const caller = '(?<file>[^\\s:]+\\.go):(?<line>\\d+)';

const plain = appFormat({
  name: 'go',
  words: 'a Go logger',
  first: `${digits}IWEFDTPpf\u001b`,
  layouts: [
    // klog: I1120 10:00:00.123456       1 server.go:123] "message" key="value"
    `^(?<level>[IWEF])(?<monthday>\\d{4}) (?<clock>\\d\\d:\\d\\d:\\d\\d\\.\\d{6}) +(?<tid>\\d+) (?<file>[^:\\]]+):(?<line>\\d+)\\] "(?<message>(?:[^"\\\\]|\\\\.)*)"${klogPairs}`,
    '^(?<level>[IWEF])(?<monthday>\\d{4}) (?<clock>\\d\\d:\\d\\d:\\d\\d\\.\\d{6}) +(?<tid>\\d+) (?<file>[^:\\]]+):(?<line>\\d+)\\] (?<message>.*)$',
    // slog: 2026/11/20 10:00:00 INFO message key=value
    `^(?<stamp>\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?) (?:${caller}: )?(?<level>DEBUG|INFO|WARN|ERROR)(?:[+-]\\d+)? (?<message>.*?)${pairs}`,
    // log: 2026/11/20 10:00:00.123456 server.go:12: message
    '^(?<stamp>\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?) (?:(?<file>[^\\s:]+\\.go):(?<line>\\d+): )?(?:\\[?(?<level>DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\\]?:? )?(?!\\[|(?:[Tt]race|[Dd]ebug|[Ii]nfo|[Nn]otice|[Ww]arn|[Ww]arning|[Ee]rror|[Ff]atal|[Cc]ritical)\\b)(?<message>.*)$',
    // zap: 2026-11-20T10:00:00.123Z  INFO  logger  server.go:12  message  {"key": "value"}, with tabs between
    `^${zap}(?:(?<logger>[^\\t{]+)\\t)??(?:(?<file>[^\\t:{]+\\.go):(?<line>\\d+)\\t)?(?<message>[^\\t]*)(?:\\t(?<json>\\{[^\\n]*))?(?<more>\\n.*)?$`,
    // The same with tabs in the message. The caller before it is required, because a logger may be missing.
    `^${zap}(?:(?<logger>[^\\t{]+)\\t)?(?<file>[^\\t:{]+\\.go):(?<line>\\d+)\\t(?<message>[^\\n]*?)(?:\\t(?<json>\\{[^\\n]*))?(?<more>\\n.*)?$`,
    // logrus: INFO[0000] message   key=value
    `^(?<level>TRAC|DEBU|INFO|WARN|ERRO|FATA|PANI)\\[(?:\\d+|(?<stamp>[^\\]]+))\\](?:${caller} (?<function>\\S+)\\(\\))? ?(?<message>.*?)${pairs}`,
    // a panic alone, as Go writes it when a program ends
    '^(?<message>(?:panic|fatal error): [^\\n]*\\n.*goroutine \\d+ \\[.*)$',
  ].map((layout) => new RegExp(layout, 's')),
  readPairs: goPairs,
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

const ESC = '\u001b';
const colours = new RegExp(`${ESC}\\[[\\d;]*m`, 'g');

/**
 * Go: klog and glog of Go, slog's default handler, the standard logger, zap's console and logrus on a terminal. Colours that zap and logrus
 * write for a terminal are left out.
 */
export const go: TextFormat = {
  ...plain,
  parse: (line, context) => plain.parse(line.includes(`${ESC}[`) ? line.replace(colours, '') : line, context),
};
