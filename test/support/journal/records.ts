import type { z } from 'zod';
import { type Config, schema } from '../../../src/config/schema/schema.ts';
import { assembleEngine } from '../../../src/engine/assemble-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { Batch, JournalRecord, Millis, Output, OutputKey, Position, Tick } from '../../../src/model.ts';
import { noteReceipt } from '../../../src/readers/analyser/history.ts';
import type { AnyInput } from '../rules/rules.ts';

/** A round number of every window length that tests use. */
export const t = 1_700_000_000_000;

export type Document = string | Record<string, unknown>;

/** A document with a time of its own, as a shipper that names no file sends it. */
export const at = (time: Millis, more: Record<string, unknown> = {}): Document => ({
  '@timestamp': new Date(time).toISOString(),
  ...more,
});

/** The latest time that documents state, but not before `t`: nothing is received before it happened. */
function latestOf(documents: readonly Document[]): Millis {
  const times = documents.map((document) => {
    if (typeof document !== 'string') return Date.parse(String(document['@timestamp']));
    return Date.parse(/"@timestamp":\s*"([^"]+)"/.exec(document)?.[1] ?? '');
  });
  return Math.max(t, ...times.filter((time) => !Number.isNaN(time)));
}

/** A batch of documents. `receivedAt` is the latest of their times, or `t` if that is later, unless it is given. */
export function aBatch(documents: Document[], changes: Partial<Batch> = {}): Batch {
  const lines = documents.map((document) =>
    typeof document === 'string' ? document : JSON.stringify(document),
  );
  return {
    kind: 'events',
    origin: { input: 'lumberjack', connection: '127.0.0.1:51034#7', address: '127.0.0.1' },
    receivedAt: latestOf(documents),
    encoding: 'ndjson',
    count: documents.length,
    payload: Buffer.from(lines.map((line) => `${line}\n`).join('')),
    ...changes,
  };
}

export const aTick = (receivedAt: Millis): Tick => ({ kind: 'tick', receivedAt });

/** Gives records the positions that a journal would. */
export const journaled = (records: (Batch | Tick)[], first: Position = 1): JournalRecord[] =>
  records.map((record, index) => ({ ...record, position: first + index }));

type Input = z.input<typeof schema>;

/** A configuration with these rules; events tell their time by `@timestamp`. */
export const configWith = (rules: AnyInput[], more: Input = {}): Config =>
  schema.parse({ parsers: { timestamp: '@timestamp' }, ...more, rules });

export const engineWith = (rules: AnyInput[], more: Input = {}): Engine =>
  assembleEngine(configWith(rules, more));

export interface KeyedOutput {
  key: OutputKey;
  output: Output;
}

/** What an engine puts out for records, under the keys and with the times of receipt that the analyser gives. */
export function outputsOf(engine: Engine, records: JournalRecord[]): KeyedOutput[] {
  return records.flatMap((record) =>
    engine.process(record).map((output, ordinal): KeyedOutput => {
      noteReceipt(output, record.receivedAt);
      return { key: [record.position, ordinal + 1], output };
    }),
  );
}

/** Feeds records and tells what came out, one line each. */
export const told = (engine: Engine, records: (Batch | Tick)[]): string[] =>
  outputsOf(engine, journaled(records)).map(({ output }) => lineOf(output));

/** An output on one line; times are told from `t`. */
export function lineOf(output: Output): string {
  switch (output.kind) {
    case 'window': {
      const { rule, group, start, end, value, count } = output.window;
      return `window ${rule} ${group} [${start - t}, ${end - t}) ${value} of ${count}`;
    }
    case 'transition': {
      const { rule, group, from, to, at: time, value } = output.transition;
      return `${rule} ${group} ${from} → ${to} at ${time - t} with ${value}`;
    }
    case 'episode':
      return `episode ${output.episode.group} revision ${output.episode.revision} ${output.episode.status}`;
    case 'notification':
      return `notification ${output.notification.notifier} ${output.notification.transition.to}`;
    case 'document':
      return `document ${output.item.id}`;
  }
}
