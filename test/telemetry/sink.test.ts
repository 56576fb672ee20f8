import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { sinkTelemetry } from '../../src/telemetry/components/sink.ts';

function aSink() {
  const lines: { msg: string; index: string; suppressed: number }[] = [];
  const clock = { now: 0 };
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const telemetry = sinkTelemetry({ log, metrics: new Registry() }, () => clock.now);
  return { lines, clock, telemetry };
}

describe('documents of several streams in trouble at once', () => {
  it.each([
    ['refused', 'documentsRefused'],
    ['put aside', 'putAside'],
  ] as const)('that are %s are told of once a minute for each stream, however they take turns', (_, kind) => {
    const { lines, clock, telemetry } = aSink();
    const fail = (index: string) =>
      kind === 'putAside' ? telemetry.putAside(index) : telemetry.documentsRefused(1, index, 'no such field');
    for (let i = 0; i < 50; i++) {
      fail('logs-a-default');
      fail('logs-b-default');
    }
    clock.now += 60_000;
    fail('logs-b-default');
    expect(lines.map(({ index, suppressed }) => [index, suppressed])).toEqual([
      ['logs-a-default', 0],
      ['logs-b-default', 0],
      ['logs-b-default', 49],
    ]);
  });
});
