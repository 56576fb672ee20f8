import { expect, it } from 'vitest';
import { RunMeter } from '../../src/engine/dispatch.ts';
import type { LogEvent } from '../../src/model.ts';
import type { Run } from '../../src/rules/run/run.ts';

/** A clock that runs only while a run works. */
function aClock() {
  let time = 0;
  const workingFor = (adding: number, advancing: number) =>
    ({
      add: () => {
        time += adding;
      },
      advance: () => {
        time += advancing;
      },
    }) as unknown as Run;
  return { now: () => time, workingFor };
}

const event = {} as LogEvent;

it('estimates the time of each run from a sample of the events', () => {
  const { now, workingFor } = aClock();
  const meter = new RunMeter(now);
  const [slow, quick] = [workingFor(0.5, 0), workingFor(0.125, 0)];
  for (let count = 0; count < 640; count++) {
    meter.nextEvent();
    meter.add(slow, event, [], true);
    if (count % 2 === 1) meter.add(quick, event, [], true);
  }
  expect(meter.costOf(slow)).toBe(320);
  expect(meter.costOf(quick)).toBe(80);
  expect(meter.costOf(workingFor(1, 1))).toBe(0);
});

it('adds the time of each advance', () => {
  const { now, workingFor } = aClock();
  const meter = new RunMeter(now);
  const run = workingFor(0, 2);
  for (let count = 0; count < 5; count++) meter.advance(run, count, []);
  expect(meter.costOf(run)).toBe(10);
});

it('calls the runs also without a clock, and then measures nothing', () => {
  const { now, workingFor } = aClock();
  const meter = new RunMeter();
  const run = workingFor(1, 2);
  for (let count = 0; count < 128; count++) {
    meter.nextEvent();
    meter.add(run, event, [], true);
  }
  meter.advance(run, 0, []);
  expect(now()).toBe(130);
  expect(meter.costOf(run)).toBe(0);
});
