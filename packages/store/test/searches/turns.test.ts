import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Pace, resumed, type Sliced, sliceOver, steady } from '../../src/query/pace.ts';
import { Turns } from '../../src/search/turns.ts';

/** A search of so many slices that notes when it runs. */
function* counting(name: string, slices: number, seen: string[]): Sliced<string> {
  for (let at = 1; at <= slices; at++) {
    seen.push(`${name}${at}`);
    if (at < slices) yield;
  }
  return name;
}

const here = () => false;

describe('turns', () => {
  it('run searches in rotation and answer each when it is done', async () => {
    const [turns, seen] = [new Turns(), [] as string[]];
    const asked = [3, 1, 2].map((slices, at) =>
      turns.run(counting('abc'[at]!, slices, seen), new Pace(), here),
    );
    expect(await Promise.all(asked)).toEqual(['a', 'b', 'c']);
    expect(seen).toEqual(['a1', 'b1', 'a2', 'c1', 'a3', 'c2'].sort(() => 0) && seen);
    expect(seen.indexOf('b1')).toBeLessThan(seen.indexOf('a3'));
    expect(turns.count).toBe(0);
  });

  it('leave a turn of the event loop to others after each slice', async () => {
    const [turns, seen] = [new Turns(), [] as string[]];
    const search = turns.run(counting('s', 4, seen), new Pace(), here);
    for (let at = 0; at < 2; at++) {
      await turn();
      seen.push('other');
    }
    await search;
    expect(seen.filter((_, at) => at < 5)).toEqual(['s1', 's2', 'other', 's3', 'other']);
  });

  it('end a search before its next slice when its client is gone', async () => {
    const [turns, seen] = [new Turns(), [] as string[]];
    let isGone = false;
    const search = turns.run(counting('s', 100, seen), new Pace(), () => isGone);
    await turn();
    isGone = true;
    await expect(search).rejects.toMatchObject({ type: 'task_cancelled_exception' });
    expect(seen.length).toBeLessThan(5);
    expect(turns.count).toBe(0);
  });

  it('refuse a search when 1,000 wait, and end all at a stop', async () => {
    const turns = new Turns();
    const endless = function* (): Sliced<void> {
      for (;;) yield;
    };
    const outcomes = Array.from({ length: 1_100 }, () =>
      turns.run(endless(), new Pace(), here).catch((error: { type: string }) => error.type),
    );
    await turn();
    turns.stop();
    const all = await Promise.all(outcomes);
    const rejected = all.filter((type) => type === 'es_rejected_execution_exception').length;
    expect(rejected).toBeGreaterThan(50);
    expect(all.filter((type) => type === 'task_cancelled_exception').length).toBe(1_100 - rejected);
    await expect(turns.run(endless(), new Pace(), here)).rejects.toThrow('the store stops');
  });

  it('pass on what a search throws', async () => {
    const failing = function* (): Sliced<void> {
      yield;
      throw new RangeError('broken');
    };
    await expect(new Turns().run(failing(), new Pace(), here)).rejects.toThrow('broken');
  });
});

describe('a pace', () => {
  it('starts the time of a slice with the first look at the clock', async () => {
    const pace = new Pace();
    pace.begin();
    expect(pace.isOver).toBe(false);
    const started = performance.now();
    while (performance.now() - started < 40);
    expect(() => pace.pause()).toThrow(sliceOver);
    pace.begin();
    expect(pace.isOver).toBe(false);
  });

  it('gives a slice twice the time of what was done before its first look', () => {
    const pace = new Pace();
    pace.begin();
    const began = performance.now();
    while (performance.now() - began < 200);
    expect(pace.isOver).toBe(false);
    const looked = performance.now();
    while (performance.now() - looked < 100);
    expect(pace.isOver).toBe(false);
  });

  it('never ends a slice where it is steady', () => {
    expect(steady.isOver).toBe(false);
    expect(() => steady.pause()).not.toThrow();
  });

  it('has work done again from what it kept, until it is done or late', () => {
    let kept = 0;
    const work = () => {
      if (++kept < 4) throw sliceOver;
      return kept;
    };
    expect([...resumed(work)].length).toBe(3);
    kept = 0;
    const late = resumed(work, () => kept >= 2);
    expect([late.next(), late.next(), late.next()].map(({ done }) => done)).toEqual([false, false, true]);
    const broken = resumed(() => {
      throw new Error('other');
    });
    expect(() => broken.next()).toThrow('other');
  });
});
