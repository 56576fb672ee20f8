import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** 10,000 lines of a real web server; all of an hour's lines lie within one minute, and there in no order. */
export const accessLog = fileURLToPath(new URL('../../fixtures/apache-combined.log', import.meta.url));

/** A line of the file as this reads it, which knows nothing of logboom's parsers. */
export interface AccessLine {
  /** Where it begins in the file. */
  offset: number;
  message: string;
  ip: string;
  time: number;
  path: string;
  status: number;
  /** Undefined where the log has `-`. */
  bytes: number | undefined;
}

export function accessLines(): AccessLine[] {
  let offset = 0;
  return readFileSync(accessLog, 'utf8')
    .split('\n')
    .filter((message) => message !== '')
    .map((message) => {
      const line = { offset, message, ...fieldsOf(message) };
      offset += Buffer.byteLength(message) + 1;
      return line;
    });
}

/** `ip - - [17/May/2015:10:05:03 +0000] "GET /path?query HTTP/1.1" 200 203023 "referrer" "agent"` */
function fieldsOf(message: string) {
  const [head, request, numbers] = message.split('"') as [string, string, string];
  const [ip] = head.split(' ') as [string];
  const [, day, clock] = /\[([^:]+):([^\]]+)\]/.exec(head)!;
  const [, url] = request.split(' ') as [string, string];
  const [, status, bytes] = numbers.split(' ');
  return {
    ip,
    time: Date.parse(`${day!.replaceAll('/', ' ')} ${clock}`),
    path: url.split(/[?#]/)[0]!,
    status: Number(status),
    bytes: bytes === '-' ? undefined : Number(bytes),
  };
}

/** How often each value occurs, the most frequent first, those of equal counts by value. */
export function countsOf<Value extends string | number>(values: Value[]): [Value, number][] {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}
