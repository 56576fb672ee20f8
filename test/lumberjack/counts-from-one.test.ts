import { describe, expect, it } from 'vitest';
import { countsFromOne } from '../../src/lumberjack/payload.ts';
import { C, D, J, rawC, W } from '../support/lumberjack/frames.ts';

const table: [title: string, payload: Buffer[], count: number, orderly: boolean][] = [
  ['one compressed frame, as Filebeat sends it', [C(J(1), J(2), J(3))], 3, true],
  ['bare frames', [J(1), J(2)], 2, true],
  ['several compressed frames that count on', [C(J(1), J(2)), C(J(3))], 3, true],
  ['bare frames beside compressed ones', [J(1), C(J(2))], 2, true],
  ['frames that count on from the window before', [C(J(2049), J(2050))], 2, false],
  ['compressed frames that each count from 1', [C(J(1)), C(J(1))], 2, false],
  ['frames that leave a number out', [J(1), J(3)], 2, false],
  ['fewer events than the window had', [C(J(1))], 2, false],
  ['more events than the window had', [C(J(1), J(2))], 1, false],
  ['a frame of version 1', [D(1, { line: 'x' })], 1, false],
  ['a frame of version 1 inside a compressed one', [C(D(1, { line: 'x' }))], 1, false],
  ['a JSON frame under the version byte of version 1', [J(1, '{}', 1)], 1, false],
  ['a compressed frame in a compressed frame', [C(C(J(1)))], 1, false],
  ['a window frame inside a compressed one', [C(W(1), J(1))], 1, false],
  ['a stream that is no zlib stream', [rawC(Buffer.from('nonsense'))], 1, false],
  ['half of a frame', [J(1).subarray(0, 8)], 1, false],
  ['a frame and half of the next', [J(1), J(2).subarray(0, 12)], 2, false],
  ['nothing', [], 1, false],
];

describe('a payload can be passed on as it was received, or not:', () => {
  it.each(table)('%s', (_, frames, count, orderly) => {
    expect(countsFromOne(Buffer.concat(frames), count)).toBe(orderly);
  });
});
