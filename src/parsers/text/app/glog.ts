import { digits } from '../text-format.ts';
import { appFormat } from './app-line.ts';

const clock = '(?<clock>\\d\\d:\\d\\d:\\d\\d\\.\\d{6})';
const trace = '(?:\\n\\*\\*\\* Check failure stack trace: \\*\\*\\*\\n(?<trace>.*))?';
const message = `(?<message>(?:(?!\\n\\*\\*\\* Check).)*)${trace}`;
/** Files that are not of Go: klog writes lines of the same form. */
const native = '(?<file>[^:\\]\\s]+\\.(?:cc|cpp|cxx|c|cu|h|hh|hpp|mm|m))';

/** glog of C++, with a date of its releases since 0.5 or of those before, Abseil's log and that of TensorFlow. */
export const glog = appFormat({
  name: 'glog',
  words: 'glog of C++',
  first: `IWEF${digits}`,
  layouts: [
    // I20251130 10:11:12.123456  1234 server.cc:123] message
    `^(?<level>[IWEF])(?<year>\\d{4})(?<monthday>\\d{4}) ${clock} +(?<tid>\\d+) (?<file>[^:\\]\\s]+):(?<line>\\d+)\\] ${message}$`,
    // I1130 10:11:12.123456  1234 server.cc:123] message
    `^(?<level>[IWEF])(?<monthday>\\d{4}) ${clock} +(?<tid>\\d+) ${native}:(?<line>\\d+)\\] (?!"(?:[^"\\\\]|\\\\.)*"(?:\\s|$))${message}$`,
    // 2025-11-30 10:11:12.123456: I tensorflow/core/platform/cpu_feature_guard.cc:182] message
    `^(?<stamp>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{6}): (?<level>[IWEF]) (?<file>[^:\\]\\s]+):(?<line>\\d+)\\] ${message}$`,
  ].map((layout) => new RegExp(layout, 's')),
  more: ({ tid, trace: stack }) => ({
    'process.thread.id': tid === undefined ? undefined : Number(tid),
    ...(stack !== undefined && { 'error.stack_trace': stack }),
  }),
});
