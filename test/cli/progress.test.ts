import { describe, expect, it } from 'vitest';
import { progressOn } from '../../src/cli/progress.ts';

/** Reports at the given times, in milliseconds; what is shown on a terminal, or written elsewhere. */
function shown(interactive: boolean, reports: [at: number, share: number, done: number][]): string[] {
  const texts: string[] = [];
  let time = 0;
  const add = (text: string) => void texts.push(text);
  const terminal = interactive ? { err: () => undefined, progress: add } : { err: add };
  const progress = progressOn(
    terminal,
    (done, elapsed) => `${done} lines in ${elapsed} ms`,
    () => time,
  );
  for (const [at, share, done] of reports) {
    time = at;
    progress(share, done);
  }
  progress.end();
  return texts;
}

describe('progress', () => {
  it('is a bar on one line of a terminal, which goes at the end', () => {
    expect(shown(true, [[500, 0.5, 7]])).toEqual(['████████████░░░░░░░░░░░░ 50 %  7 lines in 500 ms', '']);
  });

  it.each([
    [0, '░░░░░░░░░░░░░░░░░░░░░░░░ 0 %'],
    [0.019, '░░░░░░░░░░░░░░░░░░░░░░░░ 1 %'],
    [0.999, '████████████████████████ 99 %'],
    [1, '████████████████████████ 100 %'],
    [1.2, '████████████████████████ 100 %'],
    [-1, '░░░░░░░░░░░░░░░░░░░░░░░░ 0 %'],
  ])('of %d is drawn as %s', (share, bar) => {
    expect(shown(true, [[500, share, 7]])[0]).toBe(`${bar}  7 lines in 500 ms`);
  });

  it('is drawn ten times a second at most', () => {
    const often = Array.from({ length: 100 }, (_, at) => [at * 10, at / 100, at] as [number, number, number]);
    expect(shown(true, often).length).toBeLessThanOrEqual(11);
  });

  it('estimates what is left, once it knows something', () => {
    expect(shown(true, [[10_000, 0.25, 7]])[0]).toMatch(/ 25 % {2}7 lines in 10000 ms, about 30 s left$/);
    expect(shown(true, [[1_000, 0.25, 7]])[0]).not.toContain('left');
    expect(shown(true, [[10_000, 0.001, 7]])[0]).not.toContain('left');
  });

  it('is a plain line every ten seconds where there is no terminal', () => {
    const often = Array.from(
      { length: 35 },
      (_, at) => [at * 1_000, at / 35, at] as [number, number, number],
    );
    expect(shown(false, often)).toEqual([
      '28 %  10 lines in 10000 ms, about 25 s left',
      '57 %  20 lines in 20000 ms, about 15 s left',
      '85 %  30 lines in 30000 ms, about 5 s left',
    ]);
  });

  it('shows nothing of what is reported after its end', () => {
    const texts: string[] = [];
    let time = 0;
    const add = (text: string) => void texts.push(text);
    const terminal = { err: add, progress: add };
    const progress = progressOn(
      terminal,
      (done) => `${done} lines`,
      () => time,
    );
    progress.end();
    time = 500;
    progress(0.5, 7);
    expect(texts).toEqual(['']);
  });

  it('says nothing of what is done at once', () => {
    expect(
      shown(false, [
        [50, 0.5, 1],
        [90, 1, 2],
      ]),
    ).toEqual([]);
    expect(
      shown(true, [
        [50, 0.5, 1],
        [90, 1, 2],
      ]),
    ).toEqual(['']);
  });
});
