import { expect, it } from 'vitest';
import { printable } from '../../src/util/text.ts';

it.each([
  ['a plain text, with ümlauts and 漢字 and 👩‍🚀', 'a plain text, with ümlauts and 漢字 and 👩‍🚀'],
  ['\u001b[31mred', '\\u001b[31mred'],
  ['one\ntwo\r\tthree', 'one\\u000atwo\\u000d\\u0009three'],
  ['\u009b31m\u007f', '\\u009b31m\\u007f'],
  ['a\u202egnp.exe', 'a\\u202egnp.exe'],
  ['line\u2028separator', 'line\\u2028separator'],
])('%j is printed as %s', (text, printed) => expect(printable(text)).toBe(printed));
