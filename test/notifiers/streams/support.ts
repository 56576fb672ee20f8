import { onTestFinished } from 'vitest';
import type { OutputKey } from '../../../src/model.ts';
import { StreamLog, type StreamOutput } from '../../../src/notifiers/streams/stream-log.ts';
import { aFolder } from '../../support/folder.ts';

/** The output number `n` of a journal: one output for each position. */
export function anOutput(n: number, changes: Partial<StreamOutput> = {}): StreamOutput {
  const { rule = 'burst' } = changes;
  const document = { '@timestamp': new Date(1_767_225_600_000 + n).toISOString(), rule: { name: rule }, n };
  return {
    ...{ id: `o${n}`, kind: 'windows', rule, group: 'web-1', text: `${rule}: ${n}` },
    document: JSON.stringify({ ...document, event: { id: `o${n}` } }),
    ...changes,
  };
}

export const keyed = (n: number, changes: Partial<StreamOutput> = {}) => ({
  key: [n, 1] satisfies OutputKey,
  output: anOutput(n, changes),
});

export const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);

export function aLog(folder = aFolder()): StreamLog {
  const log = new StreamLog(folder);
  onTestFinished(() => log.close().catch(() => undefined));
  return log;
}

/** Puts the outputs with these numbers, as one turn of the analyser. */
export const put = (
  log: StreamLog,
  numbers: readonly number[],
  keep: Record<string, number> = {},
  now = 0,
  journal = 'journal',
) =>
  log.put(
    journal,
    numbers.map((n) => keyed(n)),
    keep,
    now,
  );
