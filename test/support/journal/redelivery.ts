import { pino } from 'pino';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import { inputs, type RedeliveryConfig } from '../../../src/config/schema/inputs.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { openJournalReader } from '../../../src/journal/reader.ts';
import { openPayload } from '../../../src/journal/record.ts';
import { RedeliveryMemory } from '../../../src/journal/redelivery/memory.ts';
import { Redelivery } from '../../../src/journal/redelivery/redelivery.ts';
import { encodeFrames } from '../../../src/lumberjack/encoder.ts';
import { readPayload } from '../../../src/lumberjack/payload.ts';
import type { Batch, EventBlock, Millis, Position } from '../../../src/model.ts';
import { redeliveryTelemetry } from '../../../src/telemetry/components/journal.ts';
import { documentsOf } from '../lumberjack/frames.ts';

export const clock = { now: 1_700_000_000_000 };

/** An event as a Beat sends it: it tells its time and its line's place. */
export const anEvent = (n: number, more: object = {}): string =>
  JSON.stringify({
    '@timestamp': new Date(1_700_000_000_000 + n).toISOString(),
    message: `line ${n}`,
    log: { offset: 10 * n, file: { path: '/var/log/a.log' } },
    ...more,
  });

export const events = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => anEvent(from + i));

export const originOf = (connection: string, address = '192.0.2.7') => ({
  input: 'lumberjack',
  connection,
  address,
});

export function windowOf(
  connection: string,
  documents: string[],
  address?: string,
): { batch: Batch; block: EventBlock } {
  const payload = encodeFrames(documents, { version: 2, firstSequence: 1 });
  const origin = originOf(connection, address);
  const { length: count } = documents;
  return {
    batch: { kind: 'events', origin, receivedAt: clock.now, encoding: 'lumberjack', count, payload },
    block: readPayload(payload),
  };
}

/** Redelivery before a real journal. `append` may be taken over by the test. */
export async function startRedelivery(
  journal: Journal,
  folder: string,
  changes: Partial<RedeliveryConfig> & {
    append?: (batch: Batch) => Promise<Position>;
    /** By which clock it remembers: the test's, or its own. */
    clock?: 'own';
    /** Windows of more events are remembered by marks; by default all. */
    markAbove?: number;
  } = {},
) {
  const { append = (batch: Batch) => journal.append(batch), clock: which, markAbove = 0, ...more } = changes;
  const config = { ...inputs.parse({}).redelivery, ...more };
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  const metrics = new Registry();
  const telemetry = redeliveryTelemetry({ log, metrics });
  const memory = new RedeliveryMemory(config, telemetry.forgotten);
  const redelivery = new Redelivery({
    ...config,
    memory,
    journal: openJournalReader(folder),
    append,
    open: openPayload,
    telemetry,
    seed: 42,
    markAbove,
    ...(which !== 'own' && { now: (): Millis => clock.now }),
  });
  onTestFinished(journal.onTrim((position) => redelivery.beforeTrim(position)));
  await redelivery.rememberLastWindows();
  onTestFinished(() => redelivery.close());
  return {
    redelivery,
    memory,
    lines,
    metric: async (name: string): Promise<number> =>
      (await metrics.getSingleMetric(`logboom_redelivery_${name}`)!.get()).values[0]!.value,
    /** Sends a window and waits for its ACK. */
    send: (connection: string, documents: string[], address?: string) => {
      const { batch, block } = windowOf(connection, documents, address);
      return redelivery.deliver(batch, block);
    },
    open: (connection: string, address?: string) =>
      redelivery.connectionOpened(originOf(connection, address)),
    die: (connection: string) => redelivery.connectionClosed(connection),
    /** The sender closes the connection after it got all its ACKs. */
    end: (connection: string) => redelivery.connectionClosed(connection, true),
  };
}

/** Every event that is in the journal, in order. */
export function journaled(folder: string): string[] {
  const reader = openJournalReader(folder);
  const records = reader.read(0, Number.MAX_SAFE_INTEGER);
  void reader.close();
  return records.flatMap((record) => (record.kind === 'events' ? documentsOf(openPayload(record)) : []));
}
