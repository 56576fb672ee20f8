import { describe, expect, it } from 'vitest';
import { first } from '../../src/generator/generate.ts';
import { steadySchedule, tutorialRound, tutorialSchedule } from '../../src/generator/traffic.ts';

const offsets = [...first(600, tutorialSchedule())];

describe("the tutorial's schedule", () => {
  it('begins with an event a second for 100 seconds', () => {
    expect(offsets.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, i) => i * 1_000));
  });

  it('goes on with 100 events 10 ms apart', () => {
    expect(offsets.slice(100, 200)).toEqual(Array.from({ length: 100 }, (_, i) => 100_000 + i * 10));
  });

  it('has the fifth event within a second as event 105, at 100.040 s', () => {
    const second = (at: number) => Math.floor(at / 1_000);
    const crossing = offsets.findIndex(
      (at, i) => offsets.slice(0, i + 1).filter((other) => second(other) === second(at)).length >= 5,
    );
    expect([crossing + 1, offsets[crossing]]).toEqual([105, 100_040]);
  });

  it('begins again 10 ms after its last event', () => {
    expect(tutorialRound).toEqual({ events: 200, quiet: 100, length: 101_000 });
    expect(offsets.slice(200, 400)).toEqual(offsets.slice(0, 200).map((at) => at + 101_000));
    expect(offsets.slice(400)).toEqual(offsets.slice(0, 200).map((at) => at + 202_000));
  });
});

describe('a steady schedule', () => {
  it.each([
    [1, [0, 1_000, 2_000, 3_000]],
    [1_000, [0, 1, 2, 3]],
    [4_000, [0, 0.25, 0.5, 0.75]],
  ])('spaces %i events a second evenly', (rate, expected) => {
    expect([...first(4, steadySchedule(rate))]).toEqual(expected);
  });

  it('does not drift', () => {
    expect([...first(30_001, steadySchedule(300))].at(-1)).toBe(100_000);
  });
});

describe('the first few', () => {
  it.each([
    [0, []],
    [2, [0, 1_000]],
    [Number.NEGATIVE_INFINITY, []],
  ])('of %i are %j', (count, expected) => {
    expect([...first(count, tutorialSchedule())]).toEqual(expected);
  });
});
