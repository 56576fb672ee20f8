import { pino } from 'pino';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import { type LumberjackInputConfig, lumberjackInput } from '../../../src/config/schema/inputs.ts';
import { type LumberjackInputOptions, startLumberjackInput } from '../../../src/inputs/lumberjack/input.ts';
import type { Batch, EventBlock } from '../../../src/model.ts';
import { eventually } from '../eventually.ts';
import { documentsOf } from './frames.ts';

/** A window that the input handed on, and the test's hand on its fate. */
export interface Delivery {
  batch: Batch;
  documents: string[];
  store(): void;
  refuse(error?: Error): void;
}

export interface LogLine {
  level: number;
  msg: string;
  [key: string]: unknown;
}

/** An input on a free port, whose windows are stored at once (default) or when the test says so. */
export async function startInput(
  settings: Partial<LumberjackInputConfig> & {
    storing?: 'at once' | 'by hand';
    options?: LumberjackInputOptions;
  } = {},
) {
  const { storing = 'at once', options, ...config } = settings;
  const deliveries: Delivery[] = [];
  const lines: LogLine[] = [];
  const metrics = new Registry();
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const deliver = (batch: Batch, block: EventBlock) =>
    new Promise<void>((resolve, reject) => {
      const refuse = (error = new Error('the disk is full')) => reject(error);
      deliveries.push({ batch, documents: documentsOf(block), store: resolve, refuse });
      if (storing === 'at once') resolve();
    });
  const input = await startLumberjackInput(
    { ...lumberjackInput.parse({ port: 0 }), ...config },
    deliver,
    { log, metrics },
    options,
  );
  onTestFinished(() => input.stop(100));
  return {
    input,
    port: input.address().port,
    deliveries,
    lines,
    metrics,
    /** Waits until a line of the log matches. */
    logged: (pattern: RegExp) => until(() => lines.find((line) => pattern.test(line.msg))),
    /** Waits until so many windows were handed on. */
    delivered: (count: number) => until(() => (deliveries.length >= count ? deliveries : undefined)),
  };
}

/** Waits until there is a value. */
export const until = <T>(value: () => T | undefined): Promise<T> =>
  eventually(
    () => {
      const found = value();
      if (found === undefined || found === false) throw new Error('It did not come.');
      return found;
    },
    { interval: 2 },
  );

export const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));
