import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { holdTelemetry } from '../../src/telemetry/components/threads.ts';

/** The log lines and the metrics of a thread whose readings are so many milliseconds apart. */
async function told(...apart: number[]) {
  const lines: string[] = [];
  const log = pino({}, { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) });
  const metrics = new Registry();
  const note = holdTelemetry({ log, metrics }, 'analyser', () => 0);
  let at = 0;
  note({ at, used: 0 });
  for (const length of apart) {
    at += length;
    note({ at, used: at / 2 });
  }
  const text = await metrics.metrics();
  const held = (of: 'count' | 'sum') =>
    Number(
      new RegExp(`^logboom_thread_held_seconds_${of}\\{thread="analyser"\\} (.*)$`, 'm').exec(text)?.[1] ?? 0,
    );
  return { lines, count: held('count'), sum: held('sum') };
}

it.each([
  ['on time', [250, 251, 300], 0, 0],
  ['late by a moment', [250, 450, 250], 1, 0.2],
  ['late twice', [600, 250, 750], 2, 0.85],
])('a thread that is %s is counted by its holds', async (_, apart, count, sum) => {
  const found = await told(...apart);
  expect([found.count, found.lines]).toEqual([count, []]);
  expect(found.sum).toBeCloseTo(sum);
});

it('a thread that is held up for long is logged, with what the process used, once a minute', async () => {
  const { lines, count } = await told(1_850, 250, 4_250);
  expect(count).toBe(2);
  expect(lines).toEqual([
    'the analyser thread was held up for 1.6 s, in which the process used 925 ms of processor time. ' +
      'If that is less, the machine is busy or its disk is slow.',
  ]);
});
