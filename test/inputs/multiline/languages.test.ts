import { describe, expect, it } from 'vitest';
import { createMultiline, type MultilineSettings } from '../../../src/inputs/multiline/multiline.ts';

const settings = (changes: Partial<MultilineSettings>): MultilineSettings => ({
  negate: false,
  match: 'after',
  maxLines: 500,
  timeout: 5_000,
  ...changes,
});

/** The events that lines make, each as its lines. */
function eventsOf(changes: Partial<MultilineSettings>, text: string): string[][] {
  const { continues, match } = createMultiline(settings(changes));
  const events: string[][] = [];
  let before = '';
  let ended = true;
  for (const line of text.split('\n')) {
    const isPart = continues(line, before);
    const opens = match === 'after' ? !isPart || events.length === 0 : ended;
    if (opens) events.push([line]);
    else events.at(-1)!.push(line);
    ended = match === 'before' && !isPart;
    before = line;
  }
  return events;
}

const firstLines = (events: string[][]) => events.map(([first]) => first);

describe('stack traces', () => {
  it.each([
    [
      'python' as const,
      `INFO:root:started
ERROR:root:failed
Traceback (most recent call last):
  File "x.py", line 3, in f
    return 1 / 0
           ~~^~~
ZeroDivisionError: division by zero

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "x.py", line 7, in <module>
    f()
requests.exceptions.Timeout: slow
INFO:root:went on
WARNING:root:next`,
      ['INFO:root:started', 'ERROR:root:failed', 'INFO:root:went on', 'WARNING:root:next'],
    ],
    [
      'java' as const,
      `2026-11-29 10:00:00 ERROR shop - failed
java.lang.IllegalStateException: order 7
\tat shop.Order.pay(Order.java:12)
\t... 12 more
Caused by: java.sql.SQLException: gone
\tat db.Pool.get(Pool.java:3)
\tSuppressed: java.io.IOException: closed
2026-11-29 10:00:01 INFO shop - next`,
      ['2026-11-29 10:00:00 ERROR shop - failed', '2026-11-29 10:00:01 INFO shop - next'],
    ],
    [
      'go' as const,
      `2026/11/29 10:00:00 started
panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.(*T).run(0xc000012345, 0x1)
\t/app/x.go:5 +0x1d
main.main()
\t/app/x.go:9 +0x1d
exit status 2
2026/11/29 10:00:01 started again`,
      [
        '2026/11/29 10:00:00 started',
        'panic: runtime error: index out of range [5] with length 3',
        '2026/11/29 10:00:01 started again',
      ],
    ],
    [
      'node' as const,
      `listening on 80
/app/x.js:3
  throw new TypeError('x is not a function');
  ^

TypeError: x is not a function
    at f (/app/x.js:3:9)
    at node:internal/main/run_main_module:28:49 {
  code: 'E_X'
}
listening on 81
Error: refused
    at g (/app/y.js:1:1)
done`,
      ['listening on 80', '/app/x.js:3', 'listening on 81', 'Error: refused', 'done'],
    ],
    [
      'dotnet' as const,
      `fail: Shop.Orders[0]
      Order 7 failed
      System.InvalidOperationException: no stock
         at Shop.Orders.Pay() in /src/Orders.cs:line 12
info: Shop[0]
Unhandled exception. System.AggregateException: one
 ---> System.Exception: inner
   at A.B()
   --- End of inner exception stack trace ---
2026-11-29 [ERR] failed
System.IO.IOException: disk
   at C.D()`,
      [
        'fail: Shop.Orders[0]',
        'info: Shop[0]',
        'Unhandled exception. System.AggregateException: one',
        '2026-11-29 [ERR] failed',
      ],
    ],
  ])('of %s belong to the line before them', (language, text, expected) => {
    expect(firstLines(eventsOf({ language }, text))).toEqual(expected);
  });
});

describe('a pattern', () => {
  const text = 'a1\n b\n c\na2\n d';
  it.each([
    [
      'lines that match follow the first one',
      { pattern: '^ ' },
      [
        ['a1', ' b', ' c'],
        ['a2', ' d'],
      ],
    ],
    [
      'lines that do not match follow the first one',
      { pattern: '^a', negate: true },
      [
        ['a1', ' b', ' c'],
        ['a2', ' d'],
      ],
    ],
    [
      'lines that match precede the last one',
      { pattern: '^a', match: 'before' as const },
      [['a1', ' b'], [' c'], ['a2', ' d']],
    ],
    [
      'lines that do not match precede the last one',
      { pattern: '^a', negate: true, match: 'before' as const },
      [['a1'], [' b', ' c', 'a2'], [' d']],
    ],
  ])('%s', (_, changes, expected) => {
    expect(eventsOf(changes, text)).toEqual(expected);
  });
});
