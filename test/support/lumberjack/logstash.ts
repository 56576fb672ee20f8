import { pino } from 'pino';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import type { z } from 'zod';
import { type ForwardConfig, forward } from '../../../src/config/schema/forward.ts';
import { encodeFrames } from '../../../src/lumberjack/encoder.ts';
import { createLogstashOutput } from '../../../src/sinks/logstash/output.ts';
import { receivedWindow, type Window, windowOf } from '../../../src/sinks/logstash/window.ts';
import { forwardTelemetry } from '../../../src/telemetry/components/forward.ts';
import { C } from './frames.ts';

export interface Address {
  host: string;
  port: number;
}

export const hostOf = ({ host, port }: Address): string => `${host}:${port}`;

export const forwardConfig = (servers: Address[], settings: Partial<z.input<typeof forward>> = {}) =>
  forward.parse({ hosts: servers.map(hostOf), backoff: { init: '5ms', max: '20ms' }, ...settings });

/** An output to these servers, its log and its metrics. It takes the first host first, and ends with the test. */
export function anOutput(servers: Address[], settings: Partial<z.input<typeof forward>> = {}) {
  const config: ForwardConfig = forwardConfig(servers, settings);
  const lines: { level: number; msg: string }[] = [];
  const metrics = new Registry();
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const telemetry = forwardTelemetry({ log, metrics }, Date.now);
  const output = createLogstashOutput({ config, telemetry, random: () => 0 });
  onTestFinished(() => output.close());
  const metric = async (name: string) => {
    const found = await metrics.getSingleMetric(`logboom_forward_${name}`)!.get();
    return found.values.reduce((sum, { value }) => sum + value, 0);
  };
  return { output, lines, metric };
}

export const texts = (count: number, from = 1): string[] =>
  Array.from({ length: count }, (_, i) => `{"n":${from + i}}`);

/** A window that was made here. */
export const made = (documents: string[]): Window =>
  windowOf(
    documents.map((text) => Buffer.from(text)),
    3,
  );

/** A window as Filebeat would have sent it, and as the journal holds it. */
export function received(documents: string[]): Window & { payload: Buffer } {
  const payload = C(encodeFrames(documents, { version: 2, firstSequence: 1 }));
  const window = receivedWindow({ encoding: 'lumberjack', payload, count: documents.length }, 3)!;
  return { ...window, payload };
}
