import type { JsonObject } from '../../events/index.ts';

/** How a language writes an error with its stack trace below a message. `sign` is quick to look for, and every such trace has it. */
interface Notation {
  readonly sign: RegExp;
  readonly trace: RegExp;
}

const notations: readonly Notation[] = [
  // Python: the last line that is not indented names the error.
  {
    sign: /Traceback \(most recent call last\):\n/,
    trace:
      /^(?<before>.*?)(?:^|\n)(?<trace>Traceback \(most recent call last\):\n.*?\n(?<type>[A-Za-z_][\w.]*)(?:: (?<text>[^\n]*))?(?:\n.*)?)$/s,
  },
  // Java, .NET and Node: the error, then lines that begin with `at`.
  {
    sign: /\n\s+at /,
    trace:
      /^(?<before>.*?)(?:^|\n)(?<trace>(?:Exception in thread "[^"\n]*" |Unhandled exception\. )?(?<type>[A-Za-z_$][\w$.]*(?:Exception|Error|Throwable|Failure|Fault)\w*)(?:: (?<text>[^\n]*))?(?:\n(?!\s+at )[^\n]*)*\n\s+at .*)$/s,
  },
  // Go.
  {
    sign: /goroutine \d+ \[/,
    trace:
      /^(?<before>.*?)(?:^|\n)(?<trace>(?<type>panic|fatal error): (?<text>[^\n]*)\n.*?goroutine \d+ \[.*)$/s,
  },
];

/** The last error of a Python trace counts: those before it are its causes. */
const pythonErrors =
  /\n(?<type>[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning|Iteration|Timeout|Failure|Fault)\w*)(?:: (?<text>[^\n]*))?(?=\n|$)/g;

/**
 * Splits a message into its text and the stack trace below it. Returns the text as `message`, and the fields of the error.
 * A message without a stack trace stays as it is.
 */
export function splitTrace(message: string): JsonObject {
  if (!message.includes('\n')) return { message };
  for (const { sign, trace: notation } of notations) {
    const groups = sign.test(message) ? notation.exec(message)?.groups : undefined;
    if (!groups) continue;
    const { before = '', trace = '' } = groups;
    const last = trace.startsWith('Traceback') ? [...trace.matchAll(pythonErrors)].at(-1)?.groups : undefined;
    const { type, text } = last ?? groups;
    return {
      message: before.trimEnd() === '' ? (text ?? type) : before.trimEnd(),
      'error.type': type,
      'error.message': text,
      'error.stack_trace': trace,
    };
  }
  return { message };
}
