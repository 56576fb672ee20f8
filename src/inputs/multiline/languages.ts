/** Whether a line continues the event that the line `before` belongs to. */
export type Continuation = (line: string, before: string) => boolean;

const isIndented = (line: string) => line.startsWith(' ') || line.startsWith('\t');

const pythonHead = 'Traceback (most recent call last):';
const pythonJoint =
  /^(?:During handling of the above exception, another|The above exception was the direct cause)/;
/** The line that names the exception: `ValueError: bad`, `requests.exceptions.Timeout: slow`. */
const pythonError =
  /^(?:(?:[A-Za-z_]\w*\.)+[A-Z]\w*|[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit|Iteration|Group|Expired|Timeout))(?::|$)/;

function python(line: string, before: string): boolean {
  if (isIndented(line) || line === pythonHead || pythonJoint.test(line)) return true;
  if (line === '') return pythonError.test(before) || pythonJoint.test(before);
  return isIndented(before) && pythonError.test(line);
}

const javaPart = /^(?:Caused by: |Suppressed: |Wrapped by: |(?:[a-z_$][\w$]*\.)+[A-Z][\w$]*(?::|$))/;

const java = (line: string) => isIndented(line) || javaPart.test(line);

const goHead = /^(?:panic: |fatal error: |SIG[A-Z]+: )/;
const goPart = /^(?:goroutine \d+ |created by |exit status \d|\[signal |\.\.\.\d* ?(?:additional )?frames|$)/;
/** `main.(*T).run(0x1, 0x2)`: no white space before the first parenthesis. */
const goCall = (line: string) => /^[^\s(]+\(/.test(line) && line.endsWith(')');
const isGoPart = (line: string) => goPart.test(line) || goCall(line);

const go = (line: string, before: string) =>
  isIndented(line) || (isGoPart(line) && (goHead.test(before) || isGoPart(before) || isIndented(before)));

const nodeError = /^(?:Uncaught )?\w*(?:Error|Exception)\b/;

/** An uncaught error is printed as its place, the source line, a caret, an empty line, and only then the error. */
function node(line: string, before: string): boolean {
  if (isIndented(line)) return true;
  if (isIndented(before)) return line === '' || line === '}';
  return before === '' && nodeError.test(line);
}

const dotnetPart = /^(?:---> |--- End of |(?:[A-Za-z_]\w*\.)+\w*Exception\b)/;

const dotnet = (line: string) => isIndented(line) || dotnetPart.test(line);

/** How the lines of a stack trace are recognised in the logs of a language. */
export const languages = { python, java, go, node, dotnet } satisfies Record<string, Continuation>;
